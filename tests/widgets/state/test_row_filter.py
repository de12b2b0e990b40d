"""Search, filters and order of a table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.columns import VERDICTS
from ganglioside_widgets.state.row_filter import RowView, range_of

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


def test_a_number_finds_the_row_of_the_file_too() -> None:
    """The list and the evidence call a feature by its row, which the search did not find."""
    row = int(FEATURES["row"].iloc[184])
    assert row != 184
    assert 184 in RowView(search=f"{row}").rows(FEATURES)
    assert 184 in RowView(search="184").rows(FEATURES.drop(columns="row"))


@pytest.mark.parametrize("column", ["rt", "confidence"])
@pytest.mark.parametrize(
    "text", ["1e999", "-1e999", "9" * 400, "> 1e999", "1e999..", "1e" + "9" * 99]
)
def test_a_number_beyond_all_numbers_finds_nothing(column: str, text: str) -> None:
    """Once a filter of 1e999 ended in a traceback of the page's kernel."""
    assert len(RowView(columns=((column, text),)).rows(FEATURES)) == 0


@pytest.mark.parametrize("text", ["0e999", "1e-999", "..1e999"])
def test_odd_numbers_are_read(text: str) -> None:
    assert range_of(text) is not None
    assert len(RowView(columns=(("confidence", text),)).rows(FEATURES)) <= len(FEATURES)


def test_filters_hold_together() -> None:
    view = RowView(verdicts=("valid", "outlier"), categories=("GM",), series=("GM3", "GM1"))
    found = FEATURES.iloc[view.rows(FEATURES)]
    assert set(found["verdict"]) <= {"valid", "outlier"}
    assert set(found["series"]) == {"GM3", "GM1"}
    low = FEATURES.iloc[RowView(columns=(("confidence", "<= 90"),)).rows(FEATURES)]
    assert 0 < len(low) < len(FEATURES)
    assert (low["confidence"] <= 0.9).all()
    assert len(RowView(columns=(("confidence", "<= 0.9"),)).rows(FEATURES)) == len(low)


def test_a_column_is_filtered_by_words_or_by_a_range() -> None:
    view = RowView().with_column("name", "gd1 36").with_column("rt", "8..10")
    found = FEATURES.iloc[view.rows(FEATURES)]
    assert 0 < len(found) < len(FEATURES)
    assert found["rt"].between(8, 10).all()
    assert found["name"].str.contains("GD1").all()
    assert found["name"].str.contains("36").all()
    far = FEATURES.iloc[RowView(columns=(("residual", "> 0.5"),)).rows(FEATURES)]
    assert (far["residual"].abs() > 0.5).all()
    assert (far["residual"] < 0).any()
    assert view.with_column("rt", " ") == RowView(columns=(("name", "gd1 36"),))


def test_a_range_that_cannot_be_read_is_said_and_not_applied() -> None:
    view = RowView(columns=(("rt", "early"), ("name", "early")))
    assert view.unreadable(FEATURES) == ("rt",)
    assert RowView(columns=(("rt", "early"),)).rows(FEATURES).tolist() == list(range(len(FEATURES)))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("> 5", [5.001, 1e9], [5.0, -1.0]),
        (">=5", [5.0], [4.999]),
        ("≤ 1,000", [1000.0, -3.0], [1000.1]),
        ("5..7", [5.0, 7.0], [4.9, 7.1]),
        ("5 to 7", [6.0], [8.0]),
        ("..7", [-1e9, 7.0], [7.01]),
        ("1e5..", [1e5, 1e300], [99_999.0]),
        ("-0.2..-0.1", [-0.15], [0.15]),
        ("11.3", [11.251, 11.349], [11.2, 11.36]),
        ("8.15e5", [815_100.0], [816_000.0]),
        (">99,9", [99.95], [99.9, 99.0]),
        ("10,5..11,25", [10.5, 11.25], [10.4, 11.3]),
        ("11,3", [11.251, 11.349], [11.2, 11.36]),
        ("> 1,000,000", [1_000_001.0], [1_000_000.0]),
        ("> 1,000.5", [1000.6], [1000.4]),
        ("< 0,125", [0.12], [0.13]),
    ],
)
def test_ranges_mean_what_they_say(text: str, inside: list[float], outside: list[float]) -> None:
    wanted = range_of(text)
    assert wanted is not None
    assert all(wanted.low <= value <= wanted.high for value in inside)
    assert not any(wanted.low <= value <= wanted.high for value in outside)


def test_a_comma_is_decimal_in_columns_without_thousands() -> None:
    for column, text, same in (("rt", "10,693..", "10.693.."), ("confidence", ">99,9", ">99.9")):
        found = RowView(columns=((column, text),)).rows(FEATURES).tolist()
        assert found == RowView(columns=((column, same),)).rows(FEATURES).tolist()
        assert 0 < len(found) < len(FEATURES)
    large = RowView(columns=(("volume", "> 1,000"),)).rows(FEATURES)
    assert large.tolist() == np.flatnonzero(FEATURES["volume"] > 1000).tolist()


@pytest.mark.parametrize(
    "text", ["", "..", "to", "early", ">", "5..x", "nan", "1e9999x", "> > 5", "1,2,3", "> 1.000,5"]
)
def test_what_is_no_range_is_none(text: str) -> None:
    assert range_of(text) is None


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
        columns=st.lists(
            st.tuples(
                st.sampled_from(["rt", "name", "confidence", "nothing"]), st.text(max_size=6)
            ),
            max_size=3,
        ).map(tuple),
        order_by=st.sampled_from(["", "rt", "name", "nothing"]),
        descending=st.booleans(),
    )
)
def test_no_row_is_invented_or_shown_twice(view: RowView) -> None:
    rows = view.rows(FEATURES)
    assert len(set(rows.tolist())) == len(rows)
    assert all(0 <= row < len(FEATURES) for row in rows)
