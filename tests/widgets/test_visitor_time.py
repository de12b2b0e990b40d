"""Times are those of the visitor's clock, and say so where they are not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pandas as pd
import pytest
from widgets.markup import EVIL

from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.visitor_time import set_zone, time_element, visitor_text, visitor_texts

NOON = datetime(2026, 7, 1, 12, 0, 59, 123_456, tzinfo=UTC)


@pytest.fixture(autouse=True)
def unknown() -> Iterator[None]:
    """No zone is known before and after each test."""
    set_zone("")
    yield
    set_zone("")


def test_a_browser_tells_its_zone_and_summer_time_counts() -> None:
    page = Page()
    page._receive(page, {"zone": "Europe/Berlin"}, [])
    assert visitor_text(NOON) == "2026-07-01 14:00"
    assert visitor_text(NOON.replace(tzinfo=None)) == "2026-07-01 14:00"
    assert visitor_text(NOON.replace(month=1)) == "2026-01-01 13:00"
    assert time_element(NOON) == (
        '<time datetime="2026-07-01T12:00:59Z" title="2026-07-01 12:00 UTC">2026-07-01 14:00</time>'
    )
    texts = visitor_texts(pd.Series([NOON, pd.NaT]))
    assert texts[0] == "2026-07-01 14:00"
    assert pd.isna(texts[1])


@pytest.mark.parametrize("odd", ["", "Mars/Olympus", "../../etc/passwd", "a\0b", "x" * 9_999, EVIL])
def test_without_a_known_zone_times_are_in_utc_and_say_so(odd: str) -> None:
    set_zone("Asia/Tokyo")
    page = Page()
    page._receive(page, {"zone": odd}, [])
    assert visitor_text(NOON) == "2026-07-01 12:00 UTC"
    assert visitor_texts(pd.Series([NOON])).tolist() == ["2026-07-01 12:00 UTC"]
