"""Text files: lines, records and quotes; no row is lost."""

from __future__ import annotations

import pandas as pd
import pytest
from corpus.inputs import HEADER, ROWS, table
from corpus.odd_cells import ROW
from corpus.outcomes import first_faults
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.reading.text_files import text_sheets, with_tabs


def test_line_numbers_point_into_the_file() -> None:
    content = "made by me\n\n" + table(
        ROWS[0], "", 'GM1(38:1;O2),9,1,1,F,"two', 'lines"', "x,1,1,1,F"
    )
    content = content.replace(HEADER, HEADER + ",note")
    read = gg.read_features(content.encode())
    assert len(read) == 3
    errors = read.problems[read.problems["severity"] == "error"]
    lines = content.split("\n")
    assert [lines[row - 1][:1] for row in errors["row"]] == ["G", "x"]
    assert set(errors["code"]) >= {"too-few-fields"}


def test_lines_of_the_fast_and_the_careful_way_agree() -> None:
    rows = (*ROWS, "GM1(38:1;O2),9", "x,1,1,1,F")
    fast = gg.read_features(table(*rows).encode())
    careful = gg.read_features(table(*rows, '"a""b",1,1,1,F').encode())
    kept = careful.problems[careful.problems["feature_id"] < len(rows)]
    pd.testing.assert_frame_equal(fast.problems, kept)
    pd.testing.assert_frame_equal(fast.data, careful.data.iloc[: len(rows)])


@given(st.lists(ROW, min_size=1, max_size=8), st.sampled_from(",;\t|"), st.booleans())
@examples(40)
def test_well_written_rows_are_never_lost(rows: list[list[str]], separator: str, bom: bool) -> None:
    rows = [*rows, ["GM1(36:1;O2)", "9.5", "1", "1", "T"]]  # without any name, it is refused
    frame = pd.DataFrame(rows, columns=["Name", "RT", "Volume", "Log P", "Anchor"])
    content = frame.to_csv(index=False, sep=separator, quoting=1).encode()
    read = gg.read_features(b"\xef\xbb\xbf" * bom + content)
    assert len(read) == len(rows)
    assert read.data["name"].fillna("").tolist() == frame["Name"].tolist()
    first_faults(read)


@given(
    st.lists(st.text(st.characters(exclude_characters='"\r\n', exclude_categories=["Cc", "Cs"])))
)
@examples(40)
def test_every_line_without_quotes_is_a_row(lines: list[str]) -> None:
    content = "\n".join([HEADER, ROWS[0], *lines]).encode()
    read = gg.read_features(content)
    assert len(read) == 1 + sum(1 for line in lines if line.strip())
    first_faults(read)


def test_a_lone_byte_order_mark_below_the_header_is_a_record() -> None:
    assert len(gg.read_features("Name,RT\n\ufeff\n".encode())) == 1
    assert len(gg.read_features("Name,RT\nGM1(36:1;O2),9.9\n\ufeff\n".encode())) == 2


@pytest.mark.parametrize("names", [("1", "2", "3"), ("GM3 34:1", "GM3 36:1", "GM1 36:1")])
def test_row_names_of_r_have_no_header(names: tuple[str, ...]) -> None:
    lipids = ("GM3 34:1", "GM3 36:1", "GM1 36:1")
    lines = ['"RT","Lipid"'] if names[0] == "1" else ['"RT","Note"']
    for name, lipid, rt in zip(names, lipids, ("7.5", "8.9", "8.4"), strict=True):
        lines.append(f'"{name}",{rt},"{lipid if names[0] == "1" else "x"}"')
    data = gg.read_features("\n".join(lines).encode()).data
    assert data["name"].tolist() == list(lipids)
    assert data["rt"].tolist() == [7.5, 8.9, 8.4]


def test_separators_that_do_not_occur_are_tried_once() -> None:
    tried = [sheet.separator for sheet in text_sheets("Name;RT\nGM3(36:1;O2);9.5\n", 10)]
    assert tried == [",", ";", "\t"]  # the comma stands for the bar; tabs are always tried
    assert len(text_sheets("a,b;c\td|e\n", 10)) == 4


def test_columns_that_blanks_align() -> None:
    lines = ["Lipid             RT (min)   Area", "GD1a(36:1;O2)     9.572      1234567"]
    lines += ["GM1a (38:1;O2)    11.584       98765", "GM3 d18:1/16:0    7.5          2000"]
    table = gg.read_features("\n".join(lines).encode())
    assert table.data["rt"].tolist() == [9.572, 11.584, 7.5]
    assert table.data["volume"].tolist() == [1234567.0, 98765.0, 2000.0]
    assert table.data["row"].tolist() == [2, 3, 4]


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_columns_that_single_blanks_divide(end: str, *, numbered: bool) -> None:
    """As `write.table` of R writes them unless it is told otherwise."""
    rows = [("GM3 34:1;O2", 7.5, 900), ("GM3 36:1;O2", 8.9, 800), ("GM1(36:1;O2)", 8.4, 700)]
    lines = ['"Name" "RT" "Area"']
    for number, (name, rt, area) in enumerate(rows, start=1):
        lines.append(f'"{number}" "{name}" {rt} {area}' if numbered else f'"{name}" {rt} {area}')
    data = gg.read_features(end.join([*lines, ""]).encode()).data
    assert data[["name", "rt", "volume"]].to_numpy().tolist() == [list(row) for row in rows]
    assert data["row"].tolist() == [2, 3, 4]


def test_lines_of_other_numbers_of_words_are_no_table() -> None:
    assert with_tabs("a b c\n1 2 3\n1 2 3 4") is None
    assert with_tabs("a b\n1 2\n3 4") is None
    assert with_tabs("a b c\n1 2 3\n" + "9" * 200_000) is None
    assert with_tabs("Dear all,\nplease see the table.\nThanks a lot") is None


def test_prose_with_two_blanks_is_no_table() -> None:
    assert with_tabs("Dear all,  please\nsee the  table.\nThanks  a lot\nMe  too") is None
    assert with_tabs("a\tb  c  d\n1\t2  3  4\n5\t6  7  8") is None


def test_a_name_that_the_separator_cuts_is_no_name_of_a_row() -> None:
    """Such rows have a field more than the header, as those of a table of R have."""
    rows = [f"GM3({carbons}:1;O2);9,{carbons}" for carbons in range(34, 39)]
    content = "\n".join(["Mine;when", *rows]).encode()
    table = gg.read_features(content, columns={"Name": "Mine", "RT": "when"})
    assert table.data["name"].tolist() == [row.rpartition(";")[0] for row in rows]
    assert table.data["fault"].isna().all()
