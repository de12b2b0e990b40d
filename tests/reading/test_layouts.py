"""Headers: where they stand, and what their table needs."""

from __future__ import annotations

from typing import Any

import pytest

import ganglioside as gg
from ganglioside.reading.headers import Header
from ganglioside.reading.layouts import find_layout, without_header
from ganglioside.reading.records import SampleColumns
from ganglioside.reading.sample_columns import find_samples
from ganglioside.reading.text_files import text_sheets

TABLE = "Name,RT\nGM1(36:1;O2),9.9\nGM3(36:1;O2),9.95\n"


@pytest.mark.parametrize("lines", [0, 1, 40, 250])
def test_a_header_is_found_below_any_list(lines: int) -> None:
    read = gg.read_features(
        ("".join(f"s{i},file_{i}.raw\n" for i in range(lines)) + TABLE).encode()
    )
    assert read.tables[0].header_line == lines + 1
    assert read.data["row"].tolist() == [lines + 2, lines + 3]


def test_a_header_beyond_all_bounds_is_not_sought() -> None:
    (sheet, *_) = text_sheets("x,y\n" * 400 + TABLE, 1000)
    assert find_layout(sheet, {}) is None


def test_a_wide_table_without_a_header_is_not_searched_for_minutes() -> None:
    row = ",".join(["1"] * 5_000)
    (sheet, *_) = text_sheets("\n".join([row] * 100), 1000)
    assert find_layout(sheet, {}) is None


def test_columns_of_a_table_without_a_header_are_numbered() -> None:
    (sheet, *_) = text_sheets("GM1(36:1;O2),9.9\n", 10)
    layout = without_header(sheet, {"RT": "column 2"})
    assert layout is not None
    assert layout.header.positions == {"rt": 1}
    assert without_header(sheet, {"RT": "column 3"}) is None


def test_samples_are_sought_below_the_likeliest_header_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sought: list[Header] = []

    def counted(header: Header, *others: Any) -> tuple[SampleColumns, ...]:
        sought.append(header)
        return find_samples(header, *others)

    monkeypatch.setattr("ganglioside.reading.layouts.find_samples", counted)
    rows = "".join(f"GM1(36:1;O2),9.{i},Area,Volume,RT\n" for i in range(200))
    (sheet,) = [s for s in text_sheets(f"Name,RT,a,b,c\n{rows}", 1_000) if s.separator == ","]
    layout = find_layout(sheet, {})
    assert layout is not None
    assert layout.record == 0
    assert len(sought) == 1


def test_of_two_equal_headers_the_first_is_taken() -> None:
    text = "Name,RT,Area\nGM1(36:1;O2),9.5,1\nName,RT,Area\nGM3(36:1;O2),9.6,2\n"
    (sheet,) = [s for s in text_sheets(text, 1_000) if s.separator == ","]
    layout = find_layout(sheet, {})
    assert layout is not None
    assert layout.record == 0


@pytest.mark.parametrize("nothing", ["", "<LOD"])
@pytest.mark.parametrize("last", ["2h_N1,2h_N2,0h_N6", "rats,mice,0h_N6"])
def test_a_sample_without_areas_in_the_first_rows_is_a_sample(nothing: str, last: str) -> None:
    rows = [
        f"GM3({30 + i % 20}:1;O2),{5 + i / 200},{9000 + i},{8000 + i},"
        f"{nothing if i < 300 else 7000 + i}"
        for i in range(1000)
    ]
    read = gg.read_features("\n".join([f"Name,RT,{last}", *rows]).encode())
    assert read.data["sample"].value_counts().to_dict() == dict(
        zip(last.split(","), (1000, 1000, 700), strict=True)
    )


def test_late_columns_are_judged_like_others() -> None:
    """Numbers of rows stay what they are, and a row that does not fit the header shows nothing."""
    rows = [f"GM3({30 + i % 20}:1;O2),{5 + i / 200},{9000 + i},{8000 + i},,"
            for i in range(400)]  # fmt: skip
    rows += ["GM3(34:1;O2),9.5,7,5,3", "GM3(36:1;O2),9.6,9000,8000,900000,91234"]
    read = gg.read_features("\n".join(["Name,RT,A,B,Mean,number", *rows]).encode())
    assert set(read.data["sample"]) == {"A", "B"}
    (note,) = read.problems.loc[read.problems["code"] == "numbers-left-out", "value"]
    assert note == '"Mean" (a mean), "number" (a summary)'
