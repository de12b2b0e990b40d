"""Sheets: which are read, and which samples take part."""

from __future__ import annotations

import pytest
from corpus.inputs import workbook

import ganglioside as gg
from ganglioside.errors import ValidationError

TABLE = [["Name", "RT", "Volume"], ["GM1(36:1;O2)", 9.9, 100], ["GM3(36:1;O2)", 9.95, 200]]


def test_every_sheet_with_features_is_a_sample_and_others_are_named() -> None:
    other = [*TABLE[:2], ["GM3(36:1;O2)", 9.96, 210]]
    read = gg.read_features(workbook({"neg": TABLE, "notes": [["made by me"]], "pos": other}))
    assert read.data["sample"].tolist() == ["neg", "neg", "pos", "pos"]
    assert read.data["sheet"].tolist() == ["neg", "neg", "pos", "pos"]
    assert read.data["row"].tolist() == [2, 3, 2, 3]
    left_out = read.problems[read.problems["code"] == "sheet-left-out"]
    assert left_out["value"].tolist() == ["notes"]


def test_a_refusal_names_its_sheet_where_there_are_several() -> None:
    good = [["Name", "RT"], ["GM3(36:1;O2)", 9.5]]
    doubtful = [["Name", "RT", "Name"], ["GM3(38:1;O2)", 9.9, "GM1(38:1;O2)"]]
    content = workbook({"all": good, "isomers": doubtful})
    with pytest.raises(ValidationError, match=r'^Sheet "isomers": Two columns are headed "Name"'):
        gg.read_features(content)
    assert len(gg.read_features(content, sheet="all").data) == 1


def test_one_sheet_alone_is_read_where_it_is_named() -> None:
    read = gg.read_features(workbook({"neg": TABLE, "pos": TABLE}), sheet="pos")
    assert read.data["sheet"].tolist() == ["pos", "pos"]


def test_formulas_count_only_in_columns_that_are_needed() -> None:
    with_note = [[*TABLE[0], "note"], [*TABLE[1], "=1+1"], [*TABLE[2], "x"]]
    assert len(gg.read_features(workbook({"S": with_note}))) == 2
    with pytest.raises(ValidationError, match="RT holds 1 formula "):
        gg.read_features(workbook({"S": [TABLE[0], ["GM1(36:1;O2)", "=594/60", 1], TABLE[2]]}))


def test_blanks_take_no_part_unless_there_is_nothing_else() -> None:
    text = "File type,,Blank,Sample\nName,RT,B1,S1\nGM1(36:1;O2),9.9,1000,2000\n"
    assert gg.read_features(text.encode()).data["sample"].tolist() == ["S1"]
    only = text.replace("Sample", "Blank")
    assert gg.read_features(only.encode()).data["sample"].tolist() == ["B1", "S1"]


def test_a_header_within_the_table_is_left_out_and_said() -> None:
    part = "Name,RT,Area\nGM1(36:1;O2),9.5,100\nGM3(36:1;O2),9.9,200\n"
    table = gg.read_features((part + part.replace("9.5", "9.6")).encode())
    assert table.data["row"].tolist() == [2, 3, 5, 6]
    assert table.data["fault"].isna().sum() >= 3
    (note,) = table.problems.loc[table.problems["code"] == "header-repeated", "value"]
    assert note == "1 times (first: line 4)"


def test_a_copy_of_a_sheet_is_read_once() -> None:
    rows = [["Name", "RT"], ["GM1(36:1;O2)", 9.5], ["GM3(36:1;O2)", 9.9]]
    other = [*rows[:2], ["GM3(36:1;O2)", 10.9]]
    table = gg.read_features(workbook({"A": rows, "B": other, "Copy of A": rows}))
    assert [read.sheet for read in table.tables] == ["A", "B"]
    (said,) = table.problems.loc[table.problems["code"] == "sheet-repeated", "message"]
    assert said.endswith('"Copy of A" holds the same cells as the sheet "A" and was read once.')


BARE = b"GM1(36:1;O2),9.5,100\nGM1(38:1;O2),10.5,200\n"


@pytest.mark.parametrize(
    "columns",
    [
        {"RT": "9.5"},
        {"RT": "9.5", "Volume": "100"},
        {"Name": "GM1(36:1;O2)", "RT": "9.5", "Volume": "100"},
    ],
)
def test_a_column_named_by_a_value_of_the_first_line(columns: dict[str, str]) -> None:
    table = gg.read_features(BARE, columns=columns)
    assert table.data["row"].tolist() == [1, 2]
    assert table.data["name"].tolist() == ["GM1(36:1;O2)", "GM1(38:1;O2)"]
    assert table.data["rt"].tolist() == [9.5, 10.5]
    assert table.data["volume"].notna().all() == ("Volume" in columns)
    assert "first-line-is-data" in set(table.problems["code"])


def test_a_header_that_is_a_number_is_a_header() -> None:
    table = gg.read_features(b"1,2,3\nGM1(36:1;O2),9.5,100\n", columns={"Name": "1", "RT": "2"})
    assert table.data["row"].tolist() == [2]


def test_names_behind_the_last_header_are_found() -> None:
    rows = [["Column", "RT"], [1, 9.9, "GM1(36:1;O2)"], [1, 9.95, "GM3(36:1;O2)"]]
    read = gg.read_features(workbook({"S": rows}))
    assert read.data["name"].tolist() == ["GM1(36:1;O2)", "GM3(36:1;O2)"]
    assert read.data["rt"].tolist() == [9.9, 9.95]


def test_a_sheet_of_a_method_is_no_reason_to_stop() -> None:
    rows = [
        ["", "Column temperature", "RT"],
        ["", "Mobile phase", "10 mM ammonium acetate"],
        ["", "Table 9", "transitions", "", "", "RT"],
        *([["", "", "", "", "", "", f"Cer(d18:1/{n}:0)", 1.9] for n in range(16, 25)]),
    ]
    read = gg.read_features(workbook({"method": rows}))
    assert len(read.data) == len(rows) - 1


def test_a_header_that_comes_again_in_another_order_holds_below_it() -> None:
    """RT and area were exchanged, and all RT divided by 60."""
    text = (
        "Name,RT,Area\nGM3(34:1),8.5,1000\nName,Area,RT\nGM1(36:1),5000,9.1\n"
        "Area,RT,Name\n7000,9.9,GM1(40:1)\nName,RT,Area\nGM3(38:1),10.5,2000\n"
    )
    table = gg.read_features(text.encode())
    assert table.data[["row", "name", "rt", "volume"]].to_numpy().tolist() == [
        [2, "GM3(34:1)", 8.5, 1000.0],
        [4, "GM1(36:1)", 9.1, 5000.0],
        [6, "GM1(40:1)", 9.9, 7000.0],
        [8, "GM3(38:1)", 10.5, 2000.0],
    ]


def test_a_header_with_the_comma_of_a_unit_is_divided_by_tabs() -> None:
    header = "Retention time, min\tMy lipid\tA area\tB area"
    text = f"{header}\n8.5\tGM3(34:1)\t1000\t900\n9.5\tGM3(36:1)\t2000\t800\n"
    data = gg.read_features(text.encode()).data
    assert data["rt"].tolist() == [8.5, 9.5] * 2


def test_a_sheet_of_means_is_no_sample_beside_the_others() -> None:
    means = [["Name", "mean RT", "mean area"], *([name, rt, 150] for name, rt, _ in TABLE[1:])]
    read = gg.read_features(workbook({"Features": TABLE, "Statistics": means}))
    assert read.data["volume"].tolist() == [100, 200]
    (said,) = read.problems.loc[read.problems["code"] == "sheet-of-means", "value"]
    assert said == "Statistics"
    alone = gg.read_features(workbook({"Statistics": means}))
    assert alone.data["volume"].tolist() == [150, 150]
