"""What is done again and again: how long a day is, and when it is time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

DAY: Final = timedelta(days=1)


def is_due(last_run: datetime | None, every: timedelta, now: datetime) -> bool:
    """Whether it is time again; a last run in the future, by a clock set back, was long ago.

    Examples
    --------
    >>> noon = datetime(2026, 11, 28, 12)
    >>> is_due(noon - DAY / 2, DAY, noon), is_due(noon - DAY, DAY, noon), is_due(None, DAY, noon)
    (False, True, True)
    """
    return last_run is None or not timedelta(0) <= now - last_run < every
