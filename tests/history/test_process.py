"""Whether a process lives, whatever numbers and times a row holds."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ganglioside.history.process import DEAD_AFTER, Process
from ganglioside.history.storage.store import utc_now

NOW = datetime(2026, 11, 26, 12, 0)


@pytest.mark.parametrize("pid", [-5, 0, 2**31, 2**63 - 1])
@pytest.mark.parametrize("host", [platform.node(), "elsewhere"])
def test_a_number_that_no_process_has_is_dead(pid: int, host: str) -> None:
    assert "cannot have the number" in str(Process(host, pid, None, NOW).why_dead(NOW))


@pytest.mark.parametrize(
    ("ago", "dead"),
    [
        (timedelta(0), False),
        (DEAD_AFTER * 2, True),
        (-DEAD_AFTER * 2, True),
        (-DEAD_AFTER / 2, False),
    ],
)
def test_a_sign_from_a_time_to_come_is_old(ago: timedelta, dead: bool) -> None:
    assert bool(Process("elsewhere", 7, None, NOW - ago).why_dead(NOW)) is dead


def test_this_process_lives() -> None:
    assert Process.this(NOW).why_dead(NOW) is None
    assert Process(platform.node(), os.getpid(), NOW, NOW).why_dead(NOW) is not None


def test_a_process_is_known_by_its_start_and_not_by_its_number() -> None:
    now = utc_now()
    this = Process.this(now)
    assert this.why_dead(now) is None
    earlier = Process(this.host, this.pid, now - timedelta(days=3), now)
    assert "another has its number" in str(earlier.why_dead(now))
    assert Process(this.host, this.pid, None, None).why_dead(now) is None
    assert "has ended" in str(Process(this.host, 2**22 + 1, None, now).why_dead(now))


def test_a_zombie_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    now = utc_now()
    assert Process(Process.this(now).host, child.pid, None, now).why_dead(now)
    child.wait()


@pytest.mark.parametrize(("silent", "dead"), [(DEAD_AFTER * 0.9, False), (DEAD_AFTER * 1.1, True)])
def test_a_process_elsewhere_is_dead_once_it_is_silent(silent: timedelta, dead: bool) -> None:
    now = utc_now()
    elsewhere = Process("another host", os.getpid(), now, now - silent)
    assert (elsewhere.why_dead(now) is not None) is dead


def test_a_number_alone_is_not_a_process() -> None:
    this = Process.this(utc_now())
    assert Process.with_number(this.pid).is_same(this)
    assert this.started is not None
    for other in (
        replace(this, host="another"),
        replace(this, pid=this.pid + 1),
        replace(this, started=this.started - timedelta(hours=1)),
    ):
        assert not other.is_same(this)
    assert replace(this, started=None).is_same(this)
