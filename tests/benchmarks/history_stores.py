"""How fast a history is in a file and in PostgreSQL: lists of many sessions, and many writers.

    python tests/benchmarks/history_stores.py [--sessions 10000] [--writers 16] [--seconds 20]

It starts a PostgreSQL of its own, with the settings that a server has (`fsync` on), and prints for
each store the time of a page of the newest 50 sessions, and how many sessions of 323 rows so many
processes store in a second. With `--kills N` it then kills N of the writers, and the server of
PostgreSQL now and then, and counts what was confirmed and is not there: nothing may be.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

import numpy as np
import postgres_server

import ganglioside as gg
from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history.history import _openings
from ganglioside.history.listing import SessionQuery
from ganglioside.history.record import Packed
from ganglioside.history.session_rows import insert_completed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--stores", default="file,postgres")
    parser.add_argument("--kills", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for store in chosen.stores.split(","):
            measures = {"lists": _lists, "writers": _writers, "kills": _kills}
            for what, measure in measures.items():
                if what == "kills" and not chosen.kills:
                    continue
                address = _address(store, Path(folder), what)
                print(f"{store:>8}  {measure(address, chosen)}", flush=True)


def _address(store: str, folder: Path, what: str) -> str:
    if store == "file":
        return str(folder / f"{what}.duckdb")
    server = postgres_server.server(safe=True)
    server.execute(f"CREATE DATABASE {what}")
    return server.url(what)


def _lists(address: str, chosen: argparse.Namespace) -> str:
    history = History.open(address)
    fill(history, chosen.sessions)
    history.care.vacuum()  # PostgreSQL does so by itself, within a minute
    parts = [
        f"{chosen.sessions:,} sessions",
        f"newest 50: {_ms(lambda: history.page(SessionQuery(limit=50)))}",
        f"their frame: {_ms(lambda: history.sessions(50))}",
        f"text in a name: {_ms(lambda: history.page(SessionQuery(text='run 77', limit=50)))}",
        f"by name: {_ms(lambda: history.page(SessionQuery(sort='name', limit=50)))}",
    ]
    sid = history.sessions(1)["id"].iloc[0]
    parts.append(f"one session: {_ms(lambda: history.session(sid))}")
    return "; ".join(parts)


def fill(history: History, sessions: int) -> None:
    """Store many sessions without rows of features: a list reads none of them."""
    analysis = gg.analyze(gg.example())
    packed = Packed.of(analysis)
    empty = {name: rows.slice(0, 0) for name, rows in packed.record.tables.items()}
    slim = replace(packed, record=replace(packed.record, tables=empty))
    for start in range(0, sessions, 500):
        some = [(slim, f"run {start + i}") for i in range(min(500, sessions - start))]
        with history._store.write(adding=True) as connection:
            insert_completed(
                connection, list(zip(_openings(some), (p for p, _ in some), strict=True))
            )


def _ms(ask: Callable[[], Any], times: int = 60) -> str:
    ask()
    took = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        took.append((time.perf_counter() - start) * 1000)
    p50, p99 = np.percentile(took, [50, 99])
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"


def _writers(address: str, chosen: argparse.Namespace) -> str:
    History.open(address, timeout=300)
    context = multiprocessing.get_context("spawn")
    ready, over = context.Barrier(chosen.writers + 1), context.Event()
    told = context.Queue()
    processes = [
        context.Process(target=write, args=(address, ready, over, told))
        for _ in range(chosen.writers)
    ]
    for process in processes:
        process.start()
    ready.wait()
    start = time.perf_counter()
    time.sleep(chosen.seconds)
    over.set()
    took = [seconds for _ in processes for seconds in told.get()]
    elapsed = time.perf_counter() - start
    for process in processes:
        process.join()
    kept = len(History.open(address, timeout=300).sessions())
    p50, p99 = np.percentile(took, [50, 99])
    return (
        f"{chosen.writers} writers: {len(took) / elapsed:.1f} sessions/s, p50 {p50:.2f} s, "
        f"p99 {p99:.2f} s; {len(took)} stored, {kept} kept"
    )


def write(address: str, ready: Barrier, over: Event, told: Any) -> None:
    """Store sessions in this process until it is over, and tell how long each took, s."""
    history = History.open(address, timeout=300)
    packed = Packed.of(gg.analyze(gg.example()))
    took = []
    ready.wait()
    while not over.is_set():
        start = time.perf_counter()
        history.save_packed([(packed, None)])
        took.append(time.perf_counter() - start)
    told.put(took)


def _kills(address: str, chosen: argparse.Namespace) -> str:
    History.open(address, timeout=300)
    context = multiprocessing.get_context("spawn")
    dice = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder)

        def start(number: int) -> Any:
            writer = context.Process(target=write_on, args=(address, notes / str(number)))
            writer.start()
            return writer

        writers = [start(number) for number in range(4)]
        started, restarts = len(writers), 0
        for kill in range(chosen.kills):
            time.sleep(dice.uniform(0.0, 1.0))
            if kill % 20 == 19 and address.startswith("postgresql://"):
                server = postgres_server.server(safe=True)
                server.stop(signal.SIGQUIT)
                server.start()
                restarts += 1
            which = dice.randrange(len(writers))
            writers[which].kill()
            writers[which].join()
            writers[which] = start(started)
            started += 1
        for writer in writers:
            writer.kill()
            writer.join()
        confirmed = {line for note in notes.iterdir() for line in note.read_text().split("\n")[:-1]}
    history = History.open(address, timeout=300)
    lost = confirmed - {*history.sessions()["id"]}
    faults = history.care.verify(sample=0).faults
    return (
        f"{chosen.kills} kills of writers, {restarts} of the server: {len(confirmed)} confirmed, "
        f"{len(lost)} lost; verify: {faults or 'no fault'}"
    )


def write_on(address: str, note: Path) -> None:
    """Store sessions until this process is killed, and note each that was confirmed."""
    packed = Packed.of(gg.analyze(gg.example()))
    while True:
        try:
            (sid,) = History.open(address, timeout=300).save_packed([(packed, None)])
        except HistoryError:  # the server was killed: whether it is stored is not known
            continue
        with note.open("a") as file:
            file.write(f"{sid}\n")


if __name__ == "__main__":
    main()
