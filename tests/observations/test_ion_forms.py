"""Ions and isotope peaks, as cells, names and m/z say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ganglioside.lipids.adducts import adducts, mz_as
from ganglioside.observations.ion_forms import (
    charges,
    fitting_ions,
    ions_of,
    loses_water,
    stated_isotopes,
)

NAMES = [ion.name for ion in adducts()]


def test_what_the_table_says_goes_before_the_mz() -> None:
    ions = pd.array(["M-H", None, None, "[M+X]-"], dtype="str")
    mass = np.full(4, 1180.7445)
    found = ions_of(np.array([589.365, 589.365, 700.0, 1179.7372]), ions, mass)
    assert [NAMES[k] if k >= 0 else "" for k in found] == ["[M-H]-", "[M-2H]2-", "", ""]


def test_polarity_decides_which_ions_an_mz_may_be() -> None:
    mass, mz, none = np.array([1180.7445]), np.array([1181.7518]), pd.array([None], dtype="str")
    assert NAMES[ions_of(mz, none, mass, "auto")[0]] == "[M+H]+"
    assert ions_of(mz, none, mass, "negative")[0] == -1


def test_charges_and_lost_water_are_those_of_the_ion() -> None:
    index = np.array([NAMES.index("[M-2H]2-"), NAMES.index("[M-H2O-H]-"), -1])
    assert charges(index).tolist() == [2, 1, 0]
    assert loses_water(index).tolist() == [False, True, False]


def test_isotopes_are_stated_in_a_column_or_the_name() -> None:
    names = pd.Series(["GM3(36:1;O2)"] * 5 + ["SM 44:2 M+2", "GM3(36:1;O2) [M+2H]2+"], dtype="str")
    column = ["M+0", "M+1", "[M+2]", "2", "none", None, None]
    assert stated_isotopes(names, pd.DataFrame({"Isotope": column})).tolist() == [
        0, 1, 2, 2, 0, 2, 0,
    ]  # fmt: skip
    assert stated_isotopes(names, pd.DataFrame({"Charge": column})).tolist()[:5] == [0] * 5


def test_another_ion_fits_in_the_polarity_of_the_stated_one_alone() -> None:
    mass = np.full(3, 1180.7445)
    measured = np.array([NAMES.index(name) for name in ("[M+HCOO]-", "[M+Na]+", "[M+Na]+")])
    stated = np.array([NAMES.index(name) for name in ("[M-H]-", "[M+H]+", "[M-H]-")])
    found = fitting_ions(mz_as(mass, measured), mass, stated)
    assert [NAMES[k] if k >= 0 else "" for k in found] == ["[M+HCOO]-", "[M+Na]+", ""]
