"""Jobs: work that goes on in a process of its own, and can be followed from any other."""

from __future__ import annotations

from ganglioside.jobs.follower import Looks, follow
from ganglioside.jobs.kinds import Analyze, Batch, Done, Export, Report, Rerun, Work, work_of
from ganglioside.jobs.launcher import cancel, resume_waiting, retry, run_here, start
from ganglioside.jobs.runner import carry_out

__all__ = [
    "Analyze",
    "Batch",
    "Done",
    "Export",
    "Looks",
    "Report",
    "Rerun",
    "Work",
    "cancel",
    "carry_out",
    "follow",
    "resume_waiting",
    "retry",
    "run_here",
    "start",
    "work_of",
]
