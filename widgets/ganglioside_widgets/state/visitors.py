"""Visitors of a page, and what they may change: whoever starts the server decides.

A page runs in a kernel of its own, whose environment comes from the server. Nothing that a
browser sends, neither address nor message, can change it. Where people sign in, the server writes
who has opened the page into a file that only it can write (`serving/kernels.py`); the history acts
as that person from then on, and does not open before.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from ganglioside.errors import NobodyError, SettingsError
from ganglioside.history.author import current_author
from ganglioside.history.sharing import Person, Sharing, person_here

if TYPE_CHECKING:
    from ganglioside.history import History

#: The variable in which `ganglioside app` passes the access to its kernels.
VARIABLE: Final = "GANGLIOSIDE_PAGES"

#: The variable with the name of the acting person, here and in jobs that are started here.
_AUTHOR: Final = "GANGLIOSIDE_AUTHOR"


class Access(StrEnum):
    """Who can open a page, and what may be changed there."""

    OWN = "own"  # only whoever started the server, who may change everything
    SHARED = "shared"  # others too, who may change what they made themselves
    OPEN = "open"  # others too, who may change everything
    PEOPLE = "people"  # people who sign in, who see and change what is theirs or shared


_WITH_GUESTS: Final = (Access.SHARED, Access.OPEN, Access.PEOPLE)


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person at the page or notebook of this kernel.

    Attributes
    ----------
    access : Access or None
        None in a notebook, whose user can run any code.
    name : str
        The name under which the history records actions; empty where people sign in.
    """

    access: Access | None
    name: str = ""

    @classmethod
    def here(cls) -> Visitor:
        """Visitor of this kernel.

        If others can open its page, later actions are recorded under the visitor's own name.

        Raises
        ------
        SettingsError
            If `GANGLIOSIDE_PAGES` is not a value of `Access`.
        """
        access = access_of(os.environ)
        if access is Access.PEOPLE:
            return cls(access)
        if access in _WITH_GUESTS:
            os.environ[_AUTHOR] = _name()
        return cls(access, current_author())

    @property
    def person(self) -> Person | None:
        """Who has signed in and opened the page; None before, and where nobody signs in."""
        if self.access is not Access.PEOPLE:
            return None
        try:
            return person_here()
        except NobodyError:
            return None

    @property
    def author(self) -> str:
        """The name under which the history records actions."""
        person = self.person
        return self.name if person is None else person.name

    @property
    def on_page(self) -> bool:
        """Whether this is a web page, not a notebook."""
        return self.access is not None

    @property
    def may_administer(self) -> bool:
        """Whether this is an administrator: by the hub, or as whoever started the server."""
        if self.access is Access.PEOPLE:
            return self.person is not None and self.person.may("admin")
        return self.access in (Access.OWN, None)

    @property
    def is_guest(self) -> bool:
        """Whether the visitor may be someone other than whoever started the server."""
        return self.access in _WITH_GUESTS

    @property
    def is_bound(self) -> bool:
        """Whether the visitor may change only what was made on this page."""
        return self.access in (Access.SHARED, Access.PEOPLE)

    def why_not(self, author: str) -> str:
        """Reason why what `author` made may not be changed here; empty where it may."""
        if self.access is Access.PEOPLE:
            return self._why_not_as_person(author)
        if not self.is_bound or author == self.author:
            return ""
        return (
            f"{author} made this. Others can open this page too, so only what was made on it can "
            "be changed here. Whoever runs the server can allow more: ganglioside app "
            "--visitors-may-change."
        )

    def _why_not_as_person(self, author: str) -> str:
        person = self.person
        if person is not None and person.may_change(author):
            return ""
        return f"{author} made this: only {author} and administrators can change it."

    def why_not_session(self, history: History, sid: str) -> str:
        """Reason why a session of the history may not be changed here; empty where it may.

        Raises
        ------
        HistoryError
            If there is no such session.
        """
        if not self.is_bound:
            return ""
        author = str(history.session(sid)["author"])
        return self.why_not(author)

    def why_not_decision(self, history: History, sid: str) -> str:
        """Reason why names of a session may not be decided on here; empty where they may.

        Raises
        ------
        HistoryError
            If there is no such session.
        """
        session = history.session(sid)
        shared = Sharing(str(session["shared"]), str(session["shared_group"]))
        if self.person is not None and self.person.may_decide(str(session["author"]), shared):
            return ""
        return self.why_not_session(history, sid)


def access_of(environment: Mapping[str, str]) -> Access | None:
    """Access to the page of a kernel with this environment; None for a notebook.

    A Voila that `ganglioside app` did not start may listen anywhere: its pages count as shared.

    Raises
    ------
    SettingsError
        If `GANGLIOSIDE_PAGES` is not a value of `Access`.
    """
    value = environment.get(VARIABLE)
    if value is not None:
        try:
            return Access(value)
        except ValueError:
            raise SettingsError(
                f"{VARIABLE} = {value!r} is unknown: use one of {', '.join(Access)}."
            ) from None
    software = environment.get("SERVER_SOFTWARE", "").casefold()
    has_voila_variables = any(name.startswith("VOILA_") for name in environment)
    is_voila = software.startswith("voila") or has_voila_variables
    return Access.SHARED if is_voila else None


@cache
def _name() -> str:
    """Random name of this kernel's visitor, which no other kernel has."""
    return f"visitor {secrets.token_hex(4)} (page of {current_author()})"
