"""Connections that bring no request: they make room, and are closed in time."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import raw_connections
from raw_connections import is_closed
from served import Running, Served, upload

from ganglioside.history import History
from ganglioside.server import connections
from ganglioside.server.connections import BoundedConnection

HEAD = b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n"
UPLOAD = HEAD.replace(b"GET /api/v1/health", b"POST /api/v1/sessions") + (
    b"Content-Type: multipart/form-data; boundary=-\r\n"
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Running(History.open(tmp_path / "history.duckdb")) as running:
        yield running


def connected(served: Served, sent: bytes) -> socket.socket:
    where = urlsplit(served.url)
    return raw_connections.connected(str(where.hostname), int(where.port or 0), sent)


def test_whoever_sends_nothing_gives_way_to_others(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_WAITING", 5)
    with ExitStack() as open_ones:
        held = [open_ones.enter_context(connected(served, b"")) for _ in range(8)]
        assert httpx.get(f"{served.url}/health").status_code == 200
        assert all(is_closed(connection) for connection in held[:3])
        held[-1].sendall(HEAD + b"\r\n")
        assert held[-1].recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("what", ["nothing", "half a head", "half a body"])
def test_a_request_that_does_not_come_ends_its_connection(
    served: Served, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(BoundedConnection, "patience", 0.2)
    token = served.history.tokens.add("Ann", "write")
    authorised = UPLOAD + f"Authorization: Bearer {token}\r\nContent-Length: 9\r\n\r\n-".encode()
    sent = {"nothing": b"", "half a head": HEAD, "half a body": authorised}[what]
    with connected(served, sent) as connection:
        assert is_closed(connection)


def test_an_answer_that_takes_long_is_waited_for(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedConnection, "patience", 0.05)
    with served.caller("write") as client:
        assert upload(client).status_code == 201
