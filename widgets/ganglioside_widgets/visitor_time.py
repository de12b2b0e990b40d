"""Times as the visitor's clock shows them: the browser tells its time zone when it opens a page.

A kernel belongs to one visitor. Before a browser has told its zone, and where this machine does not
know it, times are in UTC, and say so.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from ganglioside.support.local_time import MINUTES, in_utc, local_text, utc_text

_known: dict[str, ZoneInfo] = {}


def set_zone(name: str) -> None:
    """Show times in a time zone from now on, such as `Europe/Berlin`; in UTC if it is unknown.

    Examples
    --------
    >>> from datetime import UTC
    >>> set_zone("Asia/Tokyo")
    >>> visitor_text(datetime(2026, 11, 28, 23, 5, 59, tzinfo=UTC))
    '2026-11-29 08:05'
    >>> set_zone("")
    >>> visitor_text(datetime(2026, 11, 28, 23, 5, 59, tzinfo=UTC))
    '2026-11-28 23:05 UTC'
    """
    _known.clear()
    try:
        _known["zone"] = ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return  # not a zone that this machine knows


def visitor_text(time: datetime, form: str = MINUTES) -> str:
    """Time in the visitor's zone; a time without a zone is in UTC."""
    zone = _known.get("zone")
    return f"{utc_text(time, form)} UTC" if zone is None else local_text(time, form, zone)


def visitor_texts(times: pd.Series[Any], form: str = MINUTES) -> pd.Series[Any]:
    """Texts of times in the visitor's zone; NA where there is none."""
    return times.map(lambda time: visitor_text(time, form), na_action="ignore")


def time_element(time: datetime) -> str:
    """Time as HTML, with the time in UTC in its tooltip."""
    return (
        f'<time datetime="{in_utc(time):%Y-%m-%dT%H:%M:%SZ}" title="{utc_text(time)} UTC">'
        f"{escape(visitor_text(time))}</time>"
    )
