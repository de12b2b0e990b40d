"""Identification by tokens of the history, as the server alone uses it."""

from __future__ import annotations

import hmac
from typing import Final

from starlette.requests import HTTPConnection

from ganglioside.history import History
from ganglioside.history.author import current_author
from ganglioside.history.sharing import Person
from ganglioside.history.storage.store import utc_now
from ganglioside.history.tokens import Token, identity
from ganglioside.server.callers import secret_in
from ganglioside.server.problems import Problem
from ganglioside.server.reads import Kept

#: All tokens of a history are remembered together, until it is written to. A wrong one is looked up
#: among them, which costs no look into the history, and is not remembered.
_TOGETHER: Final = "tokens"


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
        self._known: Kept[dict[str, Token]] = Kept(history, 1.0)

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
        found = self._find(secret)
        if found is None:
            return None
        if (why := found.why_refused(utc_now())) is not None:
            raise Problem(401, "old-token", f"{why} Ask whoever runs the server for a new one.")
        return Person(found.person, found.scope, found.groups)

    def _find(self, secret: str) -> Token | None:
        """Token of a secret, valid or not; None if there is none."""
        if not Token.has_form(secret):
            return None
        known = self._known.get(_TOGETHER, self._all, lambda _: 1.0)
        found = known.get(identity(secret))
        return found if found is not None and found.fits(secret) else None

    def _all(self) -> dict[str, Token]:
        """All tokens by their ids."""
        return {token.id: token for token in self._history.tokens.all()}
