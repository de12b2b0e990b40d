"""Connections of the web pages: beyond a number of them, the one least needed gives way.

Tornado keeps every connection that it is asked for. Once a process has as many files open as it
may, it answers nobody and writes an error into its log thousands of times a second: whoever has no
token could stop the server so, and fill its disk.
"""

from __future__ import annotations

from collections.abc import Awaitable
from enum import IntEnum
from typing import Any, Final

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, RequestStartLine

from ganglioside.support.open_files import most_open_files

#: Most connections at once, where the system allows twice as many open files; kernels need others.
#: WebSockets do not count: they are bounded by the kernels, and for who has signed in.
MOST_CONNECTIONS: Final = 500


class Phase(IntEnum):
    """What a connection is at; those of lower phases give way first."""

    HEAD = 0  #: waits for the head of a request, perhaps between two
    BODY = 1  #: waits for the body
    ANSWER = 2  #: is answered


class BoundedServer(HTTPServer):
    """HTTP server with a bounded number of connections."""

    def initialize(self, *args: Any, **named: Any) -> None:
        """Begin without any connection."""
        super().initialize(*args, **named)
        self._most = min(MOST_CONNECTIONS, most_open_files() // 2)
        #: Phases of the connections, the one that has been longest in its phase first.
        self._phases: dict[Any, Phase] = {}

    def start_request(self, server_conn: Any, request_conn: Any) -> HTTPMessageDelegate:
        """Wait for a request, and let another connection give way where there are too many."""
        self._phases.pop(server_conn, None)
        if len(self._phases) >= self._most:
            # The oldest of its phase: `min` takes the first of several.
            least_needed = min(self._phases, key=self._phases.__getitem__)
            self._phases.pop(least_needed)
            least_needed.stream.close()
        self.note(server_conn, Phase.HEAD)
        return _Noted(super().start_request(server_conn, request_conn), self, server_conn)

    def note(self, connection: Any, phase: Phase) -> None:
        """Note what a connection is at from now on."""
        self._phases.pop(connection, None)
        self._phases[connection] = phase

    def on_close(self, server_conn: Any) -> None:
        """Forget a connection that has ended, or became a WebSocket."""
        self._phases.pop(server_conn, None)
        super().on_close(server_conn)


class _Noted(HTTPMessageDelegate):
    """Receiver of a request that notes how far it has come."""

    def __init__(self, receiver: HTTPMessageDelegate, server: BoundedServer, connection: Any):
        self._receiver = receiver
        self._server = server
        self._connection = connection

    def headers_received(
        self, start_line: Any | RequestStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        self._server.note(self._connection, Phase.BODY)
        return self._receiver.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._receiver.data_received(chunk)

    def finish(self) -> None:
        self._server.note(self._connection, Phase.ANSWER)
        self._receiver.finish()

    def on_connection_close(self) -> None:
        self._receiver.on_connection_close()
