"""Answers to reads, kept as long as the history is as it was when they were made."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from copy import copy
from threading import Lock
from typing import Final, Generic, TypeVar

from ganglioside.history import History
from ganglioside.history.sharing import Person

#: Most bytes of answers that are kept.
_MOST_BYTES: Final = 64_000_000

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key, for the present state of a history; the least used ones are forgotten.

    Parameters
    ----------
    history
    most
        Largest sum of sizes.
    """

    def __init__(self, history: History, most: float) -> None:
        self._history = history
        self._most = most
        self._lock = Lock()
        self._values: OrderedDict[Hashable, tuple[T, float]] = OrderedDict()
        self._state: tuple[int, ...] | None = None
        self._size = 0.0

    def get(self, key: Hashable, make: Callable[[], T], size: Callable[[T], float]) -> T:
        """Value of a key, made anew where the history has changed since it was made."""
        state = self._history.state()
        if (found := self._find(key, state)) is not None:
            return found[0]
        value = make()
        with self._lock:
            if state is not None and state == self._state:
                self._keep(key, value, size(value))
        return value

    def find(self, key: Hashable) -> T | None:
        """Value of a key; None where it must be made."""
        found = self._find(key, self._history.state())
        return None if found is None else found[0]

    def _find(self, key: Hashable, state: tuple[int, ...] | None) -> tuple[T, float] | None:
        with self._lock:
            if state is None or state != self._state:
                self._forget(state)
            if (found := self._values.get(key)) is not None:
                self._values.move_to_end(key)
            return found

    def _forget(self, state: tuple[int, ...] | None) -> None:
        """Forget all values: no state comes again, and they would fill the memory."""
        self._values.clear()
        self._state, self._size = state, 0.0

    def _keep(self, key: Hashable, value: T, size: float) -> None:
        before = self._values.pop(key, None)
        self._values[key] = (value, size)
        self._size += size - (before[1] if before else 0.0)
        while self._size > self._most:
            _, (_, freed) = self._values.popitem(last=False)
            self._size -= freed


class Reads:
    """Answers of one server to reads, as bytes."""

    def __init__(self, history: History) -> None:
        self._kept: Kept[tuple[bytes, str]] = Kept(history, _MOST_BYTES)
        self._person: Person | None = None

    def of(self, person: Person) -> Reads:
        """Same answers, of which a person gets only those that were made for that person."""
        found = copy(self)
        found._person = person
        return found

    def find(self, key: Hashable) -> tuple[bytes, str] | None:
        """Answer to a read, and its tag; None where it must be made."""
        return self._kept.find((self._person, key))

    def get(self, key: Hashable, make: Callable[[], bytes]) -> tuple[bytes, str]:
        """Answer to a read, and its tag, which changes where the answer does."""

        def tagged() -> tuple[bytes, str]:
            content = make()
            return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'

        return self._kept.get((self._person, key), tagged, lambda made: len(made[0]))
