"""The process of one job: python -m ganglioside.jobs JOB, of the history in the environment."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from ganglioside.errors import JobError
from ganglioside.history import History
from ganglioside.jobs.launcher import log_path, start_next
from ganglioside.jobs.runner import carry_out
from ganglioside.support.logs import show_warnings


def main(job: str) -> int:
    """Carry out a job and start the next one that waits; the exit code is 0 if it was completed."""
    show_warnings()
    history = History.open()
    try:
        ended = carry_out(history, job, own_process=True)
    except JobError:
        return 0  # another process has taken it, or it was cancelled meanwhile
    finally:
        start_next(history)
        _drop_if_empty(log_path(history, job))
    return 0 if ended.status == "completed" else 1


def _drop_if_empty(log: Path) -> None:
    if log.is_file() and not log.stat().st_size:
        with suppress(PermissionError):  # on Windows, where this process has it open
            log.unlink()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
