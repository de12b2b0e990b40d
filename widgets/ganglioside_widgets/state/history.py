"""The sessions of the history: listed, searched, renamed, run again, deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import GangliosideError
from ganglioside.history import History
from ganglioside.jobs import Rerun, start
from ganglioside.settings import Settings
from ganglioside_widgets.state.export import LARGE
from ganglioside_widgets.state.visitors import Visitor

#: What a search looks into.
_SEARCHED = ("id", "name", "file_name", "status", "sample_type")


class HistoryState(t.HasTraits):
    """The list of sessions and the chosen one.

    Parameters
    ----------
    history
    visitor
        Who may change sessions; that of this kernel where None.

    Attributes
    ----------
    sessions : pandas.DataFrame
        As `History.sessions` gives it.
    search : str
    chosen : str
        Id of a session, or empty.
    to_delete : str
        Id of the session whose deletion waits to be confirmed.
    job : str
        Id of the last job that runs a session again.
    error, notice : str
        Why the last wish was refused, or what it did.
    """

    sessions = t.Instance(pd.DataFrame, ())
    search = t.Unicode("")
    chosen = t.Unicode("")
    to_delete = t.Unicode("")
    job = t.Unicode("")
    error = t.Unicode("")
    notice = t.Unicode("")

    def __init__(
        self, history: Callable[[], History] = History.open, visitor: Visitor | None = None
    ) -> None:
        super().__init__(sessions=pd.DataFrame())
        self._open = history
        self.visitor = visitor or Visitor.here()

    @property
    def why_not(self) -> str:
        """Why the chosen session may not be changed or run again here; empty where it may."""
        session = self.session()
        if session is None:
            return "Choose a session first: click its row."
        return self.visitor.why_not(str(session["author"]))

    def refresh(self) -> None:
        """Read the list again."""
        self._try(lambda: None, "")

    def found(self) -> pd.DataFrame:
        """Return the sessions in which every word of the search occurs."""
        if self.sessions.empty:
            return self.sessions
        held = self.sessions[list(_SEARCHED)].fillna("").agg(" ".join, axis=1).str.casefold()
        fits = pd.Series(True, index=self.sessions.index)
        for word in self.search.casefold().split():
            fits &= held.str.contains(word, regex=False)
        return self.sessions[fits]

    def session(self) -> pd.Series[Any] | None:
        """Return the row of the chosen session."""
        if self.sessions.empty:
            return None
        rows = self.sessions[self.sessions["id"] == self.chosen]
        return rows.iloc[0] if len(rows) else None

    def choose(self, sid: str) -> None:
        """Choose a session."""
        self.error = self.notice = self.to_delete = ""
        self.chosen = sid

    def rename(self, name: str) -> None:
        """Give the chosen session another name."""
        if sid := self._changeable():
            self._try(lambda: self._open().rename(sid, name.strip()), f"Renamed to {name.strip()}.")

    def rerun(self, settings: Settings) -> None:
        """Analyse the chosen session's input again, as a new session, which is then chosen.

        A large one runs as a job, whose id appears as `job`.
        """
        sid, session = self._changeable(), self.session()
        if not sid:
            return
        rows = 0 if session is None or pd.isna(session["features"]) else int(session["features"])
        if rows >= LARGE:
            started: list[str] = []
            work = Rerun(session=sid, settings=settings.to_dict())
            self._try(lambda: started.append(start(self._open(), work)), "Runs again as a job.")
            self.job = started[0] if started else self.job
        else:
            made: list[str] = []
            self._try(lambda: made.append(self._open().rerun(sid, settings)), "Run again.")
            self.chosen = made[0] if made else self.chosen

    def settings(self) -> Settings:
        """Return the settings of the chosen session; the defaults where none is chosen."""
        try:
            return self._open().settings(self.chosen) if self.chosen else Settings()
        except GangliosideError as refusal:
            self.error = str(refusal)
            return Settings()

    def ask_to_delete(self) -> None:
        """Wish to delete the chosen session; nothing happens before `confirm_delete`."""
        self.to_delete = self._changeable()

    def keep(self) -> None:
        """Take the wish to delete back."""
        self.to_delete = ""

    def confirm_delete(self) -> None:
        """Delete the session that waits for it, for good."""
        sid, self.to_delete = self.to_delete, ""
        if sid:
            self._try(lambda: self._open().delete(sid), f"Deleted session {sid}.")
            self.chosen = "" if self.chosen == sid and not self.error else self.chosen

    def _changeable(self) -> str:
        """Return the chosen session's id; empty, with the reason, where it may not be changed."""
        self.error = self.why_not
        return "" if self.error else self.chosen

    def _try(self, act: Callable[[], None], done: str) -> None:
        """Do something with the history, then read the list again, or say why it failed."""
        self.error = self.notice = ""
        try:
            act()
            self.sessions = self._open().sessions()
        except GangliosideError as refusal:
            self.error = str(refusal)
        else:
            self.notice = done

    def load(self) -> Analysis | None:
        """Return the chosen session's analysis; None, with the reason, where it has none."""
        try:
            return self._open().load(self.chosen)
        except GangliosideError as refusal:
            self.error = str(refusal)
            return None
