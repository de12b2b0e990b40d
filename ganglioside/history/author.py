"""The author: who acts on the history."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from ganglioside.support.printed import UNPRINTED

#: Names who acts; a hub for many users sets the second one.
_VARIABLES: Final = ("GANGLIOSIDE_AUTHOR", "JUPYTERHUB_USER")

#: Person for whom a server acts at the moment.
_PERSON: Final[ContextVar[str]] = ContextVar("person", default="")


def current_author() -> str:
    """Name of who acts: the person that a server acts for, else the user of this process.

    That is `GANGLIOSIDE_AUTHOR`, else the user of a hub, else of the system. What is not printed in
    a name is replaced: it stands in lists and in the log.
    """
    return _PERSON.get() or UNPRINTED.sub("\N{REPLACEMENT CHARACTER}", _user())


def _user() -> str:
    for variable in _VARIABLES:
        if name := os.environ.get(variable, "").strip():
            return name
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container without an entry for its user
        return "unknown"


@contextmanager
def acting_for(person: str) -> Iterator[None]:
    """Act for a person meanwhile, in this task or thread.

    Examples
    --------
    >>> with acting_for("R. Franklin"):
    ...     current_author()
    'R. Franklin'
    """
    before = _PERSON.set(person)
    try:
        yield
    finally:
        _PERSON.reset(before)
