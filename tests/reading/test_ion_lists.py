"""Cells that list several ions: the one whose m/z was measured."""

from __future__ import annotations

import pandas as pd
import pytest

from ganglioside.lipids.adducts import mz
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.ion_lists import single_ions

MASS = parse_name("GD1 36:1;O2").monoisotopic_mass


def ions_of(cell: str, measured: float, name: str = "GD1 36:1;O2") -> str:
    data = pd.DataFrame({"adduct": pd.Series([cell], dtype="str"), "mz": [measured]})
    return str(single_ions(data, parse_names([name])).iloc[0])


@pytest.mark.parametrize("ion", ["[M-H]-", "[M-2H]2-", "[M+HCOO]-"])
@pytest.mark.parametrize("between", [", ", ";", " | ", " / "])
def test_the_ion_of_the_measured_mz(ion: str, between: str) -> None:
    listed = between.join(["M-H", "M+FA-H", "M-2H"])
    assert ions_of(listed, mz(MASS, ion) + 0.02) == ion


def test_brackets_apart() -> None:
    assert ions_of("[M-H]- [M-2H]2-", mz(MASS, "[M-2H]2-")) == "[M-2H]2-"


@pytest.mark.parametrize("cell", ["M-H", "[M-2H]2-", "M-H, M+Xx", "nonsense", ","])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert ions_of(cell, 917.0) == cell


def test_without_mz_or_name_a_list_stays() -> None:
    assert ions_of("M-H, M-2H", float("nan")) == "M-H, M-2H"
    assert ions_of("M-H, M-2H", 917.0, "Unknown") == "M-H, M-2H"


def test_each_row_has_its_own() -> None:
    n = 4
    listed = pd.Series(["M-H, M-2H"] * n, dtype="str")
    measured = [mz(MASS, "[M-H]-"), mz(MASS, "[M-2H]2-")] * 2
    found = single_ions(
        pd.DataFrame({"adduct": listed, "mz": measured}), parse_names(["GD1 36:1;O2"] * n)
    )
    assert found.tolist() == ["[M-H]-", "[M-2H]2-"] * 2
