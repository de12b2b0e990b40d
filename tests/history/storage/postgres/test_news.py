"""Who follows a history in PostgreSQL learns at once that somebody has written."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import postgres_server
import pytest
from effort import PATIENCE, until

from ganglioside.history import History
from ganglioside.history.storage.postgres import news
from ganglioside.history.storage.postgres.address import Address


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
