"""Jobs that are carried out in threads of this process.

A process of its own for each takes twenty times as long as what most of them do. That one is
started, and what it hands on, is seen in `tests/jobs/`, `tests/cli/test_jobs.py` and
`tests/server/test_service.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ganglioside.history import History
from ganglioside.history.jobs import Job
from ganglioside.jobs import __main__ as process
from ganglioside.jobs import launcher


@contextmanager
def jobs_carried_out_here() -> Iterator[None]:
    """Carry out all jobs that are started meanwhile in this process, each in a thread."""
    threads: list[threading.Thread] = []

    def launch(history: History, job: Job) -> None:
        opened = History.open(history.address)
        thread = threading.Thread(target=_carry_out, args=(opened, job.id))
        threads.append(thread)
        thread.start()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launcher, "_launch", launch)
        yield
        while threads:  # at its end a job starts the next one
            threads.pop().join()


def _carry_out(history: History, job: str) -> None:
    process._carry_out(history, job)
    launcher.start_next(history)
