"""Connections are kept, found dead where they are, and waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import postgres_server
import psycopg
import pytest
from effort import PATIENCE
from silent_lines import Line

from ganglioside.errors import HistoryBusyError
from ganglioside.history.storage.postgres import pool as pool_module
from ganglioside.history.storage.postgres.address import Address
from ganglioside.history.storage.postgres.pool import Pool, pool_of


@pytest.fixture
def pool() -> Iterator[Pool]:
    found = Pool(Address.of(postgres_server.server().url("postgres")), PATIENCE)
    yield found
    found.close()


def process_of(pool: Pool) -> int:
    with pool.connection() as raw:
        return raw.info.backend_pid


def test_a_connection_is_used_again(pool: Pool) -> None:
    assert process_of(pool) == process_of(pool)
    with pool.connection() as outer:
        assert process_of(pool) != outer.info.backend_pid


def test_one_that_failed_or_died_is_not(pool: Pool) -> None:
    first = process_of(pool)
    with pytest.raises(psycopg.Error), pool.connection() as raw:
        raw.execute("SELECT 1 / 0")
    second = process_of(pool)
    assert first != second
    postgres_server.server().execute(f"SELECT pg_terminate_backend({second})")
    assert process_of(pool) != second


def test_nothing_of_a_transaction_is_left(pool: Pool) -> None:
    with pool.connection() as raw:
        raw.execute("CREATE TEMP TABLE left_over (x int)")
    with pool.connection() as raw:
        assert raw.execute("SELECT to_regclass('pg_temp.left_over')").fetchall() == [(None,)]


def test_whoever_finds_none_free_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_MOST", 1)
    pool = Pool(Address.of(postgres_server.server().url("postgres")), 0.05)
    with pool.connection(), pytest.raises(HistoryBusyError, match="none was free"):
        process_of(pool)
    pool.close()


def test_a_server_that_is_started_anew_is_waited_for(pool: Pool) -> None:
    server = postgres_server.Server(postgres_server.server()._programs)
    away = Pool(Address.of(server.url("postgres")), PATIENCE)
    first = process_of(away)
    server.stop()
    found: list[int] = []
    waiting = threading.Thread(target=lambda: found.append(process_of(away)))
    waiting.start()
    server.start()
    waiting.join(PATIENCE)
    assert len(found) == 1
    assert found[0] != first
    away.close()
    server.remove()


def test_connections_that_were_cut_off_without_a_word_are_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They were waited for as long as the process lived."""
    with Line(postgres_server.server()) as line:
        pool = Pool(Address.of(line.url("postgres")), PATIENCE)
        with pool.connection() as one, pool.connection() as other:
            before = {one.info.backend_pid, other.info.backend_pid}
        line.cut()
        monkeypatch.setattr(pool_module, "_ANSWER", 0.01)
        found: list[int] = []
        taking = threading.Thread(target=lambda: found.append(process_of(pool)), daemon=True)
        taking.start()
        taking.join(PATIENCE)
        assert len(found) == len(pool._idle) == 1
        assert found[0] not in before
        pool.close()


def test_a_server_that_was_never_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(psycopg.OperationalError), Pool(
        Address.of(f"postgresql:///g?host={tmp_path}"), PATIENCE
    ).connection():  # fmt: skip
        pass


def test_one_pool_for_one_database() -> None:
    address = Address.of("postgresql://nowhere.invalid/g")
    assert pool_of(address, 1.0) is pool_of(address, 1.0)
    assert pool_of(address, 1.0) is not pool_of(address, 2.0)
