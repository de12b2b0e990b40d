"""Upload of tables: drop, choose, open by path, or take the example."""

from __future__ import annotations

from html import escape
from typing import Final

import ipywidgets as w

from ganglioside.columns import INPUT_LABELS
from ganglioside_widgets.elements.dropzone import DropZone
from ganglioside_widgets.panels.base import Panel, box, button, problem_list, refused
from ganglioside_widgets.state.upload import ABSENT, SUFFIXES, UploadState

#: The choice of a column that the table lacks.
_ABSENT_LABEL: Final = "(not in the table)"


class UploadPanel(Panel):
    """The uploaded files, the mapping of their columns, and problems of reading.

    Parameters
    ----------
    state : UploadState, optional
        A new one where omitted; it decides whether files can be opened by their path.

    Examples
    --------
    >>> panel = UploadPanel()
    >>> panel.state.add_example()
    >>> len(panel.state.table)
    332
    """

    def __init__(self, state: UploadState | None = None) -> None:
        self.state = state or UploadState()
        self._columns = {label: self._column(label) for label in INPUT_LABELS.values()}
        self._choice = w.Dropdown(description="Table").add_class("gg-field")
        self._study = w.Checkbox(description="All files are samples of one study", indent=False)
        # Not created at all: a widget that is merely hidden still gets a browser's messages.
        self.path = self._path_field() if self.state.paths else None
        self._files = w.VBox([self._choice, self._study])
        self._summary = box(kind="summary")
        self._problems = box(kind="problems")
        columns = w.VBox(list(self._columns.values()))
        self._mapping = w.Accordion([columns], titles=("Columns",)).add_class("gg-mapping")
        drop = DropZone(SUFFIXES, self.state.max_bytes, self.state.add, self.state.refuse)
        example = button("Try the example", self.state.add_example, tip="A simulated table")
        parts = [drop, w.HBox([example]).add_class("gg-buttons")]
        if self.path is not None:
            parts.append(self.path)
        parts += [self._files, self._summary, self._mapping, self._problems]
        super().__init__("1. Table", parts, kind="upload")
        self._choice.observe(self._choose, "value")
        self._study.observe(lambda change: self.state.join(change["new"]), "value")
        self.state.observe(self._show, ["uploads", "chosen", "table", "refusal"])
        self._is_showing = False
        self._show(None)

    def _path_field(self) -> w.HBox:
        field = w.Text(placeholder="path of a table on this machine", continuous_update=False)
        field.add_class("gg-field")
        field.description = "Path"
        opener = button("Open", lambda: self.state.add_path(field.value))
        return w.HBox([field, opener]).add_class("gg-line")

    def _column(self, label: str) -> w.Dropdown:
        field = w.Dropdown(description=label, options=[(_ABSENT_LABEL, ABSENT)]).add_class(
            "gg-field"
        )
        field.observe(lambda change: self._map(label, change["new"]), "value")
        return field

    def _map(self, label: str, header: str | None) -> None:
        if not self._is_showing:
            self.state.map_column(label, header or ABSENT)

    def _choose(self, change: dict[str, object]) -> None:
        if not self._is_showing and isinstance(change["new"], int):
            self.state.choose(change["new"])

    def _show(self, _: object) -> None:
        self._is_showing = True
        try:
            self._show_files()
            self._show_columns()
        finally:
            self._is_showing = False
        table = self.state.table
        self._summary.value = self._summary_html()
        self._problems.value = refused(self.state.refusal) or (
            problem_list(table.problems) if table is not None else ""
        )

    def _show_files(self) -> None:
        options = [(upload.name, index) for index, upload in enumerate(self.state.uploads)]
        self._choice.options = options
        self._choice.value = self.state.chosen if self.state.current else None
        self._files.layout.display = "" if len(options) > 1 else "none"
        self._study.disabled = not self.state.can_be_study
        self._study.value = self.state.as_study

    def _show_columns(self) -> None:
        upload = self.state.current
        is_shown = upload is not None and bool(upload.headers) and not self.state.as_study
        self._mapping.layout.display = "" if is_shown else "none"
        if upload is None or not is_shown:
            return
        headers = upload.headers
        choices = [(_ABSENT_LABEL, ABSENT), *((header, header) for header in headers)]
        mapping = upload.mapping
        for label, field in self._columns.items():
            field.options = choices
            field.value = mapping[label] if mapping[label] in headers else ABSENT
        self._mapping.selected_index = 0 if self.state.refusal is not None else None

    def _summary_html(self) -> str:
        table = self.state.table
        if table is None:
            if self.state.refusal is not None:
                return ""
            return (
                "<p class='gg-empty'>A table needs the columns <b>Name</b> and <b>RT</b> (min); "
                "better with <b>Volume</b>, <b>Log P</b> and <b>Anchor</b>. Files stay on this "
                "machine.</p>"
            )
        anchors = int(table.data["anchor"].sum())
        unreadable = int(table.data["fault"].notna().sum())
        return (
            f"<p><b>{escape(table.source.name)}</b>: {len(table):,} features, "
            f"{anchors:,} anchors, {unreadable:,} unreadable.</p>"
        )
