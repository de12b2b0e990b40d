"""State of one analysis: started here or found in the history, followed, cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import traitlets as t

from ganglioside.analysis import Analysis, analyze
from ganglioside.errors import Cancelled, GangliosideError, HistoryError, ReadError
from ganglioside.history import History
from ganglioside.jobs import follow_session
from ganglioside.progress import ProgressCallback, ProgressEvent
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import read_features
from ganglioside.settings import Settings
from ganglioside.verdicts.overrides import Overrides
from ganglioside_widgets.state.refusals import Refusal
from ganglioside_widgets.state.visitors import Visitor

#: Seconds between two looks at an analysis that another process runs.
_LOOK: Final = 0.1

#: The last steps, which are reported when the result is kept: too late to cancel.
_KEPT: Final = ("saving", "complete")

#: Passes a change of state from a worker thread to the thread that owns the state.
Post = Callable[[Callable[[], None]], None]


class Phase(StrEnum):
    """Phase of an analysis."""

    EMPTY = "empty"  # there is no table
    READY = "ready"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: Reason why the button is disabled, by phase.
_WHY_NOT: Final = {
    Phase.EMPTY: "Give a table first, or take the example.",
    Phase.RUNNING: "The analysis is running.",
}


@dataclass(frozen=True, eq=False)
class _Job:
    """Input of one run."""

    table: FeatureTable
    settings: Settings
    overrides: Overrides
    name: str
    as_study: bool

    def analysed(self, progress: ProgressCallback) -> Analysis:
        """Analysis of the table, with the anchor marks.

        Raises
        ------
        ReadError
            If the files of a study do not share one gradient.
        """
        analysis = analyze(self.overrides.mark(self.table), self.settings, progress)
        if self.as_study:
            _require_one_gradient(analysis)
        return analysis.with_overrides(self.overrides)


def _require_one_gradient(analysis: Analysis) -> None:
    apart = analysis.findings[analysis.findings["code"] == "gradients-differ"]
    if not apart.empty:
        raise ReadError(
            f"These files are no one study. {apart['message'].iloc[0]} Press Run all, which judges "
            "each file by itself."
        )


class RunState(t.HasTraits):
    """Running or last analysis of one page.

    Attributes
    ----------
    phase : Phase
    table : FeatureTable or None
        Input of the next run.
    judged : FeatureTable or None
        Input of the running or last analysis, where it is known.
    arriving : str
        Name of a file on its way, which will be the input; empty if there is none.
    settings : Settings
    overrides : Overrides
        The next run uses their anchor marks.
    as_study : bool
        Whether the table must be of one gradient.
    analysis : Analysis or None
        Result of the last run.
    session_id : str
        Of the running or last analysis in the history; empty where it is not kept.
    percentage : float
    message : str
        Of the last event.
    log : tuple of str
    elapsed : float
        s, of the running or last analysis.
    refusal : Refusal or None
        Reason why it failed.
    prepared : Analysis or None
        Same as `analysis`, with its evidence computed again where it came from the history.
    notice : str
        Further messages, such as that the result is not stored.
    owner : str
        Author of the running analysis, where another process carries it out.
    way : str
        Way in which new sessions are shared, as `Person.choices` names it; the usual one if empty.
    cancelling : bool
        Whether the end of the running analysis was requested.
    """

    phase = t.UseEnum(Phase, default_value=Phase.EMPTY)
    table = t.Instance(FeatureTable, allow_none=True)
    arriving = t.Unicode("")
    settings = t.Instance(Settings, ())
    overrides = t.Instance(Overrides, ())
    as_study = t.Bool(False)
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
    way = t.Unicode("")
    cancelling = t.Bool(False)

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
        self.judged: FeatureTable | None = None

    @property
    def why_not(self) -> str:
        """Reason why it cannot be started; empty where it can."""
        if self.arriving and self.phase is not Phase.RUNNING:
            return f"{self.arriving} is arriving."
        if self.table is None and self.phase is not Phase.RUNNING:
            return _WHY_NOT[Phase.EMPTY]  # it was refused while another one ran
        return _WHY_NOT.get(self.phase, "")

    @property
    def has_result(self) -> bool:
        """Whether the last result is that of the table."""
        return self.analysis is not None and is_input(self.table, self.analysis)

    @property
    def why_not_cancel(self) -> str:
        """Reason why it cannot be cancelled; empty where it can."""
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
        """Analyse the table in a thread of its own, unless `why_not` gives a reason not to."""
        if self.why_not or self.table is None:
            return
        name = self.table.source.name
        job = _Job(self.table, self.settings, self.overrides, name, self.as_study)
        self._launch(lambda: self._work(job), job.table)

    def cancel(self) -> None:
        """Request the end of the running analysis, here or in another process."""
        if self.why_not_cancel:
            self.notice = self.why_not_cancel if self.phase is Phase.RUNNING else self.notice
            return
        self.message = "Cancelling ..."
        self.cancelling = True
        self._cancel.set()

    @property
    def ways(self) -> list[str]:
        """Ways in which the visitor can share new sessions, the usual one first."""
        person = self._visitor.person
        return [] if person is None else list(person.choices)

    def history_to_save(self) -> History:
        """History whose new sessions are shared as the visitor has chosen."""
        history = self._open()
        choices = {} if history.person is None else history.person.choices
        return history.sharing(*choices[self.way]) if self.way in choices else history

    def find(self, sid: str) -> None:
        """Show a session of the history: its result, or its progress in another process."""
        if self.phase is Phase.RUNNING:
            self.notice = (
                "Wait for the end of this analysis, or cancel it, to open another session."
            )
            return
        self._launch(lambda: self._follow(sid))

    def show(self, table: FeatureTable, analysis: Analysis, sid: str) -> None:
        """Show the result that this page has of a table, unless something runs."""
        if self.phase is Phase.RUNNING:
            return
        self.table = table
        self.session_id, self.refusal, self.notice = sid, None, ""
        self.phase, self.message = Phase.FINISHED, "Done."
        self.percentage = 100.0
        self.analysis = analysis

    def join(self, timeout: float | None = None) -> None:
        """Wait until nothing runs."""
        if self._thread is not None:
            self._thread.join(timeout)

    def tick(self) -> None:
        """Update the elapsed time."""
        if self.phase is Phase.RUNNING:
            self.elapsed = time.monotonic() - self._began

    def _launch(self, work: Callable[[], None], table: FeatureTable | None = None) -> None:
        self._cancel.clear()
        self.cancelling = False
        self._began = time.monotonic()
        self.refusal, self.notice, self.log, self.owner = None, "", (), ""
        self.percentage, self.elapsed, self.message = 0.0, 0.0, "Starting ..."
        self.judged, self.phase = table, Phase.RUNNING
        self._thread = threading.Thread(target=self._guarded, args=(work,), daemon=True)
        self._thread.start()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do the work, and show an end whatever it raises."""
        try:
            work()
        except Cancelled:
            self._end(Phase.CANCELLED, "Cancelled.")
        except GangliosideError as error:
            # What was found on reading the table is told where it was read.
            self._end(Phase.FAILED, "Failed.", Refusal.saying(str(error)))
        except Exception as error:
            self._end(Phase.FAILED, "Failed.", Refusal.saying(_unforeseen(error)))
            raise

    def _work(self, job: _Job) -> None:
        try:
            history = self.history_to_save()
            sid = history.begin(job.table.source, job.settings, job.name)
        except HistoryError as error:
            self._finish(job.analysed(self._heed), "", f"This analysis is not kept: {error}")
            return
        self._post(lambda: setattr(self, "session_id", sid))
        made: list[Analysis] = []

        def analyse(report: ProgressCallback) -> Analysis:
            made.append(job.analysed(report))
            return made[0]

        try:
            history.carry_out(sid, job.name, analyse, self._heed)
        except HistoryError as error:
            if not made:
                raise
            notice = f"This analysis is not kept, export what you need: {error}"
            self._finish(made[0], "", notice)
        else:
            self._finish(made[0], sid, "")

    def _heed(self, event: ProgressEvent) -> None:
        if event["step"] in _KEPT:
            return
        self._post(lambda: self._show(event))
        if self._cancel.is_set():
            raise Cancelled

    def _follow(self, sid: str) -> None:
        history = self._open()
        session = history.session(sid)
        sid, owner = str(session["id"]), str(session["author"])
        self._post(lambda: self._found(sid, owner))
        if session["status"] == "processing":
            for event in follow_session(history, sid, self._pause_between(history, sid, owner)):
                self._post(lambda event=event: self._show(event))  # type: ignore[misc]
        self._arrive(history, sid)

    def _pause_between(self, history: History, sid: str, owner: str) -> Callable[[], None]:
        """Pause between two looks at a session, in which Cancel requests its end."""
        # Checked here too: Cancel may be pressed before the owner is known.
        due = not self._visitor.why_not(owner)

        def pause() -> None:
            nonlocal due
            if due and self._cancel.is_set():
                with suppress(HistoryError):  # it has ended, or others hold the history for long
                    history.runs.request_cancel(sid)
                    due = False
            time.sleep(_LOOK)

        return pause

    def _arrive(self, history: History, sid: str) -> None:
        """Show the end of a session."""
        session = history.session(sid)
        settings = history.settings(sid)
        table = read_features(history.source(sid), settings)
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
            why = "This analysis was interrupted: nothing works on it any more. Run it again."
            self._end(Phase.FAILED, "Interrupted.", Refusal.saying(why))

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
        self.judged, self.table, self.settings = table, table, settings

    def _show(self, event: ProgressEvent) -> None:
        if self.phase is not Phase.RUNNING:
            return
        self.percentage, self.message = event["percentage"], event["message"]
        self._log_line(event["percentage"], f"{event['step']}: {event['message']}")

    def _log_line(self, percentage: float, text: str) -> None:
        at = time.monotonic() - self._began
        self.log = (*self.log, f"{at:7.2f} s  {percentage:3.0f} %  {text}")


def is_input(table: FeatureTable | None, analysis: Analysis) -> bool:
    """Whether an analysis is of this table, read in this way."""
    if table is None:
        return False
    one, other = table.source, analysis.source
    if one is other:
        return True
    same = (one.name, one.options, one.size) == (other.name, other.options, other.size)
    return same and one.sha256 == other.sha256


def _unforeseen(error: Exception) -> str:
    return (
        f"Something unforeseen happened ({type(error).__name__}: {error}). Your table is still "
        "here: run it again, and report this with the table if it happens again."
    )
