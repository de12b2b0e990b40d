"""What the server bears: python tests/benchmarks/server_load.py [--sessions 10000] [--minutes 0].

`ganglioside serve` runs in a process of its own, with a history of so many sessions; callers are
threads of this one. Figures depend on the machine, and on who else works on it; beside them stands
what is wanted of two free cores. `--store postgres` starts a PostgreSQL of its own and measures a
history in it; `--only reads,work,events,memory` chooses what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import websockets

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import postgres_server
from history_stores import fill

import ganglioside as gg
from ganglioside.history import History
from ganglioside.progress import Progress, ProgressEvent

TOKEN = "token-of-the-load-benchmark"


class Caller:
    """A connection that stays open, as programs have it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._path = parts.path
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=300)

    def call(self, method: str, path: str, body: bytes = b"", kind: str = "") -> bytes:
        headers = {"Authorization": f"Bearer {TOKEN}"} | ({"Content-Type": kind} if kind else {})
        self._connection.request(method, f"{self._path}/{path}", body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
        return content

    def upload(self, content: bytes, mode: str = "now") -> dict[str, Any]:
        lines = [
            b"--x", b'Content-Disposition: form-data; name="mode"', b"", mode.encode(),
            b"--x", b'Content-Disposition: form-data; name="file"; filename="table.csv"', b"",
            content, b"--x--", b"",
        ]  # fmt: skip
        body = b"\r\n".join(lines)
        answer = self.call("POST", "sessions", body, "multipart/form-data; boundary=x")
        return dict(json.loads(answer))


@contextmanager
def serving(history: str) -> Iterator[tuple[str, psutil.Process]]:
    """Serve a history, and give the address and the process."""
    environment = {**os.environ, "GANGLIOSIDE_HISTORY": history, "GANGLIOSIDE_TOKEN": TOKEN}
    command = [sys.executable, "-m", "ganglioside", "serve", "--port", "0", "--requests", "0",
               "--uploads", "0"]  # fmt: skip
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    url = next(word.rstrip(",") for word in line.split() if word.startswith("http"))
    try:
        while True:
            try:
                Caller(url).call("GET", "health")
                break
            except OSError:
                time.sleep(0.05)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def times(action: Callable[[], object], count: int) -> list[float]:
    """Milliseconds of each of some calls."""
    found = []
    for _ in range(count):
        start = time.perf_counter()
        action()
        found.append(1000 * (time.perf_counter() - start))
    return found


def show(what: str, wanted: str, milliseconds: Sequence[float]) -> None:
    """Print p50 and p99 of some times."""
    ordered = sorted(milliseconds)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    print(f"{what:<52} p50 {statistics.median(ordered):8.1f} ms  p99 {p99:8.1f} ms  {wanted}")


def at_once(people: int, work: Callable[[int], object]) -> float:
    """Seconds until all of some people have done their work."""
    threads = [threading.Thread(target=work, args=(i,)) for i in range(people)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def measure_reads(url: str, history: History) -> None:
    caller = Caller(url)
    sid = history.page().sessions[0]["id"]
    rename = iter(range(10**9))

    def list_after_a_change() -> float:
        history.rename(sid, f"name {next(rename)}")
        return times(lambda: caller.call("GET", "sessions?limit=50"), 1)[0]

    show("list of 50, after a change each time", "<= 30 (file), 10 (PostgreSQL)",
         [list_after_a_change() for _ in range(60)])  # fmt: skip
    show("list of 50, unchanged", "", times(lambda: caller.call("GET", "sessions?limit=50"), 500))
    show("one session", "", times(lambda: caller.call("GET", f"sessions/{sid}"), 500))
    path = f"sessions/{sid}/features?limit=50"
    show("50 features", "", times(lambda: caller.call("GET", path), 500))
    counted = [0] * 4

    def read(person: int) -> None:
        own = Caller(url)
        end = time.perf_counter() + 5
        while time.perf_counter() < end:
            own.call("GET", f"sessions/{sid}")
            counted[person] += 1

    seconds = at_once(4, read)
    print(f"{'reads of 4 callers at once':<52} {sum(counted) / seconds:8.0f} a second  >= 500")


def measure_work(url: str, people: int) -> None:
    table = gg.simulate(seed=1)
    content = table.data[["name", "rt", "volume", "log_p", "anchor"]].head(323).to_csv(index=False)
    caller = Caller(url)
    caller.upload(content.encode())
    show("create and analyse 323 rows", "<= 150",
         times(lambda: caller.upload(content.encode()), 30))  # fmt: skip
    found: list[float] = []

    def analyse(_: int) -> None:
        own = Caller(url)
        found.extend(times(lambda: own.upload(content.encode()), 3))

    seconds = at_once(people, analyse)
    show(f"the same, {people} people at once", "", found)
    print(f"{'':<52} {len(found) / seconds:8.1f} a second")


async def listen(url: str, sid: str, ready: asyncio.Event, late: list[float]) -> int:
    """Number of events that one client gets; how late each is, ms."""
    address = f"{url.replace('http', 'ws', 1)}/sessions/{sid}/events"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    count = 0
    async with websockets.connect(address, additional_headers=headers) as socket:
        async for message in socket:
            event = json.loads(message)
            if "id" not in event:
                ready.set()
                continue
            count += 1
            sent = datetime.fromisoformat(event["timestamp"]).timestamp()
            late.append(1000 * (time.time() - sent))
    return count


def measure_events(url: str, history: History, clients: int, events: int) -> None:
    sid = history.begin(gg.example().source, gg.Settings())
    late: list[float] = []

    def work() -> None:
        made: list[ProgressEvent] = []
        progress = Progress(made.append, sid)
        for number in range(events):
            progress.log("loading", f"event {number}")
            history.runs.beat(sid, [made.pop()])
            time.sleep(0.1)
        history.record_cancelled(sid)

    async def follow() -> list[int]:
        ready = [asyncio.Event() for _ in range(clients)]
        tasks = [asyncio.create_task(listen(url, sid, one, late)) for one in ready]
        await asyncio.gather(*(one.wait() for one in ready))
        worker = threading.Thread(target=work)
        worker.start()
        counts = await asyncio.gather(*tasks)
        worker.join()
        return list(counts)

    counts = asyncio.run(follow())
    show(f"{clients} WebSockets, {events} events, from made to heard", "p99 <= 100", late)
    print(f"{'':<52} fewest {min(counts)}, most {max(counts)} events of {events}")


def measure_memory(url: str, process: psutil.Process, minutes: float) -> None:
    """Print how much memory the server has, at the start and each third of the time."""
    table = gg.simulate(seed=2).data[["name", "rt", "volume", "log_p", "anchor"]]
    content = table.to_csv(index=False).encode()
    caller, count = Caller(url), 0
    start = time.monotonic()
    for third in range(4):
        while time.monotonic() < start + 60 * minutes * third / 3:
            sid = caller.upload(content)["id"]
            for path in ("", "/features", "/features/3/explanation", "/exports/csv"):
                caller.call("GET", f"sessions/{sid}{path}")
            count += 1
        size = process.memory_info().rss / 1e6
        print(f"after {minutes * third / 3:4g} min, {count:6} sessions more: {size:.0f} MB",
              flush=True)  # fmt: skip


def place_of(store: str, folder: str) -> str:
    """What opens a new history: a file in a folder, or a database of a server of its own."""
    if store == "file":
        return f"{folder}/history.duckdb"
    server = postgres_server.server(safe=True)
    server.execute("CREATE DATABASE load")
    return server.url("load")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=0.5)
    parser.add_argument("--store", choices=("file", "postgres"), default="file")
    parser.add_argument("--only", default="reads,work,events,memory")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = place_of(asked.store, folder)
        history = History.open(place)
        fill(history, asked.sessions - 1)
        history.save(gg.analyze(gg.example()))
        history.care.vacuum()  # as PostgreSQL does by itself, within a minute
        print(f"{history.page().total} sessions, {asked.store}")
        with serving(place) as (url, process):
            measures: dict[str, Callable[[], None]] = {
                "reads": lambda: measure_reads(url, history),
                "work": lambda: measure_work(url, asked.people),
                "events": lambda: measure_events(url, history, asked.clients, 20),
                "memory": lambda: measure_memory(url, process, asked.minutes),
            }
            for what in asked.only.split(","):
                measures[what]()


if __name__ == "__main__":
    main()
