"""Wrong names that a species may get by its mass, even in high-resolution data.

Every function takes a table of species with the columns `series` and `facts.CERAMIDE`, and returns
it with those of the wrong name, and with `process`; `series` is NA if no name fits.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ganglioside.simulation import facts


def as_sodium(species: pd.DataFrame) -> pd.DataFrame:
    """Species whose sodium adducts (Na-H) are read as C2H-2.

    =============  =================
    species        name
    =============  =================
    GX(n:d;O2)     GX(n+2:d+3;O2)
    GX(n:d;O3)     GX+OAc(n:d+2;O2)
    =============  =================
    """
    three = species["hydroxyls"] == 3
    return species.assign(
        series=species["series"].where(~three, _acetylated(species)),
        carbons=species["carbons"] + np.where(three, 0, 2),
        double_bonds=species["double_bonds"] + np.where(three, 2, 3),
        hydroxyls=2,
        process="+Na-H",
    )


def as_water_loss(species: pd.DataFrame) -> pd.DataFrame:
    """Species whose water losses have the mass of a name; others are left out.

    =============  ==================
    species        name
    =============  ==================
    GX(n:d;O3)     GX(n:d+1;O2)
    GM1(n:d;O2)    GD3+OAc(n+1:d;O2)
    =============  ==================
    """
    posing = species[(species["hydroxyls"] == 3) | (species["series"] == "GM1")]
    three = posing["hydroxyls"] == 3
    return posing.assign(
        series=posing["series"].where(three, "GD3+OAc"),
        carbons=posing["carbons"] + np.where(three, 0, 1),
        double_bonds=posing["double_bonds"] + np.where(three, 1, 0),
        hydroxyls=2,
        process="-H2O",
    )


def as_neugc(species: pd.DataFrame) -> pd.DataFrame:
    """Species whose NeuGc forms are read as acetyls: that of GX(n:d) as GX+OAc(n-2:d-1)."""
    return species.assign(
        series=_acetylated(species),
        carbons=species["carbons"] - 2,
        double_bonds=species["double_bonds"] - 1,
        process="NeuGc",
    )


def as_isotope(species: pd.DataFrame) -> pd.DataFrame:
    """Species whose M+2 is read as two more hydrogens, 0.009 Da apart: GX(n:d) as GX(n:d-1)."""
    return species.assign(double_bonds=species["double_bonds"] - 1, process="isobar")


def as_propyl(species: pd.DataFrame) -> pd.DataFrame:
    """Species whose C3H6 is read as an acetyl, 0.036 Da apart: GX(n:d) as GX+OAc(n-3:d)."""
    return species.assign(
        series=_acetylated(species), carbons=species["carbons"] - 3, process="isobar"
    )


def in_library(named: pd.DataFrame, most_double_bonds: int) -> pd.Series:
    """Whether each name is in the library of a search by mass."""
    known = named["series"].notna()
    known &= named["carbons"].between(facts.FEWEST_CARBONS, facts.MOST_CARBONS)
    return known & named["double_bonds"].between(0, most_double_bonds)


def _acetylated(species: pd.DataFrame) -> pd.Series:
    """Series of each species with one more acetyl, NA if it is unknown."""
    return species["series"].map(facts.acetylated())
