"""Identification by token."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import postgres_server
import pytest
from effort import until
from silent_lines import Line
from starlette.requests import HTTPConnection

from ganglioside.history import History
from ganglioside.history import tokens as stored
from ganglioside.history.storage.postgres import news
from ganglioside.server.callers import Person
from ganglioside.server.problems import Problem
from ganglioside.server.token_identity import TokenIdentity

OWN = "own-token-of-the-server"


def bringing(token: str) -> HTTPConnection:
    headers = [(b"authorization", f"Bearer {token}".encode())]
    return HTTPConnection({"type": "http", "headers": headers})


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.open(tmp_path / "history.duckdb")


def test_the_person_of_a_token_is_found(history: History) -> None:
    identity = TokenIdentity(history)
    secret = history.tokens.add("Ann", "write")
    assert identity(bringing(secret)) == Person("Ann", "write")
    assert identity(bringing(secret[:-1])) is None
    assert identity(bringing(secret + "x")) is None
    assert identity(HTTPConnection({"type": "http", "headers": []})) is None


def test_a_revoked_token_is_refused_at_once(history: History) -> None:
    identity = TokenIdentity(history)
    secret = history.tokens.add("Ann")
    assert identity(bringing(secret)) is not None
    history.tokens.revoke(stored.identity(secret))
    with pytest.raises(Problem, match="revoked"):
        identity(bringing(secret))


def test_a_token_that_is_revoked_is_refused_soon_by_a_server_that_was_cut_off_from_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was let in for ever: a server that heard of no write took none to be made."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(news, "_LOOK", 1.0)
    monkeypatch.setattr(news, "_STALE", 2.0)
    server = postgres_server.server()
    with server.database() as direct, Line(server) as line:
        history = History.open(line.url(direct.split("/")[3].partition("?")[0]))
        secret = history.tokens.add("Eve", "admin")
        identity = TokenIdentity(history)
        assert identity(bringing(secret)) == Person("Eve", "admin")
        line.cut()
        History.open(direct).tokens.revoke(stored.identity(secret))
        until(lambda: is_refused(identity, secret))


def is_refused(identity: TokenIdentity, secret: str) -> bool:
    try:
        return identity(bringing(secret)) is None
    except Problem:
        return True


def test_a_rotated_token_is_refused_and_the_new_one_taken(history: History) -> None:
    identity = TokenIdentity(history)
    old = history.tokens.add("Ann", "admin")
    new = history.tokens.rotate(stored.identity(old))
    assert identity(bringing(new)) == Person("Ann", "admin")
    with pytest.raises(Problem):
        identity(bringing(old))


def test_an_expired_token_is_refused(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = history.tokens.add("Ann", life=timedelta(days=1))
    identity = TokenIdentity(history)
    assert identity(bringing(secret)) is not None
    later = stored.utc_now() + timedelta(days=2)
    monkeypatch.setattr("ganglioside.server.token_identity.utc_now", lambda: later)
    with pytest.raises(Problem, match="expired"):
        identity(bringing(secret))


def test_the_token_of_whoever_started_the_server_may_everything(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", "Host")
    identity = TokenIdentity(history, OWN)
    assert identity(bringing(OWN)) == Person("Host", "admin")
    assert identity(bringing(OWN[:-1])) is None


def test_wrong_tokens_are_neither_looked_up_nor_remembered(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once each was looked up in the history, and 10,000 secrets were remembered for it."""
    identity = TokenIdentity(history)
    secret = history.tokens.add("Ann")
    looked: list[object] = []
    read = stored.Tokens.all

    def all_tokens(tokens: stored.Tokens) -> list[stored.Token]:
        looked.append(tokens)
        return read(tokens)

    monkeypatch.setattr(stored.Tokens, "all", all_tokens)
    monkeypatch.setattr(stored.Tokens, "find", lambda *_: pytest.fail("looked up"))
    assert identity(bringing("x" * 60_000)) is None
    assert identity(bringing("")) is None
    assert looked == []
    for number in range(50):
        wrong = f"gs_{number:010x}_{'A' * 43}"
        assert identity(bringing(wrong)) is None
    assert identity(bringing(secret[:-1] + ("A" if secret[-1] != "A" else "B"))) is None
    assert identity(bringing(secret)) == Person("Ann", "read")
    assert len(looked) == 1
    assert len(identity._known._values) == 1
