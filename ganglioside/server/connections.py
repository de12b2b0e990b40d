"""Connections of the server alone: those that bring no request for long are closed.

WebSockets that are refused are answered, and leave no error in the log.

uvicorn waits for a request, and for the rest of its body, as long as the connection lasts. Whoever
has no token could so take all connections that a process may have, and nobody else is answered.
So do connections that never finish their TLS handshake, of which uvicorn learns nothing.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any, Final, Literal

from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ganglioside.server.bodies import SECONDS

#: Most connections that wait for a request at once, half of what a process may usually have open:
#: beyond them, the one that has waited longest gives way.
MOST_WAITING: Final = 500

#: Most connections in their TLS handshake at once: beyond them, the oldest gives way.
MOST_IN_HANDSHAKE: Final = 250

#: Connections that are taken at one go. Those that give way are closed between two goes: taken all
#: at once, a flood of them would need more open files than a process may have.
_AT_ONE_GO: Final = 64

#: Bytes a second of a body that still comes; only whoever is let in sends one on.
_SLOWEST: Final = 1_000

#: Answer to a request for a WebSocket that is too long, or has a body.
_UNREADABLE: Final = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

#: What a connection waits for from its other side; None while it is answered.
_Phase = Literal["request", "body"] | None


class BoundedListener(socket.socket):
    """Listening socket whose connections have a bounded number of handshakes going on."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._taken = 0
        #: Connections of which no handshake has ended yet, by number of file, the oldest first.
        self._in_handshake: dict[int, socket.socket] = {}

    def accept(self) -> tuple[socket.socket, Any]:
        """Take a connection, unless it is time to look after those that are there."""
        self._taken += 1
        if self._taken % _AT_ONE_GO == 0:
            raise BlockingIOError  # as where no connection waits: the loop comes again
        connection, address = super().accept()
        self._in_handshake.pop(connection.fileno(), None)  # of one that was closed
        self._in_handshake[connection.fileno()] = connection
        self._make_room()
        return connection, address

    def let_through(self, file: int) -> None:
        """Know that the handshake of a connection has ended well."""
        self._in_handshake.pop(file, None)

    def _make_room(self) -> None:
        if len(self._in_handshake) <= MOST_IN_HANDSHAKE:
            return
        known = self._in_handshake
        self._in_handshake = {file: one for file, one in known.items() if one.fileno() >= 0}
        if len(self._in_handshake) > MOST_IN_HANDSHAKE:
            oldest = self._in_handshake.pop(next(iter(self._in_handshake)))
            with suppress(OSError):  # its other side has just left
                oldest.shutdown(socket.SHUT_RDWR)


class BoundedConnection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """Connection that is closed where no request comes in time, or its body comes too slowly."""

    #: Seconds between two looks: for so long, and at most twice, one may be late.
    patience: float = SECONDS

    def __init__(self, *args: Any, listener: BoundedListener, **named: Any) -> None:
        super().__init__(*args, **named)
        self._listener = listener

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin, and let the connection give way that has waited longest where too many wait."""
        self._listener.let_through(transport.get_extra_info("socket").fileno())
        super().connection_made(transport)
        self._begun = self.loop.time()
        self._received = 0
        waiting = [other for other in self.connections if _is_waiting(other)]
        if len(waiting) > MOST_WAITING:
            min(waiting, key=lambda other: other._begun).transport.abort()
        self._look_later()

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        self._received += len(data)
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._next_look.cancel()
        super().connection_lost(exc)

    def _look_later(self) -> None:
        self._state = self.cycle, _phase(self)
        self._received_before = self._received
        self._next_look = self.loop.call_later(self.patience, self._look)

    def _look(self) -> None:
        """Close the connection where it waits for the same request as at the look before."""
        if self.transport.get_protocol() is not self:
            return  # a WebSocket has taken it over
        if self._is_late():
            self.transport.abort()
        else:
            self._look_later()

    def _is_late(self) -> bool:
        cycle, phase = self._state
        if phase is None or (self.cycle, _phase(self)) != (cycle, phase):
            return False
        if phase == "request":
            return True
        is_held_here = bool(self.flow.read_paused)
        return (
            not is_held_here and self._received - self._received_before < _SLOWEST * self.patience
        )


class RefusableSocket(WebSocketsSansIOProtocol):
    """WebSocket that may be answered like any request before it is open.

    uvicorn takes such an answer for none, and writes an error for each: a flood of refused callers
    would fill the log. A request for a WebSocket that is too long, or has a body, it does not
    answer at all, and keeps its connection for ever.
    """

    def data_received(self, data: bytes) -> None:
        """Take what has come; a request that cannot be read is refused."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self.transport.write(_UNREADABLE)
            self.transport.close()

    async def send(self, message: Any) -> None:
        """Send, and know a whole answer for the end of the handshake."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = not message.get("more_body", False)


def _is_waiting(connection: Any) -> bool:
    """Whether a connection waits for a request; a WebSocket, which is among them, does not."""
    if not isinstance(connection, BoundedConnection):
        return False
    return _phase(connection) == "request" and not connection.transport.is_closing()


def _phase(connection: Any) -> _Phase:
    cycle = connection.cycle
    if cycle is None or cycle.response_complete:
        return "request"
    return "body" if cycle.more_body else None
