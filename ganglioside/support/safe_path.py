"""Processes of Python that load nothing from the folder in which they start."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: What tells Python so, in its environment.
SAFE_PATH: Final = {"PYTHONSAFEPATH": "1"}

#: Threads share the environment: one that came later would take the first one's for its own.
_turn: Final = threading.RLock()


@contextmanager
def safe_path() -> Iterator[None]:
    """Let processes that start in the block load nothing from the folder they start in.

    Examples
    --------
    >>> with safe_path():
    ...     os.environ["PYTHONSAFEPATH"]
    '1'
    """
    with _turn:
        before = {name: os.environ.get(name) for name in SAFE_PATH}
        os.environ.update(SAFE_PATH)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
