"""Whether a process lives, whatever numbers and times a row holds."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timedelta

import pytest

from ganglioside.history.process import SILENCE, Process

NOW = datetime(2026, 11, 26, 12, 0)


@pytest.mark.parametrize("pid", [-5, 0, 2**31, 2**63 - 1])
@pytest.mark.parametrize("host", [platform.node(), "elsewhere"])
def test_a_number_that_no_process_has_is_dead(pid: int, host: str) -> None:
    assert "cannot have the number" in str(Process(host, pid, None, NOW).why_dead(NOW))


@pytest.mark.parametrize(
    ("ago", "dead"),
    [(timedelta(0), False), (SILENCE * 2, True), (-SILENCE * 2, True), (-SILENCE / 2, False)],
)
def test_a_sign_from_a_time_to_come_is_old(ago: timedelta, dead: bool) -> None:
    assert bool(Process("elsewhere", 7, None, NOW - ago).why_dead(NOW)) is dead


def test_this_process_lives() -> None:
    assert Process.this(NOW).why_dead(NOW) is None
    assert Process(platform.node(), os.getpid(), NOW, NOW).why_dead(NOW) is not None
