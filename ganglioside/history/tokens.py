"""Tokens: who may call the server of a history, until when, and what they may do there.

Only the SHA-256 of a secret is stored. It has 256 random bits, so that nobody can guess it from its
hash, and no slow hash is needed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from ganglioside.errors import TokenError, UnknownTokenError
from ganglioside.history import audit_log
from ganglioside.history.author import current_author
from ganglioside.history.sharing import SCOPES, Scope
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.history.storage.store import utc_now
from ganglioside.support.printed import LONGEST, is_name, is_printed
from ganglioside.support.quoting import quoted

#: Longest life of a token.
_LONGEST_LIFE: Final = timedelta(days=3660)

_PREFIX: Final = "gs"

#: Form of a secret: see `_insert`.
_FORM: Final = re.compile(rf"{_PREFIX}_[0-9a-f]{{10}}_[\w-]{{43}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is stored. Times are UTC, without a zone.

    Attributes
    ----------
    id : str
    person : str
        Who acts with it.
    scope : Scope
    label : str
        What it is for.
    sha256 : str
        Of the secret.
    created : datetime
    expires, revoked : datetime or None
    person_groups : str or None
        Groups of the person, JSON.
    """

    id: str
    person: str
    scope: Scope
    label: str
    sha256: str
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    person_groups: str | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of the person."""
        return tuple(json.loads(self.person_groups or "[]"))

    def why_refused(self, now: datetime) -> str | None:
        """Reason why nobody is let in with it any more; None if it is valid."""
        if self.revoked is not None:
            return f"This token was revoked on {self.revoked:%Y-%m-%d}."
        if self.expires is not None and self.expires <= now:
            return f"This token expired on {self.expires:%Y-%m-%d}."
        return None

    @staticmethod
    def has_form(secret: str) -> bool:
        """Whether a text may be the secret of a token at all."""
        return _FORM.fullmatch(secret) is not None

    def fits(self, secret: str) -> bool:
        """Whether it is the token of a secret."""
        return hmac.compare_digest(self.sha256, _hash(secret))


_COLUMNS: Final = ", ".join(field.name for field in fields(Token))


class Tokens:
    """Tokens of one history; every call is one transaction, as in `History`.

    Examples
    --------
    >>> import tempfile
    >>> import ganglioside as gg
    >>> folder = tempfile.TemporaryDirectory()
    >>> history = gg.History.open(f"{folder.name}/history.duckdb")
    >>> secret = history.tokens.add("R. Franklin", "write", label="KNIME")
    >>> history.tokens.find(secret).person
    'R. Franklin'
    >>> folder.cleanup()
    """

    def __init__(self, store: HistoryStore) -> None:
        self._store = store

    def add(
        self,
        person: str,
        scope: Scope = "read",
        *,
        label: str = "",
        life: timedelta | None = None,
        groups: Sequence[str] = (),
    ) -> str:
        """Secret of a new token; it is shown here only, and stored nowhere.

        Parameters
        ----------
        person
            Who acts with it: the author of what is done.
        scope
            `read`; `write`, which also makes sessions and jobs, and changes the person's own; or
            `admin`, which changes those of others and tokens too.
        label
            What it is for.
        life
            How long it is valid; for ever where None.
        groups
            Groups of the person, whose shared sessions are seen with it.

        Raises
        ------
        TokenError
            If a value is refused.
        """
        _require(person, scope, label, life, groups)
        with self._store.write(adding=True) as connection:
            return _insert(connection, person.strip(), scope, label.strip(), life, tuple(groups))

    def all(self) -> list[Token]:
        """All tokens, the oldest first, with those that are not valid any more."""
        with self._store.read() as connection:
            return read_tokens(connection)

    def valid(self) -> list[Token]:
        """Tokens that let somebody in, the oldest first."""
        now = utc_now()
        return [token for token in self.all() if token.why_refused(now) is None]

    def find(self, secret: str) -> Token | None:
        """Token of a secret, valid or not; None if there is none."""
        with self._store.read() as connection:
            tokens = read_tokens(connection, identity(secret))
        return next((token for token in tokens if token.fits(secret)), None)

    def rotate(self, token: str) -> str:
        """Secret of a new token in the place of one that is revoked, with the same rights.

        It is valid as long as the old one was when it was new.
        """
        with self._store.write() as connection:
            old = _one(connection, token)
            _require_valid(old)
            life = None if old.expires is None else old.expires - old.created
            secret = _insert(connection, old.person, old.scope, old.label, life, old.groups)
            _revoke(connection, old)
            return secret

    def revoke(self, token: str) -> None:
        """Let nobody in with a token any more."""
        with self._store.write() as connection:
            found = _one(connection, token)
            if found.revoked is None:
                _revoke(connection, found)


def identity(secret: str) -> str:
    """Id in a secret; empty if it has none.

    >>> identity("gs_0a1b2c_xyz")
    '0a1b2c'
    """
    parts = secret.split("_", 2)
    return parts[1] if len(parts) == 3 and parts[0] == _PREFIX else ""


def read_tokens(connection: Connection, token: str | None = None) -> list[Token]:
    """Tokens, the oldest first: all of them, or those with an id."""
    chosen = "" if token is None else "WHERE id = ?"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM tokens {chosen} ORDER BY created, id",
        [] if token is None else [token],
    ).fetchall()
    return [Token(*row) for row in rows]


def revoked_tokens(connection: Connection) -> list[str]:
    """Ids of the tokens that were revoked; none where a history is older than tokens."""
    found = connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_name = 'tokens' "
        "AND table_schema = current_schema() AND table_type = 'BASE TABLE'"
    ).fetchall()
    if not found:
        return []
    rows = connection.execute("SELECT id FROM tokens WHERE revoked IS NOT NULL").fetchall()
    return [token for (token,) in rows]


def revoke_again(connection: Connection, revoked: Collection[str] | None) -> None:
    """Revoke tokens of a backup that were revoked after it was made; part of a transaction.

    Parameters
    ----------
    connection
        To the history that was restored.
    revoked
        Their ids; None where they are not known, so that all are revoked.
    """
    for token in read_tokens(connection):
        if token.revoked is None and (revoked is None or token.id in revoked):
            _revoke(connection, token)


def logged_tokens(written: Sequence[audit_log.LogEntry]) -> dict[str, dict[str, Any]]:
    """What the log records of each token, by id: see `facts_of`."""
    found: dict[str, dict[str, Any]] = {}
    for entry in written:
        if entry.action in ("token added", "token revoked") and entry.subject is not None:
            found[entry.subject] = entry.facts
    return found


def facts_of(token: Token) -> dict[str, Any]:
    """Columns of a token as the log holds them, ready for JSON."""
    times = {
        name: None if time is None else time.isoformat()
        for name in ("created", "expires", "revoked")
        for time in [getattr(token, name)]
    }
    return {
        "person": token.person,
        "scope": token.scope,
        "label": token.label,
        "sha256": token.sha256,
        **times,
        **({} if token.person_groups is None else {"groups": token.person_groups}),
    }


def _insert(
    connection: Connection,
    person: str,
    scope: Scope,
    label: str,
    life: timedelta | None,
    groups: tuple[str, ...],
) -> str:
    """Store a new token, and return its secret."""
    now = utc_now()
    token = secrets.token_hex(5)
    secret = f"{_PREFIX}_{token}_{secrets.token_urlsafe(32)}"
    made = Token(
        token,
        person,
        scope,
        label,
        _hash(secret),
        now,
        None if life is None else now + life,
        None,
        json.dumps(groups) if groups else None,
    )
    marks = ", ".join("?" for _ in fields(Token))
    connection.execute(
        f"INSERT INTO tokens ({_COLUMNS}) VALUES ({marks})",
        [getattr(made, field.name) for field in fields(Token)],
    )
    audit_log.append(connection, current_author(), "token added", token, **facts_of(made))
    return secret


def _revoke(connection: Connection, token: Token) -> None:
    connection.execute("UPDATE tokens SET revoked = ? WHERE id = ?", [utc_now(), token.id])
    (revoked,) = read_tokens(connection, token.id)
    audit_log.append(connection, current_author(), "token revoked", token.id, **facts_of(revoked))


def _one(connection: Connection, token: str) -> Token:
    found = read_tokens(connection, token)
    if not found:
        raise UnknownTokenError(
            f"There is no token {quoted(token)}: `ganglioside tokens list` lists them."
        )
    return found[0]


def _require_valid(token: Token) -> None:
    if (why := token.why_refused(utc_now())) is not None:
        raise TokenError(f"{why} Add a new one.")


def _require(
    person: str, scope: str, label: str, life: timedelta | None, groups: Sequence[str]
) -> None:
    """Refuse a token of nobody, for nothing known, with overlong words, or for no time."""
    if not is_name(person):
        raise TokenError(
            f"A token needs the name of who acts with it: 1 to {LONGEST} printable characters."
        )
    if scope not in SCOPES:
        raise TokenError(f"{quoted(scope)} is no scope: use {', '.join(SCOPES)}.")
    if len(label) > LONGEST or not is_printed(label):
        raise TokenError(f"The label is too long: {LONGEST} printable characters are kept.")
    if not all(map(is_name, groups)):
        raise TokenError(f"A group has a name of 1 to {LONGEST} printable characters.")
    if life is not None and not timedelta(0) < life <= _LONGEST_LIFE:
        raise TokenError("A token is valid for more than no time, and at most ten years.")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
