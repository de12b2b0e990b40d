"""What the history survives: python tests/benchmarks/history_torture.py [--only NAME].

    crowd     8 processes save 50 sessions each into one file at once, while a reader looks on
    kills     200 times a process is killed (SIGKILL) at a random moment while it saves
    slow      4 processes save 5 sessions each on a disk whose every write and sync takes long
    stopped   the process that holds the lock is stopped (SIGSTOP) for a while, and goes on
    full      the disk is full (a small tmpfs) while a session is saved

Each prints what it found and raises where anything was lost. Smaller runs of them are tests:
`tests/benchmarks/test_history_torture.py`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import queue
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from builders import HandMadeModel, build_analysis

from ganglioside.analysis import Analysis
from ganglioside.errors import HistoryError
from ganglioside.exporting import export
from ganglioside.history import History, record
from ganglioside.reading.raw_table import Source
from ganglioside.support.environment import with_variables

FEATURES = 323

#: s; the end of waiting for processes, where a fault has made it endless.
PATIENCE = 300

#: Starts processes fast, without anything inherited but modules; `SPAWN` starts them from nothing.
SERVER = multiprocessing.get_context("forkserver" if sys.platform != "win32" else "spawn")
SERVER.set_forkserver_preload(
    ["ganglioside.analysis", "ganglioside.history", "ganglioside.exporting"]
)
SPAWN = multiprocessing.get_context("spawn")
Start = SpawnContext | ForkServerContext


def analysis_of(label: str, features: int = FEATURES) -> Analysis:
    """Return an analysis with an input of its own."""
    return build_analysis(features, source=Source.from_bytes("torture.csv", label.encode() * 500))


def require_whole(path: Path, acknowledged: set[str], features: int = FEATURES) -> int:
    """Raise unless a history holds every acknowledged session, and all that it holds is whole.

    Returns
    -------
    int
        How many sessions there are.
    """
    history = History.open(path)
    sessions = history.sessions()
    names = list(sessions["name"])
    lost = acknowledged - set(names)
    if lost:
        raise AssertionError(f"{len(lost)} acknowledged sessions are lost: {sorted(lost)[:5]}")
    if len(set(names)) < len(names):
        raise AssertionError("A session is there twice.")
    with history._store.read() as connection:
        torn = connection.execute(
            "SELECT id FROM sessions LEFT JOIN (SELECT session, count(*) AS n FROM features "
            "GROUP BY session) ON session = id WHERE status = 'completed' AND "
            f"coalesce(n, 0) <> {features}"
        ).fetchall()
        strays = connection.execute(
            "SELECT DISTINCT session FROM features ANTI JOIN sessions ON session = id"
        ).fetchall()
    if torn or strays:
        raise AssertionError(f"Torn sessions: {torn}; rows without a session: {strays}")
    return len(sessions)


# --- crowd ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Crowd:
    """What many savers at once found: seconds of each save, and how often a reader looked."""

    saves: list[float]
    seconds: float
    looks: int


def _save_many(path: Path, worker: int, sessions: int, times: multiprocessing.Queue[float]) -> None:
    history = History.open(path)
    for number in range(sessions):
        analysis = analysis_of(f"{worker}/{number}")
        start = time.perf_counter()
        history.save(analysis, name=f"{worker}/{number}")
        times.put(time.perf_counter() - start)


def _look(path: Path, stop: Event, looks: multiprocessing.Queue[int | str]) -> None:
    """Load the newest session over and over: it must be whole at every moment."""
    record.FittedModel = HandMadeModel  # type: ignore[misc, assignment]
    count = 0
    while not stop.is_set():
        history = History.open(path)
        newest = history.sessions(1)
        if len(newest):
            loaded = len(history.load(newest["id"].iloc[0]).features)
            if loaded != FEATURES:
                looks.put(f"A reader saw {loaded} of {FEATURES} features.")
                return
        count += 1
        time.sleep(0.1)
    looks.put(count)


def crowd(folder: Path, processes: int = 8, sessions: int = 50, start_by: Start = SERVER) -> Crowd:
    """Save from many processes at once, and look on."""
    path = folder / "crowd.duckdb"
    times: multiprocessing.Queue[float] = start_by.Queue()
    looks: multiprocessing.Queue[int | str] = start_by.Queue()
    stop = start_by.Event()
    reader = start_by.Process(target=_look, args=(path, stop, looks))
    savers = [
        start_by.Process(target=_save_many, args=(path, worker, sessions, times))
        for worker in range(processes)
    ]
    start = time.perf_counter()
    for process in (*savers, reader):
        process.start()
    saves = [_next(times, savers) for _ in range(processes * sessions)]
    seconds = time.perf_counter() - start
    stop.set()
    looked = _next(looks, [reader])
    for process in (*savers, reader):
        process.join(PATIENCE)
    if isinstance(looked, str):
        raise AssertionError(looked)
    expected = {f"{worker}/{number}" for worker in range(processes) for number in range(sessions)}
    if require_whole(path, expected) != len(expected):
        raise AssertionError("There are more sessions than were saved.")
    return Crowd(saves, seconds, looked)


def _next(told: multiprocessing.Queue[Any], by: Sequence[BaseProcess]) -> Any:
    """Next message of a process; raise where one has failed and will tell nothing."""
    deadline = time.monotonic() + PATIENCE
    while True:
        failed = [process.name for process in by if process.exitcode]
        try:
            return told.get(timeout=0.2)
        except queue.Empty:
            if failed or time.monotonic() > deadline:
                raise AssertionError(f"{failed or 'The processes'} told nothing more.") from None


# --- kills ---------------------------------------------------------------------------------


def _save_until_killed(path: Path, worker: int, acknowledged: Path) -> None:
    history = History.open(path)
    number = 0
    with acknowledged.open("a", buffering=1) as told:
        told.write("ready\n")
        while True:
            history.save(analysis_of(f"{worker}/{number}"), name=f"{worker}/{number}")
            told.write(f"{worker}/{number}\n")
            number += 1


def kills(folder: Path, count: int = 200, seed: int = 0) -> tuple[int, int]:
    """Kill savers at random moments; return the sessions acknowledged and those that are there."""
    path = folder / "kills.duckdb"
    chance = random.Random(seed)
    acknowledged: set[str] = set()
    for worker in range(count):
        told = folder / f"told.{worker}"
        told.touch()
        saver = SERVER.Process(target=_save_until_killed, args=(path, worker, told))
        saver.start()
        _wait_for(lambda told=told: "ready" in told.read_text(), saver)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 1.5))
        os.kill(saver.pid, signal.SIGKILL)  # type: ignore[arg-type]
        saver.join()
        acknowledged |= {line for line in told.read_text().split("\n") if "/" in line}
        History.open(path)  # opens every time
    return len(acknowledged), require_whole(path, acknowledged)


def _wait_for(met: Callable[[], bool], process: BaseProcess) -> None:
    deadline = time.monotonic() + PATIENCE
    while not met():
        if not process.is_alive() or time.monotonic() > deadline:
            raise AssertionError("A saver ended by itself, or never began.")
        time.sleep(0.01)


# --- slow ----------------------------------------------------------------------------------

#: Delays what DuckDB writes with. Loaded before the C library.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>
static void wait_for(const char *name) {
    const char *text = getenv(name);
    if (text) usleep((useconds_t)(atof(text) * 1e6));
}
int fsync(int fd) {
    wait_for("SLOW_SYNC");
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}
int fdatasync(int fd) {
    wait_for("SLOW_SYNC");
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    wait_for("SLOW_WRITE");
    return ((ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64"))
        (fd, data, size, at);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    wait_for("SLOW_WRITE");
    return ((ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite"))
        (fd, data, size, at);
}
ssize_t write(int fd, const void *data, size_t size) {
    if (fd > 2) wait_for("SLOW_WRITE");
    return ((ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write"))(fd, data, size);
}
"""

#: Why a disk cannot be slowed down here; empty where it can.
CANNOT_SLOW = (
    "" if sys.platform == "linux" and shutil.which("cc") else "needs Linux and a C compiler"
)


@contextmanager
def slow_disk(folder: Path, sync: float, write: float) -> Iterator[None]:
    """Slow down the disk for processes that are started meanwhile (s for each call)."""
    library = folder / "slow.so"
    source = folder / "slow.c"
    source.write_text(SHIM)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    wanted = {"LD_PRELOAD": str(library), "SLOW_SYNC": str(sync), "SLOW_WRITE": str(write)}
    with with_variables(wanted):
        yield


def slow(folder: Path, processes: int = 4, sessions: int = 5, sync: float = 0.3) -> Crowd:
    """Save from several processes at once on a slow disk."""
    with slow_disk(folder, sync=sync, write=0.01):
        found = crowd(folder, processes, sessions, SPAWN)  # they load the slow disk anew
    if statistics.median(found.saves) < sync:
        raise AssertionError("The disk was not slow: this has shown nothing.")
    return found


# --- stopped -------------------------------------------------------------------------------


def _save_slowly(path: Path, held: Path) -> None:
    """Save a session, and wait within its transaction until told to go on."""
    history = History.open(path)
    record = build_analysis(FEATURES)
    write = history._store.write

    @contextmanager
    def paused(**named: object) -> Iterator[object]:
        with write(**named) as connection:
            yield connection
            held.touch()
            os.kill(os.getpid(), signal.SIGSTOP)

    object.__setattr__(history, "_store", _Paused(history._store, paused))
    history.save(record, name="stopped")


class _Paused:
    """A store whose transactions stop before they are committed."""

    def __init__(self, store: object, write: object) -> None:
        self._inner = store
        self.write = write

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


def stopped(folder: Path, timeout: float = 1.0) -> str:
    """Stop the holder of the lock within its transaction; return what others are told."""
    path, held = folder / "stopped.duckdb", folder / "held"
    History.open(path).save(analysis_of("before"), name="before")
    holder = SERVER.Process(target=_save_slowly, args=(path, held))
    holder.start()
    try:
        _wait_for(held.exists, holder)
        time.sleep(0.2)
        try:
            History.open(path, timeout=timeout)
        except HistoryError as error:
            told = str(error)
        else:
            raise AssertionError("Somebody came in while the lock was held.")
    finally:
        os.kill(holder.pid, signal.SIGCONT)  # type: ignore[arg-type]
    holder.join(PATIENCE)
    History.open(path).save(analysis_of("after"), name="after")
    require_whole(path, {"before", "stopped", "after"})
    return told


# --- full ----------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a small disk.

    Raises
    ------
    PermissionError
        If this user may not mount.
    """
    place = folder / "small"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        raise PermissionError(mounted.stderr.strip())
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def full(folder: Path, megabytes: int = 6) -> tuple[int, str]:
    """Save until the disk is full; return how many sessions fitted and what was said."""
    with small_disk(folder, megabytes) as disk:
        path = disk / "full.duckdb"
        history = History.open(path)
        acknowledged: set[str] = set()
        said = ""
        for number in range(10_000):
            analysis = _bulky(number)
            try:
                history.save(analysis, name=str(number))
            except HistoryError as error:
                said = str(error)
                break
            acknowledged.add(str(number))
        exported = export(analysis, folder / "still there.json")  # it is in memory
        if exported.stat().st_size < 100_000:
            raise AssertionError("The analysis was not exported whole.")
        shutil.copy(path, folder / "copy.duckdb")
        for beside in disk.glob("full.duckdb.wal"):
            shutil.copy(beside, folder / "copy.duckdb.wal")
        require_whole(folder / "copy.duckdb", acknowledged)
        _require_readable(history, acknowledged)
    return len(acknowledged), said


def _bulky(number: int) -> Analysis:
    """Return an analysis whose input of 300 kB cannot be compressed."""
    content = random.Random(number).randbytes(300_000)
    return build_analysis(FEATURES, source=Source.from_bytes("bulky.csv", content))


def _require_readable(history: History, acknowledged: set[str]) -> None:
    """Raise unless the sessions can be listed while the disk is still full."""
    if not acknowledged <= set(history.sessions()["name"]):
        raise AssertionError("Sessions cannot be listed while the disk is full.")


# --- all -----------------------------------------------------------------------------------


def _tell_crowd(name: str, found: Crowd) -> None:
    ordered = sorted(found.saves)
    print(
        f"{name}: {len(ordered)} saved in {found.seconds:.1f} s, none lost, none twice, none torn; "
        f"a save takes {statistics.median(ordered):.2f} s (median), "
        f"{ordered[int(len(ordered) * 0.99)]:.2f} s (99 %), {ordered[-1]:.2f} s (slowest); "
        f"a reader looked {found.looks} times and saw whole sessions only"
    )


def _run(name: str, folder: Path) -> None:
    if name == "crowd":
        _tell_crowd(name, crowd(folder))
    elif name == "kills":
        told, there = kills(folder)
        print(f"kills: 200 kills, {told} acknowledged sessions all there; {there} in the file")
    elif name == "slow":
        print(CANNOT_SLOW) if CANNOT_SLOW else _tell_crowd(name, slow(folder))
    elif name == "stopped":
        print(f"stopped: all saved once it went on; others were told: {stopped(folder, 3.0)}")
    else:
        fitted, said = full(folder)
        print(f"full: {fitted} sessions fitted and are there; the next was refused: {said}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    tests = ["crowd", "kills", "slow", "stopped", "full"]
    parser.add_argument("--only", choices=tests)
    chosen = parser.parse_args().only
    for name in [chosen] if chosen else tests:
        with tempfile.TemporaryDirectory() as folder:
            _run(name, Path(folder))


if __name__ == "__main__":
    main()
