"""Who opens a page, and what may be changed there: the one who starts the server decides it.

A page runs in a kernel of its own, whose environment comes from the server. Nothing that a
browser sends, neither an address nor a message, reaches these facts.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from ganglioside.errors import SettingsError
from ganglioside.history import History
from ganglioside.history.author import current_author

#: By which `ganglioside app` tells its kernels who can open their pages.
VARIABLE: Final = "GANGLIOSIDE_PAGES"

#: Names who acts, here and in the jobs that are started here.
_AUTHOR: Final = "GANGLIOSIDE_AUTHOR"


class Access(StrEnum):
    """Who can open a page, and what may be changed there."""

    OWN = "own"  # only the one who started it, who may change everything
    SHARED = "shared"  # others too, who change what they made themselves
    OPEN = "open"  # others too, who may change everything


_WITH_GUESTS: Final = (Access.SHARED, Access.OPEN)


@dataclass(frozen=True, slots=True)
class Visitor:
    """The one who looks at a page or notebook of this kernel.

    Attributes
    ----------
    access : Access or None
        None in a notebook, whose user can run any code.
    author : str
        The name under which the history keeps what is done here.
    """

    access: Access | None
    author: str

    @classmethod
    def here(cls) -> Visitor:
        """Return the visitor of this kernel.

        Where others can open its page, what is done from now on is done in the visitor's name.

        Raises
        ------
        SettingsError
            If `GANGLIOSIDE_PAGES` is none of the values of `Access`.
        """
        access = access_of(os.environ)
        if access in _WITH_GUESTS:
            os.environ[_AUTHOR] = _name()
        return cls(access, current_author())

    @property
    def on_page(self) -> bool:
        """Whether a server shows this to whoever opens its address."""
        return self.access is not None

    @property
    def is_guest(self) -> bool:
        """Whether he need not be the one who started the page."""
        return self.access in _WITH_GUESTS

    @property
    def is_bound(self) -> bool:
        """Whether only what was made here may be changed."""
        return self.access is Access.SHARED

    def why_not(self, author: str) -> str:
        """Return why what `author` made may not be changed here; empty where it may."""
        if not self.is_bound or author == self.author:
            return ""
        return (
            f"{author} made this, and others can open this page: it changes only what was made "
            "on it. Who starts it can allow more: ganglioside app --visitors-may-change."
        )

    def why_not_session(self, history: History, sid: str) -> str:
        """Return why a session of the history may not be changed here; empty where it may.

        Raises
        ------
        HistoryError
            If there is no such session.
        """
        return self.why_not(str(history.session(sid)["author"])) if self.is_bound else ""


def access_of(environment: Mapping[str, str]) -> Access | None:
    """Return who can open the page of a kernel; None where it belongs to a notebook.

    A Voila that `ganglioside app` did not start may listen anywhere: its pages count as shared.

    Raises
    ------
    SettingsError
        If `GANGLIOSIDE_PAGES` is none of the values of `Access`.
    """
    named = environment.get(VARIABLE)
    if named is not None:
        try:
            return Access(named)
        except ValueError:
            raise SettingsError(
                f"{VARIABLE} = {named!r} is unknown: use one of {', '.join(Access)}."
            ) from None
    served = environment.get("SERVER_SOFTWARE", "").casefold().startswith("voila")
    voila = served or any(name.startswith("VOILA_") for name in environment)
    return Access.SHARED if voila else None


@cache
def _name() -> str:
    """Return the name of this kernel's visitor, by which no other kernel's goes."""
    return f"visitor {secrets.token_hex(4)} (page of {current_author()})"
