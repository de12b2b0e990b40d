"""Text that a spreadsheet could execute is made safe; all else stays."""

from __future__ import annotations

import pandas as pd
import pytest
from formula_attacks import (
    ATTACKS,
    DIALECTS,
    HARMLESS,
    Dialect,
    is_formula,
    starts_a_formula,
)
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.exporting import (
    safe_text,
)
from ganglioside.exporting.spreadsheet_text import safe_column

#: What must never reach a spreadsheet as it is.


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_neutralised_and_can_be_read(text: str) -> None:
    safe = safe_text(text)
    assert safe != text
    assert safe.replace("'", "") == text
    assert not starts_a_formula(safe)
    for part in safe.replace("\n", ";").replace("\t", ";").replace("\r", ";").split(";"):
        assert not starts_a_formula(part)


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays(text: str) -> None:
    assert safe_text(text) == text


@given(st.text(st.sampled_from("=@+-\t\r\n;,'\"＝a1. |")))
def test_no_text_is_left_that_begins_a_formula(text: str) -> None:
    safe = safe_text(text)
    assert not starts_a_formula(safe)
    assert safe_text(safe) == safe
    assert safe.replace("'", "") == text.replace("'", "")


@given(st.lists(st.none() | st.text(st.sampled_from("=@+-\t\r\n;,'\"＝a1. |\u2028")), max_size=6))
def test_a_column_is_as_safe_as_its_cells(cells: list[str | None]) -> None:
    safe = safe_column(pd.Series(cells, dtype="str"))
    expected = [None if cell is None else safe_text(cell) for cell in cells]
    assert safe.astype(object).where(safe.notna(), None).tolist() == expected


#: What programs take off before they look at a cell.


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
@given(text=st.text(st.sampled_from("=@+-\"\t\r\n;,'＝a1 \ufeff\u200b\x0b\u2028\xa0")))
def test_no_text_is_a_formula_to_any_program(dialect: Dialect, text: str) -> None:
    cells = [safe_text(text)] if dialect.quotes else dialect.cells(safe_text(text))
    assert [cell for cell in cells if is_formula(cell)] == []


@pytest.mark.parametrize("text", ["\t" * 200_000, ";" + " " * 200_000, '"' * 200_000])
def test_long_text_is_searched_once(text: str) -> None:
    assert safe_text(text).replace("'", "") == text
