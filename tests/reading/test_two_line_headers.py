"""Headers that take two lines."""

from __future__ import annotations

import io

import openpyxl
import pytest

import ganglioside as gg
from ganglioside.errors import ValidationError
from ganglioside.exporting.annotation import annotated

FEATURES = (
    ("GM3(34:1;O2)", (8.00, 8.01, 8.02), (91_000, 3_000, 40_000)),
    ("GM3(36:1;O2)", (9.10, 9.12, 9.13), (7_000, 88_000, 5_000)),
    ("GM1(36:1;O2)", (8.60, 8.62, 8.61), (30_000, 12_000, 61_000)),
)
BOTH = [(n, *cell) for n, *two in FEATURES for cell in zip("abc", *two, strict=True)]


def read(*head: str, rt: int = 3, tail: str = "") -> gg.FeatureTable:
    """Table below lines of a header, with so many columns of RT."""
    rows = [[name, *times[:rt], *areas] for name, times, areas in FEATURES]
    lines = [*head, *(",".join(map(str, row)) + tail for row in rows)]
    return gg.read_features("\n".join(lines).encode())


def content(table: gg.FeatureTable) -> list[tuple[str, str, float, float]]:
    """Name, sample, RT and area of each row, in the order of the features."""
    cells = table.data.sort_values(["row", "sample"])[["name", "sample", "rt", "volume"]]
    return [tuple(row) for row in cells.itertuples(index=False)]


@pytest.mark.parametrize(
    "head",
    [
        ("Name,RT,,,Area,,", ",a,b,c,a,b,c"),
        (",RT,,,Area,,", "Name,a,b,c,a,b,c"),
        ("Name,RT,RT,RT,Area,Area,Area", ",a,b,c,a,b,c"),
        ("Name,Retention time (min),,,Peak area (counts),,", ",a,b,c,a,b,c"),
        ("Name,Retentionszeit,,,Fläche,,", ",a,b,c,a,b,c"),
        ("Table 1. Brain", "Lipid,RT,,,Intensity,,", ",a,b,c,a,b,c"),
        (",RT,RT,RT,Area,Area,Area", "Sample,a,b,c,a,b,c", "Name,,,,,,"),  # a pivoted frame
    ],
)
def test_headings_of_rt_and_area_over_the_samples(head: tuple[str, ...]) -> None:
    table = read(*head)
    assert content(table) == BOTH
    said = table.problems.set_index("code").loc["header-of-two-lines", "value"]
    first = 2 if head[0].startswith("Table") else 1
    assert said == f"{first} {'and' if len(head) - first == 1 else 'to'} {len(head)}"
    assert table.data["row"].min() == len(head) + 1


@pytest.mark.parametrize("tail", ["", ",x"])
def test_one_heading_over_the_areas(tail: str) -> None:
    head = ("Name,RT,Area,,,Remark", ",,a,b,c,") if tail else ("Name,RT,Area,,", ",,a,b,c")
    table = read(*head, rt=1, tail=tail)
    assert content(table) == [
        (name, sample, times[0], area)
        for name, times, areas in FEATURES
        for sample, area in zip("abc", areas, strict=True)
    ]


def test_a_group_of_one_column_has_its_own_name() -> None:
    table = read("Name,RT,Ill,,Well", ",,1,2,1", rt=1)
    assert table.data["sample"].unique().tolist() == ["Ill 1", "Ill 2", "Well"]


def test_groups_tell_their_type() -> None:
    lines = ["Name,RT,Blank,,Ill,", ",,1,2,1,2"]
    lines += [f"{n},{t[0]},{a[0]},{a[1]},{a[1]},{a[2]}" for n, t, a in FEATURES]
    (sheet,) = gg.read_features("\n".join(lines).encode()).tables
    assert [sample.name for sample in sheet.samples] == ["Ill 1", "Ill 2"]
    assert [sample.name for sample in sheet.left_out] == ["Blank 1", "Blank 2"]


def test_merged_cells_of_a_worksheet() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "RT", None, None, "Area"])
    sheet.append([None, *"abcabc"])
    for name, times, areas in FEATURES:
        sheet.append([name, *times, *areas])
    for merged in ("A1:A2", "B1:D1", "E1:G1"):
        sheet.merge_cells(merged)
    stream = io.BytesIO()
    book.save(stream)
    assert content(gg.read_features(stream.getvalue())) == BOTH


def test_a_line_of_groups_below_the_header_is_no_part_of_it() -> None:
    table = read("Name,RT,a,b,c", ",,WT,WT,KO", rt=1)
    assert "header-of-two-lines" not in set(table.problems["code"])
    assert table.data["name"].isna().sum() == 1


@pytest.mark.parametrize(
    ("units", "unit"),
    [
        (",min,counts,counts,counts", 1),
        (",[min],,,", 1),
        (",(s),counts,,", 60),
        (",sec,,,a.u.", 60),
    ],
)
def test_a_line_of_units_tells_that_of_rt(units: str, unit: int) -> None:
    lines = ["Name,RT,a,b,c", units]
    lines += [f"{n},{t[0] * unit:.1f},{','.join(map(str, a))}" for n, t, a in FEATURES]
    table = gg.read_features("\n".join(lines).encode())
    assert table.data["sample"].unique().tolist() == ["a", "b", "c"]
    assert table.data["rt"].tolist() == pytest.approx([t[0] for _, t, _ in FEATURES] * 3)
    assert "rt-in-seconds" not in set(table.problems["code"])  # the line says it


def test_equal_units_below_equal_headings_do_not_name_samples() -> None:
    with pytest.raises(ValidationError, match='Two columns are headed "Area"'):
        read("Name,RT,Area,Area,Area", ",min,counts,counts,counts", rt=1)


def test_units_and_samples_in_one_line() -> None:
    lines = ["Name,RT,Area,,", ",s,a,b,c"]
    lines += [f"{n},{60 * t[0]:.1f},{','.join(map(str, a))}" for n, t, a in FEATURES]
    table = gg.read_features("\n".join(lines).encode())
    assert table.data["sample"].unique().tolist() == ["a", "b", "c"]
    assert table.data["rt"].head(3).tolist() == pytest.approx([t[0] for _, t, _ in FEATURES])


def test_the_first_feature_below_a_column_without_a_header_is_no_header() -> None:
    lines = ["Name,RT,Area,", *(f"{n},{8 + i},{100 + i},{i}" for i, (n, *_) in enumerate(FEATURES))]
    table = gg.read_features("\n".join(lines).encode())
    assert table.data["name"].tolist() == [name for name, *_ in FEATURES]
    assert table.data["volume"].tolist() == [100.0, 101.0, 102.0]


def test_a_shorter_line_below_a_header_is_no_part_of_it() -> None:
    table = read("Name,RT,Area,note,remark", ",,a", rt=1)
    assert "header-of-two-lines" not in set(table.problems["code"])


def test_such_a_file_is_given_back_with_its_two_lines() -> None:
    head = ("Name,RT,,,Area,,", ",a,b,c,a,b,c")
    table = read(*head)
    given_back = annotated(gg.analyze(table)).decode("utf-8-sig")
    lines = given_back.splitlines()
    assert lines[0].startswith(f"{head[0]},Verdict")
    assert lines[1].startswith(head[1])
    assert content(gg.read_features(given_back.encode())) == BOTH
