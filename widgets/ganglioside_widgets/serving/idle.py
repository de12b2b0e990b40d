"""Waiting until a kernel whose page was closed has finished its analysis."""

from __future__ import annotations

import asyncio
from typing import Final

from ganglioside.errors import HistoryError

#: Seconds between two looks.
_LOOK: Final = 1.0

#: Looks at a history that cannot be read, after which the process counts as idle.
_MOST_FAILURES: Final = 30


async def until_idle(process: int) -> None:
    """Wait until a process works on no session of the history."""
    failures = 0
    while failures < _MOST_FAILURES:
        try:
            if not await asyncio.to_thread(_is_busy, process):
                return
        except HistoryError:  # others hold it for long, or it is damaged
            failures += 1
        await asyncio.sleep(_LOOK)


def _is_busy(process: int) -> bool:
    from ganglioside.history import History  # not before a page is closed
    from ganglioside.history.location import TIMEOUT, store_at

    return store_at(None, TIMEOUT).exists() and History.open().runs.is_busy(process)
