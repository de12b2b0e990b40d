"""Variables that processes find in their environment if they start meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Final

#: What tells Python to load nothing from the folder in which it starts.
SAFE_PATH: Final = {"PYTHONSAFEPATH": "1"}

#: Threads share the environment: one that came later would take the first one's for its own.
_turn: Final = threading.RLock()


@contextmanager
def with_variables(wanted: Mapping[str, str]) -> Iterator[None]:
    """Set variables in the block; afterwards they are as before.

    Parameters
    ----------
    wanted : mapping of str to str

    Examples
    --------
    >>> with with_variables({"GANGLIOSIDE_TRIED": "yes"}):
    ...     os.environ["GANGLIOSIDE_TRIED"]
    'yes'
    """
    with _turn:
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def safe_path() -> AbstractContextManager[None]:
    """Block in which processes start that load nothing from the folder they start in."""
    return with_variables(SAFE_PATH)
