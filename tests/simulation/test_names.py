"""Names that a species poses as have nearly its mass."""

from __future__ import annotations

import pandas as pd
import pytest

from ganglioside.lipids.parsed_names import parse_names
from ganglioside.simulation import facts, names


@pytest.mark.parametrize(
    ("read", "change", "within"),
    [
        (names.as_neugc, 15.99491, 1e-4),  # the same formula
        (names.as_isotope, 2.00671, 0.01),  # two 13C
        (names.as_propyl, 0.0, 0.04),  # read as the same mass
    ],
)
def test_wrong_names_have_nearly_the_right_mass(read: object, change: float, within: float) -> None:
    species = facts.lines()[["series"]].drop_duplicates().merge(facts.ceramides(), how="cross")
    named = read(species)  # type: ignore[operator]
    named = named[names.in_library(named, 3)]
    assert len(named) > 100
    off = _mass(named) - _mass(species).loc[named.index] - change
    assert off.abs().max() < within


def _mass(table: pd.DataFrame) -> pd.Series:
    text = table["series"] + "(" + table["carbons"].astype(str) + ":"
    text += table["double_bonds"].astype(str) + ";O" + table["hydroxyls"].astype(str) + ")"
    return parse_names(text).frame()["monoisotopic_mass"].set_axis(table.index)


def test_other_ions_are_read_as_the_nearest_name() -> None:
    ions = {ion.process: ion for ion in facts.other_ions()}
    gm3 = pd.DataFrame({"series": ["GM3"], "carbons": [34], "double_bonds": [1], "hydroxyls": [2]})
    found = names.as_ion(gm3, ions["+HCOONa"], window=20, most_double_bonds=9)
    assert found[["series", *facts.CERAMIDE]].to_numpy().tolist() == [["GM3", 40, 9, 2]]
    assert found["process"].tolist() == ["+HCOONa"]
    assert len(names.as_ion(gm3, ions["+HCOONa"], window=10, most_double_bonds=9)) == 0
    assert len(names.as_ion(gm3, ions["+HCOONa"], window=20, most_double_bonds=3)) == 0
