"""Times as the visitor's clock shows them: the browser tells its time zone when it opens a page.

A kernel belongs to one visitor. Before a browser has told its zone, and where this machine does not
know it, times are in UTC, and say so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

_FORM: Final = "%Y-%m-%d %H:%M"

_known: dict[str, ZoneInfo] = {}


def set_zone(name: str) -> None:
    """Show times in a time zone from now on, such as `Europe/Berlin`; in UTC if it is unknown.

    Examples
    --------
    >>> set_zone("Asia/Tokyo")
    >>> local_text(datetime(2026, 11, 28, 23, 5, 59, tzinfo=UTC))
    '2026-11-29 08:05'
    >>> set_zone("")
    >>> local_text(datetime(2026, 11, 28, 23, 5, 59, tzinfo=UTC))
    '2026-11-28 23:05 UTC'
    """
    _known.clear()
    try:
        _known["zone"] = ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return  # not a zone that this machine knows


def local_text(time: datetime, form: str = _FORM) -> str:
    """Time in the visitor's zone; a time without a zone is in UTC."""
    aware = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    zone = _known.get("zone")
    if zone is None:
        return f"{aware.astimezone(UTC):{form}} UTC"
    return f"{aware.astimezone(zone):{form}}"


def local_texts(times: pd.Series[Any], form: str = _FORM) -> pd.Series[Any]:
    """Texts of times in UTC, in the visitor's zone; NA where there is none."""
    zone = _known.get("zone")
    texts: pd.Series[Any] = times.dt.tz_convert(zone or UTC).dt.strftime(form)
    return texts if zone is not None else texts + " UTC"


def time_element(time: datetime) -> str:
    """Time as HTML, with the time in UTC in its tooltip."""
    aware = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return (
        f'<time datetime="{aware:%Y-%m-%dT%H:%M:%SZ}" title="{aware:{_FORM}} UTC">'
        f"{escape(local_text(aware))}</time>"
    )
