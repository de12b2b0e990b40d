"""A server of the API that runs in this process, and those who may call it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import websockets
from effort import PATIENCE

import ganglioside as gg
from ganglioside.history import History
from ganglioside.history.tokens import Scope
from ganglioside.server import RunningServer, ServiceLimits
from ganglioside.server.standalone import ServeOptions

#: Bytes of the example.
EXAMPLE: Final = gg.example().source.content

NO_RATES = ServiceLimits(requests_per_second=0, uploads_per_minute=0)


@dataclass(frozen=True)
class Served:
    """A server that runs, and who may call it."""

    url: str
    history: History

    def caller(self, scope: Scope = "admin", person: str = "Ann") -> httpx.Client:
        """Client with a new token."""
        return self.bearing(self.history.tokens.add(person, scope))

    def bearing(self, token: str, **more: Any) -> httpx.Client:
        """Client that brings a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE, **more)


class Running:
    """A server in a thread."""

    def __init__(
        self,
        history: History,
        limits: ServiceLimits = NO_RATES,
        certificate: Path | None = None,
        **more: Any,
    ) -> None:
        self.history = history
        options = ServeOptions(port=0, limits=limits, certificate=certificate)
        self.server = RunningServer(history, options, **more)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> Served:
        self.thread.start()
        return Served(self.server.url, self.history)

    def __exit__(self, *_: object) -> None:
        self.server.stop()
        self.thread.join()


def websocket(url: str, **more: Any) -> websockets.connect:
    """Connection of a browser or program, which no slow machine ends."""
    return websockets.connect(url, open_timeout=PATIENCE, ping_timeout=None, **more)


def upload(client: httpx.Client, content: bytes | None = None, **fields: Any) -> httpx.Response:
    """Answer to an upload of the example, or of another table."""
    file = EXAMPLE if content is None else content
    return client.post("sessions", files={"file": ("example.csv", file)}, data=fields)
