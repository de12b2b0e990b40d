"""The WebSocket between a page and its kernel."""

from __future__ import annotations

from asyncio import Future
from typing import Any, Final

from jupyter_server.auth.decorator import ws_authenticated
from tornado import web
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from ganglioside_widgets.serving.frames import PROTOCOL, FrameError, check_frame
from ganglioside_widgets.serving.visits import is_theirs

#: Most WebSockets open to one kernel: a page needs one, and another while it reconnects.
MOST_SOCKETS: Final = 8

#: Bytes that a page may leave unread, more than all that it shows at once: beyond them its
#: WebSocket is closed. Whoever asked and never read would fill the memory of the server.
MOST_UNREAD: Final = 64_000_000

#: Bytes that a message takes beside its own until it is read.
_BESIDE: Final = 4_000

#: Close codes "protocol error" and "policy violation" (RFC 6455).
PROTOCOL_ERROR: Final = 1002
TOO_SLOW: Final = 1008


class KernelSocket(VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """Passes messages on as Voila does, but only well-formed ones.

    The older subprotocol is refused: Voila would read its messages as ones of `PROTOCOL`, and take
    their first bytes for a huge count.
    """

    #: Bytes that were sent and wait to be read.
    _unread = 0

    @ws_authenticated
    async def get(self, kernel_id: str) -> None:
        """Open the WebSocket, or answer with the reason why not."""
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if PROTOCOL not in {name.strip() for name in offered.split(",")}:
            raise web.HTTPError(
                400,
                f"A WebSocket must offer the subprotocol {PROTOCOL}. Every browser does: if pages "
                "stay empty, let the proxy pass the header Sec-WebSocket-Protocol on.",
            )
        if kernel_id not in self.kernel_manager or not is_theirs(self, kernel_id):
            raise web.HTTPError(404, "The kernel of this page has ended: reload it.")
        if self.kernel_manager.kernel_model(kernel_id)["connections"] >= MOST_SOCKETS:
            raise web.HTTPError(429, f"This page has {MOST_SOCKETS} WebSockets open already.")
        await super().get(kernel_id=kernel_id)

    def write_message(
        self, message: bytes | dict[str, Any], binary: bool = False
    ) -> Future[None] | None:
        """Send a message, unless too much is unread: the WebSocket is closed then."""
        if self._unread > MOST_UNREAD:
            if self.ws_connection is not None:
                self.log.warning("A WebSocket was closed: its page reads nothing.")
                self.close(TOO_SLOW, "This page reads too slowly: reload it.")
            return None
        sent: Future[None] | None = super().write_message(message, binary)
        if sent is not None:
            size = len(message) + _BESIDE
            self._unread += size
            sent.add_done_callback(lambda done: self._note_read(size, done))
        return sent

    def _note_read(self, size: int, done: Future[None]) -> None:
        self._unread -= size
        if not done.cancelled():
            done.exception()  # of a page that has left: asyncio would write each into the log

    def on_message(self, ws_message: bytes | str) -> None:
        """Pass a message on; a malformed one closes the WebSocket.

        Messages still come for seconds after it was closed here. Jupyter knows its subprotocol no
        more then, and would read them as the older one: 100 million numbers of 3 GB for each.
        """
        if self.connection is None or self.ws_connection is None:
            return
        try:
            check_frame(ws_message)
        except FrameError as fault:
            self.log.warning("A WebSocket was closed for a malformed message: %s.", fault)
            self.close(PROTOCOL_ERROR, f"malformed message: {fault}")
            return
        super().on_message(ws_message)
