"""Work for tests of jobs: slow work, in this process and in another."""

from __future__ import annotations

import os
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


#: The process of a job whose work is `Slow`.
SLOW_PROCESS = """
import sys
sys.path[:0] = {path!r}
from jobs.slow_work import Slow
from ganglioside.history import recorder
from ganglioside.jobs import __main__, kinds
kinds._KINDS[Slow.kind] = Slow
recorder.BEAT, recorder.GRACE = 0.1, 0.2
sys.exit(__main__.main(*sys.argv[1:]))
"""


def slow_process(history: gg.History, job: str) -> subprocess.Popen[bytes]:
    code = SLOW_PROCESS.format(path=[str(TESTS)])
    return subprocess.Popen(
        [sys.executable, "-c", code, job],
        env={**os.environ, "GANGLIOSIDE_HISTORY": history.address},
    )
