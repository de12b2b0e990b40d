"""The sessions of the history: find, open, rename, run again, delete, export."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

import ipywidgets as w
import pandas as pd

from ganglioside.columns import VERDICTS
from ganglioside_widgets.elements.grid import NONE, Column, Grid
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.panels.base import (
    Panel,
    box,
    button,
    guard_page,
    post_to_kernel,
    say,
    styled,
)
from ganglioside_widgets.panels.export import ExportPanel
from ganglioside_widgets.panels.thresholds import ThresholdsPanel
from ganglioside_widgets.state.export import ExportState
from ganglioside_widgets.state.history import HistoryState

_COLUMNS = (
    Column("name", "Name", 170),
    Column("file_name", "File", 150),
    Column("status", "Status", 96),
    Column("sample_type", "Sample type", 90),
    Column("when", "Created (UTC)", 140),
    Column("took", "Took (s)", 70, "1", "From start to end"),
    Column("features", "Features", 86, "0"),
    *(Column(verdict, verdict.capitalize(), 50 + 6 * len(verdict), "0") for verdict in VERDICTS),
    Column("id", "Session", 130),
)

_NO_SESSION: Final = "No session yet: run an analysis in the workbench."
_ALL_SHOWN: Final = "All sessions of this history are shown to everybody who can open this page."
_NO_MATCH: Final = "No session fits the search."


class HistoryPanel(Panel):
    """All sessions, and what can be done with the chosen one.

    Parameters
    ----------
    state
        A new one where None.
    open_session
        What opening a session does; where None it links to the workbench page.
    """

    def __init__(
        self,
        state: HistoryState | None = None,
        open_session: Callable[[str], None] | None = None,
        page: Page | None = None,
    ) -> None:
        self.state = state or HistoryState()
        self._open_session = open_session
        self.search = w.Text(placeholder="name, file, status, id", description="Search")
        self.search.add_class("gg-field")
        self.grid = Grid("Sessions", _COLUMNS, lines=12)
        self._ids: list[str] = []
        self._count, self._said, self._chosen = box(kind="count"), box(), box()
        self._build_actions(page)
        refresh = button("Refresh", self.state.refresh, tip="Read the list again")
        super().__init__(
            "Sessions",
            [*([box(say(_ALL_SHOWN))] if self.state.visitor.is_guest else []),
             w.HBox([self.search, refresh]).add_class("gg-line"), self._count, self.grid,
             self._said, self._chosen, self._actions],
            kind="history",
        )  # fmt: skip
        self.search.observe(lambda c: setattr(self.state, "search", c["new"]), "value")
        self.grid.observe(self._picked, "selected")
        self.state.observe(self._list, ["sessions", "search"])
        self.state.observe(self._show, ["chosen", "sessions", "to_delete", "error", "notice"])
        self.state.refresh()
        self._list(None)
        self._show(None)

    def _build_actions(self, page: Page | None) -> None:
        self.opener = button("Open", self._open, kind="primary")
        self.link = box()
        self.name = w.Text(description="Name", continuous_update=False).add_class("gg-field")
        self.rename = button("Rename", lambda: self.state.rename(self.name.value))
        self.thresholds = ThresholdsPanel()
        self.rerun = button("Run again with these thresholds", self._rerun)
        self.delete = button("Delete ...", self.state.ask_to_delete, kind="danger")
        self.confirm = button("Delete for good", self.state.confirm_delete, kind="danger")
        self.keep = button("Keep it", self.state.keep)
        self._sure = w.HBox([box("<b>Delete this session?</b>"), self.confirm, self.keep])
        self.export = ExportPanel(
            ExportState(post=post_to_kernel(), visitor=self.state.visitor), page
        )
        again = w.Accordion([w.VBox([self.thresholds, self.rerun])], titles=("Run again",))
        buttons = [self.opener, self.link, self.delete, self._sure.add_class("gg-buttons")]
        if self._open_session is None:
            buttons.remove(self.opener)
        self._actions = w.VBox(
            [w.HBox(buttons).add_class("gg-buttons"),
             w.HBox([self.name, self.rename]).add_class("gg-line"), again, self.export]
        ).add_class("gg-actions")  # fmt: skip

    def _open(self) -> None:
        if self._open_session is not None and self.state.chosen:
            self._open_session(self.state.chosen)

    def _rerun(self) -> None:
        self.state.rerun(self.thresholds.state.settings)

    def _picked(self, change: dict[str, int]) -> None:
        if 0 <= change["new"] < len(self._ids):
            self.state.choose(self._ids[change["new"]])

    def _list(self, _: object) -> None:
        found = self.state.found()
        self._ids = list(found["id"]) if len(found) else []
        total = len(self.state.sessions)
        self._count.value = f"<span role='status'>{len(found):,} of {total:,} sessions</span>"
        shown = found
        if len(found):
            took = (found["completed"] - found["started"]).dt.total_seconds()
            when = found["created"].dt.strftime("%Y-%m-%d %H:%M")
            shown = found.assign(when=when.astype("str"), took=took).reset_index(drop=True)
        with self.grid.hold_sync():
            self.grid.show(shown, empty=_NO_MATCH if total else _NO_SESSION)
            chosen = self.state.chosen
            self.grid.selected = self._ids.index(chosen) if chosen in self._ids else NONE

    def _show(self, change: dict[str, object] | None) -> None:
        state, session = self.state, self.state.session()
        grey = state.why_not if session is not None else ""
        self._said.value = say(state.error, "error") or say(state.notice or grey)
        for part in (self.rename, self.rerun, self.delete, self.name):
            part.disabled = bool(grey)
        self._actions.layout.display = "" if session is not None else "none"
        self._sure.layout.display = "" if state.to_delete else "none"
        self.delete.layout.display = "none" if state.to_delete else ""
        if session is None:
            self._chosen.value = (
                "<p class='gg-empty'>Click a session to open, rename, run again, export or "
                "delete it.</p>"
            )
            return
        self._chosen.value = _described(session)
        if change is None or change.get("name") in ("chosen", "sessions"):
            self._take(session)

    def _take(self, session: pd.Series) -> None:
        """Show the chosen session's name, thresholds and files."""
        sid, done = str(session["id"]), session["status"] == "completed"
        self.name.value = str(session["name"])
        self.thresholds.state.take(self.state.settings())
        if self._open_session is None:
            self.link.value = (
                f'<a class="gg-link" href="workbench.ipynb?session={escape(sid)}">'
                "Open in the workbench</a>"
            )
        if done and self.export.state.session_id != sid:
            self.export.state.session_id, self.export.state.analysis = sid, self.state.load()
        self.export.layout.display = "" if done else "none"


class HistoryPage(w.VBox):  # type: ignore[misc]
    """The history, the comparison of two sessions and the jobs, as a web page."""

    def __init__(self) -> None:
        from ganglioside_widgets.panels.compare import ComparePanel
        from ganglioside_widgets.panels.jobs import JobsPanel
        from ganglioside_widgets.panels.workbench import PAGES

        guard_page()
        self.page = Page("History", PAGES)
        self.history = HistoryPanel(page=self.page)
        self.compare = ComparePanel()
        self.jobs = JobsPanel(page=self.page)
        super().__init__([styled(self.page, self.history, self.compare, self.jobs)])
        self.page.on_open(lambda _: self._refresh())
        for starter in (self.history.state, self.history.export.state):
            starter.observe(lambda change: self.jobs.state.started(change["new"]), "job")
        self.jobs.state.observe(lambda _: self.history.state.refresh(), "ended")
        self.history.state.observe(lambda _: self.compare.offer(), "sessions")

    def _refresh(self) -> None:
        """Read the list again: the kernel may have waited for its visitor for long."""
        self.history.state.refresh()
        self.jobs.state.watch()


def _described(session: pd.Series) -> str:
    failed = "" if pd.isna(session["error"]) else say(str(session["error"]), "error")
    again = "" if pd.isna(session["rerun_of"]) else f", run again from {session['rerun_of']}"
    return (
        f"<h3>{escape(str(session['name']))} <small>session {escape(str(session['id']))}, "
        f"{escape(str(session['status']))}{escape(again)}, version "
        f"{escape(str(session['version']))}</small></h3>{failed}"
    )
