"""Values as messages quote them."""

from __future__ import annotations

from typing import Final

#: Characters of a value that a message shows at most.
MOST: Final = 80


def quoted(value: object) -> str:
    """Value in quotes where it is a text; cut where it is long.

    Examples
    --------
    >>> quoted("mouse"), quoted(3), len(quoted("x" * 1_000_000))
    ("'mouse'", '3', 83)
    """
    shown = repr(value[: MOST + 1] if isinstance(value, str) else value)
    return shown if len(shown) <= MOST else f"{shown[:MOST]}..."
