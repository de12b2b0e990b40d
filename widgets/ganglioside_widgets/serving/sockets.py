"""The WebSocket between a page and its kernel."""

from __future__ import annotations

from typing import Final

from jupyter_server.auth.decorator import ws_authenticated
from tornado import web
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from ganglioside_widgets.serving.frames import PROTOCOL, FrameError, check_frame
from ganglioside_widgets.serving.visits import is_theirs

#: Most WebSockets open to one kernel: a page needs one, and another while it reconnects.
MOST_SOCKETS: Final = 8

#: The close code "protocol error" (RFC 6455).
PROTOCOL_ERROR: Final = 1002


class KernelSocket(VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """Passes messages on as Voila does, but only well-formed ones.

    The older subprotocol is refused: Voila would read its messages as ones of `PROTOCOL`, and take
    their first bytes for a huge count.
    """

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

    def on_message(self, ws_message: bytes | str) -> None:
        """Pass a message on; a malformed one closes the WebSocket."""
        if self.connection is None:
            return  # the WebSocket has been closed
        try:
            check_frame(ws_message)
        except FrameError as fault:
            self.log.warning("A WebSocket was closed for a malformed message: %s.", fault)
            self.close(PROTOCOL_ERROR, f"malformed message: {fault}")
            return
        super().on_message(ws_message)
