"""Jobs: work in a process of its own, which any other process can follow and cancel."""

from __future__ import annotations

from ganglioside.jobs.follower import Looks, follow, follow_session
from ganglioside.jobs.kinds import (
    Analyze,
    Backup,
    Batch,
    Done,
    Export,
    Queued,
    Report,
    Rerun,
    Verify,
    Work,
    work_of,
)
from ganglioside.jobs.launcher import cancel, resume_waiting, retry, run_here, start
from ganglioside.jobs.runner import carry_out, carry_out_taken

__all__ = [
    "Analyze",
    "Backup",
    "Batch",
    "Done",
    "Export",
    "Looks",
    "Queued",
    "Report",
    "Rerun",
    "Verify",
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
