"""Ports for the servers of tests, which nobody else takes before they listen."""

from __future__ import annotations

import os
import random
import re
import socket
from itertools import count
from pathlib import Path
from typing import Final

#: Ports below are those of well-known servers.
_FIRST: Final = 10_000

#: Linux gives ports from the second on to programs that do not care which they get: every
#: connection, and five sockets of each kernel, so that one of them is soon taken.
_RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL: Final = 32_768

#: Most processes of one run of the tests; each has its own ports.
_PROCESSES: Final = 64


def free_port() -> int:
    """Port of 127.0.0.1 on which nothing listens; this process gets another each time."""
    ports = range(_FIRST + _process(), _last(), _PROCESSES)
    for _ in ports:
        port = ports[next(_turns) % len(ports)]
        if _is_free(port):
            return port
    raise OSError(f"All ports from {_FIRST} to {_last()} are taken.")


def _process() -> int:
    """Number of this process among those that run the tests at once."""
    worker = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", ""))
    return int(worker or 0) % _PROCESSES


def _last() -> int:
    return int(_RANGE.read_text().split()[0]) if _RANGE.exists() else _USUAL


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


#: From anywhere, so that two runs of the tests on one machine begin far from each other.
_turns: Final = count(random.SystemRandom().randrange(1 << 16))
