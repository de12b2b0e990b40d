"""Panel of the jobs of the history: their progress and results; cancel, retry, download."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape

import ipywidgets as w

from ganglioside.history import History
from ganglioside.history.jobs import Job
from ganglioside.jobs.sent_batches import handed_out, overview_in, packed
from ganglioside.progress import ProgressEvent, event_text
from ganglioside.reading.wordings import worded
from ganglioside_widgets.elements.grid import NONE, Column, Grid
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.panels.base import Panel, box, button, post_to_kernel, say
from ganglioside_widgets.state.jobs import JobLine, JobsState, told
from ganglioside_widgets.visitor_time import time_element, visitor_text

_COLUMNS = (
    Column("status", "State", 92),
    Column("percentage", "%", 48, "0", "Progress"),
    Column("kind", "Kind", 76),
    Column("name", "Name", 190),
    Column("last", "Last message", 260, "text", "Last event, or the error"),
    Column("started", "Started", 142),
    Column("took", "Time", 92, "text", "Elapsed time, or duration"),
    Column("process", "Process", 150, "text", "Process number and machine"),
    Column("author", "Made by", 90),
    Column("id", "Job", 130),
)

_NO_JOB = "No job yet: exports and reruns of large sessions run as jobs."
_GONE = "What it made is gone: press Retry to make it again."
_NEXT = "Select a job to see its events, to cancel it while it waits or runs, or to start it again."


class JobsPanel(Panel):
    """List of jobs, updated as they go on in any process.

    Parameters
    ----------
    state
        A new one, of all jobs, where None.
    page
        Sends files and messages to the browser; a new one where None.
    open_session
        Opens the session that a job made; where None, a link leads to the workbench page.
    """

    def __init__(
        self,
        state: JobsState | None = None,
        page: Page | None = None,
        open_session: Callable[[str], None] | None = None,
    ) -> None:
        self.state = state or JobsState(History.open, post_to_kernel())
        self._open_session = open_session
        own = page is None
        self._page = page or Page()
        self.grid = Grid("Jobs", _COLUMNS, key="id", lines=8, empty=_NO_JOB)
        self._count, self._heading = box(kind="count"), box()
        self._said, self._chosen = box(), box()
        self._build_actions()
        # What grows while a job goes on is below the buttons: a press on one that moves is lost.
        super().__init__(
            "Jobs",
            [self._count, self.grid, self._heading, self._actions, self._said, self._chosen,
             *([self._page] if own else [])],
            kind="jobs",
        )  # fmt: skip
        if own:
            self._page.layout.display = "none"
            self._page.on_open(lambda _: self.state.watch())
        self.grid.on_select(self.choose)
        self.state.observe(self._list, "lines")
        self.state.observe(self._mark, "chosen")
        self.state.observe(self._show, ["lines", "chosen", "events", "error", "notice"])
        self.state.observe(self._tell, "ended")
        self._list(None)
        self._show(None)

    def _build_actions(self) -> None:
        self.cancel = button("Cancel", self.state.cancel, kind="danger")
        self.retry = button("Retry", self.state.retry, tip="Start it again as a new job")
        self.download = button("Download", self._download, kind="primary")
        self.opener = button("Open its session", self._open)
        self.overview = button(
            "Overview", self._overview, tip="A page about all tables of the batch"
        )
        self._link = box()
        # Those that come when a job has ended are to the right: the others stay in place.
        buttons = [self.cancel, self.retry, self.download, self.overview, self.opener, self._link]
        self._actions = w.HBox(buttons).add_class("gg-buttons")

    def choose(self, job: str) -> None:
        """Show a job, unless it is shown already."""
        if job != self.state.chosen:
            self.state.choose(job)

    def _open(self) -> None:
        line = self.state.line
        if line is not None and line.job.session and self._open_session is not None:
            self._open_session(line.job.session)

    def _download(self) -> None:
        line = self.state.line
        if line is not None:
            self._hand_over(line)

    def _overview(self) -> None:
        line = self.state.line
        results = None if line is None else line.results
        page = None if results is None else overview_in(results)
        if line is None or results is None or page is None:
            self.state.error = _GONE
            return
        self._hand_out(f"batch-{line.job.id}.html", lambda: handed_out(page, results))

    def _hand_over(self, line: JobLine) -> None:
        """Give the browser what a job made: its file, or all results of a batch."""
        file, results = line.file, line.results
        if file is not None:
            self._hand_out(file.name, file.read_bytes)
        elif results is not None and results.is_dir():
            self._hand_out(f"batch-{line.job.id}.zip", lambda: packed(results))
        else:
            self.state.error = _GONE

    def _hand_out(self, name: str, made: Callable[[], bytes]) -> None:
        try:
            self._page.download(name, made())
        except OSError as error:
            reason = error.strerror or error
            self.state.error = f"{name} cannot be read: {reason}. Press Retry to make it again."

    def _tell(self, _: object) -> None:
        """Announce jobs that have ended, with a button to download the file."""
        for line in self.state.ended:
            self._page.tell(
                told(line),
                error=line.job.status == "failed",
                action="Download" if line.has_made else "",
                act=(lambda line=line: self._hand_over(line)) if line.has_made else None,  # type: ignore[misc]
            )

    def _list(self, _: object) -> None:
        table = self.state.table()
        active, total = self.state.active, len(self.state.lines)
        self._count.value = (
            f"<span>{active:,} waiting or running, {total - active:,} ended</span>" if total else ""
        )
        with self.grid.hold_sync():
            self.grid.show(table)
            self._mark(None)

    def _mark(self, _: object) -> None:
        """Mark the row that the buttons act on."""
        self.grid.selected = self.state.chosen or NONE

    def _show(self, _: object) -> None:
        state, line = self.state, self.state.line
        grey = state.why_not if line is not None else ""
        self._said.value = say(state.error, "error") or say(state.notice or grey)
        if line is None:
            self._actions.layout.display, self._heading.value = "none", ""
            self._chosen.value = f"<p class='gg-empty'>{_NEXT}</p>" if state.lines else ""
            return
        job = line.job
        self._heading.value = _heading(job)
        self.cancel.disabled = bool(state.why_not) or job.has_ended or job.cancel_requested
        self.retry.disabled = bool(state.why_not) or not job.has_ended
        self.cancel.tooltip = state.why_not or "Cancel"
        self.retry.tooltip = state.why_not or "Start it again as a new job"
        self.download.layout.display = "" if line.has_made else "none"
        self.overview.layout.display = "" if line.results is not None else "none"
        self._show_way_to_session(job)
        self._actions.layout.display = ""  # only now that they stand where they stay
        self._chosen.value = _described(line, self._log())

    def _show_way_to_session(self, job: Job) -> None:
        """Show what opens the session of a job: a button on this page, else a link to another."""
        session = job.session if job.status == "completed" else None
        is_here = self._open_session is not None
        self.opener.layout.display = "" if session is not None and is_here else "none"
        is_linked = session is not None and not is_here
        self._link.layout.display = "" if is_linked else "none"
        self._link.value = (
            f'<a class="gg-link" href="workbench.ipynb?session={escape(str(session))}">'
            "Open its session</a>" if is_linked else ""
        )  # fmt: skip

    def _log(self) -> str:
        lines = [_event_line(event) for event in reversed(self.state.events)]
        return worded("\n".join([*lines, self.state.log()]).strip(), "panel")


def _event_line(event: ProgressEvent) -> str:
    """Line of a log: local time, progress, step and text."""
    time = visitor_text(datetime.fromisoformat(event["timestamp"]), "%H:%M:%S")
    return f"{time}  {event['percentage']:3.0f} %  {event['step']}: {event_text(event)}"


def _heading(job: Job) -> str:
    return f"<h3>{escape(job.kind)}: {escape(job.name)} <small>job {escape(job.id)}</small></h3>"


def _described(line: JobLine, log: str) -> str:
    job = line.job
    facts = [
        ("State", job.status + (", to be cancelled" if job.cancel_requested else "")),
        ("Made by", job.author),
        ("Process", line.process or "none yet"),
        ("Time limit", "none" if job.time_limit is None else f"{job.time_limit:g} s"),
        *([("Repeats", job.retry_of)] if job.retry_of else []),
    ]
    made = f"<div><b>Made</b><span>{time_element(job.created)}</span></div>"
    listed = "".join(f"<div><b>{escape(k)}</b><span>{escape(v)}</span></div>" for k, v in facts)
    bar = events = ""
    if job.status == "processing":
        bar = (
            f'<progress max="100" value="{line.percentage:.0f}" aria-label="Progress of the job">'
            "</progress>"
        )
    if log:
        events = f"<h4>Events and log, the newest first</h4><pre tabindex='0'>{escape(log)}</pre>"
    return (
        bar
        + (say(job.error, "error") if job.error else "")
        + f"<div class='gg-facts'>{listed}{made}</div>{events}"
    )
