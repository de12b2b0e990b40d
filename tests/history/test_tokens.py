"""Tokens: made, found, replaced, revoked, and changes of them by others discovered."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ganglioside.errors import TokenError, UnknownTokenError
from ganglioside.history import History
from ganglioside.history.author import acting_for
from ganglioside.history.storage.store import utc_now
from ganglioside.history.tokens import Token, identity
from ganglioside.support.printed import LONGEST

pytestmark = pytest.mark.usefixtures("stays_open")


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.open(tmp_path / "history.duckdb")


def test_the_secret_is_stored_nowhere(history: History) -> None:
    secret = history.tokens.add("Ann")
    hidden = secret.split("_", 2)[2].encode()
    assert all(hidden not in file.read_bytes() for file in history.path.parent.iterdir())
    found = history.tokens.find(secret)
    assert found is not None
    assert (found.person, found.scope, found.expires) == ("Ann", "read", None)
    assert secret not in repr(found)


@pytest.mark.parametrize("secret", ["", "gs_", "gs__", "x", "gs_0000000000_x", "ö" * 9])
def test_a_secret_of_no_token_finds_none(history: History, secret: str) -> None:
    history.tokens.add("Ann")
    assert history.tokens.find(secret) is None


def test_secrets_have_a_form(history: History) -> None:
    secret = history.tokens.add("Ann")
    assert Token.has_form(secret)
    wrong = ["", "gs_", "x" * 60_000, secret + "x", secret[:-1], f" {secret}", secret + "\n"]
    assert not any(map(Token.has_form, wrong))


def test_a_secret_of_a_known_id_needs_its_digits(history: History) -> None:
    secret = history.tokens.add("Ann")
    assert history.tokens.find(f"gs_{identity(secret)}_guess") is None


def test_a_replaced_token_keeps_its_rights_and_its_life(history: History) -> None:
    secret = history.tokens.add("Ann", "write", label="R", life=timedelta(days=9))
    new = history.tokens.find(history.tokens.rotate(identity(secret)))
    old = history.tokens.find(secret)
    assert old is not None
    assert new is not None
    assert (new.person, new.scope, new.label) == ("Ann", "write", "R")
    assert new.expires is not None
    assert new.expires - new.created == timedelta(days=9)
    assert "revoked" in str(old.why_refused(utc_now()))
    with pytest.raises(TokenError, match="revoked"):
        history.tokens.rotate(identity(secret))


def test_a_token_expires(history: History) -> None:
    found = history.tokens.find(history.tokens.add("Ann", life=timedelta(hours=1)))
    assert found is not None
    assert found.why_refused(utc_now()) is None
    assert "expired" in str(found.why_refused(utc_now() + timedelta(hours=2)))


@pytest.mark.parametrize(
    "wrong",
    [{"person": ""}, {"person": " "}, {"person": "a\nb"}, {"person": "x" * (LONGEST + 1)},
     {"scope": "root"}, {"label": "x" * (LONGEST + 1)}, {"label": "\x1b[2J"},
     {"life": timedelta(0)}, {"life": timedelta(days=9999)}],
)  # fmt: skip
def test_a_senseless_token_is_refused(history: History, wrong: dict[str, Any]) -> None:
    with pytest.raises(TokenError):
        history.tokens.add(**{"person": "Ann", **wrong})
    assert history.tokens.all() == []


def test_a_token_that_is_not_there_is_named(history: History) -> None:
    for change in (history.tokens.rotate, history.tokens.revoke):
        with pytest.raises(UnknownTokenError, match="0123456789"):
            change("0123456789")


def test_the_log_tells_who_made_and_revoked_a_token(history: History) -> None:
    with acting_for("Host"):
        secret = history.tokens.add("Ann", "admin")
        history.tokens.revoke(identity(secret))
        history.tokens.revoke(identity(secret))
    entries = history.care.log(identity(secret))
    assert entries[["action", "author"]].values.tolist() == [
        ["token added", "Host"],
        ["token revoked", "Host"],
    ]
    assert history.care.verify(sample=0).is_whole


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE tokens SET scope = 'admin'", "is not as the log records it"),
        ("UPDATE tokens SET expires = NULL", "is not as the log records it"),
        ("UPDATE tokens SET revoked = NULL", "is not as the log records it"),
        ("DELETE FROM tokens", "is missing"),
        (
            "INSERT INTO tokens SELECT 'ffffffffff', person, 'admin', label, sha256, created, "
            "expires, revoked, NULL FROM tokens",
            "Token ffffffffff is not as the log records it",
        ),
    ],
)
def test_a_token_that_others_changed_is_found(history: History, change: str, fault: str) -> None:
    secret = history.tokens.add("Ann", life=timedelta(days=1))
    history.tokens.revoke(identity(secret))
    with history._store.write() as connection:
        connection.execute(change)
    assert fault in " ".join(history.care.verify(sample=0).faults)


def test_tokens_are_not_transferred(history: History, tmp_path: Path) -> None:
    history.tokens.add("Ann", "admin")
    history.care.export(tmp_path / "export")
    other = History.open(tmp_path / "other.duckdb")
    other.care.import_(tmp_path / "export")
    assert other.tokens.all() == []
