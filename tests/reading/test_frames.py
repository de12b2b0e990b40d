"""DataFrames as inputs: their index, their texts and their width."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from corpus.hostile import frame_with
from corpus.inputs import GOOD
from corpus.odd_cells import ROW
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.errors import ReadError


def test_a_frame_is_kept_as_it_was_given() -> None:
    frame = pd.read_csv(io.StringIO(GOOD))
    read = gg.read_features(frame)
    frame.loc[0, "RT"] = 99.0
    pd.testing.assert_frame_equal(gg.read_features(read.source.content).data, read.data)


@pytest.mark.parametrize("with_index", [True, False])
def test_a_pivoted_frame_has_a_sample_in_each_second_level(*, with_index: bool) -> None:
    rows = [(f"GM3 {34 + 2 * i}:1", s, 8.0 + i, 900.0 + i) for i in range(3) for s in ("S1", "S2")]
    long = pd.DataFrame(rows, columns=["Name", "Sample", "RT", "Area"])
    wide = long.pivot_table(index="Name", columns="Sample", values=["RT", "Area"])
    frame = wide if with_index else wide.reset_index()
    read = gg.read_features(frame)
    cells = read.data.sort_values(["name", "sample"])[["name", "sample", "rt", "volume"]]
    assert [tuple(row) for row in cells.itertuples(index=False)] == rows
    again = gg.read_features(read.source.content)
    pd.testing.assert_frame_equal(again.data.drop(columns="row"), read.data.drop(columns="row"))


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_frame_with_text_that_no_file_can_hold_is_refused(text: str) -> None:
    frame = pd.DataFrame(
        {"Name": ["GM1 36:1;O2"], "RT": [9.5], "note": pd.Series([text], dtype=object)}
    )
    with pytest.raises(ReadError, match="note"):
        gg.read_features(frame)


@given(st.lists(ROW, min_size=1, max_size=6))
@examples(40)
def test_a_frame_reads_back_from_its_own_bytes(rows: list[list[str]]) -> None:
    readable = ["GM1(36:1;O2)", "9.5", "1", "1", "T"]  # a table without any name is refused
    frame = pd.DataFrame([*rows, readable], columns=["Name", "RT", "Volume", "Log P", "Anchor"])
    read = gg.read_features(frame)
    again = gg.read_features(read.source.content)
    without = [c for c in read.data if c != "row"]  # a cell with a line break moves the lines
    pd.testing.assert_frame_equal(again.data[without], read.data[without])
    pd.testing.assert_frame_equal(again.carried, read.carried)


@pytest.mark.parametrize(
    ("names", "carried"),
    [
        (["plate", None], ["plate"]),
        ([None, "batch"], ["batch"]),
        ([None, None], []),
        (["Name", None], []),
        (["id", "batch"], ["id", "batch"]),
        (["id", "id"], ["id", "id (2)"]),
        (["RT", "batch"], ["batch"]),
    ],
)
def test_levels_of_an_index_that_have_a_name_are_columns(
    names: list[object], carried: list[str]
) -> None:
    read = gg.read_features(frame_with(names))
    assert list(read.carried.columns) == carried
    assert read.data["name"].tolist() == ["GM1(36:1;O2)", "GM3(36:1;O2)"]


def test_a_frame_is_as_wide_as_a_file_may_be() -> None:
    frame = pd.DataFrame([["a", 1.0, *[0] * 16_383]])
    with pytest.raises(ReadError, match="16,384"):
        gg.read_features(frame.set_axis(["Name", "RT", *map(str, range(16_383))], axis=1))
