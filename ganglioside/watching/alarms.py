"""Rounds of a server: what has died is marked, what waits is started, trouble is told of.

Whoever keeps the server is told once of each trouble, and once that it is over; what no channel has
taken is sent again at the next look.
"""

from __future__ import annotations

import logging
import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from ganglioside.errors import GangliosideError
from ganglioside.history import History
from ganglioside.jobs import resume_waiting
from ganglioside.notify import Message, Notifications, read_config, send
from ganglioside.support.formatting import counted
from ganglioside.watching.state import CLEAN_UP, LEAST_FREE, State, look

log: Final = logging.getLogger(__name__)

#: Seconds between two rounds of a server, and rounds between two looks for trouble.
PAUSE: Final = 10.0
_ROUNDS: Final = 6

#: Most seconds for which the last round is waited for.
_MOMENT: Final = 5.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A trouble: its name, how it is recognised, and what is said of it."""

    name: str
    is_there: Callable[[State], bool]
    words: Callable[[State], str]


#: What is looked for.
TROUBLES: Final = (
    Trouble(
        "no worker",
        lambda state: state.lacks_worker,
        lambda state: (
            f"No worker takes jobs, and {state.jobs.get('pending', 0):,} wait. "
            "Start one: ganglioside worker."
        ),
    ),
    Trouble(
        "worker lost",
        lambda state: state.lost_workers > 0,
        lambda state: (
            f"{state.lost_workers} workers gave no sign any more. Their jobs "
            "were given to others. Look at their logs."
        ),
    ),
    Trouble(
        "disk nearly full",
        lambda state: state.disk.is_nearly_full,
        lambda state: (
            f"{state.disk.words} on the disk of the history, less than {LEAST_FREE:.0%}. "
            f"Make room, or clean up: {CLEAN_UP}."
        ),
    ),
    Trouble(
        "backup too old",
        lambda state: state.backup_is_late,
        lambda state: (
            "The last backup is too old"
            + (f", of {state.last_backup:%Y-%m-%d %H:%M} UTC" if state.last_backup else "")
            + ". Look at the jobs of the kind backup: ganglioside jobs."
        ),
    ),
    Trouble(
        "jobs given up",
        lambda state: state.given_up > 0,
        lambda state: (
            f"{counted(state.given_up, 'job')} failed in all attempts. "
            "Their reasons: ganglioside jobs."
        ),
    ),
)


def sound(history: History) -> list[str]:
    """Tell of what has come or gone since the last look; return the names of those told.

    Any number of processes may look: whoever sees a change first tells of it. What no channel takes
    counts as not seen: whoever looks next tells of it.
    """
    state = look(history)
    known = set(history.alarms.all())
    told = []
    for trouble in TROUBLES:
        is_there = trouble.is_there(state)
        if is_there == (trouble.name in known):
            continue
        if not history.alarms.change(trouble.name, is_there=is_there):
            continue
        if _tell(trouble, state, is_over=not is_there):
            told.append(trouble.name)
        else:
            history.alarms.change(trouble.name, is_there=not is_there)
    return told


def _tell(trouble: Trouble, state: State, *, is_over: bool) -> bool:
    """Log and send an alarm; False where no channel has taken it, though there are some."""
    words = "It is over." if is_over else trouble.words(state)
    log.log(logging.INFO if is_over else logging.WARNING, "Alarm, %s: %s", trouble.name, words)
    event = "alarm.over" if is_over else "alarm"
    facts = {"event": event, "alarm": trouble.name, "host": platform.node()}
    title = f"Ganglioside: {trouble.name}" + (" is over" if is_over else "")
    return _is_sent(Message(title, words, facts))


def _is_sent(message: Message) -> bool:
    """Whether a channel has taken a message, or none is set up.

    One is enough: it would be told again and again until the other one takes it too.
    """
    try:
        to = read_config()
    except GangliosideError as error:
        log.warning("No alarm could be sent, which is tried again: %s", error)
        return False
    channels = [one for one in (replace(to, webhook=None), replace(to, email=None))
                if one.email or one.webhook]  # fmt: skip
    took = [_took(channel, message) for channel in channels or [to]]
    return any(took)


def _took(channel: Notifications, message: Message) -> bool:
    try:
        send(message, channel)
    except GangliosideError as error:
        log.warning("An alarm could not be sent: %s", error)
        return False
    return True


class Rounds(threading.Thread):
    """Rounds in a thread of their own, until they are ended.

    Parameters
    ----------
    history : callable
        Opens the history of each round.
    pause : float
        Seconds before each.
    """

    def __init__(self, history: Callable[[], History], pause: float) -> None:
        super().__init__(name="rounds", daemon=True)
        self._history, self._pause = history, pause
        self._over = threading.Event()

    def run(self) -> None:
        """Make rounds until they are ended."""
        for number in count(1):
            if self._over.wait(self._pause):
                return
            try:
                _make_round(self._history(), number)
            except GangliosideError as error:
                log.warning("The state of the server cannot be read: %s", error)

    def end(self) -> None:
        """Let the present round be the last one, and wait for it a moment.

        Where Python ended while a round is in the history, it would die of it.
        """
        self._over.set()
        self.join(_MOMENT)


def watch(history: Callable[[], History] = History.open, pause: float = PAUSE) -> Rounds:
    """The rounds that are made from now on."""
    rounds = Rounds(history, pause)
    rounds.start()
    return rounds


def _make_round(history: History, number: int) -> None:
    # Whatever was killed could not tell of its end, nor start the job that waits for its place.
    history.refresh()
    resume_waiting(history)
    keeps = history.person is None or history.person.may("admin")
    if keeps and number % _ROUNDS == 0:
        sound(history)
