"""Real servers on free ports, and pages of a real browser that remember what they asked for."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from effort import PATIENCE, end_process
from ports import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

#: The folder that lets a test hold the analyses of a server, and lowers its `LARGE`.
HOLD = Path(__file__).with_name("hold")

#: Features from which on a job writes the exports of a server.
LARGE = 500

#: Argument of `ganglioside app` by which no kernel is started before somebody comes.
NO_SPARES = '--VoilaKernelManager.preheat_denylist=["workbench", "history", "species"]'

#: Lets visitors into the web pages.
TOKEN = "token-of-the-browser-tests"


@dataclass(frozen=True)
class Server:
    """A running server, its history, and what it printed."""

    url: str
    history: Path
    process: subprocess.Popen[bytes]
    log: Path
    held: Path

    @contextmanager
    def holding(self) -> Iterator[Callable[[float], object]]:
        """Hold its analyses, at first before they report anything; give what lets them go on."""

        def to(percentage: float) -> None:
            draft = self.held.with_suffix(".draft")
            draft.write_text(str(percentage))
            draft.replace(self.held)

        to(0)
        try:
            yield to
        finally:
            self.held.unlink()


@contextmanager
def serving(folder: Path, *arguments: str, ready: str = "") -> Iterator[Server]:
    """Run `ganglioside` with arguments on a free port until it answers; `ready` is its word."""
    with running(folder, "ganglioside", *arguments, ready=ready) as server:
        yield server


@contextmanager
def running(folder: Path, program: str, *arguments: str, ready: str = "") -> Iterator[Server]:
    """Run a server of the environment on a free port until it answers; `ready` is its word."""
    port, log, history = free_port(), folder / "server.log", folder / "history.duckdb"
    held = folder / "held"
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(HOLD), os.environ.get("PYTHONPATH")))),
        "GANGLIOSIDE_TESTS_HOLD": str(held),
        "GANGLIOSIDE_TESTS_LARGE": str(LARGE),
        "GANGLIOSIDE_HISTORY": str(history),
        "GANGLIOSIDE_AUTHOR": "browser test",
        "GANGLIOSIDE_TOKEN": TOKEN,
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    script = Path(sys.executable).with_name(program)
    command = [str(script), *arguments, "--no-browser", f"--port={port}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, preexec_fn=_hear_interrupts
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}/", log, ready)
        yield Server(f"http://127.0.0.1:{port}", history, process, log, held)
    finally:
        end_process(process)


def _hear_interrupts() -> None:
    """Hear Ctrl-C also where the tests run in the background, whose children are deaf to it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path, ready: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"The server ended:\n{log.read_text(errors='replace')}")
        if re.search(ready, log.read_text(errors="replace")) and _answers(url):
            return
        time.sleep(0.2)
    raise AssertionError(f"No answer in {PATIENCE:g} s:\n{log.read_text(errors='replace')}")


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=PATIENCE):
            return True
    except HTTPError:
        return True  # it asks for the token
    except (URLError, OSError):
        return False


@dataclass
class Visit:
    """One visitor: a page of a context of its own."""

    page: Page
    requests: list[str] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def begin(
        cls, browser: Browser, width: int = 1280, height: int = 1000, proxy: str | None = None
    ) -> Visit:
        """Open a page; `proxy` takes all that goes to other machines."""
        context = browser.new_context(
            viewport={"width": width, "height": height},
            accept_downloads=True,
            proxy=None if proxy is None else {"server": proxy, "bypass": "127.0.0.1"},
        )
        context.set_default_timeout(1000 * PATIENCE)
        visit = cls(context.new_page())
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("websocket", lambda socket: visit.sockets.append(socket.url))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("console", visit._hear)
        return visit

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def sign_in(self, server: Server) -> Visit:
        """Bring the token, as whoever opens the address that the server printed."""
        self.page.context.request.get(f"{server.url}/?token={TOKEN}")
        return self

    def outside(self, server: Server) -> list[str]:
        """Return what was asked of other servers."""
        own = (server.url, server.url.replace("http", "ws", 1), "data:", "blob:")
        asked = [*self.requests, *self.sockets]
        return [url for url in asked if not url.startswith(own)]

    def check(self, server: Server) -> None:
        """See that the page asked nothing of others and complained of nothing."""
        assert self.outside(server) == []
        assert self.complaints == []

    def end(self) -> None:
        # Leaving the page tells the server that its kernel can go; closing the context does not.
        self.page.goto("about:blank")
        self.page.context.close()


class BlackHole:
    """A network that drops everything: it takes connections and never answers.

    Attributes
    ----------
    url : str
        To be named as a proxy.
    swallowed : list of bytes
        What was asked of it.
    """

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.swallowed: list[bytes] = []
        self._open: list[socket.socket] = []
        threading.Thread(target=self._swallow, daemon=True).start()

    def _swallow(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            self._open.append(connection)
            threading.Thread(target=self._hear, args=(connection,), daemon=True).start()

    def _hear(self, connection: socket.socket) -> None:
        with suppress(OSError):  # closed
            self.swallowed.append(connection.recv(200))

    def close(self) -> None:
        for each in (self._listener, *self._open):
            each.close()
