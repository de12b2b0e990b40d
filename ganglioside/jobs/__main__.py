"""The process of one job: python -m ganglioside.jobs JOB, of the history in the environment."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from ganglioside.errors import EndedError, JobError
from ganglioside.history import History
from ganglioside.jobs.launcher import log_path, start_next
from ganglioside.jobs.runner import carry_out_taken
from ganglioside.support.garbage import look_seldom
from ganglioside.support.logs import show_warnings


def main(job: str) -> int:
    """Carry out a job and start the next one that waits.

    Returns
    -------
    int
        Exit code: 0 if the job was completed, or is not left to this process any more.
    """
    look_seldom()
    show_warnings()
    history = History.open()
    try:
        return _carry_out(history, job)
    except JobError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        start_next(history)
        _drop_if_empty(log_path(history, job))


def _carry_out(history: History, job: str) -> int:
    try:
        taken = history.jobs.start(job)
    except EndedError:
        return 0  # another process has taken it, or it was cancelled meanwhile
    ended = carry_out_taken(history, taken, own_process=True)
    return 0 if ended.status == "completed" else 1


def _drop_if_empty(log: Path) -> None:
    if log.is_file() and not log.stat().st_size:
        with suppress(PermissionError):  # on Windows, where this process has it open
            log.unlink()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
