"""Search, filters and order of a table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.columns import VERDICTS
from ganglioside_widgets.state.row_filter import RowView

FEATURES = gg.analyze(gg.example()).features


def test_without_filters_all_rows_are_in_input_order() -> None:
    rows = RowView().rows(FEATURES)
    assert rows.dtype == np.int32
    assert rows.tolist() == list(range(len(FEATURES)))


def test_every_word_of_a_search_must_occur() -> None:
    found = FEATURES.iloc[RowView(search="gd1 36:1").rows(FEATURES)]
    assert 0 < len(found) < len(FEATURES)
    text = found["name"] + found["parent"].fillna("") + found["reason"] + found["isomer"].fillna("")
    assert text.str.contains("GD1").all()
    assert text.str.contains("36:1").all()
    assert len(RowView(search="no such thing").rows(FEATURES)) == 0
    assert 184 in RowView(search="184").rows(FEATURES)


def test_filters_hold_together() -> None:
    view = RowView(verdicts=("valid", "outlier"), categories=("GM",), series=("GM3", "GM1"))
    found = FEATURES.iloc[view.rows(FEATURES)]
    assert set(found["verdict"]) <= {"valid", "outlier"}
    assert set(found["series"]) == {"GM3", "GM1"}
    low = FEATURES.iloc[RowView(most=0.9).rows(FEATURES)]
    assert (low["confidence"] <= 0.9).all()
    assert len(low) > 0


@pytest.mark.parametrize("column", ["rt", "name", "verdict", "parent", "confidence", "anchor"])
@pytest.mark.parametrize("descending", [False, True])
def test_rows_are_ordered_and_unknown_values_come_last(column: str, descending: bool) -> None:
    rows = RowView(order_by=column, descending=descending).rows(FEATURES)
    values = FEATURES[column].iloc[rows]
    known = values.notna().to_numpy()
    assert known[: known.sum()].all()
    plain = values[known].astype(str).str.casefold() if values.dtype == "str" or (
        column == "verdict") else values[known]  # fmt: skip
    assert plain.is_monotonic_decreasing if descending else plain.is_monotonic_increasing
    assert sorted(rows) == list(range(len(FEATURES)))


@given(
    st.builds(
        RowView,
        search=st.text(max_size=8),
        verdicts=st.lists(st.sampled_from(VERDICTS), unique=True).map(tuple),
        least=st.floats(0, 1),
        most=st.floats(0, 1),
        order_by=st.sampled_from(["", "rt", "name", "nothing"]),
        descending=st.booleans(),
    )
)
def test_no_row_is_invented_or_shown_twice(view: RowView) -> None:
    rows = view.rows(FEATURES)
    assert len(set(rows.tolist())) == len(rows)
    assert all(0 <= row < len(FEATURES) for row in rows)
