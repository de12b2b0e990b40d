"""What administrators see and do: tokens, retention, workers, and who did what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd
import traitlets as t

from ganglioside.errors import GangliosideError, NobodyError
from ganglioside.history import History
from ganglioside.history.care.cleanup import parse_age
from ganglioside.history.periods import DAY
from ganglioside.history.storage.store import utc_now
from ganglioside.jobs import cancel, retry
from ganglioside.support.formatting import counted
from ganglioside.watching.state import look
from ganglioside_widgets.state.visitors import Visitor
from ganglioside_widgets.state.workers import (
    failures_of,
    lasting_of,
    queue_of,
    tasks_of,
    workers_of,
)
from ganglioside_widgets.visitor_time import visitor_text

#: Newest entries of the log that are shown.
_ENTRIES: Final = 2_000


_NOT_ALLOWED: Final = (
    "This page is for administrators. Whoever runs the server names them: members of the hub's "
    "group of administrators, or whoever started the server where nobody signs in."
)


class AdminState(t.HasTraits):
    """Tokens, retention, workers and log of a history.

    Parameters
    ----------
    history : callable
        Opens the history.
    visitor : Visitor, optional
        That of this kernel where omitted.

    Attributes
    ----------
    tokens, workers, lasting, failures, log : pandas.DataFrame
        The newest entries of the log first; `lasting` has the durations of jobs by kind.
    queue, tasks : str
        How many jobs wait, and what workers do by themselves.
    retention : str
        What is cleaned after how long.
    author, action, subject : str
        Only entries of the log that contain these words are shown.
    error, notice : str
        Why the last action was refused, or what it did.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> import ganglioside as gg
    >>> history = gg.History.open(Path(mkdtemp()) / "history.duckdb")
    >>> sid = history.save(gg.analyze(gg.example()), name="liver")
    >>> state = AdminState(lambda: history)
    >>> state.refresh()
    >>> state.action = "complet"
    >>> state.found()["subject"].tolist() == [sid]
    True
    """

    tokens = t.Instance(pd.DataFrame, ())
    workers = t.Instance(pd.DataFrame, ())
    lasting = t.Instance(pd.DataFrame, ())
    failures = t.Instance(pd.DataFrame, ())
    queue = t.Unicode("")
    tasks = t.Unicode("")
    log = t.Instance(pd.DataFrame, ())
    retention = t.Unicode("")
    author = t.Unicode("")
    action = t.Unicode("")
    subject = t.Unicode("")
    error = t.Unicode("")
    notice = t.Unicode("")

    def __init__(
        self, history: Callable[[], History] = History.open, visitor: Visitor | None = None
    ) -> None:
        super().__init__()
        self._open = history
        self.visitor = visitor or Visitor.here()

    @property
    def why_not(self) -> str:
        """Reason why the visitor may not do any of this; empty where they may."""
        return "" if self.visitor.may_administer else _NOT_ALLOWED

    def refresh(self) -> None:
        """Read everything again."""
        self._do(lambda _: "")

    def revoke(self, token: str) -> None:
        """Let nobody in with a token any more."""

        def act(history: History) -> str:
            history.tokens.revoke(token)
            return f"Token {token} lets nobody in any more."

        self._do(act)

    def drain(self, worker: str) -> None:
        """Let a worker end after the job that it has."""

        def act(history: History) -> str:
            history.workers.drain(worker)
            return f"Worker {worker} ends after the job that it has."

        self._do(act)

    def cancel(self, job: str) -> None:
        """Request the end of a job."""

        def act(history: History) -> str:
            has_ended = cancel(history, job).has_ended
            return f"Job {job} is cancelled." if has_ended else f"Job {job} ends at its next step."

        self._do(act)

    def retry(self, job: str) -> None:
        """Start a job that has failed again, as a new one."""
        self._do(lambda history: f"Started again, as job {retry(history, job)}.")

    def look_at_workers(self) -> None:
        """Read workers and queue again: jobs have changed."""
        if not self.why_not:
            try:
                self._read_workers(self._open())
            except NobodyError:
                return
            except GangliosideError as refusal:
                self.error = str(refusal)

    def clean_after(self, age: str, every: str) -> None:
        """Clean up by itself what is older than an age; empty: never."""

        def act(history: History) -> str:
            if not age.strip():
                history.care.set_schedule(None)
                return "Nothing is cleaned up by itself any more."
            history.care.set_schedule(parse_age(age), parse_age(every) if every.strip() else None)
            return f"What is older than {age.strip()} is cleaned up by itself."

        self._do(act)

    def preview(self, age: str) -> None:
        """Say how many sessions a cleanup would delete now."""

        def act(history: History) -> str:
            number = len(history.care.cleanup(parse_age(age)))
            sessions = counted(number, "session is", "sessions are")
            return f"{sessions} older than {age.strip()} and not marked as kept."

        self._do(act)

    def found(self) -> pd.DataFrame:
        """Entries of the log that contain the words that are looked for."""
        if self.log.empty:
            return self.log
        wanted = pd.Series(True, index=self.log.index)
        for column in ("author", "action", "subject"):
            word = getattr(self, column).strip().casefold()
            texts = self.log[column].fillna("").str.casefold()
            wanted &= texts.str.contains(word, regex=False)
        return self.log[wanted].reset_index(drop=True)

    def _do(self, act: Callable[[History], str]) -> None:
        """Act, and read everything again; `notice` or `error` says what came of it."""
        self.notice, self.error = "", self.why_not
        if self.error:
            return
        try:
            history = self._open()
            done = act(history)
            self._read(history)
        except NobodyError:
            return  # the page is ready, and waits for its visitor
        except GangliosideError as refusal:
            self.error = str(refusal)
        else:
            self.notice = done

    def _read_workers(self, history: History) -> None:
        state = look(history)
        with self.hold_trait_notifications():
            self.workers = workers_of(history, state)
            self.lasting = lasting_of(history)
            self.failures = failures_of(history)
            self.queue, self.tasks = queue_of(state), tasks_of(state)

    def _read(self, history: History) -> None:
        self.tokens = _tokens(history)
        self._read_workers(history)
        self.log = history.care.log().iloc[::-1].head(_ENTRIES).reset_index(drop=True)
        self.retention = _retention(history)


def _tokens(history: History) -> pd.DataFrame:
    """Tokens, the newest first, each with its state."""
    now = utc_now()
    rows = [
        {
            "id": token.id,
            "person": token.person,
            "scope": token.scope,
            "groups": ", ".join(token.groups),
            "label": token.label,
            "created": visitor_text(token.created)[:10],
            "expires": "never" if token.expires is None else visitor_text(token.expires)[:10],
            "state": token.why_refused(now) or "valid",
        }
        for token in reversed(history.tokens.all())
    ]
    return pd.DataFrame(rows)


def _retention(history: History) -> str:
    schedule = history.care.schedule()
    if schedule is None:
        return (
            "Nothing is cleaned up by itself: sessions and jobs stay until somebody deletes them."
        )
    last = "not yet" if schedule.last_run is None else visitor_text(schedule.last_run)
    return (
        f"Sessions and jobs that ended more than {schedule.older_than / DAY:g} days ago are "
        f"deleted every {schedule.every / DAY:g} days, unless they are marked as kept. "
        f"{schedule.author} has set this; last cleanup: {last}."
    )
