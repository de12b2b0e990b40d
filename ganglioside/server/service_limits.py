"""Limits of the server: what one person, one request and all together may take."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from ganglioside.errors import ServerError

#: The variable in which a server of pages passes its limits to their kernels.
VARIABLE: Final = "GANGLIOSIDE_LIMITS"

#: Largest request that a server can be told to take, MB; no table may be larger.
MOST_MEGABYTES: Final = 10_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLimits:
    """Limits of the server.

    Attributes
    ----------
    requests_per_second, uploads_per_minute : int
        Of one person; 0: as many as they like.
    megabytes : float
        Largest body of a request.
    seconds : float
        Time that an analysis may take while its caller waits.
    job_seconds : float
        Time that a job may take.
    waiting : int
        Most jobs that wait, and most callers that wait for an analysis.

    Raises
    ------
    ServerError
        If a value is refused.

    Examples
    --------
    >>> ServiceLimits().requests_per_second
    10
    """

    requests_per_second: int = 10
    uploads_per_minute: int = 2
    megabytes: float = 50.0
    seconds: float = 60.0
    job_seconds: float = 3600.0
    waiting: int = 32

    def __post_init__(self) -> None:
        if min(self.requests_per_second, self.uploads_per_minute) < 0:
            raise ServerError("A rate is 0, for no limit, or more.")
        if min(self.megabytes, self.seconds, self.job_seconds, self.waiting) <= 0:
            raise ServerError("Sizes, times and numbers of a server's limits are above zero.")
        if self.megabytes > MOST_MEGABYTES:
            raise ServerError(f"A request has at most {MOST_MEGABYTES:,.0f} MB.")

    @classmethod
    def here(cls, environment: Mapping[str, str] = os.environ) -> ServiceLimits:
        """Limits of the server to which this process belongs; the usual ones where it has none.

        Raises
        ------
        ServerError
            If the variable holds something else.
        """
        told = environment.get(VARIABLE)
        if not told:
            return cls()
        try:
            return cls(**json.loads(told))
        except (ValueError, TypeError) as error:
            raise ServerError(f"{VARIABLE} holds no limits of a server: {error}.") from error

    def to_json(self) -> str:
        """All limits, as `here` reads them."""
        return json.dumps(asdict(self))

    @property
    def most_bytes(self) -> int:
        """Largest body of a request, bytes."""
        return int(self.megabytes * 1e6)
