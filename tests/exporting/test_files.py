"""Every export is read back, holds every row, and executes nothing."""

from __future__ import annotations

import dataclasses
import io
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import build_analysis, build_frame
from formula_attacks import (
    ATTACKS,
    DIALECTS,
    Dialect,
    hostile,
    is_formula,
)
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

import ganglioside as gg
from ganglioside.analysis import Analysis, analyze
from ganglioside.columns import FEATURES
from ganglioside.errors import ExportError
from ganglioside.exporting import (
    FORMATS,
    ending_of,
    export,
    file_name,
    read_json,
    to_csv,
    to_json,
    to_mztab,
    to_parquet,
    to_species_csv,
    to_species_xlsx,
    to_xlsx,
)
from ganglioside.exporting.formats import BY_ENDING
from ganglioside.exporting.lists import to_generic_list, to_skyline_list
from ganglioside.simulation.example import example
from ganglioside.verdicts.review import confirm, later, rename


def rows_of(sheet: Worksheet) -> pd.DataFrame:
    header, *cells = sheet.iter_rows(values_only=True)
    return pd.DataFrame(cells, columns=list(header))


def as_library(analysis: Analysis, form: str) -> bytes:
    n = len(ATTACKS)
    texts = ("series", "name", "isomer", "formula", "adduct", "basis")
    numbers = ("mz", "rt", "rt_start", "rt_end")
    library = pd.DataFrame({**dict.fromkeys(texts, ATTACKS), **dict.fromkeys(numbers, 1.5)})
    assert len(library) == n
    return {"generic": to_generic_list, "skyline": to_skyline_list}[form](library)


def as_species_list(analysis: Analysis) -> bytes:
    """The list of species of a study whose file has attacks for samples and ions."""
    same = {"series": "GM3", "verdict": "valid", "confidence": 0.9, "rt": 9.5, "volume": 1e6}
    same |= {"double_bonds": 1, "hydroxyls": 2}
    carbons = range(30, 30 + len(ATTACKS))
    rows = [
        {**same, "feature_id": k, "name": f"GM3({n}:1;O2)", "carbons": n}
        for k, n in enumerate(carbons)
    ]
    features = build_frame(FEATURES, rows)
    features = features.assign(sample=ATTACKS, adduct=ATTACKS)
    return to_species_csv(dataclasses.replace(analysis, features=features))


TEXT_EXPORTS: dict[str, Callable[[Analysis], bytes]] = {
    "csv": to_csv,
    "species-csv": as_species_list,
    "mztab": to_mztab,
    "generic list": lambda analysis: as_library(analysis, "generic"),
    "skyline list": lambda analysis: as_library(analysis, "skyline"),
}


@cache
def hostile_text(name: str) -> str:
    return TEXT_EXPORTS[name](hostile()).decode("utf-8-sig")


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
@pytest.mark.parametrize("name", TEXT_EXPORTS)
def test_no_program_finds_a_formula_in_a_text_export(name: str, dialect: Dialect) -> None:
    text = hostile_text(name)
    cells = list(dialect.cells(text.replace("\0", "")))
    assert len(cells) > 30
    assert [cell for cell in cells if is_formula(cell)] == []


@pytest.mark.parametrize("n", [0, 1])
def test_small_tables_read_back(n: int) -> None:
    analysis = build_analysis(n)
    pd.testing.assert_frame_equal(read_json(to_json(analysis)).features, analysis.features)
    assert len(read_parquet(to_parquet(analysis))) == n
    assert len(pd.read_csv(io.BytesIO(to_csv(analysis)))) == n
    assert len(rows_of(load_workbook(io.BytesIO(to_xlsx(analysis)))["features"])) == n


def read_parquet(content: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(content))


@pytest.mark.parametrize("form", BY_ENDING)
def test_export_writes_by_the_ending(tmp_path: Path, form: str) -> None:
    target = tmp_path / f"result.{form.upper()}"
    assert export(build_analysis(), target) == target
    assert list(tmp_path.iterdir()) == [target]
    starts = {"csv": b"\xef\xbb\xbfname,verdict", "xlsx": b"PK", "json": b"{", "parquet": b"PAR1",
              "mztab": b"MTD\tmzTab-version\t2.0.0-M"}  # fmt: skip
    assert target.read_bytes().startswith(starts[form])


def test_a_given_format_is_stronger_than_the_ending(tmp_path: Path) -> None:
    target = export(build_analysis(), tmp_path / "result.txt", "json")
    assert len(read_json(target.read_bytes()).features) == 5


@pytest.mark.parametrize(
    ("name", "form", "right"),
    [
        ("list.csv", "species", "list.xlsx"),
        ("list.XLSX", "csv", "list.csv"),
        ("list.json", "mztab", "list.mztab"),
        ("list.parquet", "figures", "list.zip"),
    ],
)
def test_a_name_that_says_another_kind_of_file_is_refused(
    tmp_path: Path, name: str, form: str, right: str
) -> None:
    """A species list called `list.csv` was a workbook, which no program read as CSV."""
    with pytest.raises(ExportError, match=f"name it {right}"):
        export(build_analysis(), tmp_path / name, form)
    assert list(tmp_path.iterdir()) == []


def test_your_own_file_is_written_under_a_name_of_its_kind(
    analysed: Analysis, tmp_path: Path
) -> None:
    target = export(analysed, tmp_path / "mine.txt", "your-file")
    assert len(pd.read_csv(target)) == len(analysed.features)
    with pytest.raises(ExportError, match=r"kind \.csv, so name it mine\.csv"):
        export(analysed, tmp_path / "mine.xlsx", "your-file")
    assert ending_of("your-file", analysed.source) == ".csv"
    assert [ending_of(form, analysed.source) for form in BY_ENDING] == [f".{f}" for f in BY_ENDING]


@pytest.mark.parametrize("form", FORMATS)
def test_the_name_of_a_file_tells_what_is_in_it(analysed: Analysis, form: str) -> None:
    name = file_name("liver", form, analysed.source)
    words = {"species": "species", "species-csv": "species", "figures": "figures"}
    word = {**words, "your-file": "with_verdicts"}.get(form, "verdicts")
    assert name == f"liver_{word}{ending_of(form, analysed.source)}"


def test_no_two_formats_have_one_name(analysed: Analysis) -> None:
    names = [file_name("liver", form, analysed.source) for form in FORMATS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["result", "result.pdf", "csv", "result.your-file"])
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


@pytest.mark.parametrize("write", [to_xlsx, to_species_xlsx])
def test_a_workbook_does_not_tell_when_it_was_written(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of one analysis differed by the second in which they were written."""
    first = write(build_analysis(30))
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2_000_000_000))
    assert write(build_analysis(30)) == first
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {part.extract_version for part in parts.infolist()} == {20}  # Excel warns of zip64
    book = load_workbook(io.BytesIO(first))
    assert book.properties.creator == "Ganglioside"
    assert book.properties.created == book.properties.modified
    assert book.properties.created.year == 1980


@pytest.fixture(scope="module")
def analysed() -> Analysis:
    return analyze(example())


@pytest.mark.parametrize("form", FORMATS)
def test_the_analysed_example_is_exported_whole(
    analysed: Analysis, tmp_path: Path, form: str
) -> None:
    if form not in BY_ENDING or form == "mztab":
        pytest.skip("a format of other columns has tests of its own")
    readers: dict[str, Callable[[bytes], pd.DataFrame]] = {
        "csv": lambda content: pd.read_csv(io.BytesIO(content)),
        "xlsx": lambda content: rows_of(load_workbook(io.BytesIO(content))["features"]),
        "json": lambda content: read_json(content).features,
        "parquet": read_parquet,
    }
    back = readers[form](export(analysed, tmp_path / f"example.{form}").read_bytes())
    assert set(analysed.features.columns) <= set(back.columns)
    assert list(back["feature_id"]) == list(analysed.features["feature_id"])
    assert list(back["verdict"]) == list(analysed.features["verdict"])
    for column in ("rt", "confidence", "predicted_rt", "consolidated_volume"):
        expected = analysed.features[column]
        # a workbook's numbers have 16 digits, the others all
        digits = {"rtol": 1e-15, "atol": 0} if form == "xlsx" else {"check_exact": True}
        pd.testing.assert_series_equal(back[column].astype("float64"), expected, **digits)


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


def test_what_was_decided_on_names_leaves_with_every_export(tmp_path: Path) -> None:
    when = datetime(2026, 3, 2, tzinfo=UTC)
    made = (
        confirm(rename(3, "GM3(36:1;O2)", author="kh"), "=mw", when),
        later(4, author="kh"),
    )
    analysis = gg.analyze(gg.example()).with_overrides(gg.Overrides(made))
    frames = {
        "csv": pd.read_csv(io.BytesIO(to_csv(analysis))),
        "xlsx": pd.read_excel(io.BytesIO(to_xlsx(analysis)), sheet_name="features"),
        "parquet": pd.read_parquet(io.BytesIO(to_parquet(analysis))),
        "json": read_json(to_json(analysis)).features,
    }
    for kind, frame in frames.items():
        second = "'=mw" if kind in ("csv", "xlsx") else "=mw"
        row = frame.loc[3, ["analyst_decision", "analyst_name", "confirmed_by"]].tolist()
        assert row == ["renamed", "GM3(36:1;O2)", second], kind
        assert pd.to_datetime(frame.loc[3, "confirmed_at"], utc=True) == pd.Timestamp(when), kind
        assert frame["analyst_decision"].dropna().tolist() == ["renamed", "later"], kind
        assert frame.loc[3, "name"] == analysis.features.loc[3, "name"], kind
