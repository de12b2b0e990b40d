"""Upload of tables: drop, choose, open by path, or take the example."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from typing import Final

import ipywidgets as w

from ganglioside.reading.compressed import TABLE_ENDINGS
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.registry import tools
from ganglioside.support.formatting import counted
from ganglioside_widgets.elements.dropzone import DropZone
from ganglioside_widgets.elements.field import Field
from ganglioside_widgets.elements.grid import NONE, Column, Grid
from ganglioside_widgets.elements.switches import CheckBox
from ganglioside_widgets.panels.base import (
    Panel,
    box,
    button,
    fact_list,
    fault_list,
    refused,
    say,
)
from ganglioside_widgets.panels.preview import PreviewPanel
from ganglioside_widgets.state.batch import BatchState
from ganglioside_widgets.state.upload import UploadState

_FILES: Final = (
    Column("name", "File", 138),
    Column("state", "State", 124),
    Column("features", "Features", 86, "count"),
)

#: Refused files that are named; the others are counted.
_NAMED: Final = 3

_ALL_TIP: Final = "Analyse every file"
_BATCH_TIP: Final = "A job analyses every file, also when this page is closed"

_NO_TABLE: Final = (
    "<p class='gg-empty'>Give the file as your tool wrote it, or a table with the columns "
    "<b>Name</b> and <b>RT</b> (min); better with <b>Volume</b>, <b>Log P</b> and <b>Anchor</b>. "
    "Files stay on this machine.</p>"
)


class UploadPanel(Panel):
    """The uploaded files with the state of each, the reading report, and the first rows.

    Parameters
    ----------
    state : UploadState, optional
        A new one where omitted; it decides whether files can be opened by their path.
    whole : bool, optional
        Whether the panel holds `preview` and `notes` itself; if not, a page can put them elsewhere.
    run_all, run_batch : callable, optional
        Analyse every file, here or by a job; no button does so where omitted.
    batch : BatchState, optional
        What came of the batch.

    Attributes
    ----------
    preview : PreviewPanel
        The first rows of the chosen file, where its columns are chosen.
    notes : HTML
        What was not added, and why the file is refused, or what was found on reading it.

    Examples
    --------
    >>> panel = UploadPanel()
    >>> panel.state.add_example()
    >>> len(panel.state.table)
    332
    """

    def __init__(
        self,
        state: UploadState | None = None,
        *,
        whole: bool = True,
        run_all: Callable[[], None] | None = None,
        run_batch: Callable[[], None] | None = None,
        batch: BatchState | None = None,
    ) -> None:
        self.state = state or UploadState()
        self._run_all, self._run_batch = run_all, run_batch
        self._batch = batch
        self.preview = PreviewPanel(self.state)
        # Not created at all: a widget that is merely hidden still gets a browser's messages.
        self.path = self._path_field() if self.state.paths else None
        self._build_files()
        self._summary = box(kind="summary")
        self.notes = box(kind="problems")
        self._taken = box()
        drop = DropZone(
            TABLE_ENDINGS,
            self.state.max_bytes,
            on_file=self.state.add,
            on_refusal=self.state.refuse,
            on_arrival=self.state.expect,
            why_not=self.state.why_no_room,
            on_drop=self.state.begin,
        )
        example = button("Try the example", self.state.add_example, tip="A simulated table")
        parts = [drop, w.HBox([example, self.remove]).add_class("gg-buttons")]
        if self.path is not None:
            parts.append(self.path)
        parts += [self._files, self._summary]
        if whole:
            parts += [self.notes, self.preview]
        parts += [self._taken, box(_files_read(), kind="legend")]
        super().__init__("Table", parts, kind="upload")
        self._is_showing = False
        if batch is not None:
            batch.observe(self._show_batch, ["notice", "error"])
            self.state.observe(self._show_batch, ["uploads", "arriving"])
        self._show_batch(None)
        self.state.observe(
            self._show,
            ["uploads", "chosen", "as_study", "table", "refusal", "not_added", "states"],
        )
        self._show(None)

    def _build_files(self) -> None:
        """Make the list of the files, and what can be done with them."""
        self.files = Grid("Files", _FILES, key="name", lines=6)
        self.study = CheckBox(description="All files are samples of one study", indent=False)
        self.share = button(
            "Same choices for all files",
            self.state.share_options,
            tip="Read all files with the columns, sheet and unit of the chosen one",
        )
        self.remove = button(
            "Remove", lambda: self.state.remove(self.state.chosen), tip="Remove the chosen file"
        )
        self.run_all = button("Run all", self._run_all or (lambda: None), tip=_ALL_TIP)
        self.run_all.layout.display = "" if self._run_all else "none"
        self.run_batch = button(
            "Run as a batch",
            self._run_batch or (lambda: None),
            tip=_BATCH_TIP,
        )
        self.run_batch.layout.display = "" if self._run_batch else "none"
        self._batch_said = box()
        actions = w.HBox([self.run_all, self.run_batch, self.share]).add_class("gg-buttons")
        self._files = w.VBox([self.files, self.study, actions, self._batch_said])
        self.files.on_select(self._choose)
        self.study.observe(self._join, "value")

    def _show_batch(self, _: object) -> None:
        """Say what came of the batch, and why none can be started."""
        if self._batch is None:
            return
        why_not = self._batch.why_not(self.state)
        self.run_batch.disabled = bool(why_not)
        self.run_batch.tooltip = why_not or _BATCH_TIP
        self._batch_said.value = say(self._batch.error, "error") or say(self._batch.notice)

    def _path_field(self) -> w.HBox:
        field = Field("Path", "path of a table on this machine")
        opener = button("Open", lambda: self.state.add_path(field.value))
        return w.HBox([field, opener]).add_class("gg-line")

    def _choose(self, name: str) -> None:
        if not self._is_showing:
            names = [upload.name for upload in self.state.uploads]
            self.state.choose(names.index(name))

    def _join(self, change: dict[str, bool]) -> None:
        if not self._is_showing:
            self.state.join(change["new"])

    def _show(self, _: object) -> None:
        if self._is_showing:
            return
        self._is_showing = True
        try:
            self._show_files()
        finally:
            self._is_showing = False
        self._summary.value = self._summary_html()
        self.notes.value = self._notes_html()
        self.notes.layout.display = "" if self.notes.value else "none"
        self._taken.value = self._taken_html()

    def _show_files(self) -> None:
        several = len(self.state.uploads) > 1
        if several:
            self.files.show(self.state.files())
        current = self.state.current
        self.files.selected = NONE if current is None else current.name
        self._files.layout.display = "" if several else "none"
        self.share.layout.display = "" if self.state.can_share else "none"
        self.remove.layout.display = "" if self.state.current is not None else "none"
        why_not_all = self.state.why_not_all
        self.run_all.disabled = bool(why_not_all)
        self.run_all.tooltip = why_not_all or _ALL_TIP
        self.study.disabled = not self.state.can_be_study
        self.study.value = self.state.as_study

    def _notes_html(self) -> str:
        """What was not added; why there is no table, or what was found on reading it."""
        refusal, table = self.state.refusal, self.state.table
        not_added = _not_added(self.state.not_added)
        if refusal is not None or table is None:
            return not_added + refused(refusal)
        return not_added + fault_list(table.report.faults)

    def _taken_html(self) -> str:
        """What was taken from the file, folded up."""
        table = self.state.table
        if table is None:
            return ""
        facts = fact_list(table.report.facts)
        return f"<details><summary>What was taken</summary>{facts}</details>"

    def _summary_html(self) -> str:
        table = self.state.table
        if table is None:
            is_told = self.state.refusal is not None or self.state.not_added
            return "" if is_told else _NO_TABLE
        left_out = self.state.refused if self.state.as_study else ()
        return _counts(table) + _left_out(left_out)


@cache
def _files_read() -> str:
    """The tools whose files are read, folded up, as HTML."""
    rows = "".join(
        f"<tr><td><b>{_plain(tool)}</b>: {_plain(files)}<br><small>Taken: {_plain(taken)}</small>"
        "</td></tr>"
        for tool, files, taken in tools()
    )
    return (
        "<details><summary>Which files are read?</summary>"
        "<p>Of any tool, a table with a name and a retention time in each row. The files of these "
        "tools are known by what they hold, and need no choice:</p>"
        f"<table class='gg-table'>{rows}</table></details>"
    )


def _plain(text: str) -> str:
    """Words of the list of files as HTML, without the marks that a text file needs."""
    return escape(text.replace("`", ""))


def _counts(table: FeatureTable) -> str:
    """Name of a table and its numbers of features, anchors and rows left out, as HTML."""
    anchors = int(table.data["anchor"].sum())
    not_judged = int(table.data["fault"].notna().sum())
    return (
        f"<p><b>{escape(table.source.name)}</b>: {counted(len(table), 'feature')}, "
        f"{counted(anchors, 'anchor')}, {not_judged:,} not judged.</p>"
    )


def _not_added(reasons: dict[str, str]) -> str:
    """Why files were not added, as HTML; the names alone where there are many."""
    told = [say(why, "error") for why in list(reasons.values())[:_NAMED]]
    others = [name or "a file" for name in list(reasons)[_NAMED:]]
    return "".join(told) + _listed("Not added either", others)


def _left_out(names: tuple[str, ...]) -> str:
    """Sentence about refused files, which are no part of a study; empty if there are none."""
    return _listed("Left out, because refused", names)


def _listed(what: str, names: Sequence[str]) -> str:
    """Sentence that names the first files, and counts the others; empty if there are none."""
    if not names:
        return ""
    more = len(names) - _NAMED
    listed = ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
    return f"<p>{what}: {escape(listed)}.</p>"
