"""Decisions that their session does not have yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside.verdicts.review import accept, confirm, later
from ganglioside_widgets.state.unsaved import Unsaved

MINE, HERS = accept(3, author="kh"), accept(3, author="eva", note="standard")
NOTHING = Override(feature_id=3, author="kh")


def trail(*made: Override) -> pd.DataFrame:
    """What a history returns that was told these overrides."""
    return pd.concat([Overrides().to_frame(), *(Overrides((one,)).to_frame() for one in made)])


def unsaved_of(made: Override, *before: Override) -> Unsaved:
    unsaved = Unsaved()
    unsaved.add([made], Overrides(before))
    return unsaved


def test_what_is_not_saved_stands_in_place_of_what_the_session_has() -> None:
    unsaved = unsaved_of(MINE)
    four = later(4, author="eva")
    assert unsaved.over(Overrides((HERS, four))) == Overrides((MINE, four))
    unsaved.add([NOTHING], Overrides((MINE,)))
    assert len(unsaved) == 0  # undone before it was saved
    assert unsaved_of(NOTHING, MINE).over(Overrides((MINE, four))) == Overrides((four,))


def test_a_decision_of_ones_own_is_still_to_be_saved_when_others_decided_since() -> None:
    unsaved = unsaved_of(MINE)
    assert unsaved.give_way(trail(HERS)) == []
    assert [*unsaved] == [MINE]


@pytest.mark.parametrize(
    "made",
    [
        NOTHING,
        accept(3, author="kh", note="of before"),
        confirm(accept(3, author="bob"), "kh", datetime.now(UTC)),
        replace(NOTHING, anchor=True),
    ],
    ids=["undone", "brought back", "confirmed", "marked"],
)
def test_what_was_meant_for_a_decision_of_before_gives_way_to_that_of_others(
    made: Override,
) -> None:
    of_before = [made] if made.note and not made.confirmed_by else []
    unsaved = unsaved_of(made, MINE)
    assert unsaved.give_way(trail(*of_before, MINE)) == []
    assert [*unsaved] == [made]
    assert unsaved.give_way(trail(*of_before, MINE, HERS)) == [3]
    assert len(unsaved) == 0


def test_what_the_session_has_after_all_is_no_more_to_be_saved() -> None:
    unsaved = unsaved_of(MINE)
    assert unsaved.give_way(trail(MINE)) == []
    assert len(unsaved) == 0
