"""Jobs: work in a process of its own, which any other process can follow and cancel."""

from __future__ import annotations

from ganglioside.jobs.follower import Looks, follow, follow_session
from ganglioside.jobs.kinds import (
    Analyze,
    Batch,
    Done,
    Export,
    Queued,
    Report,
    Rerun,
    Work,
    work_of,
)
from ganglioside.jobs.launcher import cancel, resume_waiting, retry, run_here, start
from ganglioside.jobs.runner import carry_out, carry_out_taken

__all__ = [
    "Analyze",
    "Batch",
    "Done",
    "Export",
    "Looks",
    "Queued",
    "Report",
    "Rerun",
    "Work",
    "cancel",
    "carry_out",
    "carry_out_taken",
    "follow",
    "follow_session",
    "resume_waiting",
    "retry",
    "run_here",
    "start",
    "work_of",
]
