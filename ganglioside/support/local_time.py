"""Times as the clock of this machine shows them; they are stored in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

MINUTES: Final = "%Y-%m-%d %H:%M"
SECONDS: Final = "%Y-%m-%d %H:%M:%S"


def local_text(time: datetime, form: str = MINUTES, zone: tzinfo | None = None) -> str:
    """Time in a zone; a time without one is in UTC.

    Parameters
    ----------
    time
    form
        As `datetime.strftime` takes it.
    zone
        The zone of this machine where None.

    Examples
    --------
    >>> len(local_text(datetime(2026, 11, 28, 23, 5, 59)))
    16
    """
    return in_utc(time).astimezone(zone).strftime(form)


def utc_text(time: datetime, form: str = MINUTES) -> str:
    """Time in UTC, for programs; a time without a zone is in UTC.

    Examples
    --------
    >>> utc_text(datetime(2026, 11, 28, 23, 5, 59), SECONDS)
    '2026-11-28 23:05:59'
    """
    return in_utc(time).strftime(form)


def local_texts(times: pd.Series[Any], form: str = MINUTES) -> pd.Series[Any]:
    """Texts of times in the zone of this machine; NA where there is none."""
    return times.map(lambda time: local_text(time, form), na_action="ignore")


def zone_name() -> str:
    """Name of the zone of this machine now, for headings: `CET`."""
    return datetime.now().astimezone().tzname() or "local"


def in_utc(time: datetime) -> datetime:
    """Time in UTC, also one of pandas, which knows no zone of the machine."""
    aware = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    return datetime.fromtimestamp(aware.timestamp(), UTC)
