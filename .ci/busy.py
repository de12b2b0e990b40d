"""Run a command three times in a row while two other processes keep the cores busy.

Usage: python .ci/busy.py COMMAND...   (TIMES and NEIGHBOURS in the environment name other numbers)

It ends at the first failure, with the exit code of the command. However it ends, the busy processes
end with it: they are told to, and look every second whether this one is still there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: A neighbour: busy as long as its parent lives.
BUSY = """
import os, sys, time
while os.getppid() == int(sys.argv[1]):
    end = time.monotonic() + 1
    while time.monotonic() < end:
        pass
"""


@contextmanager
def neighbours(number: int) -> Iterator[None]:
    """Keep `number` processes busy meanwhile."""
    command = [sys.executable, "-c", BUSY, str(os.getpid())]
    busy = [subprocess.Popen(command, start_new_session=True) for _ in range(number)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
        for process in busy:
            process.wait()


def run(command: list[str]) -> int:
    """Exit code of a command; it is asked to end where this program is."""
    process = subprocess.Popen(command)
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise


def end(number: int, _: FrameType | None) -> None:
    """End as an exception does, so that whatever was started is ended."""
    raise SystemExit(128 + number)


def main(command: list[str]) -> int:
    """Run the command until it fails, or often enough."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    times = int(os.environ.get("TIMES", "3"))
    number = int(os.environ.get("NEIGHBOURS", "2"))
    with neighbours(number):
        for turn in range(1, times + 1):
            print(f"Turn {turn} of {times}, beside {number} busy neighbours", flush=True)
            if failed := run(command):
                return failed
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
