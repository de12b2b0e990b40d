"""Connections that bring no request: they make room, and are closed in time."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import raw_connections
import trustme
from effort import PATIENCE
from raw_connections import is_closed
from served import Running, Served, upload
from websockets.sync.client import connect

import ganglioside as gg
from ganglioside.history import History
from ganglioside.server import connections
from ganglioside.server.connections import BoundedConnection, BoundedListener

#: Begin of a TLS handshake.
BEGUN = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"

HEAD = b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n"
UPLOAD = HEAD.replace(b"GET /api/v1/health", b"POST /api/v1/sessions") + (
    b"Content-Type: multipart/form-data; boundary=-\r\n"
)


def health(served: Served, trusting: ssl.SSLContext) -> int:
    """Status of an answer over TLS."""
    return httpx.get(f"{served.url}/health", verify=trusting, timeout=PATIENCE).status_code


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Running(History.open(tmp_path / "history.duckdb")) as running:
        yield running


@pytest.fixture
def behind_tls(tmp_path: Path) -> Iterator[tuple[Served, ssl.SSLContext]]:
    authority = trustme.CA()
    certificate = tmp_path / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    history = History.open(tmp_path / "history.duckdb")
    with Running(history, certificate=certificate) as running:
        yield running, trusting


def connected(served: Served, sent: bytes) -> socket.socket:
    where = urlsplit(served.url)
    return raw_connections.connected(str(where.hostname), int(where.port or 0), sent)


def test_whoever_sends_nothing_gives_way_to_others(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST_WAITING", 5)
    with ExitStack() as open_ones:
        held = [open_ones.enter_context(connected(served, b"")) for _ in range(8)]
        assert httpx.get(f"{served.url}/health", timeout=PATIENCE).status_code == 200
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


def test_handshakes_that_do_not_end_give_way_to_others(
    behind_tls: tuple[Served, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    """1,200 of them, without any token, kept everybody out for a minute."""
    monkeypatch.setattr(connections, "MOST_IN_HANDSHAKE", 5)
    monkeypatch.setattr("asyncio.constants.SSL_HANDSHAKE_TIMEOUT", 10 * PATIENCE)
    served, trusting = behind_tls
    with ExitStack() as open_ones:
        known = open_ones.enter_context(connected(served, b""))
        known = open_ones.enter_context(trusting.wrap_socket(known, server_hostname="127.0.0.1"))
        held = [open_ones.enter_context(connected(served, BEGUN)) for _ in range(8)]
        assert health(served, trusting) == 200
        known.sendall(HEAD + b"\r\n")
        assert known.recv(12) == b"HTTP/1.1 200"  # whose handshake has ended
        assert all(is_closed(connection) for connection in held[:3])
        held[-1].setblocking(False)
        with pytest.raises(BlockingIOError):  # it may still go on
            held[-1].recv(1)


def test_a_flood_is_taken_in_several_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """At one go it needed all files that a process may have open, before any gave way."""
    monkeypatch.setattr(connections, "_AT_ONE_GO", 3)
    with BoundedListener() as listening, ExitStack() as open_ones:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        for _ in range(3):
            open_ones.enter_context(socket.create_connection(listening.getsockname()))
        for _ in range(2):
            open_ones.enter_context(listening.accept()[0])
        with pytest.raises(BlockingIOError):
            listening.accept()
        open_ones.enter_context(listening.accept()[0])


def test_an_open_websocket_keeps_nobody_out(
    behind_tls: tuple[Served, ssl.SSLContext], caplog: pytest.LogCaptureFixture
) -> None:
    """With TLS no other connection was taken while somebody followed events."""
    caplog.set_level(logging.WARNING)
    served, trusting = behind_tls
    headers = {"Authorization": f"Bearer {served.history.tokens.add('Ann')}"}
    sid = served.history.begin(gg.example().source, gg.Settings())
    address = f"{served.url.replace('https', 'wss')}/sessions/{sid}/events"
    with connect(address, additional_headers=headers, ssl=trusting) as socket:
        socket.recv()
        assert health(served, trusting) == 200
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("a" * 20_000, b""),
        ("x", b"A: b\r\n" * 200),
        ("x", b"A: " + b"b" * 20_000 + b"\r\n"),
        ("x", b"Content-Length: 9\r\n"),
    ],
)
def test_a_request_for_a_websocket_that_cannot_be_read_is_refused(
    served: Served, address: str, headers: bytes
) -> None:
    """Once it got no answer, and whoever had no token kept its connection for ever."""
    asked = (
        f"GET /api/v1/sessions/{address}/events HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    )
    with connected(served, asked.encode() + headers + b"\r\n") as connection:
        assert connection.recv(12) == b"HTTP/1.1 400"
        while connection.recv(1000):
            pass
