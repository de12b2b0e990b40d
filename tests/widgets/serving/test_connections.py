"""Connections beyond what the pages' server keeps: the one least needed gives way."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event, Thread

import pytest
import raw_connections
from effort import PATIENCE
from raw_connections import is_closed
from tornado import netutil, web

from ganglioside_widgets.serving import connections
from ganglioside_widgets.serving.connections import BoundedServer

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
ASKED = HEAD + b"\r\n"
HALF_BODY = HEAD + b"Content-Length: 9\r\n\r\n-"
MOST = 5


class Answer(web.RequestHandler):
    """Answers in one word; at /slow, never."""

    async def get(self, path: str) -> None:
        if path == "slow":
            await asyncio.sleep(PATIENCE)
        self.finish("Here")


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Port of a server that keeps `MOST` connections."""
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", MOST)
    (listening,) = netutil.bind_sockets(0, "127.0.0.1")
    ready, loop = Event(), asyncio.new_event_loop()

    async def serve() -> None:
        server = BoundedServer(web.Application([("/(.*)", Answer)]))
        server.add_socket(listening)
        ready.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.create_task(serve())
        loop.run_forever()

    thread = Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(PATIENCE)
    yield int(listening.getsockname()[1])
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def connected(port: int, sent: bytes) -> socket.socket:
    return raw_connections.connected("127.0.0.1", port, sent)


def is_answered(connection: socket.socket) -> bool:
    return connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("sent", [b"", HEAD, HALF_BODY, HEAD.replace(b"/", b"/slow", 1) + b"\r\n"])
def test_the_oldest_gives_way_to_others(port: int, sent: bytes) -> None:
    with ExitStack() as opened:
        held = [opened.enter_context(connected(port, sent)) for _ in range(2 * MOST)]
        assert is_answered(opened.enter_context(connected(port, ASKED)))
        assert all(is_closed(connection) for connection in held[: MOST + 1])


def test_what_waits_for_nothing_gives_way_before_a_body(port: int) -> None:
    with ExitStack() as opened:
        sending = opened.enter_context(connected(port, HALF_BODY))
        assert is_answered(opened.enter_context(connected(port, ASKED)))
        held = [opened.enter_context(connected(port, b"")) for _ in range(2 * MOST)]
        assert all(is_closed(connection) for connection in held[:MOST])
        sending.sendall(b"12345678")
        assert is_answered(sending)


def test_connections_that_have_ended_make_room(port: int) -> None:
    with connected(port, ASKED) as first:
        assert is_answered(first)
        for _ in range(3 * MOST):
            with connected(port, HEAD + b"Connection: close\r\n\r\n") as other:
                assert is_answered(other)
        first.recv(1000)
        first.sendall(ASKED)
        assert is_answered(first)
