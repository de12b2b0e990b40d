"""Workbooks: sheets read back, can be worked with, and hold no formula."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest
from builders import FRAMES, build_analysis
from formula_attacks import (
    hostile,
    starts_a_formula,
)
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ganglioside.columns import FEATURES, VERDICTS
from ganglioside.errors import ExportError
from ganglioside.exporting import (
    to_xlsx,
)

SHEETS = ["features", "models", "findings", "problems", "methods", "notes"]


#: What must never reach a spreadsheet as it is.


def rows_of(sheet: Worksheet) -> pd.DataFrame:
    header, *cells = sheet.iter_rows(values_only=True)
    return pd.DataFrame(cells, columns=list(header))


def test_xlsx_reads_back() -> None:
    analysis = build_analysis(20)
    book = load_workbook(io.BytesIO(to_xlsx(analysis)))
    assert book.sheetnames == SHEETS
    for name in FRAMES:
        frame = getattr(analysis, name)
        back = rows_of(book[name])
        added = ["suggested_name", "relation"] if name == "features" else []
        assert sorted(back.columns) == sorted([*frame.columns, *added])
        assert len(back) == len(frame)
    back = rows_of(book["features"])
    for column in ("rt", "volume", "confidence", "feature_id", "parent_id"):
        expected = analysis.features[column].astype("float64")
        pd.testing.assert_series_equal(back[column].astype("float64"), expected)
    assert list(back["verdict"]) == list(analysis.features["verdict"])
    assert list(back["anchor"]) == list(analysis.features["anchor"])


def test_xlsx_can_be_worked_with() -> None:
    book = load_workbook(io.BytesIO(to_xlsx(build_analysis(20))))
    sheet = book["features"]
    assert sheet.freeze_panes == "B2"
    last = sheet.cell(1, len(FEATURES) + 2).column_letter
    assert sheet.auto_filter.ref == f"A1:{last}21"
    assert all(cell.font.bold for cell in sheet[1])
    column = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.cell(2, column["rt"]).number_format == "0.000"
    assert sheet.cell(2, column["volume"]).number_format == "#,##0"
    sure = sheet.cell(2, column["confidence"]).number_format  # never shown as 1.000
    assert sure == '[>=0.9995]"> 0.999";[<0.0005]"< 0.001";0.000'
    fills = {
        sheet.cell(r, column["verdict"]).value: sheet.cell(r, column["verdict"]).fill.fgColor.rgb
        for r in range(2, 22)
    }
    assert set(fills) == set(VERDICTS)
    assert len(set(fills.values())) == len(VERDICTS)
    assert all(8 <= sheet.column_dimensions[c.column_letter].width <= 80
               or c.value in ("hex", "oac", "dhex") for c in sheet[1])  # fmt: skip


def test_xlsx_tells_where_it_comes_from() -> None:
    analysis = build_analysis()
    book = load_workbook(io.BytesIO(to_xlsx(analysis)))
    methods = rows_of(book["methods"]).set_index("item")["value"]
    assert methods["input SHA-256"] == analysis.source.sha256
    assert methods["input"] == analysis.source.name
    assert methods["program"].endswith(analysis.version)
    for name, value in analysis.settings.to_dict().items():
        assert methods[f"setting {name}"] == value
    assert methods["summary features"] == 5
    notes = " ".join(rows_of(book["notes"])["meaning"])
    assert "apostrophe" in notes


def test_numbers_of_the_summary_have_their_unit_or_meaning() -> None:
    """Blanks and standards were counted as unreadable, without another word."""
    book = load_workbook(io.BytesIO(to_xlsx(build_analysis(5))))
    rows = rows_of(book["methods"]).set_index("item")
    counts = rows[rows.index.str.startswith("summary")].drop("summary headline")
    told = counts["unit"].notna() | counts["meaning"].notna()
    assert told.all(), counts[~told]
    assert "blanks" in counts.loc["summary unreadable", "meaning"]
    assert counts.loc["summary curve_sigma", "unit"] == "min"


def test_xlsx_holds_no_formula() -> None:
    content = to_xlsx(hostile())
    cells = [c for sheet in load_workbook(io.BytesIO(content)) for row in sheet for c in row]
    assert len(cells) > 1000
    assert {c.data_type for c in cells} <= {"s", "inlineStr", "n", "b"}
    assert [c.value for c in cells if isinstance(c.value, str) and starts_a_formula(c.value)] == []
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
    assert len(sheets) == len(SHEETS)
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_xlsx_keeps_what_a_sheet_cannot_hold_visible() -> None:
    extra = pd.DataFrame(
        {
            "control": pd.Series(["a\x00b\x1fc", "#N/A", "#REF!", "x" * 40_000, "\ufffe"]),
            "large": [2**62, -(2**62), 1, 2, 3],
            "infinite": [np.inf, -np.inf, np.nan, 0.0, -1.5],
            "zoned": pd.date_range("2024-01-01", periods=5, tz="Europe/Paris"),
            "naive": pd.to_datetime(
                ["2024-02-29 12:30", None, "2000-01-01 00:00", "1800-01-01 00:00", None]
            ),
        }
    )
    book = load_workbook(io.BytesIO(to_xlsx(build_analysis(extra=extra))))
    assert "e" not in {cell.data_type for row in book["features"] for cell in row}
    back = rows_of(book["features"])
    assert list(back["control"][:3]) == ["a\ufffdb\ufffdc", "#N/A", "#REF!"]
    assert len(back["control"][3]) <= 32_767
    assert back["control"][3].endswith("[cut]")
    assert list(back["large"][:3]) == [str(2**62), str(-(2**62)), 1]
    assert list(back["infinite"]) == ["inf", "'-inf", None, 0, -1.5]
    assert back["zoned"][0] == "2024-01-01T00:00:00+01:00"
    assert back["naive"][3] == "1800-01-01T00:00:00"
    assert back["naive"][0] == pd.Timestamp("2024-02-29 12:30")


def test_xlsx_refuses_more_rows_than_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    from ganglioside.exporting import workbook

    monkeypatch.setattr(workbook, "_MOST_ROWS", 40)
    with pytest.raises(ExportError, match=r"40 rows.*CSV or Parquet"):
        to_xlsx(build_analysis(40))
    to_xlsx(build_analysis(39))
