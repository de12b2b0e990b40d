"""Workers, queue and tasks of a history, as lists for people."""

from __future__ import annotations

from datetime import datetime
from statistics import median
from typing import Final

import pandas as pd

from ganglioside.history import History
from ganglioside.history.jobs import MOST_ATTEMPTS, Job
from ganglioside.history.periods import DAY
from ganglioside.jobs.announcements import duration
from ganglioside.support.formatting import counted
from ganglioside.watching.state import State, durations
from ganglioside_widgets.visitor_time import visitor_text

#: Newest failures that are shown.
_FAILURES: Final = 50


#: What a worker does, by the word for its state.
_STATES: Final = {
    "working": "takes jobs",
    "draining": "ends after its job",
    "ended": "has ended",
    "lost": "gives no sign: its job goes to another",
}

#: Jobs by their kind, before their names.
_KINDS: Final = {
    "analyze": "analysis of",
    "session": "analysis of",
    "rerun": "new analysis of",
    "report": "report on",
    "export": "export of",
    "batch": "batch of",
}

#: Jobs without a name of their own, by their kind.
_WHOLE: Final = {"backup": "backup of the history", "verify": "check of the history"}


def workers_of(history: History, state: State) -> pd.DataFrame:
    """Workers, the newest first, each with the job that it has."""
    busy = {job.worker: job for job in history.jobs.all("processing")}
    rows = [
        {
            "id": one.id,
            "state": _STATES[one.state(state.now)],
            "can_drain": one.state(state.now) == "working",
            "machine": one.host,
            "process": str(one.pid),
            "job": words_of(busy[one.id]) if one.id in busy else "",
            "job_id": busy[one.id].id if one.id in busy else "",
            "since": _since(busy.get(one.id), state),
            "sign": f"{_ago(state, one.heartbeat)} ago",
            "started": visitor_text(one.started),
            "version": one.version,
        }
        for one in state.workers
    ]
    return pd.DataFrame(rows)


def lasting_of(history: History) -> pd.DataFrame:
    """Jobs that have ended, by kind and end, with their durations."""
    rows = [
        {
            "id": f"{one.kind} {one.status}",
            "kind": one.kind,
            "status": one.status,
            "number": len(one.seconds),
            "median": duration(median(one.seconds)),
            "longest": duration(max(one.seconds)),
        }
        for one in durations(history)
    ]
    return pd.DataFrame(rows)


def failures_of(history: History) -> pd.DataFrame:
    """Newest jobs that have failed or wait for another attempt, with the reason."""
    found = [
        job
        for job in history.jobs.all("failed", "pending")
        if job.status == "failed" or job.not_before is not None
    ]
    rows = [
        {
            "id": job.id,
            "status": job.status,
            "job": words_of(job),
            "attempts": _attempts(job),
            "next": _next(job),
            "reason": job.error or _last_reason(history, job),
        }
        for job in found[:_FAILURES]
    ]
    return pd.DataFrame(rows)


def queue_of(state: State) -> str:
    """Sentence about the queue."""
    waiting = state.jobs.get("pending", 0)
    oldest = ""
    if waiting and state.waiting_since is not None:
        oldest = f", the oldest for {_ago(state, state.waiting_since)}"
    counts = ", ".join(
        f"{state.jobs.get(status, 0):,} {status}" for status in ("completed", "failed", "cancelled")
    )
    running = state.jobs.get("processing", 0)
    wait = counted(waiting, "job waits", "jobs wait")
    go_on = counted(running, "goes on", "go on")
    lacks = " No worker takes jobs: start one by ganglioside worker." if state.lacks_worker else ""
    return f"{wait}{oldest}; {go_on}; ended: {counts}.{lacks}"


def tasks_of(state: State) -> str:
    """Sentence about what workers do by themselves."""
    if not state.tasks:
        return (
            "Workers make no backup and no check by themselves: set it by ganglioside workers "
            "backup and ganglioside workers verify."
        )
    parts = [
        f"{task.kind} every {task.every / DAY:g} days, "
        + ("not yet done" if task.last_run is None else f"last {visitor_text(task.last_run)}")
        for task in state.tasks
    ]
    return f"Workers do by themselves: {'; '.join(parts)}."


def words_of(job: Job) -> str:
    """What a job does, in words."""
    return _WHOLE.get(job.kind, f"{_KINDS.get(job.kind, job.kind)} {job.name}")


def why_not_retry(failure: pd.Series) -> str:
    """Reason why a job of `failures_of` cannot be started again; empty where it can."""
    if failure["status"] == "failed":
        return ""
    return f"It is tried again by itself ({failure['next']}): cancel it first to start it anew."


def why_not_cancel(failure: pd.Series) -> str:
    """Reason why a job of `failures_of` cannot be cancelled; empty where it can."""
    return "It has failed: there is nothing to cancel." if failure["status"] == "failed" else ""


def _since(job: Job | None, state: State) -> str:
    return "" if job is None or job.started is None else _ago(state, job.started)


def _ago(state: State, moment: datetime) -> str:
    seconds = max(0.0, (state.now - moment).total_seconds())
    return f"{seconds:.0f} s" if seconds < 60 else duration(seconds)


def _attempts(job: Job) -> str:
    begun = str(job.attempts or 1)
    return begun if job.has_ended else f"{begun} of {MOST_ATTEMPTS}"


def _next(job: Job) -> str:
    if job.has_ended or job.not_before is None:
        return "given up"
    return f"at {visitor_text(job.not_before, '%H:%M:%S')}"


def _last_reason(history: History, job: Job) -> str:
    events = history.jobs.events(job.id)
    return events[-1]["message"] if events else ""
