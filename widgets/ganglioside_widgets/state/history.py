"""Sessions of the history: list, search, rename, run again, delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import GangliosideError, NobodyError
from ganglioside.history import History
from ganglioside.jobs import Rerun, start
from ganglioside.settings import Settings
from ganglioside_widgets.state.export import LARGE, ExportState
from ganglioside_widgets.state.run import Post
from ganglioside_widgets.state.visitors import Visitor

#: Columns that a search looks into.
_SEARCHED = ("name", "file_name", "status", "sample_type", "author", "shared_group")

#: Characters of an id by whose beginning a session is found.
_LEAST_OF_ID = 4


class HistoryState(t.HasTraits):
    """The list of sessions and the chosen one.

    Parameters
    ----------
    history : callable
        Opens the history.
    visitor : Visitor, optional
        Decides which sessions may be changed; that of this kernel where omitted.

    Attributes
    ----------
    sessions : pandas.DataFrame
        From `History.sessions`.
    search : str
    chosen : str
        Id of the chosen session, or empty.
    to_delete : str
        Id of the session whose deletion is to be confirmed, or empty.
    job : str
        Id of the last job that runs a session again.
    error, notice : str
        Why the last action was refused, or what it did.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> import ganglioside as gg
    >>> history = gg.History.open(Path(mkdtemp()) / "history.duckdb")
    >>> sid = history.save(gg.analyze(gg.example()), name="liver")
    >>> state = HistoryState(lambda: history)
    >>> state.refresh()
    >>> state.choose(sid)
    >>> state.rename("liver 3")
    >>> state.notice
    'Renamed to liver 3.'
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
        """Reason why the chosen session may not be changed or run again here, or empty."""
        session = self.session()
        if session is None:
            return "Choose a session first: click its row."
        return self.visitor.why_not(str(session["author"]))

    def exporter(self, post: Post | None = None) -> ExportState:
        """State that exports sessions of the list as they are when a file is asked for."""
        return ExportState(self._open, post, self.visitor, from_history=True)

    def refresh(self) -> None:
        """Read the list again."""
        self._try(lambda: None, "")

    def found(self) -> pd.DataFrame:
        """Sessions that contain every word of the search, in any case."""
        if self.sessions.empty:
            return self.sessions
        searched = self.sessions[list(_SEARCHED)].fillna("")
        texts = searched.agg(" ".join, axis=1).str.casefold()
        matches = pd.Series(True, index=self.sessions.index)
        for word in self.search.casefold().split():
            by_id = len(word) >= _LEAST_OF_ID and self.sessions["id"].str.startswith(word)
            matches &= texts.str.contains(word, regex=False) | by_id
        return self.sessions[matches]

    def session(self) -> pd.Series[Any] | None:
        """Row of the chosen session; None without one."""
        if self.sessions.empty:
            return None
        rows = self.sessions[self.sessions["id"] == self.chosen]
        return rows.iloc[0] if len(rows) else None

    def choose(self, sid: str) -> None:
        """Choose a session by its id."""
        self.error = self.notice = self.to_delete = ""
        self.chosen = sid

    def rename(self, name: str) -> None:
        """Rename the chosen session."""
        if sid := self._changeable():
            self._try(lambda: self._open().rename(sid, name.strip()), f"Renamed to {name.strip()}.")

    def rerun(self, settings: Settings) -> None:
        """Analyse the input of the chosen session again, as a new session, which is then chosen.

        A large session runs as a job, whose id appears as `job`.
        """
        sid = self._changeable()
        if not sid:
            return
        if self._feature_count() >= LARGE:
            work = Rerun(session=sid, settings=settings.to_dict())
            job = self._try(lambda: start(self._open(), work), "Running again as a job.")
            self.job = job or self.job
        else:
            new = self._try(lambda: self._open().rerun(sid, settings), "Analysed again.")
            self.chosen = new or self.chosen

    def share(self, way: str) -> None:
        """Share the chosen session in a way that `Person.choices` names."""
        person = self.visitor.person
        choices = {} if person is None else person.choices
        if (sid := self._changeable()) and way in choices:
            self._try(lambda: self._open().share(sid, *choices[way]), f"Seen by: {way}.")

    def way(self) -> str:
        """Way in which the chosen session is shared, as `Person.choices` names it, or empty."""
        session, person = self.session(), self.visitor.person
        if session is None or person is None:
            return ""
        group = session["shared_group"]
        wanted = (session["shared"], "" if pd.isna(group) else group)
        return next((way for way, one in person.choices.items() if one == wanted), "")

    def _feature_count(self) -> int:
        """Feature count of the chosen session; 0 if it is unknown."""
        session = self.session()
        if session is None or pd.isna(session["features"]):
            return 0
        return int(session["features"])

    def settings(self) -> Settings:
        """Chosen session's settings; the defaults without one."""
        try:
            return self._open().settings(self.chosen) if self.chosen else Settings()
        except GangliosideError as refusal:
            self.error = str(refusal)
            return Settings()

    def ask_to_delete(self) -> None:
        """Ask for the deletion of the chosen session; `confirm_delete` carries it out."""
        self.to_delete = self._changeable()

    def keep(self) -> None:
        """Withdraw the request to delete."""
        self.to_delete = ""

    def confirm_delete(self) -> None:
        """Permanently delete the session of `to_delete`."""
        sid, self.to_delete = self.to_delete, ""
        if sid:
            self._try(lambda: self._open().delete(sid), f"Deleted session {sid}.")
            if self.chosen == sid and not self.error:
                self.chosen = ""

    def _changeable(self) -> str:
        """Id of the chosen session if it may be changed; otherwise empty, and `error` says why."""
        self.error = self.why_not
        return "" if self.error else self.chosen

    def _try(self, act: Callable[[], str | None], done: str) -> str:
        """Id that `act` returns, or ""; then reads the list again and sets `notice` or `error`."""
        self.error = self.notice = ""
        result = None
        try:
            result = act()
            self.sessions = self._open().sessions()
        except NobodyError:
            return ""  # the page is ready, and waits for its visitor
        except GangliosideError as refusal:
            self.error = str(refusal)
        else:
            self.notice = done
        return result or ""

    def load(self) -> Analysis | None:
        """Analysis of the chosen session; None if it has none, and `error` says why."""
        try:
            return self._open().load(self.chosen)
        except GangliosideError as refusal:
            self.error = str(refusal)
            return None
