"""Kernels of the web pages, with an upper limit."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado import web
from traitlets import Int

from ganglioside_widgets.serving.options import MOST_KERNELS

#: Seconds between two checks whether there is room for a spare kernel.
_INTERVAL: Final = 0.5

#: Seconds after which a visitor who was refused may try again.
RETRY: Final = 30

FULL: Final = (
    "All kernels of this server are in use. Try again in half a minute, or close pages that are "
    "no longer needed. Whoever runs the server can allow more: ganglioside app --max-kernels {}"
)


class BoundedKernels(AsyncMappingKernelManager):
    """Starts at most `max_kernels` kernels.

    A visitor above the limit is refused; a spare kernel, started ahead for a later visitor, waits
    until there is room.
    """

    max_kernels = Int(MOST_KERNELS, min=1, help="Most kernels at once.", config=True)

    def __init__(self, **named: Any) -> None:
        self._turn = asyncio.Lock()
        self._starting = 0
        super().__init__(**named)  # type: ignore[no-untyped-call]

    @property
    def is_full(self) -> bool:
        """Whether no further kernel may be started."""
        return len(self) + self._starting >= self.max_kernels

    def refusal(self) -> web.HTTPError:
        """Error 503 for a visitor when there is no room."""
        return web.HTTPError(503, FULL.format(2 * self.max_kernels))

    async def start_kernel(self, **named: Any) -> str:  # type: ignore[override]
        """Start a kernel; returns its id."""
        if named.get("env", {}).get("VOILA_PREHEAT") == "True":
            async with self._turn:  # first come, first served
                while self.is_full:
                    await asyncio.sleep(_INTERVAL)
                self._starting += 1
        elif self.is_full:
            raise self.refusal()
        else:
            self._starting += 1
        try:
            return str(await super()._async_start_kernel(**named))
        finally:
            self._starting -= 1

    def has_room(self, page: str) -> bool:
        """Whether a visitor of a page would get a kernel now, a new one or a spare one."""
        spares = getattr(self, "_pools", {}).get(page, [])
        has_spare = bool(spares and spares[0].done())
        return has_spare or not self.is_full
