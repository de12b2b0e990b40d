"""A history in PostgreSQL: who may do what at the same time, and what is told when it fails."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import postgres_server
import psycopg
import pytest
from builders import build_analysis
from effort import PATIENCE, until

from ganglioside.errors import HistoryAwayError, HistoryBusyError, HistoryError, NoRoomError
from ganglioside.history import History
from ganglioside.history.storage import dialect
from ganglioside.history.storage.postgres.connection import PostgresConnection
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with postgres_server.server().database() as found:
        yield found


def test_readers_wait_for_nobody(url: str) -> None:
    history = History.open(url, timeout=PATIENCE)
    with history._store.write():
        assert History.open(url).sessions().empty


def test_who_adds_waits_only_for_who_changes(url: str) -> None:
    history = History.open(url)
    hurried = History.open(url, timeout=0.05)
    with history._store.write(adding=True):
        hurried.save(build_analysis())
        with pytest.raises(HistoryBusyError, match="another process has been changing it"):
            hurried.rename(hurried.sessions()["id"].iloc[0], "n")
    with history._store.write(), pytest.raises(HistoryBusyError):
        hurried.save(build_analysis())
    assert len(history.sessions()) == 1


def test_who_takes_a_job_waits_for_nobody_who_takes_another(url: str) -> None:
    history, hurried = History.open(url), History.open(url, timeout=0.05)
    first, second = (history.jobs.add("analysis", {}, name) for name in "ab")
    with history._store.write(adding=True) as connection:
        query = f"SELECT id FROM jobs ORDER BY id LIMIT 1 {dialect.locking(connection)}"
        assert connection.execute(query).fetchall() == [(first,)]
        taken = hurried.jobs.take()
        assert taken is not None
        assert taken.id == second
        assert hurried.jobs.take() is None


def test_one_state_is_read(url: str) -> None:
    history = History.open(url)
    with history.connected() as connected:
        assert connected.sessions().empty
        history.save(build_analysis())
        assert connected.sessions().empty
        with pytest.raises(HistoryError, match="connected for reading"):
            connected.save(build_analysis())
    assert len(history.sessions()) == 1


def save_many(url: str, n: int) -> None:
    history = History.open(url, timeout=PATIENCE)
    for _ in range(n):
        history.save(build_analysis(20))


def test_processes_and_threads_save_at_once_and_nothing_is_lost(url: str) -> None:
    context = multiprocessing.get_context("spawn")
    workers: list[Any] = [context.Process(target=save_many, args=(url, 3)) for _ in range(2)]
    workers += [threading.Thread(target=save_many, args=(url, 3)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
    history = History.open(url)
    assert history.sessions()["id"].nunique() == 15
    assert history.query("SELECT count(*) AS n FROM features")["n"].tolist() == [300]
    assert history.care.verify(sample=0).faults == ()


def test_an_input_is_not_lost_where_one_saves_what_another_deletes(url: str) -> None:
    history = History.open(url, timeout=PATIENCE)
    first = history.save(build_analysis())
    with history._store.write(adding=True):  # one who has found the input there
        deleting = threading.Thread(target=history.delete, args=(first,))
        deleting.start()
        deleting.join(0.1)
        assert deleting.is_alive()
    deleting.join(PATIENCE)
    history.save(build_analysis())
    assert history.care.verify(sample=0).faults == ()


def die_while_saving(url: str) -> None:
    take_tail = PostgresConnection.take_tail

    def die(connection: PostgresConnection) -> None:
        take_tail(connection)
        os.kill(os.getpid(), signal.SIGKILL)

    PostgresConnection.take_tail = die  # type: ignore[method-assign]
    History.open(url).save(build_analysis())


def test_a_crash_within_a_save_leaves_no_part_and_no_lock(url: str) -> None:
    history = History.open(url)
    kept = history.save(build_analysis())
    context = multiprocessing.get_context("spawn")
    worker = context.Process(target=die_while_saving, args=(url,))
    worker.start()
    worker.join(PATIENCE)
    assert worker.exitcode == -signal.SIGKILL
    second = history.save(build_analysis())
    assert set(history.sessions()["id"]) == {kept, second}
    assert history.care.verify(sample=0).faults == ()


def delete_as_it_dies(history: History, server: postgres_server.Server) -> None:
    with history._store.write(adding=True) as connection:
        connection.execute("DELETE FROM sessions")
        server.stop(signal.SIGQUIT)


def test_a_server_that_dies_within_a_save_keeps_what_it_had_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    server = postgres_server.Server(postgres_server.server()._programs, safe=True)
    server.execute("CREATE DATABASE killed")
    history = History.open(server.url("killed"), timeout=PATIENCE)
    kept = history.save(build_analysis())
    with pytest.raises(HistoryError):
        delete_as_it_dies(history, server)
    server.start()
    assert list(history.sessions()["id"]) == [kept]
    history.save(build_analysis())
    assert history.care.verify(sample=0).faults == ()
    server.remove()


def test_a_password_is_shown_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    server = postgres_server.server()
    server.execute(
        "DO $$ BEGIN CREATE ROLE locked LOGIN PASSWORD 'the right one'; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    url = f"postgresql://locked:{{}}@/postgres?host={server.folder}"
    with pytest.raises(HistoryError, match=r"password authentication failed.*and password") as no:
        History.open(url.format("wr0ng"))
    assert "wr0ng" not in f"{no.value!r} {no.value.__cause__!r} {caplog.text}"
    with pytest.raises(HistoryError, match=r"permission denied.*Ask who keeps"):
        History.open(url.format("the%20right%20one"))
    assert "right one" not in caplog.text


def test_an_address_without_psycopg_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    here = "ganglioside.history.storage.postgres"
    for name in [name for name in sys.modules if name.startswith(here)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(HistoryError, match=r"pip install 'ganglioside\[postgres\]'"):
        History.open("postgresql://ada:secret@lab/g")


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="Look whether the server runs"):
        History.open(f"postgresql:///g?host={tmp_path}")


def test_vacuum_gives_room_back(url: str) -> None:
    history = History.open(url)
    for _ in range(3):
        history.delete(history.save(build_analysis(323)))
    before, after = history.care.vacuum()
    assert after < before


def test_what_has_died_is_marked_once(url: str) -> None:
    history = History.open(url)
    sid = history.begin(Source.from_bytes("x.csv", b"x"), Settings())
    with history._store.write() as connection:
        connection.execute("UPDATE sessions SET pid = 2147483646")
    threads = [threading.Thread(target=History.open, args=(url,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    until(lambda: history.session(sid)["status"] == "failed")
    assert list(history.care.log(sid)["action"]) == ["begun", "interrupted"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (psycopg.errors.DiskFull("could not extend file"), NoRoomError),
        (psycopg.OperationalError("server closed the connection"), HistoryAwayError),
    ],
)
def test_a_fault_of_the_place_has_an_error_of_its_own(
    url: str, fault: psycopg.Error, kind: type[HistoryError]
) -> None:
    with pytest.raises(kind), History.open(url)._store.write():
        raise fault
