"""Merged cells of worksheets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest
from corpus.inputs import archive
from openpyxl import Workbook

import ganglioside as gg
from ganglioside.errors import ReadError

SAMPLES = [
    ["Name", "Sample", "RT", "Area"],
    ["GM3(34:1;O2)", "a", 7.5, 100],
    [None, "b", 7.6, 200],
    ["GM3(36:1;O2)", "a", 8.5, 300],
    [None, "b", 8.6, 400],
]
NAMES = ["GM3(34:1;O2)"] * 2 + ["GM3(36:1;O2)"] * 2


def merged(rows: Sequence[Sequence[object]], *ranges: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in ranges:
        sheet.merge_cells(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_name_merged_over_rows_is_that_of_each() -> None:
    data = gg.read_features(merged(SAMPLES, "A2:A3", "A4:A5")).data
    assert data["name"].tolist() == NAMES
    assert data["volume"].tolist() == [100.0, 200.0, 300.0, 400.0]
    assert data["row"].tolist() == [2, 3, 4, 5]


def test_a_value_merged_over_rows_and_columns_is_in_its_first_column() -> None:
    rows = [[row[0], None, *row[1:]] for row in SAMPLES]
    data = gg.read_features(merged(rows, "A2:B3", "A4:B5")).data
    assert data["name"].tolist() == NAMES


def test_rows_without_anything_else_stay_empty() -> None:
    rows = [*SAMPLES, ["GM3(38:1;O2)", "a", 9.5, 500]]
    data = gg.read_features(merged(rows, "A2:A3", "A4:A5", "A6:A9")).data
    assert data["name"].tolist() == [*NAMES, "GM3(38:1;O2)"]


def test_a_head_group_merged_over_its_species_is_that_of_each() -> None:
    rows = [
        ["Class", "Species", "RT", "Area"],
        ["GM3", "34:1;O2", 7.5, 100],
        [None, "36:1;O2", 8.5, 200],
        ["GM1", "34:1;O2", 7.0, 300],
        [None, "36:1;O2", 8.0, 400],
    ]
    data = gg.read_features(merged(rows, "A2:A3", "A4:A5")).data
    assert data["name"].tolist() == ["GM3 34:1;O2", "GM3 36:1;O2", "GM1 34:1;O2", "GM1 36:1;O2"]


@pytest.mark.parametrize("title", [[], [["Table S1"]]])
def test_areas_merged_over_the_names_of_samples_below_a_merged_name(
    title: list[list[object]],
) -> None:
    rows: list[list[object]] = [
        *title,
        ["Name", "RT", "Area", None],
        [None, None, "S1", "S2"],
        ["GM3(34:1;O2)", 7.5, 1000, 2000],
        ["GM3(36:1;O2)", 8.5, 3000, 4000],
    ]
    top = 1 + len(title)
    ranges = [f"{column}{top}:{column}{top + 1}" for column in "AB"] + [f"C{top}:D{top}"]
    read = gg.read_features(merged(rows, *ranges))
    assert read.data[["sample", "name", "volume"]].to_numpy().tolist() == [
        ["S1", "GM3(34:1;O2)", 1000.0],
        ["S1", "GM3(36:1;O2)", 3000.0],
        ["S2", "GM3(34:1;O2)", 2000.0],
        ["S2", "GM3(36:1;O2)", 4000.0],
    ]
    assert not (read.problems["severity"] == "error").any()


def test_ranges_are_found_in_utf_16_and_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    content, name = merged(SAMPLES, "A2:A3", "A4:A5"), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        files = {each: book.read(each) for each in book.namelist()}
    wide = archive({**files, name: files[name].decode().encode("utf-16")})
    for size in (1 << 20, 64, 63):
        monkeypatch.setattr("ganglioside.reading.merged_cells._CHUNK", size)
        for each in (content, wide):
            assert gg.read_features(each).data["name"].tolist() == NAMES


def test_cells_that_merged_ones_fill_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [SAMPLES[0], *([f"GM3({30 + i}:1;O2)", "a", 5 + i, 100] for i in range(30))]
    rows[2:] = [[None, None, *row[2:]] for row in rows[2:]]
    content = merged(rows, "A2:A31", "B2:B31")
    monkeypatch.setattr("ganglioside.reading.limits.most", {"filled": 50, "columns": 9}.get)
    with pytest.raises(ReadError, match="52 cells"):
        gg.read_features(content)
