"""How fast a history is in a file and in PostgreSQL: lists of many sessions, and many writers.

    python tests/benchmarks/history_stores.py [--sessions 10000] [--writers 16] [--seconds 20]

It starts a PostgreSQL of its own, with the settings that a server has (`fsync` on), and prints for
each store the time of a page of the newest 50 sessions, and how many sessions of 323 rows so many
processes store in a second. `--only kills --kills 200` kills processes that save sessions or carry
out jobs, each after it has done some, and the server of PostgreSQL at every 20th of them. It counts
what was confirmed and is not there: nothing may be.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import postgres_server
from effort import until

import ganglioside as gg
from ganglioside.errors import HistoryError, JobError
from ganglioside.history import History
from ganglioside.history.history import _openings
from ganglioside.history.listing import SessionQuery
from ganglioside.history.record import Packed
from ganglioside.history.session_rows import insert_completed
from ganglioside.jobs import Analyze, carry_out_taken
from ganglioside.jobs.kinds import parameters_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--stores", default="file,postgres")
    parser.add_argument("--only", default="lists,writers")
    parser.add_argument("--kills", type=int, default=200)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for store in chosen.stores.split(","):
            measures = {"lists": _lists, "writers": _writers, "kills": _kills}
            for what in chosen.only.split(","):
                address = _address(store, Path(folder), what)
                print(f"{store:>8}  {measures[what](address, chosen)}", flush=True)


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
                connection, list(zip(_openings(some, None), (p for p, _ in some), strict=True))
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
    dice = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        crew = [
            Killable(address, Path(folder), work) for work in (save_on, save_on, job_on, job_on)
        ]
        restarts = 0
        for kill in range(chosen.kills):
            until(lambda: any(one.has_done_some() for one in crew), "what they confirm")
            time.sleep(dice.uniform(0.0, 1.0))
            one = dice.choice([one for one in crew if one.has_done_some()])
            if kill % _SERVER_TOO == _SERVER_TOO - 1 and address.startswith("postgresql://"):
                server = postgres_server.server(safe=True)
                server.stop(dice.choice([signal.SIGQUIT, signal.SIGINT]))
                server.start()
                restarts += 1
            one.kill()
            one.start()
        for one in crew:
            one.kill()
        confirmed = [
            tuple(line.split())
            for note in Path(folder).glob("*.note")
            for line in note.read_text().split("\n")[:-1]
        ]
    history = History.open(address, timeout=300)
    return f"{chosen.kills} kills, {restarts} restarts of the server: {_lost(history, confirmed)}"


def _lost(history: History, confirmed: list[tuple[str, ...]]) -> str:
    """Sentence about what was confirmed, each as session, or job and session."""
    sessions = history.sessions()
    there = {*sessions["id"][sessions["status"] == "completed"]}
    ended = {job.id: job.session for job in history.jobs.all("completed")}
    jobs = [one for one in confirmed if len(one) > 1]
    lost = [one for one in confirmed if one[-1] not in there]
    lost += [one for one in jobs if ended.get(one[0]) != one[1]]
    open_ones = len(history.jobs.all("processing"))
    faults = history.care.verify(sample=0).faults
    return (
        f"{len(confirmed) - len(jobs)} sessions and {len(jobs)} jobs confirmed, {len(lost)} lost, "
        f"{open_ones} jobs of the dead left open; verify: {faults or 'no fault'}"
    )


#: What a process confirms before it may be killed, and at each how many-th kill the server is too.
_SOME = 4
_SERVER_TOO = 20


class Killable:
    """A process that works until it is killed, and notes what was confirmed."""

    def __init__(self, address: str, folder: Path, work: Callable[[str, Path], None]) -> None:
        self._told = address, folder / f"{secrets.token_hex(8)}.note"
        self._work = work
        self.start()

    def start(self) -> None:
        """Start it, or another one in its place."""
        context = multiprocessing.get_context("spawn")
        self._before = self._count()
        self._process = context.Process(target=self._work, args=self._told)
        self._process.start()

    def has_done_some(self) -> bool:
        """Whether it has confirmed enough since it was started."""
        return self._count() - self._before >= _SOME

    def kill(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.join()

    def _count(self) -> int:
        note = self._told[1]
        return note.read_text().count("\n") if note.exists() else 0


def save_on(address: str, note: Path) -> None:
    """Save sessions until this process is killed, and note each that was confirmed."""
    packed = Packed.of(gg.analyze(gg.example()))
    while True:
        try:
            (sid,) = History.open(address, timeout=300).save_packed([(packed, None)])
        except HistoryError:  # the server was killed: whether it is stored is not known
            continue
        _note(note, sid)


def job_on(address: str, note: Path) -> None:
    """Add, take and carry out jobs until this process is killed, and note each that has ended."""
    table = note.with_suffix(".csv")
    table.write_bytes(gg.example().source.content)
    while True:
        try:
            history = History.open(address, timeout=300)
            work = Analyze(source=str(table))
            history.jobs.add(work.kind, parameters_of(work), work.name)
            if (taken := history.jobs.take()) is None:
                continue
            ended = carry_out_taken(history, taken)
        except (HistoryError, JobError):
            continue
        if ended.status == "completed":
            _note(note, f"{ended.id} {ended.session}")


def _note(note: Path, line: str) -> None:
    with note.open("a") as file:
        file.write(f"{line}\n")


if __name__ == "__main__":
    main()
