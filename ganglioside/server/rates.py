"""Rates: how many requests and uploads one person may make, and how much work they may cost."""

from __future__ import annotations

import math
import time
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ganglioside.server.problems import Problem
from ganglioside.server.service_limits import ServiceLimits

#: Requests a second from one address that bring no valid token.
_STRANGERS: Final = "10/second"

#: Work of one person; a usual export is 1, what takes longer is more.
_WORK: Final = "60/minute"


class RateLimits:
    """Counts requests and uploads; see `ServiceLimits`.

    Parameters
    ----------
    limits
    """

    def __init__(self, limits: ServiceLimits) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._requests = _item(limits.requests_per_second, "second")
        self._uploads = _item(limits.uploads_per_minute, "minute")
        self._work = parse(_WORK) if limits.requests_per_second else None
        self._strangers = parse(_STRANGERS)

    def count_request(self, person: str) -> None:
        """Count a request of a person, and refuse one too many."""
        self._count(self._requests, "requests", person)

    def count_upload(self, person: str) -> None:
        """Count an upload of a person, and refuse one too many."""
        self._count(self._uploads, "uploads", person)

    def count_work(self, person: str, work: int) -> None:
        """Count work for a person beyond that of a request, and refuse what is too much."""
        self._count(self._work, "exports and predictions", person, work)

    def count_stranger(self, address: str) -> None:
        """Count a request without a valid token, and refuse one too many."""
        self._count(self._strangers, "strangers", address)

    def _count(self, item: RateLimitItem | None, what: str, who: str, cost: int = 1) -> None:
        if item is None or self._window.hit(item, what, who, cost=cost):
            return
        reset = self._window.get_window_stats(item, what, who).reset_time
        wait = max(1, math.ceil(reset - time.time()))
        raise Problem(
            429,
            "too-many",
            f"Too many {'requests' if what == 'strangers' else what}: {item.amount} a "
            f"{item.GRANULARITY.name} are answered. Try again in {wait} s.",
            {"Retry-After": str(wait)},
        )


def _item(number: int, unit: str) -> RateLimitItem | None:
    return parse(f"{number}/{unit}") if number else None
