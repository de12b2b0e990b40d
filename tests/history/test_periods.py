"""One rule says when something is done again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from ganglioside.history.periods import DAY, is_due

NOON = datetime(2026, 11, 28, 12)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("last_run", "due"),
    [
        (None, True),
        (NOON, False),
        (NOON - DAY + TICK, False),
        (NOON - DAY, True),
        (NOON + TICK, True),  # the clock was set back
    ],
)
def test_it_is_due_after_its_time_or_where_the_last_run_is_in_the_future(
    last_run: datetime | None, due: bool
) -> None:
    assert is_due(last_run, DAY, NOON) is due
