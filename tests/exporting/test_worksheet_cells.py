"""Cells are put behind the rows of a worksheet; every other byte stays."""

from __future__ import annotations

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.errors import ExportError
from ganglioside.exporting.worksheet_cells import column_letters, column_number, with_cells

START = b'<?xml version="1.0"?><worksheet xmlns="m"><dimension ref="A1:B3"/><sheetData>'
END = b'</sheetData><mergeCells count="1"><mergeCell ref="A5:B5"/></mergeCells></worksheet>'
ROW = b'<row r="2" spans="1:2" ht="15"><c r="A2" t="s"><v>0</v></c>'
CELLS = ROW + b'<c r="B2" s="3"><f>1+1</f><v>2</v></c></row>'


def test_the_used_range_grows_and_formulas_keep_their_values() -> None:
    after = with_cells(START + CELLS + END, {2: ["valid", "0.5"]})
    new = b'<c r="C2" t="inlineStr"><is><t>valid</t></is></c><c r="D2"><v>0.5</v></c>'
    kept = CELLS.replace(b' spans="1:2"', b"").replace(b"</row>", new + b"</row>")
    assert after == START.replace(b"A1:B3", b"A1:D3") + kept + END


def test_titles_look_like_those_beside_them() -> None:
    after = with_cells(START + CELLS + END, {2: ["Verdict"]}, header=2)
    assert b'<c r="C2" s="3" t="inlineStr">' in after
    assert b'<c r="C2" t="inlineStr">' in with_cells(START + CELLS + END, {2: ["Verdict"]})


def test_the_widest_row_decides_where_the_cells_are() -> None:
    wide = b'<row r="1"><c r="F1"><v>1</v></c></row>'
    assert b'<c r="G2"' in with_cells(START + wide + CELLS + END, {2: ["valid"]})
    below = CELLS + wide.replace(b"1", b"3") + b'<row r="4"><c r="A4"><v>1</v></c></row>'
    assert b'<c r="G2"' in with_cells(START + below + END, {2: ["valid"]})


def test_old_cells_are_replaced_and_others_behind_them_kept() -> None:
    once = with_cells(START + CELLS + END, {2: ["valid", "0.5"]})
    behind = once.replace(b"</row>", b'<c r="E2"/></row><row r="9"><c r="C9"><v>1</v></c></row>')
    twice = with_cells(behind, {2: ["outlier", ""]}, range(3, 5), 1)
    assert twice.count(b"inlineStr") == 1
    assert b"outlier" in twice
    assert b'r="D2"' not in twice
    assert b'<c r="E2"/>' in twice
    assert b'<row r="9"></row>' in twice
    above = b'<row r="1"><c r="C1"><v>1</v></c></row>'
    assert b'r="C1"' in with_cells(START + above + CELLS + END, {2: ["x"]}, range(3, 5), 2)


def test_rows_and_cells_without_numbers_and_with_a_prefix_are_counted() -> None:
    sheet = b'<x:w xmlns:x="m"><x:row><x:c/></x:row><x:row><x:c/><x:c/></x:row></x:w>'
    after = with_cells(sheet, {2: ["valid"]})
    new = b'<x:c r="C2" t="inlineStr"><x:is><x:t>valid</x:t></x:is></x:c>'
    assert after == sheet.replace(b"</x:row></x:w>", new + b"</x:row></x:w>")


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_encodings_become_utf_8(encoding: str) -> None:
    sheet = f'<?xml version="1.0" encoding="{encoding}"?><w><row r="1"><c r="A1" t="str">'
    sheet += "<v>Köln</v></c></row></w>"
    after = with_cells(sheet.encode(encoding), {1: ["α"]})
    assert after.decode().startswith('<?xml version="1.0"?>')
    assert "Köln" in after.decode()
    assert "<t>α</t>" in after.decode()


def test_texts_that_no_cell_can_hold_are_made_to_fit() -> None:
    sheet = b'<w><row r="1"><c r="A1"/></row></w>'
    assert b"<t>a&lt;b&amp;</t>" in with_cells(sheet, {1: ["a<b&\x0b\ud800"]})
    long = with_cells(sheet, {1: ["x" * 40_000]}).decode()
    assert 32_700 < long.count("x") <= 32_767
    assert b' xml:space="preserve"> a' in with_cells(sheet, {1: [" a"]})


def test_a_full_worksheet_and_a_damaged_one_are_refused() -> None:
    with pytest.raises(ExportError, match="no columns left"):
        with_cells(b'<w><row r="1"><c r="XFD1"/></row></w>', {1: ["x"]})
    for damaged in (b"<w><row", b'<w><row r="1"><c r="1"/></row></w>', b'<w><row r="x"/></w>'):
        with pytest.raises(ExportError, match="damaged"):
            with_cells(damaged, {1: ["x"]})


@given(st.integers(1, 16_384), st.integers(1, 99))
@examples(100)
def test_letters_and_numbers_of_columns_agree(number: int, row: int) -> None:
    assert column_number(f"{column_letters(number)}{row}") == number


def test_a_tag_of_many_blanks_takes_no_quadratic_time() -> None:
    """Once the blanks of such a tag took an hour."""
    row = CELLS.replace(b" ht=", b" " * 2_000_000 + b"ht=")
    after = with_cells(START + row + END, {2: ["valid"]})
    assert b"spans" not in after
    assert b'<c r="C2"' in after
