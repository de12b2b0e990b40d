"""Who follows a history in PostgreSQL learns at once that somebody has written."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import postgres_server
import psycopg
import pytest
from effort import PATIENCE, until
from silent_lines import Line

from ganglioside.history import History
from ganglioside.history.storage.postgres import news
from ganglioside.history.storage.postgres.address import Address
from ganglioside.history.storage.postgres.connection import require_answer


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with postgres_server.server().database() as found:
        yield found


def notify(url: str) -> None:
    """Tell of a write, as another process does."""
    name = url.split("/")[3].partition("?")[0]
    postgres_server.server().execute("SELECT pg_notify('ganglioside', 'another')", name)


def test_a_write_of_this_process_counts_once(url: str) -> None:
    history = History.open(url)
    before = history.state()
    assert before is not None
    assert history.state() == before
    history.jobs.add("analyze", {}, "n")
    after = history.state()
    assert after is not None
    assert after[0] == before[0] + 1
    notify(url)
    until(lambda: history.state() == (after[0] + 1,))  # what came between did not count


def test_who_waits_is_woken(url: str) -> None:
    history = History.open(url)
    before = history.state()
    woken = threading.Event()

    def wait() -> None:
        while history.state() == before:
            history.wait(PATIENCE)
        woken.set()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    notify(url)
    assert woken.wait(PATIENCE / 2)


def test_nobody_waits_longer_than_asked(url: str) -> None:
    start = time.monotonic()
    History.open(url).wait(0.01)
    assert time.monotonic() - start < PATIENCE


def test_it_is_not_known_while_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "_AGAIN", 0.01)
    server = postgres_server.Server(postgres_server.server()._programs)
    heard = news.News(Address.of(server.url("postgres")), PATIENCE)
    first = heard.state()
    assert first is not None
    server.stop()
    until(lambda: heard.state() is None)
    server.start()
    until(lambda: heard.state() is not None)
    assert heard.state() != first  # something may have been written meanwhile
    server.remove()


def test_it_is_not_known_after_a_while_where_nothing_comes_through_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was for ever: who was cut off, as by a failover, heard of no token that was revoked."""
    monkeypatch.setattr(news, "_AGAIN", 0.01)
    monkeypatch.setattr(news, "_LOOK", 1.0)
    with Line(postgres_server.server()) as line:
        heard = news.News(Address.of(line.url("postgres")), PATIENCE)
        until(lambda: heard.state() is not None)
        with monkeypatch.context() as at_once:
            at_once.setattr(news, "_STALE", 0.0)
            assert heard.state() is None
        first = heard.state()
        line.cut()
        until(lambda: heard.state() not in (None, first))  # by a new connection


def test_what_the_server_tells_before_it_answers_is_kept(url: str) -> None:
    """What comes with an answer is heard before the answer is taken for up to date."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("LISTEN ganglioside")
        notify(url)
        require_answer(connection, PATIENCE)
        (heard,) = connection.notifies(timeout=0.0, stop_after=1)
        assert heard.payload == "another"
