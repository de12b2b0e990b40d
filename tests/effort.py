"""How long tests wait before they give up, and how many examples they try.

No test depends on how fast the machine is: what it waits for is an event or a state, never a
time, and `PATIENCE` only ends the waiting where a fault has made it endless.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

from hypothesis import HealthCheck, settings

Case = TypeVar("Case")

#: s; the end of waiting for what should happen at once. It costs time only where a test fails.
PATIENCE: Final = 300.0

#: s between two looks at what is waited for, at least and at most. A look may cost as much as what
#: is waited for, so they grow rarer: a wait lasts at most a tenth longer by it.
_LOOK: Final = (0.02, 0.25)

#: The profiles of the property tests; `GANGLIOSIDE_TESTS` names one of them.
PROFILES: Final = ("fast", "nightly")


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a process; one that does not heed is killed."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def profile() -> str:
    """Name of the profile in use, `fast` unless `GANGLIOSIDE_TESTS` names another."""
    named = os.environ.get("GANGLIOSIDE_TESTS", "fast")
    if named not in PROFILES:
        raise ValueError(f"GANGLIOSIDE_TESTS is {named!r}; it may be {' or '.join(PROFILES)}.")
    return named


def most(of_all: int) -> int:
    """Number of examples to try: all of them by night, a sixth of them by day."""
    return of_all if profile() == "nightly" else max(5, of_all // 6)


def examples(of_all: int) -> settings:
    """Settings of a property test that tries `of_all` examples by night."""
    return settings(max_examples=most(of_all))


def some(cases: Sequence[Case], one_in: int = 2) -> Sequence[Case]:
    """All cases by night, one in two or more by day: where each costs much, like the others."""
    return cases if profile() == "nightly" else cases[::one_in]


def load_profile() -> None:
    """Let hypothesis use the profile: by day the same examples each time, by night new ones.

    In neither does a slow example fail.
    """
    slow_is_fine = [HealthCheck.too_slow]
    settings.register_profile(
        "fast",
        deadline=None,
        derandomize=True,
        max_examples=20,
        suppress_health_check=slow_is_fine,
    )
    settings.register_profile(
        "nightly", deadline=None, max_examples=400, suppress_health_check=slow_is_fine
    )
    settings.load_profile(profile())


@contextmanager
def not_endless() -> Iterator[None]:
    """End what takes `PATIENCE` of the processor's time, however busy the machine: a TimeoutError.

    A regular expression that tries without end is interrupted too.
    """

    def stop(*_: object) -> None:
        raise TimeoutError(f"It took {PATIENCE:g} s of the processor and would have gone on.")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def until(condition: Callable[[], object], what: str = "it") -> None:
    """Wait until a condition holds."""
    begun = time.monotonic()
    while not condition():
        waited = time.monotonic() - begun
        assert waited < PATIENCE, f"{what} did not happen in {PATIENCE:g} s"
        time.sleep(min(max(waited / 10, _LOOK[0]), _LOOK[1]))
