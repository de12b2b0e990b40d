"""Voila, except that an analysis outlives the page that started it."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from tornado import web
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

from ganglioside.history import default_path
from ganglioside_widgets.state.journal import Journal

#: Seconds between two looks at a kernel that still works after its page was closed.
_LOOK: Final = 1.0


class LetFinish(VoilaShutdownKernelHandler):  # type: ignore[misc]
    """Ends the kernel of a page that is closed or reloaded, once its analysis is done."""

    def check_xsrf_cookie(self) -> None:
        """Ask for no token: a page that closes sends none, and the id of its kernel is secret."""

    @web.authenticated
    async def post(self, kernel_id: str) -> None:
        """Answer at once, and end the kernel when nothing runs in it."""
        self.set_status(204)
        self.finish()
        process = getattr(self.kernel_manager.get_kernel(kernel_id).provisioner, "pid", None)
        journal = Journal.beside(default_path())
        while process is not None and journal.is_busy(process):
            await asyncio.sleep(_LOOK)
        if kernel_id in self.kernel_manager:
            await self.kernel_manager.shutdown_kernel(kernel_id)


class Pages(Voila):  # type: ignore[misc]
    """Serves the web pages."""

    def init_handlers(self) -> list[Any]:
        """Return Voila's handlers, with the one that ends kernels replaced."""
        return [
            (rule[0], LetFinish, *rule[2:]) if rule[1] is VoilaShutdownKernelHandler else rule
            for rule in super().init_handlers()
        ]
