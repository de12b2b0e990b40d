"""Bodies of requests: on the headers it is decided how much of one is kept.

Tornado keeps the whole body of a request before it asks anybody, 100 MB of anybody at that, and
waits for the rest of it as long as the connection lasts.
"""

from __future__ import annotations

from typing import Any, Final

from ganglioside.server.service_limits import MOST_MEGABYTES

#: Bytes, and seconds that they may take to come, of a request that brings no file, or comes from
#: whoever is not let in.
SMALL: Final = 1_000_000
SECONDS: Final = 30.0

#: Seconds that a connection may wait for its next request.
IDLE_SECONDS: Final = 120.0

#: Bytes a second of the slowest line on which a file can be sent.
_SLOWEST: Final = 50_000

#: Digits of a declared length that are looked at: more than any limit has.
_DIGITS: Final = 18


def read_on(request: Any, most_bytes: int = 0) -> None:
    """Read the body of a request to its end, of which its handler keeps so many bytes at most.

    What is not kept is read all the same: whoever still sends sees no answer before.
    """
    request.connection.set_max_body_size(int(MOST_MEGABYTES * 1e6))
    request.connection.set_body_timeout(SECONDS + most_bytes / _SLOWEST)


def declared_bytes(request: Any) -> int:
    """Bytes that a request says it has; 0 where it does not say."""
    declared = request.headers.get("Content-Length", "")
    return int(declared[:_DIGITS]) if declared.isdecimal() else 0
