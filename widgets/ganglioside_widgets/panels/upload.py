"""Give a table: drop it, choose it, name its path, or take the example."""

from __future__ import annotations

from html import escape

import ipywidgets as w

from ganglioside.columns import INPUT_LABELS
from ganglioside_widgets.elements.dropzone import DropZone
from ganglioside_widgets.panels.base import Panel, box, button, problem_list, refused
from ganglioside_widgets.state.upload import ABSENT, SUFFIXES, UploadState

_GUESS = "(not in the table)"


class UploadPanel(Panel):
    """Files, how their columns are read, and what is wrong with them.

    Parameters
    ----------
    state
        A new one where None; it knows whether a path on this machine can be named.
    """

    def __init__(self, state: UploadState | None = None) -> None:
        self.state = state or UploadState()
        self._columns = {label: self._column(label) for label in INPUT_LABELS.values()}
        self._choice = w.Dropdown(description="Table").add_class("gg-field")
        self._study = w.Checkbox(description="All files are samples of one study", indent=False)
        # A widget that is only left out of the page still hears what a browser sends it.
        self.path = self._path() if self.state.paths else None
        named = [] if self.path is None else [self.path]
        self._files = w.VBox([self._choice, self._study])
        self._summary, self._problems = box(kind="summary"), box(kind="problems")
        self._mapping = w.Accordion(
            [w.VBox(list(self._columns.values()))], titles=("Columns",)
        ).add_class("gg-mapping")
        drop = DropZone(SUFFIXES, self.state.max_bytes, self.state.add, self.state.refuse)
        example = button("Try the example", self.state.add_example, tip="A simulated table")
        super().__init__(
            "1. Table",
            [drop, w.HBox([example]).add_class("gg-buttons"), *named,
             self._files, self._summary, self._mapping, self._problems],
            kind="upload",
        )  # fmt: skip
        self._choice.observe(self._chosen, "value")
        self._study.observe(lambda c: self.state.join(c["new"]), "value")
        self.state.observe(self._show, ["uploads", "chosen", "table", "refusal"])
        self._showing = False
        self._show(None)

    def _path(self) -> w.HBox:
        field = w.Text(placeholder="path of a table on this machine", continuous_update=False)
        field.add_class("gg-field")
        field.description = "Path"
        opener = button("Open", lambda: self.state.add_path(field.value))
        return w.HBox([field, opener]).add_class("gg-line")

    def _column(self, label: str) -> w.Dropdown:
        field = w.Dropdown(description=label, options=[(_GUESS, ABSENT)]).add_class("gg-field")
        field.observe(lambda c: self._mapped(label, c["new"]), "value")
        return field

    def _mapped(self, label: str, header: str | None) -> None:
        if not self._showing:
            self.state.map_column(label, header or ABSENT)

    def _chosen(self, change: dict[str, object]) -> None:
        if not self._showing and isinstance(change["new"], int):
            self.state.choose(change["new"])

    def _show(self, _: object) -> None:
        self._showing = True
        try:
            self._show_files()
            self._show_columns()
        finally:
            self._showing = False
        table = self.state.table
        self._summary.value = self._words()
        self._problems.value = refused(self.state.refusal) or (
            problem_list(table.problems) if table is not None else ""
        )

    def _show_files(self) -> None:
        options = [(upload.name, k) for k, upload in enumerate(self.state.uploads)]
        self._choice.options = options
        self._choice.value = self.state.chosen if self.state.current else None
        self._files.layout.display = "" if len(options) > 1 else "none"
        self._study.disabled = not self.state.can_be_study
        self._study.value = self.state.as_study

    def _show_columns(self) -> None:
        upload = self.state.current
        shown = upload is not None and bool(upload.headers) and not self.state.as_study
        self._mapping.layout.display = "" if shown else "none"
        if upload is None or not shown:
            return
        for label, field in self._columns.items():
            field.options = [(_GUESS, ABSENT), *((h, h) for h in upload.headers)]
            value = upload.mapping[label]
            field.value = value if value in upload.headers else ABSENT
        self._mapping.selected_index = 0 if self.state.refusal is not None else None

    def _words(self) -> str:
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
        return (
            f"<p><b>{escape(table.source.name)}</b>: {len(table):,} features, "
            f"{anchors:,} anchors, {int(table.data['fault'].notna().sum()):,} unreadable.</p>"
        )
