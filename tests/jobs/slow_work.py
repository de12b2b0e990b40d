"""Work for tests of jobs: slow work, in this process and in another."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import ClassVar

from paths import TESTS

import ganglioside as gg
from ganglioside.jobs.kinds import Done
from ganglioside.progress import Progress, ProgressCallback

TABLE = "Name,RT,Volume,Log P,Anchor\n" + "".join(
    f"GM1({carbons}:1;O2),{carbons / 4},1000,1.5,T\n" for carbons in (34, 36, 38, 40, 42)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """Works for ten minutes; it tells of it all the time, or not at all."""

    kind: ClassVar[str] = "slow"

    deaf: bool = False
    name: str = "slow"

    def run(self, history: gg.History, progress: ProgressCallback) -> Done:
        report = Progress(progress)
        report.done("loading", "Started")
        for step in range(60_000):
            time.sleep(0.01)
            if not self.deaf:
                report.reached("rule1", step / 1000, "Still at it")
        return Done()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """Works for ever in one step, in which no other thread of its process gets its turn."""

    kind: ClassVar[str] = "frozen"

    name: str = "frozen"

    def run(self, history: gg.History, progress: ProgressCallback) -> Done:
        re.fullmatch("(?:a+)+b", "a" * 64)  # takes some thousand years
        return Done()


#: The process of a job whose work is `Slow` or `Frozen`.
SLOW_PROCESS = """
import sys
sys.path[:0] = {path!r}
from jobs.slow_work import Frozen, Slow
from ganglioside.history import recorder
from ganglioside.jobs import __main__, guard, kinds
kinds._KINDS |= {{work.kind: work for work in (Slow, Frozen)}}
recorder.BEAT, recorder.GRACE, guard.SILENCE = 0.1, 0.2, {silence}
sys.exit(__main__.main(*sys.argv[1:]))
"""


def slow_process(history: gg.History, job: str, silence: float = 1.0) -> subprocess.Popen[bytes]:
    """Process that works on a job, which its guard takes for deaf after `silence`, s."""
    code = SLOW_PROCESS.format(path=[str(TESTS)], silence=silence)
    return subprocess.Popen(
        [sys.executable, "-c", code, job],
        env={**os.environ, "GANGLIOSIDE_HISTORY": history.address},
    )
