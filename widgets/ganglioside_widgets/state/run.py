"""One analysis: started, watched, cancelled, and found again by another page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import traitlets as t

from ganglioside.analysis import Analysis, analyze
from ganglioside.errors import Cancelled, GangliosideError, HistoryError
from ganglioside.history import History
from ganglioside.progress import ProgressEvent
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import read_features
from ganglioside.settings import Settings
from ganglioside.verdicts.overrides import Overrides
from ganglioside_widgets.state.refusals import Refusal
from ganglioside_widgets.state.running_sessions import Journal
from ganglioside_widgets.state.visitors import Visitor

#: Seconds between two looks at an analysis that another process runs.
_LOOK: Final = 0.1

#: How a change of state that is due in a thread reaches the thread that owns the state.
Post = Callable[[Callable[[], None]], None]


class Phase(StrEnum):
    """Where an analysis stands."""

    EMPTY = "empty"  # there is no table
    READY = "ready"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: Why the button is grey, by phase.
_WHY_NOT: Final = {
    Phase.EMPTY: "Give a table first, or take the example.",
    Phase.RUNNING: "The analysis is running.",
}


@dataclass(frozen=True, eq=False)
class _Job:
    """What one run needs."""

    table: FeatureTable
    settings: Settings
    overrides: Overrides
    name: str


class RunState(t.HasTraits):
    """The running, or last, analysis of one page.

    Attributes
    ----------
    phase : Phase
    table : FeatureTable or None
        What the next run analyses.
    settings : Settings
    overrides : Overrides
        Whose anchor marks the next run heeds.
    analysis : Analysis or None
        What the last one gave.
    session_id : str
        Of the running or last analysis in the history; empty where it is not kept.
    percentage : float
    message : str
        What has happened last.
    log : tuple of str
    elapsed : float
        s, of the running or last analysis.
    refusal : Refusal or None
        Why it failed.
    prepared : Analysis or None
        The same as `analysis`, made ready for quick answers where it came from the history.
    notice : str
        What else must be known, such as that it is not kept.
    owner : str
        Who started the running analysis, where another process carries it.
    """

    phase = t.UseEnum(Phase, default_value=Phase.EMPTY)
    table = t.Instance(FeatureTable, allow_none=True)
    settings = t.Instance(Settings, ())
    overrides = t.Instance(Overrides, ())
    analysis = t.Instance(Analysis, allow_none=True)
    prepared = t.Instance(Analysis, allow_none=True)
    session_id = t.Unicode("")
    percentage = t.Float(0.0)
    message = t.Unicode("")
    log = t.Tuple()
    elapsed = t.Float(0.0)
    refusal = t.Instance(Refusal, allow_none=True)
    notice = t.Unicode("")
    owner = t.Unicode("")

    def __init__(
        self,
        history: Callable[[], History] = History.open,
        post: Post | None = None,
        visitor: Visitor | None = None,
    ) -> None:
        super().__init__()
        self._open = history
        self._visitor = visitor or Visitor.here()
        self._post = post or (lambda change: change())
        self._cancel = threading.Event()
        self._thread: threading.Thread | None = None
        self._began = 0.0

    @property
    def why_not(self) -> str:
        """Why it cannot be started; empty where it can."""
        return _WHY_NOT.get(self.phase, "")

    @property
    def why_not_cancel(self) -> str:
        """Why it cannot be cancelled; empty where it can."""
        if self.phase is not Phase.RUNNING:
            return "Nothing is running."
        return self._visitor.why_not(self.owner) if self.owner else ""

    @t.observe("table")
    def _table_given(self, _: object) -> None:
        if self.phase is Phase.RUNNING:
            return
        self.overrides = Overrides()
        self.refusal, self.notice = None, ""
        self.phase = Phase.READY if self.table is not None else Phase.EMPTY

    def start(self) -> None:
        """Analyse the table, in a thread of its own; nothing happens where `why_not` says so."""
        if self.why_not or self.table is None:
            return
        job = _Job(self.table, self.settings, self.overrides, self.table.source.name)
        self._launch(lambda: self._work(job))

    def cancel(self) -> None:
        """Ask for the end of the running analysis, here or in another process."""
        if self.why_not_cancel:
            self.notice = self.why_not_cancel if self.phase is Phase.RUNNING else self.notice
            return
        self.message = "Cancelling ..."
        self._cancel.set()

    def find(self, sid: str) -> None:
        """Show a session of the history: its result, or how it goes on in another process."""
        if self.phase is not Phase.RUNNING:
            self._launch(lambda: self._follow(sid))

    def join(self, timeout: float | None = None) -> None:
        """Wait until nothing runs."""
        if self._thread is not None:
            self._thread.join(timeout)

    def tick(self) -> None:
        """Bring the elapsed time up to date."""
        if self.phase is Phase.RUNNING:
            self.elapsed = time.monotonic() - self._began

    # --- in the thread -------------------------------------------------------------------

    def _launch(self, work: Callable[[], None]) -> None:
        self._cancel.clear()
        self._began = time.monotonic()
        self.refusal, self.notice, self.log, self.owner = None, "", (), ""
        self.percentage, self.elapsed, self.message = 0.0, 0.0, "Starting ..."
        self.phase = Phase.RUNNING
        self._thread = threading.Thread(target=self._guarded, args=(work,), daemon=True)
        self._thread.start()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Answer for whatever ends the work: no run is left without an end."""
        try:
            work()
        except Cancelled:
            self._end(Phase.CANCELLED, "Cancelled.")
        except GangliosideError as error:
            self._end(Phase.FAILED, "Failed.", Refusal.of(error))
        except Exception as error:
            self._end(Phase.FAILED, "Failed.", Refusal.saying(_unforeseen(error)))
            raise

    def _work(self, job: _Job) -> None:
        try:
            history = self._open()
            sid = history.begin(job.table.source, job.settings, job.name)
        except HistoryError as error:
            analysis = _analysed(job, self._heed)
            self._finish(analysis, "", f"This analysis is not kept: {error}")
            return
        self._post(lambda: setattr(self, "session_id", sid))
        events: list[ProgressEvent] = []
        journal = Journal.beside(history.path)
        try:
            with journal.running(sid) as file:

                def relay(event: ProgressEvent) -> None:
                    events.append(ProgressEvent(**{**event, "session_id": sid}))
                    journal.write(file, events[-1])
                    if journal.cancel_requested(sid):
                        self._cancel.set()
                    self._heed(events[-1])

                analysis = _analysed(job, relay)
                notice = _keep(history, sid, analysis, events)
        except Cancelled:
            history.cancel(sid, events)
            raise
        except Exception as error:
            history.fail(sid, error, events)
            raise
        self._finish(analysis, sid if not notice else "", notice)

    def _heed(self, event: ProgressEvent) -> None:
        if event["type"] != "complete":  # which is said when the result is kept
            self._post(lambda: self._show(event))
        if self._cancel.is_set():
            raise Cancelled

    def _follow(self, sid: str) -> None:
        history = self._open()
        journal = Journal.beside(history.path)
        session = history.session(sid)
        sid, owner = str(session["id"]), str(session["author"])
        self._post(lambda: self._found(sid, owner))
        # Asked again here: a wish to cancel may come before it is known whose analysis it is.
        may_end = not self._visitor.why_not(owner)
        seen = 0
        while journal.is_running(sid):
            if may_end and self._cancel.is_set():
                journal.request_cancel(sid)
            events = journal.events(sid)
            for event in events[seen:]:
                self._post(lambda event=event: self._show(event))  # type: ignore[misc]
            seen = max(seen, len(events))
            time.sleep(_LOOK)
        self._arrive(history, sid)

    def _arrive(self, history: History, sid: str) -> None:
        """Show what became of a session."""
        session = history.session(sid)
        table, settings = read_features(history.source(sid)), history.settings(sid)
        self._post(lambda: self._take_back(table, settings))
        if session["status"] == "completed":
            analysis = history.load(sid)
            self._finish(analysis, sid, "")
            prepared = analysis.prepared()
            self._post(lambda: setattr(self, "prepared", prepared))
            return
        if session["status"] == "failed":
            self._end(Phase.FAILED, "Failed.", Refusal.saying(str(session["error"])))
        elif session["status"] == "cancelled":
            self._end(Phase.CANCELLED, "Cancelled.")
        else:
            why = "This analysis was interrupted: the process that ran it has ended. Run it again."
            self._end(Phase.FAILED, "Interrupted.", Refusal.saying(why))

    # --- on the way back -----------------------------------------------------------------

    def _finish(self, analysis: Analysis, sid: str, notice: str) -> None:
        def change() -> None:
            self.notice, self.session_id = notice, sid
            self._log_line(100.0, analysis.summary.headline)
            self._stop(Phase.FINISHED, "Done.")
            self.percentage = 100.0
            self.analysis = analysis

        self._post(change)

    def _end(self, phase: Phase, message: str, refusal: Refusal | None = None) -> None:
        def change() -> None:
            self.refusal = refusal
            self._stop(phase, message)

        self._post(change)

    def _stop(self, phase: Phase, message: str) -> None:
        self.elapsed = time.monotonic() - self._began
        self.message = message
        self.phase = phase

    def _found(self, sid: str, owner: str) -> None:
        self.session_id, self.owner = sid, owner

    def _take_back(self, table: FeatureTable, settings: Settings) -> None:
        self.table, self.settings = table, settings

    def _show(self, event: ProgressEvent) -> None:
        if self.phase is not Phase.RUNNING:
            return
        self.percentage, self.message = event["percentage"], event["message"]
        self._log_line(event["percentage"], f"{event['step']}: {event['message']}")

    def _log_line(self, percentage: float, text: str) -> None:
        at = time.monotonic() - self._began
        self.log = (*self.log, f"{at:7.2f} s  {percentage:3.0f} %  {text}")


def _analysed(job: _Job, progress: Callable[[ProgressEvent], None]) -> Analysis:
    analysis = analyze(job.overrides.mark(job.table), job.settings, progress)
    return analysis.with_overrides(job.overrides)


def _keep(history: History, sid: str, analysis: Analysis, events: list[ProgressEvent]) -> str:
    """Store a result; returns why it could not be."""
    try:
        history.complete(sid, analysis, events)
    except HistoryError as error:
        return f"This analysis is not kept, export what you need: {error}"
    return ""


def _unforeseen(error: Exception) -> str:
    return (
        f"Something unforeseen happened ({type(error).__name__}: {error}). Your table is still "
        "here: run it again, and report this with the table if it happens again."
    )
