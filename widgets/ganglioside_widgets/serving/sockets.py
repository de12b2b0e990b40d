"""The WebSocket between a page and its kernel."""

from __future__ import annotations

from typing import Final

from jupyter_server.auth.decorator import ws_authenticated
from tornado import web
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from ganglioside_widgets.serving.frames import PROTOCOL, FrameError, check_frame

#: Open at once to one kernel: a page needs one, and another while it connects again.
MOST_SOCKETS: Final = 8

#: Why a WebSocket is closed (RFC 6455).
BROKEN_RULE: Final = 1002


class KernelSocket(VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """Passes messages on as Voila does, but only well-formed ones.

    The older framing is refused: Voila reads each message of either kind as one of `PROTOCOL`, and
    takes the first bytes of an older one for a huge count.
    """

    @ws_authenticated
    async def get(self, kernel_id: str) -> None:
        """Open the WebSocket, or refuse with a reason."""
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if PROTOCOL not in {name.strip() for name in offered.split(",")}:
            raise web.HTTPError(
                400,
                f"A WebSocket must offer the subprotocol {PROTOCOL}. Every browser does: if pages "
                "stay empty, let the proxy pass the header Sec-WebSocket-Protocol on.",
            )
        if kernel_id not in self.kernel_manager:
            raise web.HTTPError(404, "The kernel of this page has ended: reload it.")
        if self.kernel_manager.kernel_model(kernel_id)["connections"] >= MOST_SOCKETS:
            raise web.HTTPError(429, f"This page has {MOST_SOCKETS} WebSockets open already.")
        await super().get(kernel_id=kernel_id)

    def on_message(self, ws_message: bytes | str) -> None:
        """Pass a message on, or close the WebSocket if it is malformed."""
        if self.connection is None:
            return  # closed meanwhile
        try:
            check_frame(ws_message)
        except FrameError as fault:
            self.log.warning("A WebSocket was closed for a malformed message: %s.", fault)
            self.close(BROKEN_RULE, f"malformed message: {fault}")
            return
        super().on_message(ws_message)
