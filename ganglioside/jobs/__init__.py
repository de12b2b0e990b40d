"""Jobs: work that goes on in a process of its own, and can be followed from any other."""

from __future__ import annotations

from ganglioside.jobs.carrying import carry_out
from ganglioside.jobs.following import Looks, follow
from ganglioside.jobs.starting import cancel, resume_waiting, retry, run_here, start
from ganglioside.jobs.work import Analyze, Batch, Done, Export, Report, Rerun, Work, work_of

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
