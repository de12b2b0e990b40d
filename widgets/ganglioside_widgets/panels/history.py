"""Sessions of the history: search, open, rename, run again, delete, export."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

import ipywidgets as w
import pandas as pd

from ganglioside.columns import VERDICTS
from ganglioside.settings import Settings
from ganglioside.support.formatting import counted
from ganglioside_widgets.elements.field import Field
from ganglioside_widgets.elements.grid import NONE, Column, Grid
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.elements.select import Select
from ganglioside_widgets.panels.base import (
    Fold,
    Panel,
    box,
    button,
    guard_page,
    post_to_kernel,
    say,
    styled,
)
from ganglioside_widgets.panels.export import ExportPanel
from ganglioside_widgets.panels.navigation import PAGES, welcome
from ganglioside_widgets.panels.thresholds import ThresholdsPanel
from ganglioside_widgets.state.history import HistoryState
from ganglioside_widgets.state.visitors import Access
from ganglioside_widgets.visitor_time import time_element, visitor_texts

_COLUMNS: Final = (
    Column("name", "Name", 200, frozen=True),
    Column("file_text", "File", 120, "text", "Where it is not the name"),
    Column("created_text", "Created", 136),
    Column("status", "Status", 96),
    Column("features", "Features", 82, "count"),
    *(Column(name, name.capitalize(), 52 + 6 * len(name), "count") for name in VERDICTS),
    Column("author", "Made by", 100),
    Column("seen_by", "Seen by", 110),
    Column("sample_type", "Sample type", 90),
    Column("duration", "Duration (s)", 86, "1", "From start to end"),
    Column("id", "Session", 130),
)

_NO_SESSION: Final = "No session yet."
_FIRST: Final = (
    "<p class='gg-empty'>Each analysis is kept here, with its input, settings and result. "
    "<a href='workbench.ipynb'>Analyse a table</a> in the workbench, or "
    "<a href='workbench.ipynb?example=1'>try the example</a>.</p>"
)
_CHOOSE: Final = (
    "<p class='gg-empty'>Select a session to open, rename, run again, export or delete it.</p>"
)
_ALL_SHOWN: Final = "All sessions of this history are shown to everybody who can open this page."
_OWN_SHOWN: Final = "Your sessions are shown here, and those that others share with you."
_NO_MATCH: Final = "No session matches the search."


class HistoryPanel(Panel):
    """All sessions, and actions on the chosen one.

    Parameters
    ----------
    state : HistoryState, optional
        A new one where omitted.
    open_session : callable, optional
        Opens a session by its id; where omitted, a link to the workbench page does.
    page : Page, optional
        Page that hands exported files to the browser.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> import ganglioside as gg
    >>> history = gg.History.open(Path(mkdtemp()) / "history.duckdb")
    >>> sid = history.save(gg.analyze(gg.example()), name="liver")
    >>> panel = HistoryPanel(HistoryState(lambda: history))
    >>> panel.grid.selected = sid
    >>> panel.state.chosen == sid
    True
    """

    def __init__(
        self,
        state: HistoryState | None = None,
        open_session: Callable[[str], None] | None = None,
        page: Page | None = None,
    ) -> None:
        self.state = state or HistoryState()
        self._open_session = open_session
        self._stored: tuple[str, str, Settings] | None = None
        self.search = Field("Search", "name, file, status, id", is_live=True)
        self.grid = Grid("Sessions", _COLUMNS, key="id", lines=12)
        self._count = box(kind="count")
        self._message = box()
        self._chosen = box()
        self._build_actions(page)
        refresh = button("Refresh", self.state.refresh, tip="Read the list again")
        search_line = w.HBox([self.search, refresh]).add_class("gg-line")
        shown = _OWN_SHOWN if self.state.visitor.access is Access.PEOPLE else _ALL_SHOWN
        notice = [box(say(shown))] if self.state.visitor.is_guest else []
        parts = [search_line, self._count, self.grid, self._message, self._chosen, self._actions]
        super().__init__("Sessions", [*notice, *parts], kind="history")
        self.search.observe(lambda c: setattr(self.state, "search", c["new"]), "value")
        self.grid.on_select(self._choose)
        self.state.observe(self._list, ["sessions", "search"])
        self.state.observe(self._mark, "chosen")
        self.state.observe(self._show, ["chosen", "sessions", "to_delete", "error", "notice"])
        self.state.refresh()
        self._list(None)
        self._show(None)

    def _build_actions(self, page: Page | None) -> None:
        self.opener = button("Open", self._open, kind="primary")
        self.link = box()
        self.name = Field("Name")
        self.rename = button("Rename", lambda: self.state.rename(self.name.value))
        self.thresholds = ThresholdsPanel()
        self.rerun = button("Run again with these thresholds", self._rerun)
        self.delete = button("Delete ...", self.state.ask_to_delete, kind="danger")
        self.confirm = button("Delete permanently", self.state.confirm_delete, kind="danger")
        self.keep = button("Do not delete", self.state.keep)
        question = box("<b>Delete this session?</b>")
        self._confirmation = w.HBox([question, self.confirm, self.keep]).add_class("gg-buttons")
        self.export = ExportPanel(self.state.exporter(post_to_kernel()), page)
        self.way = Select(description="Seen by").add_class("gg-field")
        self.share = button("Share", lambda: self.state.share(self.way.value or ""))
        self._sharing = w.HBox([self.way, self.share]).add_class("gg-line")
        again = Fold("Run again", self.thresholds, self.rerun)
        buttons = [self.link, self.delete, self._confirmation]
        if self._open_session is not None:
            buttons.insert(0, self.opener)
        buttons_line = w.HBox(buttons).add_class("gg-buttons")
        name_line = w.HBox([self.name, self.rename]).add_class("gg-line")
        self._actions = w.VBox([buttons_line, name_line, self._sharing, again, self.export])
        self._actions.add_class("gg-actions")

    def _choose(self, sid: str) -> None:
        if sid != self.state.chosen:  # a second click takes no question back
            self.state.choose(sid)

    def _open(self) -> None:
        if self._open_session is not None and self.state.chosen:
            self._open_session(self.state.chosen)

    def _rerun(self) -> None:
        self.state.rerun(self.thresholds.state.settings)

    def _list(self, _: object) -> None:
        found = self.state.found()
        total = len(self.state.sessions)
        self._count.value = (
            f"<span role='status'>{len(found):,} of {counted(total, 'session')}</span>"
        )
        with self.grid.hold_sync():
            self.grid.show(_for_display(found), empty=_NO_MATCH if total else _NO_SESSION)
            self._mark(None)

    def _mark(self, _: object) -> None:
        """Mark the row that the buttons act on."""
        self.grid.selected = self.state.chosen or NONE

    def _show(self, change: dict[str, object] | None) -> None:
        state, session = self.state, self.state.session()
        why_not = state.why_not if session is not None else ""
        self._message.value = say(state.error, "error") or say(state.notice or why_not)
        for part in (self.rename, self.rerun, self.delete, self.name, self.way, self.share):
            part.disabled = bool(why_not)
        self._confirmation.layout.display = "" if state.to_delete else "none"
        self.delete.layout.display = "none" if state.to_delete else ""
        if session is None:
            self._actions.layout.display = "none"
            self._chosen.value = _CHOOSE if len(state.sessions) else _FIRST
            return
        self._chosen.value = _description(session)
        if change is None or change.get("name") in ("chosen", "sessions"):
            self._show_session(session)
        self._actions.layout.display = ""  # only now that they stand where they stay

    def _show_session(self, session: pd.Series) -> None:
        """Show name, thresholds and exports of the chosen session."""
        sid = str(session["id"])
        is_completed = session["status"] == "completed"
        self._show_stored(sid, str(session["name"]))
        person = self.state.visitor.person
        self.way.options = [] if person is None else list(person.choices)
        self.way.value = self.state.way() or None
        self._sharing.layout.display = "none" if person is None else ""
        if self._open_session is None:
            self.link.value = (
                f'<a class="gg-link" href="workbench.ipynb?session={escape(sid)}">'
                "Open in the workbench</a>"
            )
        if is_completed and self.export.state.session_id != sid:
            self._load(sid)
        self.export.layout.display = "" if is_completed else "none"

    def _load(self, sid: str) -> None:
        """Offer the chosen session to be exported; where it cannot be read, the next look tries."""
        analysis = self.state.load()
        self.export.state.session_id = "" if analysis is None else sid
        self.export.state.analysis = analysis

    def _show_stored(self, sid: str, name: str) -> None:
        """Show the stored name and thresholds, unless they are those that were shown last."""
        stored = (sid, name, self.state.settings())
        if stored != self._stored:  # a name and thresholds that are not used yet stay
            self._stored = stored
            self.name.value = name
            self.thresholds.state.take(stored[2])


class HistoryPage(w.VBox):  # type: ignore[misc]
    """Web page with the history, the comparison of two sessions, and the jobs."""

    def __init__(self) -> None:
        from ganglioside_widgets.panels.compare import ComparePanel
        from ganglioside_widgets.panels.jobs import JobsPanel

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
        """Read the list again: the kernel may have been started long before the visit."""
        welcome(self.page, self.history.state.visitor)
        self.history.state.refresh()
        self.jobs.state.watch()


def _for_display(sessions: pd.DataFrame) -> pd.DataFrame:
    """Sessions with the columns `file_text`, `created_text`, `duration` (s) and `seen_by`.

    There is no `file_text` where each session has the name of its file.
    """
    if sessions.empty:
        return sessions
    created = visitor_texts(sessions["created"])
    duration = (sessions["completed"] - sessions["started"]).dt.total_seconds()
    group = sessions["shared_group"]
    seen_by = sessions["shared"].where(group.isna(), "group " + group.astype("str"))
    file, name = sessions["file_name"], sessions["name"]
    file = file.mask((file == name) | (file.str.replace(r"\.\w+$", "", regex=True) == name))
    files = {"file_text": file} if file.notna().any() else {}
    shown = sessions.assign(**files, created_text=created, duration=duration, seen_by=seen_by)
    return shown.reset_index(drop=True)


def _description(session: pd.Series) -> str:
    """Name, id, status, version and error of a session as HTML."""
    facts = [f"session {session['id']}", str(session["status"])]
    if pd.notna(session["rerun_of"]):
        facts.append(f"rerun of {session['rerun_of']}")
    facts.append(f"version {session['version']}")
    error = "" if pd.isna(session["error"]) else say(str(session["error"]), "error")
    name, made = escape(str(session["name"])), time_element(session["created"])
    return f"<h3>{name} <small>{escape(', '.join(facts))}, {made}</small></h3>{error}"
