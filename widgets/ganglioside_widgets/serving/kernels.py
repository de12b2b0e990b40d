"""Kernels of web pages, of which there are only so many."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado import web
from traitlets import Int

from ganglioside_widgets.serving.options import MOST_KERNELS

#: Seconds between two looks whether a kernel has ended.
_LOOK: Final = 0.5

#: Seconds after which a visitor may try again.
RETRY: Final = 30

FULL: Final = (
    "All kernels of this server are in use. Try again in half a minute, or close pages that are "
    "no longer needed. Whoever runs the server can allow more: ganglioside app --max-kernels {}"
)


class BoundedKernels(AsyncMappingKernelManager):
    """Starts no more kernels than it may.

    Those that stand ready for later visitors wait until there is room.
    """

    max_kernels = Int(MOST_KERNELS, min=1, help="Kernels at once.", config=True)

    def __init__(self, **named: Any) -> None:
        self._turn = asyncio.Lock()
        self._starting = 0
        super().__init__(**named)  # type: ignore[no-untyped-call]

    @property
    def is_full(self) -> bool:
        """Whether no kernel may be started."""
        return len(self) + self._starting >= self.max_kernels

    def refusal(self) -> web.HTTPError:
        """Return the answer to a visitor when there is no room."""
        return web.HTTPError(503, FULL.format(2 * self.max_kernels))

    async def start_kernel(self, **named: Any) -> str:  # type: ignore[override]
        """Start a kernel and return its id."""
        if named.get("env", {}).get("VOILA_PREHEAT") == "True":
            async with self._turn:  # in the order of asking
                while self.is_full:
                    await asyncio.sleep(_LOOK)
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
        """Tell whether a visitor of a page gets a kernel now."""
        ready = getattr(self, "_pools", {}).get(page, [])
        return not self.is_full or bool(ready and ready[0].done())
