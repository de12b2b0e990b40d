"""Connections of the server alone: those that bring no request for long are closed.

WebSockets that are refused are answered, and leave no error in the log.

uvicorn waits for a request, and for the rest of its body, as long as the connection lasts. Whoever
has no token could so take all connections that a process may have, and nobody else is answered.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, Literal

from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ganglioside.server.bodies import SECONDS

#: Most connections that wait for a request at once, half of what a process may usually have open:
#: beyond them, the one that has waited longest gives way.
MOST_WAITING: Final = 500

#: Bytes a second of a body that still comes; only whoever is let in sends one on.
_SLOWEST: Final = 1_000

#: What a connection waits for from its other side; None while it is answered.
_Phase = Literal["request", "body"] | None


class BoundedConnection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """Connection that is closed where no request comes in time, or its body comes too slowly."""

    #: Seconds between two looks: for so long, and at most twice, one may be late.
    patience: float = SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin, and let the connection give way that has waited longest where too many wait."""
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
    would fill the log.
    """

    async def send(self, message: Any) -> None:
        """Send, and know a whole answer for the end of the handshake."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = not message.get("more_body", False)


def _is_waiting(connection: Any) -> bool:
    return _phase(connection) == "request" and not connection.transport.is_closing()


def _phase(connection: Any) -> _Phase:
    cycle = connection.cycle
    if cycle is None or cycle.response_complete:
        return "request"
    return "body" if cycle.more_body else None
