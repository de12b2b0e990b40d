"""Inclusion lists: read back, as Skyline wants them, and nothing in them is executed."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.errors import ExportError
from ganglioside.exporting import export_library
from ganglioside.exporting.lists import to_generic_list, to_skyline_list

#: As Skyline spells them; a header that it does not know stops its import.
SKYLINE = [
    "Molecule List Name",
    "Molecule Name",
    "Molecule Formula",
    "Precursor Adduct",
    "Precursor m/z",
    "Explicit Retention Time",
    "Explicit Retention Time Window",
    "Note",
]


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.fixture(scope="module")
def library(example: gg.Analysis) -> pd.DataFrame:
    return example.expected_library()


def read(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")


def test_the_generic_list_reads_back(library: pd.DataFrame) -> None:
    table = read(to_generic_list(library))
    assert list(table.columns) == [
        "Name", "Isomer", "Formula", "Adduct", "m/z", "RT (min)", "RT start (min)",
        "RT end (min)", "Basis",
    ]  # fmt: skip
    assert table["Name"].tolist() == library["name"].tolist()
    np.testing.assert_allclose(table["m/z"], library["mz"], atol=5.1e-6)
    np.testing.assert_allclose(table["RT (min)"], library["rt"], atol=5.1e-4)


def test_the_skyline_list_is_as_skyline_wants_it(library: pd.DataFrame) -> None:
    table = read(to_skyline_list(library))
    assert list(table.columns) == SKYLINE
    assert table["Precursor Adduct"].str.fullmatch(r"\[M[^\]]*\]").all()
    assert set(table["Precursor Adduct"]) == {"[M-H]", "[M-2H]", "[M-3H]", "[M-4H]"}
    # a molecule is known by list and name: isomers without a letter must differ too
    assert not table.duplicated(["Molecule List Name", "Molecule Name", "Precursor Adduct"]).any()
    assert table["Molecule Name"].str.endswith((" early", " late", ")")).all()
    window = library["rt_end"] - library["rt_start"]
    np.testing.assert_allclose(table["Explicit Retention Time Window"], window, atol=5.1e-4)
    assert table["Molecule Formula"].str.fullmatch(r"(?:[A-Z][a-z]?\d*)+").all()


def test_no_cell_of_a_list_is_executed(library: pd.DataFrame) -> None:
    bad = "=cmd|' /C calc'!A0"
    planted = library.head(2).assign(name=["+GM1", bad], basis=["@SUM(1)", "-1+1"], series=bad)
    for write in (to_generic_list, to_skyline_list):
        cells = read(write(planted)).select_dtypes("str").to_numpy().ravel()
        starts = {str(cell)[0] for cell in cells if pd.notna(cell)}
        assert not starts & set("=@+-")
        assert "'" in starts


def test_a_list_is_no_workbook(tmp_path: Path, library: pd.DataFrame) -> None:
    """`library --out list.xlsx` wrote CSV into a file that no spreadsheet opened."""
    with pytest.raises(ExportError, match=r"name it list\.csv"):
        export_library(library, tmp_path / "list.xlsx")
    assert export_library(library, tmp_path / "list.txt", "skyline").exists()


def test_lists_are_written_whole(tmp_path: Path, library: pd.DataFrame) -> None:
    target = export_library(library, tmp_path / "list.csv", "skyline")
    assert target.read_bytes() == to_skyline_list(library)
    assert export_library(library, target).read_bytes() == to_generic_list(library)
    assert [p.name for p in tmp_path.iterdir()] == ["list.csv"]
    with pytest.raises(ExportError, match="cannot be written"):
        export_library(library, tmp_path / "none" / "list.csv")
    with pytest.raises(ExportError, match="generic or skyline"):
        export_library(library, target, "xml")  # type: ignore[arg-type]
