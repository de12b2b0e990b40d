"""What many people on the pages at once cost: python tests/benchmarks/people_load.py [--people 20].

Starts a real hub with the pages as its service. So many people sign in, open the workbench at the
same moment, and analyse the bundled example there, as their browsers would: over the WebSocket of
the page's kernel. Prints plain figures:

- how many got a page, and how many a 503 with words; the kernels that ran at once, and their bound;
- the time until a page is there, and from the click until its verdicts are;
- how long one more person waits for the list of sessions by the API: alone, while all open their
  pages, and while they are on them;
- the memory of hub, server and kernels (proportional, MB): before, with all pages open, and after
  the idle time, which is shortened (`--idle`, minutes; usually 10).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import websocket
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hubs import Hub, running

PAGE = "/voila/render/workbench.ipynb"
PATIENCE = 600.0


@dataclass
class Visit:
    """A page of one person, and its kernel."""

    client: httpx.Client
    hub: Hub
    status: int = 0
    words: str = ""
    opened: float = float("nan")
    judged: float = float("nan")
    models: dict[str, dict[str, Any]] = field(default_factory=dict)
    socket: Any = None
    news: threading.Condition = field(default_factory=threading.Condition)
    has_answered: bool = False
    is_closed: bool = False

    def open(self) -> None:
        """Open the page, and ask its kernel for all that it shows."""
        began = time.monotonic()
        answer = self.client.get(PAGE, timeout=PATIENCE)
        self.status, text = answer.status_code, answer.text
        if self.status != 200:
            self.words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text.partition("<body")[2]))
            return
        (kernel,) = re.findall(r'"kernelId": "([\w-]+)"', text)
        cookies = "; ".join(
            f"{one.name}={one.value}" for one in self.client.cookies.jar if "/hub/" not in one.path
        )
        self.socket = websocket.create_connection(
            f"{self.hub.service.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels",
            subprotocols=["v1.kernel.websocket.jupyter.org"], cookie=cookies, origin=self.hub.url,
            timeout=PATIENCE,
        )  # fmt: skip
        threading.Thread(target=self.listen, daemon=True).start()
        # As a browser does: what is sent before the kernel has answered may be lost.
        while not (self.has_answered or self.is_closed):
            self.send("kernel_info_request", "")
            with self.news:
                self.news.wait_for(lambda: self.has_answered or self.is_closed, 5)
        self.send(
            "comm_open", "1.0.0", comm_id="all", target_name="jupyter.widget.control", data={}
        )
        self.send("comm_msg", "2.1.0", comm_id="all", data={"method": "request_states"})
        self.hear(lambda: bool(self.models))
        self.opened = time.monotonic() - began

    def judge(self) -> None:
        """Analyse the example, and wait for its verdicts."""
        if self.socket is None:
            return
        began = time.monotonic()
        self.click("Try the example")
        self.hear(lambda: any("features explained" in str(s.get("value")) for s in self.states))
        self.judged = time.monotonic() - began

    @property
    def states(self) -> list[dict[str, Any]]:
        return list(self.models.values())

    def click(self, label: str) -> None:
        (model,) = [m for m, s in self.models.items() if s.get("description") == label]
        data = {"method": "custom", "content": {"event": "click"}}
        self.send("comm_msg", "2.1.0", comm_id=model, data=data)

    def send(self, kind: str, version: str, **content: object) -> None:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "visit",
                  "username": "", "version": "5.3", "date": "2026-11-28T00:00:00Z"}  # fmt: skip
        parts = [header, {}, {"version": version}, content]
        encoded = [json.dumps(part).encode() for part in parts]
        self.socket.send_binary(bytes(serialize_msg_to_ws_v1(encoded, "shell")))

    def hear(self, done: Callable[[], bool]) -> None:
        """Wait until the kernel has sent what is waited for."""
        with self.news:
            if not self.news.wait_for(lambda: done() or self.is_closed, PATIENCE):
                raise AssertionError("The kernel is silent.")
            if self.is_closed:
                raise AssertionError("The server has closed the socket.")

    def listen(self) -> None:
        """Take what the kernel sends, as a browser does all the time."""
        while True:
            try:
                kind, frame = self.socket.recv_data()
            except (OSError, websocket.WebSocketException):
                kind, frame = websocket.ABNF.OPCODE_CLOSE, b""
            with self.news:
                self.is_closed = kind == websocket.ABNF.OPCODE_CLOSE
                if not self.is_closed:
                    self.take(frame)
                self.news.notify_all()
            if self.is_closed:
                return

    def take(self, frame: bytes) -> None:
        """Take over the states of widgets."""
        _, parts = deserialize_msg_from_ws_v1(frame)
        header, content = json.loads(bytes(parts[0])), json.loads(bytes(parts[3]))
        self.has_answered |= header["msg_type"] == "kernel_info_reply"
        data = content.get("data")
        data = data if isinstance(data, dict) else {}
        if data.get("method") == "update_states":
            self.models |= {m: dict(s["state"]) for m, s in data["states"].items()}
        elif data.get("method") == "update":
            self.models.setdefault(content["comm_id"], {}).update(data["state"])

    def leave(self) -> None:
        """Close the page without a word, as a laptop that is shut."""
        if self.socket is not None:
            self.socket.close()


def processes(hub: Hub) -> list[psutil.Process]:
    root = psutil.Process(hub.process.pid)
    return [root, *root.children(recursive=True)]


def memory(hub: Hub) -> float:
    """Proportional memory of hub, server and kernels, MB."""
    found = 0.0
    for process in processes(hub):
        try:
            found += process.memory_full_info().pss / 1e6
        except psutil.NoSuchProcess:
            continue
    return found


def kernels(hub: Hub) -> int:
    found = 0
    for process in processes(hub):
        try:
            parent = process.parent()
            found += parent is not None and "forkserver" in " ".join(parent.cmdline())
        except psutil.NoSuchProcess:
            continue
    return found


@contextmanager
def asking(client: httpx.Client) -> Iterator[list[float]]:
    """Times of one more person who asks for the list of sessions again and again, s."""
    times: list[float] = []
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.25):
            began = time.monotonic()
            answer = client.get("/api/v1/sessions", params={"limit": 50})
            assert answer.status_code == 200, answer.text
            times.append(time.monotonic() - began)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield times
    finally:
        over.set()
        thread.join()


def told(times: list[float]) -> str:
    """Median and 95 % of times, ms."""
    if len(times) < 2:
        return "too few"
    median, last = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    return f"{1000 * median:7.1f} ms, 95 % within {1000 * last:8.1f} ms ({len(times)})"


def all_at_once(act: Callable[[Visit], None], visits: list[Visit]) -> None:
    with ThreadPoolExecutor(len(visits)) as pool:
        list(pool.map(act, visits))


def measure(people: int, bound: int, idle: float, folder: Path) -> None:
    names = [f"p{number:02}" for number in range(people)]
    groups = f"[groups]\nlab = {json.dumps([*names, 'other'])}\n"
    more = (f"--max-kernels={bound}", f"--idle-minutes={idle}")
    with running(folder, *more, groups=groups) as hub:
        other = hub.sign_in("other")
        visits = [Visit(hub.sign_in(name), hub) for name in names]
        print(f"{people} people, at most {bound} kernels, {os.cpu_count()} cores, "
              f"load {os.getloadavg()[0]:.1f}")  # fmt: skip
        other.get("/api/v1/sessions")  # the API is loaded when it is first asked
        with asking(other) as alone:
            time.sleep(10)
        spare, before = kernels(hub), memory(hub)
        with asking(other) as opening:
            all_at_once(Visit.open, visits)
        most = kernels(hub)
        with asking(other) as judging:
            all_at_once(Visit.judge, visits)
        with asking(other) as there:
            time.sleep(10)
        most = max(most, kernels(hub))
        full = memory(hub)
        got = [visit for visit in visits if visit.status == 200]
        refused = [visit for visit in visits if visit.status == 503]
        print(f"pages {len(got)}, 503 with words {sum('in use' in v.words for v in refused)}, "
              f"other answers {people - len(got) - len(refused)}")  # fmt: skip
        print(f"kernels: {spare} spare before, {most} at most (bound {bound})")
        print(f"page there    {told([v.opened for v in got])}")
        print(f"verdicts      {told([v.judged for v in got])}")
        print(f"API alone     {told(alone)}")
        print(f"API, opening  {told(opening)}")
        print(f"API, judging  {told(judging)}")
        print(f"API, on pages {told(there)}")
        for visit in visits:
            visit.leave()
        end = time.monotonic() + 60 * idle + 180
        while kernels(hub) > spare and time.monotonic() < end:
            time.sleep(2)
        time.sleep(5)
        after = memory(hub)
        print(f"memory: {before:.0f} MB before, {full:.0f} MB with all pages, {after:.0f} MB later")
        print(f"kernels {kernels(hub)} after an idle time of {idle:g} min (usually 10)")
        print(f"load at the end {os.getloadavg()[0]:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--max-kernels", type=int, default=20)
    parser.add_argument("--idle", type=float, default=0.5, help="minutes")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="people-") as folder:
        measure(chosen.people, chosen.max_kernels, chosen.idle, Path(folder))


if __name__ == "__main__":
    main()
