"""Rows that do not fit their columns."""

from __future__ import annotations

from dataclasses import replace

from corpus.inputs import ROWS, table

import ganglioside as gg
from ganglioside.reading.layouts import find_layout
from ganglioside.reading.misfit_rows import misfits, repair_rows
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.problems import ProblemLog
from ganglioside.reading.raw_table import RawTable
from ganglioside.reading.records import SampleColumns
from ganglioside.reading.sheets import read_sheet
from ganglioside.reading.text_files import text_sheets


def test_cells_that_may_stand_in_a_wrong_column_are_not_believed() -> None:
    read = gg.read_features(table(ROWS[0], ROWS[1] + ",x", "GM1(38:1;O2),11.5").encode())
    assert read.data.loc[[1, 2], ["rt", "volume", "log_p"]].isna().all(axis=None)
    assert read.data["name"].tolist()[1:] == ["GM1(38:1;O2)", "GM1(38:1;O2)"]
    shown = read.problems.set_index("feature_id")["value"]
    assert shown[1] == ROWS[1] + ",x"


def test_a_formula_in_a_misfit_is_reported_too() -> None:
    read = gg.read_features(table(ROWS[0], "=cmd,1", "-GM1 38:1;O2,9.5,1,1,F").encode())
    found = read.problems[read.problems["code"] == "formula"]
    assert found[["feature_id", "severity"]].to_numpy().tolist() == [[1, "warning"], [2, "error"]]
    assert read.data["name"].tolist()[1:] == ["=cmd", "-GM1 38:1;O2"]


def raw_of(*rows: str) -> RawTable:
    text = "Name;RT;note\n" + "\n".join(rows)
    (source,) = [sheet for sheet in text_sheets(text, 100) if sheet.separator == ";"]
    layout = find_layout(source, None)
    assert layout is not None
    raw = read_sheet(layout, ReadingOptions())
    assert raw is not None
    return raw


def test_a_name_that_was_split_at_the_separator_is_rejoined() -> None:
    raw = raw_of("GM1 36:1;O2;9.9;x", "GM1(36:1);9.9;x", "GM1(36:1);9.9;x;y")
    log = ProblemLog(raw.lines, 1)
    assert misfits(raw).tolist() == [0, 2]
    cells = repair_rows(raw, log)
    assert cells.to_numpy().tolist() == [
        ["GM1 36:1;O2", "9.9", "x"],
        ["GM1(36:1)", "9.9", "x"],
        ["GM1(36:1)", "", "x"],
    ]
    assert log.to_frame()[["feature_id", "code"]].to_numpy().tolist() == [
        [0, "name-rejoined"],
        [2, "too-many-fields"],
    ]
    assert raw.cells.loc[0, 0] == "GM1 36:1"  # the table as written is not changed


def test_a_row_whose_rt_would_be_no_number_stays_a_misfit() -> None:
    raw = raw_of("GM1 36:1;O2;late;x")
    log = ProblemLog(raw.lines, 1)
    repair_rows(raw, log)
    assert log.to_frame()["code"].tolist() == ["too-many-fields"]


WIDE = b"Name,Area[a],RT[a],Area[b],RT[b]\nGM3(34:1),100,7.5,200,7.6\nGM1(36:1,O2),5,9.9,6,9.8\n"


def test_a_name_is_rejoined_where_each_sample_has_its_own_rt() -> None:
    table = gg.read_features(WIDE)
    assert table.data["name"].tolist() == ["GM3(34:1)", "GM1(36:1,O2)"] * 2
    assert table.data["rt"].tolist() == [7.5, 9.9, 7.6, 9.8]


def test_a_misfit_keeps_no_value_of_any_sample() -> None:
    table = gg.read_features(WIDE + b"GM2(36:1;O2),5,9.9,6,9.8,1,2,3\n")
    misfit = table.data[table.data["name"] == "GM2(36:1;O2)"]
    assert misfit["volume"].isna().all()
    assert misfit["fault"].tolist() == ["The row has 8 fields where the header has 5."]


def test_a_misfit_loses_its_cells_once_where_a_column_is_of_all_and_of_one_sample() -> None:
    raw = raw_of("GM1(36:1);9.9;x", "GM3(36:1);9.9")
    shared = SampleColumns("a", "", {"rt": raw.header.positions["rt"]})
    cells = repair_rows(replace(raw, samples=(shared,)), ProblemLog(raw.lines, 1))
    assert list(cells.columns) == [0, 1, 2]
    assert cells.loc[1].tolist() == ["GM3(36:1)", "", ""]
