"""Callers of the server: who they are, and what they may do."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Depends
from starlette.requests import HTTPConnection

from ganglioside.history.sharing import Person, Scope
from ganglioside.server.problems import Problem

#: Where the server keeps the person of a request, in its ASGI scope.
KEY: Final = "ganglioside.person"

#: Where it keeps what finds out again who makes a request, for what goes on for long.
AGAIN: Final = "ganglioside.person_again"


def person_of(connection: HTTPConnection) -> Person:
    """Person of a request, as the doorman has found out."""
    person: Person = connection.scope[KEY]
    return person


async def is_still(connection: HTTPConnection) -> bool:
    """Whether whoever made a request would be let in with it now, with the same rights.

    Raises
    ------
    Problem
        If that cannot be found out.
    """
    try:
        found = await connection.scope[AGAIN]()
    except Problem as problem:
        if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        return False
    return bool(found == person_of(connection))


async def require_still(connection: HTTPConnection) -> None:
    """Refuse whoever would not be let in any more, though they were when their request began.

    Raises
    ------
    Problem
        With the cure.
    """
    if not await is_still(connection):
        raise Problem(
            401,
            "old-token",
            "While this request came or waited, your sign-in or token ceased to be valid, or got "
            "other rights. Nothing was done. Sign in again, or ask whoever runs the server for a "
            "new token.",
        )


def needs(scope: Scope) -> Callable[[HTTPConnection], Person]:
    """Dependency that gives the person, and refuses one who lacks a scope."""

    def check(connection: HTTPConnection) -> Person:
        person = person_of(connection)
        if not person.may(scope):
            raise Problem(
                403,
                "narrow-token",
                f"This needs a token with the scope {scope}; yours is {person.scope}.",
            )
        return person

    return check


Reader = Annotated[Person, Depends(needs("read"))]
Writer = Annotated[Person, Depends(needs("write"))]
Admin = Annotated[Person, Depends(needs("admin"))]


def secret_in(headers: Any) -> str:
    """Token in the headers of a request; empty without one.

    It is the `Bearer` of an Authorization header, the password of a `Basic` one (which browsers and
    spreadsheets send), or, for WebSockets of browsers, a subprotocol `bearer.<token>`.
    """
    kind, _, given = headers.get("authorization", "").partition(" ")
    if kind.lower() in ("bearer", "token"):
        return str(given.strip())
    if kind.lower() == "basic":
        return _password(given.strip())
    offered = [one.strip() for one in headers.get("sec-websocket-protocol", "").split(",")]
    found = [one.removeprefix("bearer.") for one in offered if one.startswith("bearer.")]
    return found[0] if found else ""


def _password(given: str) -> str:
    """Password in the value of a Basic header; empty where it is none."""
    try:
        _, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return password
