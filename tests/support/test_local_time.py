"""Times are those of the clock of this machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pandas as pd
import pytest

from ganglioside.support.local_time import SECONDS, local_text, local_texts, zone_name

WINTER = datetime(2026, 1, 28, 23, 5, 59)
SUMMER = datetime(2026, 7, 28, 23, 5, 59, tzinfo=UTC)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of this machine cannot be set")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("berlin")
def test_each_time_has_the_offset_of_its_season() -> None:
    assert local_text(WINTER) == "2026-01-29 00:05"
    assert local_text(SUMMER, SECONDS) == "2026-07-29 01:05:59"
    assert zone_name() in ("CET", "CEST")


@pytest.mark.usefixtures("berlin")
def test_a_column_of_times_keeps_what_is_missing() -> None:
    times = pd.Series(pd.to_datetime([WINTER, None], utc=True))
    texts = local_texts(times)
    assert texts[0] == "2026-01-29 00:05"
    assert pd.isna(texts[1])
