"""Answers to reads, kept as long as the history is as it was when they were made."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from ganglioside.history import History

#: Most bytes of answers that are kept.
_MOST_BYTES: Final = 64_000_000

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key, the least used ones forgotten, each only for one state of a history.

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
        self._values: OrderedDict[Hashable, tuple[Any, T, float]] = OrderedDict()
        self._size = 0.0

    def get(self, key: Hashable, make: Callable[[], T], size: Callable[[T], float]) -> T:
        """Value of a key, made anew where the history has changed since it was made."""
        state = self._history.state()
        with self._lock:
            found = self._values.get(key)
            if found is not None and state is not None and found[0] == state:
                self._values.move_to_end(key)
                return found[1]
        value = make()
        if state is not None:
            self._keep(key, state, value, size(value))
        return value

    def _keep(self, key: Hashable, state: Any, value: T, size: float) -> None:
        with self._lock:
            before = self._values.pop(key, None)
            self._values[key] = (state, value, size)
            self._size += size - (before[2] if before else 0.0)
            while self._size > self._most:
                _, (_, _, freed) = self._values.popitem(last=False)
                self._size -= freed


class Reads:
    """Answers of one server to reads, as bytes."""

    def __init__(self, history: History) -> None:
        self._kept: Kept[tuple[bytes, str]] = Kept(history, _MOST_BYTES)

    def get(self, key: Hashable, make: Callable[[], bytes]) -> tuple[bytes, str]:
        """Answer to a read, and its tag, which changes where the answer does."""

        def tagged() -> tuple[bytes, str]:
            content = make()
            return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'

        return self._kept.get(key, tagged, lambda made: len(made[0]))
