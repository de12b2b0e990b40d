"""Identification by tokens of the history, as the server alone uses it."""

from __future__ import annotations

import hmac
from typing import Final

from starlette.requests import HTTPConnection

from ganglioside.history import History
from ganglioside.history.author import current_author
from ganglioside.history.sharing import Person
from ganglioside.history.storage.store import utc_now
from ganglioside.history.tokens import Token
from ganglioside.server.callers import secret_in
from ganglioside.server.problems import Problem
from ganglioside.server.reads import Kept

#: Tokens that are remembered, until the history is written to.
_REMEMBERED: Final = 10_000.0


class TokenIdentity:
    """Finds out by its token who makes a request.

    Parameters
    ----------
    history
        Holds the tokens.
    own
        Token of whoever started the server, for all that it can do; none where empty.
    """

    def __init__(self, history: History, own: str = "") -> None:
        self._history = history
        self._own = own
        self._known: Kept[Token | None] = Kept(history, _REMEMBERED)

    def __call__(self, connection: HTTPConnection) -> Person | None:
        """Person who makes a request; None without a token that the server knows.

        Raises
        ------
        Problem
            If the token is valid no more.
        """
        secret = secret_in(connection.headers)
        if not secret:
            return None
        if self._own and hmac.compare_digest(secret.encode(), self._own.encode()):
            return Person(current_author(), "admin")
        found = self._known.get(secret, lambda: self._history.tokens.find(secret), lambda _: 1.0)
        if found is None:
            return None
        if (why := found.why_refused(utc_now())) is not None:
            raise Problem(401, "old-token", f"{why} Ask whoever runs the server for a new one.")
        return Person(found.person, found.scope, found.groups)
