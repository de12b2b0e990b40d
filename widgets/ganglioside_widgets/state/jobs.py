"""State of the list of jobs, whichever process carries them out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final

import pandas as pd
import traitlets as t

from ganglioside.errors import GangliosideError, JobError, NobodyError
from ganglioside.history import History
from ganglioside.history.jobs import Job
from ganglioside.history.storage.store import utc_now
from ganglioside.jobs import Looks, cancel, resume_waiting, retry
from ganglioside.jobs.announcements import duration
from ganglioside.jobs.follower import INTERVAL, PATIENCE
from ganglioside.jobs.launcher import log_path
from ganglioside.jobs.sent_batches import folder_of, results_of
from ganglioside.progress import ProgressEvent
from ganglioside_widgets.state.downloads import made_by
from ganglioside_widgets.state.run import Post
from ganglioside_widgets.state.visitors import Visitor
from ganglioside_widgets.visitor_time import visitor_text

#: The newest jobs that are listed.
_LISTED: Final = 200

#: Characters of a process's own log that are shown, from its end.
_LOG: Final = 20_000

#: s; the end of a job that takes longer is announced.
LONG: Final = 10.0


@dataclass(frozen=True, slots=True)
class JobLine:
    """One line of the list of jobs.

    Attributes
    ----------
    job : Job
    last : ProgressEvent or None
        Last event.
    file : pathlib.Path or None
        File that it made for the browser, if that still exists.
    results : pathlib.Path or None
        Folder with the results of a batch that was sent, if that still exists.
    """

    job: Job
    last: ProgressEvent | None
    file: Path | None = None
    results: Path | None = None

    @property
    def has_made(self) -> bool:
        """Whether there is something of it to download."""
        return self.file is not None or self.results is not None

    @property
    def percentage(self) -> float:
        """Progress, 0 to 100."""
        return self.last["percentage"] if self.last else 0.0

    @property
    def last_message(self) -> str:
        """Error, or last message."""
        return self.job.error or (self.last["message"] if self.last else "")

    @property
    def process(self) -> str:
        """Number of its process, and machine."""
        return "" if self.job.pid is None else f"{self.job.pid} on {self.job.host}"

    def seconds(self, now: datetime) -> float:
        """Time since its start, or its duration, in s; NaN before it began."""
        if self.job.started is None:
            return float("nan")
        return ((self.job.ended or now) - self.job.started).total_seconds()


@dataclass(frozen=True, slots=True)
class _Look:
    """Result of one look at the history: the jobs, and new events of the chosen one."""

    turn: int
    lines: tuple[JobLine, ...]
    chosen: str
    known: int
    events: tuple[ProgressEvent, ...]


class JobsState(t.HasTraits):
    """Jobs, the chosen one with its events, and its actions.

    Attributes
    ----------
    lines : tuple of JobLine
        The newest first.
    chosen : str
        Id of a job, or empty.
    events : tuple of ProgressEvent
        Of the chosen job.
    ended : tuple of JobLine
        Jobs whose end was seen at the last look and is to be announced: those that were started
        here, and those that took long.
    session_id : str
        Whose jobs are listed where not everybody's are.
    error, notice : str

    Parameters
    ----------
    history
    post
    everything
        Whether all jobs of the history are listed, or only those that were started here and
        those of `session_id`.
    visitor
        Whose jobs may be cancelled and retried; that of this kernel where None.
    """

    lines = t.Tuple()
    chosen = t.Unicode("")
    events = t.Tuple()
    ended = t.Tuple()
    session_id = t.Unicode("")
    error = t.Unicode("")
    notice = t.Unicode("")

    def __init__(
        self,
        history: Callable[[], History] = History.open,
        post: Post | None = None,
        *,
        everything: bool = True,
        visitor: Visitor | None = None,
    ) -> None:
        super().__init__()
        self._open = history
        self.visitor = visitor or Visitor.here()
        self._post = post or (lambda change: change())
        self._everything = everything
        self._own: set[str] = set()
        self._shown = ""  # the job of others that the user was shown, and may now retry
        self._told: set[str] = set()
        self._turns, self._taken = count(), -1
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def line(self) -> JobLine | None:
        """The chosen job."""
        return next((line for line in self.lines if line.job.id == self.chosen), None)

    @property
    def why_not(self) -> str:
        """Reason why the chosen job cannot be cancelled or retried here; empty where it can."""
        line = self.line
        if line is None:
            return "Choose a job first: click its row."
        return self.visitor.why_not(line.job.author)

    @property
    def active(self) -> int:
        """Number of jobs that wait or run."""
        return sum(not line.job.has_ended for line in self.lines)

    def table(self) -> pd.DataFrame:
        """Table with one row per job, ready to be shown."""
        now = utc_now()
        rows = [
            {
                "id": line.job.id,
                "status": line.job.status,
                "percentage": line.percentage,
                "kind": line.job.kind,
                "name": line.job.name,
                "last": line.last_message.partition("\n")[0],
                "started": visitor_text(line.job.started) if line.job.started else "",
                "took": duration(line.seconds(now)) if line.job.started else "",
                "process": line.process,
                "author": line.job.author,
            }
            for line in self.lines
        ]
        return pd.DataFrame(rows)

    def log(self) -> str:
        """Output of the process of the chosen job, beside its events."""
        if not self.chosen:
            return ""
        try:
            text = log_path(self._open(), self.chosen).read_text("utf-8", errors="replace")
        except (OSError, GangliosideError):
            return ""  # a job has a log only where its process had something to say
        return text[-_LOG:]

    def choose(self, job: str) -> None:
        """Choose a job."""
        self.error = self.notice = self._shown = ""
        self.chosen, self.events = job, ()
        self.refresh()

    def started(self, job: str) -> None:
        """List a job as started here, and announce its end; without an id there is none."""
        if not job:
            return
        self._own.add(job)
        self.refresh()
        self.watch()

    def cancel(self) -> None:
        """Request the end of the chosen job."""
        asked = "It ends at its next step."
        self._do(lambda history, job: "" if cancel(history, job).has_ended else asked)

    def retry(self) -> None:
        """Start the chosen job again, as a new one, which is then chosen.

        A job that came from elsewhere is shown first, and started at the second request. A guest
        cannot start it, as it would act in the name of the host.
        """

        def act(history: History, job: str) -> str:
            found = history.jobs.get(job)
            foreign = found.has_ended and not history.jobs.is_own(found)
            if foreign and self.visitor.is_guest:
                raise JobError(
                    f"{found.author} asked for this job elsewhere, and it would be carried out in "
                    "the name of who started this page: only he can retry it, in his notebook or "
                    "by `ganglioside jobs retry`."
                )
            if foreign and self._shown != found.id:
                self._shown = found.id
                return (
                    f"{found.author} asked for this job elsewhere, and here it would be carried "
                    f"out as yours: {found.kind} {found.parameters}. To start it all the same, "
                    "press Retry again."
                )
            again = retry(history, job, foreign=foreign)
            self._own.add(again)
            self.chosen, self.events = again, ()
            return "Started again."

        self._do(act)
        self.watch()

    def _do(self, act: Callable[[History, str], str]) -> None:
        self.notice, self.error = "", self.why_not
        if self.error:
            return
        history = None
        try:
            history = self._open()
            self.notice = act(history, self.chosen)
        except GangliosideError as refusal:
            self.error = str(refusal)
        if history is not None:
            self._look_again(history)

    def refresh(self) -> None:
        """Read the jobs again, and start those that were left waiting."""
        self.error = ""
        try:
            history = self._open()
            self._resume(history)
        except NobodyError:
            return  # the page is ready, and waits for its visitor
        except GangliosideError as refusal:
            self.error = str(refusal)
        else:
            self._look_again(history)

    def watch(self) -> None:
        """Follow the jobs in a thread, until `close`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="jobs", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop following."""
        self._stop.set()

    def _watch(self) -> None:
        history, looks, failed = None, None, False
        while not self._stop.wait(INTERVAL):
            try:
                if history is None or looks is None:
                    history = self._open()
                    looks = Looks(history)
                    self._resume(history)
                if not looks.wanted(patient=not self.active):
                    continue
                found = self._read(history)
            except GangliosideError as error:
                history, failed = None, True
                self._say(str(error))
                self._stop.wait(PATIENCE * INTERVAL)
                continue
            if failed:
                self._say("")
                failed = False
            self._post(lambda found=found: self._take(found))  # type: ignore[misc]

    def _resume(self, history: History) -> None:
        """Start the jobs that were left waiting, jobs of others included."""
        if not self.visitor.is_bound:
            resume_waiting(history)

    def _say(self, error: str) -> None:
        self._post(lambda: setattr(self, "error", error))

    def _look_again(self, history: History) -> None:
        try:
            found = self._read(history)
        except GangliosideError as refusal:
            self.error = str(refusal)
            return
        self._take(found)

    def _read(self, history: History) -> _Look:
        """Look at the jobs and at the new events of the chosen one."""
        turn, now = next(self._turns), utc_now()
        latest = history.jobs.latest(_LISTED)
        if any(job.why_dead(now) for job, _ in latest):
            latest = self._open().jobs.latest(_LISTED)  # opening marks what died as failed
        batches = folder_of(history)
        lines = [
            JobLine(job, last, made_by(history, job), results_of(job, batches))
            for job, last in latest
            if self._concerns(job)
        ]
        chosen, known = self.chosen, len(self.events)
        listed = any(line.job.id == chosen for line in lines)
        events = history.jobs.events(chosen, known) if listed else []
        return _Look(turn, tuple(lines), chosen, known, tuple(events))

    def _concerns(self, job: Job) -> bool:
        if self._everything or job.id in self._own or job.retry_of in self._own:
            return True
        given = json.loads(job.parameters)
        named = [given.get(key) for key in ("session", "source")] if isinstance(given, dict) else []
        return bool(self.session_id) and self.session_id in [job.session, *named]

    def _take(self, look: _Look) -> None:
        if look.turn < self._taken:
            return  # a later look was taken before
        self._taken = look.turn
        ended = [line for line in look.lines if self._is_to_be_announced(line)]
        self._told.update(line.job.id for line in ended)
        with self.hold_trait_notifications():
            if look.chosen == self.chosen and look.known == len(self.events):
                self.events = (*self.events, *look.events)
            self.lines = look.lines
        if ended:
            self.ended = tuple(ended)

    def _is_to_be_announced(self, line: JobLine) -> bool:
        """Whether a job has ended since the last look and was started here or took long."""
        job = line.job
        if not job.has_ended or job.id in self._told:
            return False
        ran = any(known.job.id == job.id and not known.job.has_ended for known in self.lines)
        return job.id in self._own or (ran and line.seconds(utc_now()) >= LONG)


def told(line: JobLine) -> str:
    """Sentence about a job that has ended."""
    job = line.job
    took = f" after {duration(line.seconds(utc_now()))}" if job.started else ""
    how = {"completed": "is done", "failed": "has failed", "cancelled": "was cancelled"}
    why = f": {job.error}" if job.error else "."
    return f"{job.kind.capitalize()} of {job.name} {how[job.status]}{took}{why}"
