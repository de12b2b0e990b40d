"""Rows that continue the one above."""

from __future__ import annotations

import pytest

import ganglioside as gg

HEADER = "Lipid,RT,Adduct,m/z,Area"
ROWS = ["GM3 34:1,7.5,[M-H]-,1151.71,100", ",,[M+Cl]-,1187.68,7", "GM3 36:1,8.9,[M-H]-,1179.74,90"]


def read(*rows: str, header: str = HEADER) -> gg.FeatureTable:
    return gg.read_features("\n".join([header, *rows]).encode())


def test_a_further_ion_has_name_and_retention_time_of_the_row_above() -> None:
    table = read(*ROWS)
    assert table.data["name"].tolist() == ["GM3 34:1", "GM3 34:1", "GM3 36:1"]
    assert table.data["rt"].tolist() == [7.5, 7.5, 8.9]
    assert table.data["adduct"].tolist() == ["[M-H]-", "[M+Cl]-", "[M-H]-"]
    assert table.data["row"].tolist() == [2, 3, 4]
    assert table.problems.set_index("code").loc["rows-continued", "value"] == "1"


@pytest.mark.parametrize(
    "row",
    [",8.1,[M+Cl]-,1187.68,7", "GM1 34:1,,[M+Cl]-,1187.68,7", ",,,,7"],
    ids=["an RT of its own", "a name of its own", "no ion"],
)
def test_other_rows_do_not_continue_one(row: str) -> None:
    table = read(ROWS[0], row, ROWS[2])
    assert "rows-continued" not in set(table.problems["code"])
    assert table.data["fault"].notna().tolist() == [False, True, False]


def test_nothing_continues_what_is_not_there() -> None:
    table = read(ROWS[1], ROWS[0], ROWS[2])
    assert "rows-continued" not in set(table.problems["code"])
    assert table.data["name"].isna().tolist() == [True, False, False]


def test_more_rows_than_there_are_ions_are_those_of_another_list() -> None:
    """As where the features of another program were appended, which have no names."""
    table = read(*ROWS, *(f",,,{500 + i}.25,9" for i in range(100)))
    assert table.data["name"].notna().sum() == 3
    assert table.data["rt"].tolist()[:3] == [7.5, 7.5, 8.9]
    assert table.problems.set_index("code").loc["rows-continued", "value"] == "1"
