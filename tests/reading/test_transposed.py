"""Tables with a column for each lipid and a row of retention times."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, KINDS, assert_content, read

from ganglioside.errors import ValidationError


def across(*, times: str = "RT (min)", types: bool = False, title: bool = False) -> str:
    """CSV: names, m/z and RT above one row a sample."""
    before = ["Sample", *(["Sample type"] if types else [])]
    gap = [""] * (len(before) - 1)
    rows: list[list[object]] = [["Made by me"]] if title else []
    rows += [
        [*before, *(f"{f.head} {f.chains}" for f in FEATURES)],
        ["m/z", *gap, *(f.mz for f in FEATURES)],
        [times, *gap, *(f.rt for f in FEATURES)],
    ]
    for file, kind in zip(FILES, KINDS, strict=True):
        rows.append([file, *([kind] if types else []), *(f.area(file) for f in FEATURES)])
    return "\n".join(",".join(map(str, row)) for row in rows)


@pytest.mark.parametrize("types", [True, False])
@pytest.mark.parametrize("title", [True, False])
def test_rows_and_columns_are_exchanged(*, types: bool, title: bool) -> None:
    table = read(across(types=types, title=title))
    assert_content(table, ions=False)
    assert set(table.data["sample"]) == {"S_1", "S_2"}
    assert {s.kind for s in table.tables[0].left_out} == {"blank", "qc"}
    said = table.problems.set_index("code").loc["transposed", "value"]
    assert said == ("4" if title else "3")


def test_seconds_are_known_by_their_values() -> None:
    text = across(times="retention time (s)")
    line = next(line for line in text.splitlines() if line.startswith("retention"))
    seconds = [f"{60 * float(cell):.2f}" for cell in line.split(",")[1:]]
    assert_content(read(text.replace(line, ",".join([line.split(",")[0], *seconds]))), ions=False)


def test_times_with_all_their_decimals() -> None:
    """As programs write doubles."""
    names = "Sample,GM3 34:1,GM3 36:1,GM3 38:1,GM3 40:1"
    table = read(f"{names}\nRT,7.333333333333333,8.666666666666666,10.0,11.1\nS_1,9,8,7,6\n")
    assert table.data["rt"].tolist() == [7.333333333333333, 8.666666666666666, 10.0, 11.1]


def test_room_temperature_is_no_retention_time() -> None:
    """A table with one row a sample, whose conditions are written RT and Cold."""
    header = ["Name", "Temp", *(f"{f.head} {f.chains}" for f in FEATURES)]
    rows = [[f"S_{i}", "RT" if i % 2 else "Cold", *(f.number + 0.5 for f in FEATURES)]
            for i in range(6)]  # fmt: skip
    text = "\n".join(",".join(map(str, row)) for row in [header, *rows])
    with pytest.raises(ValidationError, match="Each lipid is a column"):
        read(text)


def test_a_header_below_which_names_stand_side_by_side_has_no_times() -> None:
    """As where several candidates of a feature are listed in one row."""
    names = [",".join(f"GM3 {30 + i + j}:1" for j in range(4)) for i in range(6)]
    rows = [f"{i},{8 + i},x,{names[i]}" for i in range(6)]
    table = read("\n".join([",rt,level,id,id,id,id", *rows]))
    assert table.data["name"].tolist() == [f"GM3 {30 + i}:1" for i in range(6)]
    assert table.data["rt"].tolist() == [8.0, 9.0, 10.0, 11.0, 12.0, 13.0]


def test_without_retention_times_it_is_refused() -> None:
    with pytest.raises(ValidationError, match="Each lipid is a column"):
        read(across(times="dilution"))


def test_lines_that_are_no_column_are_counted() -> None:
    """A note of two cells has no label where the others have theirs."""
    table = read(across() + "\n,made by me,in May\n")
    assert_content(table, ions=False)
    assert table.problems.set_index("code").loc["lines-left-out", "value"].startswith("1 (")
