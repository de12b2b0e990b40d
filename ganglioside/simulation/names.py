"""Wrong names that a species may get by its mass, even in high-resolution data.

Every function takes a table of species with the columns `series` and `facts.CERAMIDE`, and returns
it with those of the wrong name, and with `process`; `series` is NA if no name fits.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from ganglioside.simulation import facts
from ganglioside.support.arrays import ranges


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


def as_ion(
    species: pd.DataFrame, ion: facts.OtherIon, window: float, most_double_bonds: int
) -> pd.DataFrame:
    """Species whose ions of one kind have the mass of a name; others are left out.

    The name is the nearest by mass of all series and ceramides with two or three hydroxyls, that of
    the same series first.

    Parameters
    ----------
    species
        Columns `series` and `facts.CERAMIDE`.
    ion
        What the species gain and lose.
    window
        Largest error of mass, ppm.
    most_double_bonds
        Of the names.
    """
    library = _library(most_double_bonds)
    known = library["mass"].to_numpy()
    kinds = species[["series", *facts.CERAMIDE]].drop_duplicates().reset_index(drop=True)
    mass = (facts.masses(kinds) + ion.mass_shift).to_numpy()
    low = np.searchsorted(known, mass * (1 - 1e-6 * window))
    count = np.searchsorted(known, mass * (1 + 1e-6 * window)) - low
    kind = np.repeat(np.arange(len(kinds)), count)
    name = ranges(low, count)
    found = library.iloc[name].reset_index(drop=True)
    near = found.assign(
        kind=kind,
        off=np.round(1e6 * np.abs(known[name] / mass[kind] - 1), 2),
        other=found["series"].to_numpy() != kinds["series"].to_numpy()[kind],
    )
    order = ["kind", "off", "other", "series", *facts.CERAMIDE]
    best = near.sort_values(order).drop_duplicates("kind").set_index("kind")
    name_columns = ["series", *facts.CERAMIDE]
    named = kinds.join(best[name_columns].add_suffix("_name"), how="inner")
    posing = species.merge(named, on=name_columns)
    columns = {column: posing[f"{column}_name"] for column in name_columns}
    return posing.assign(**columns, process=ion.process)


@cache
def _library(most_double_bonds: int) -> pd.DataFrame:
    """All names that a search by mass may give, by mass: series, `facts.CERAMIDE` and `mass`."""
    series = facts.heads().index.to_frame(index=False)
    carbons = range(facts.FEWEST_CARBONS, facts.MOST_CARBONS + 1)
    names = series.merge(pd.DataFrame({"carbons": carbons}), how="cross")
    names = names.merge(pd.DataFrame({"double_bonds": range(most_double_bonds + 1)}), how="cross")
    names = names.merge(pd.DataFrame({"hydroxyls": [2, 3]}), how="cross")
    return names.assign(mass=facts.masses(names)).sort_values("mass", ignore_index=True)


def in_library(named: pd.DataFrame, most_double_bonds: int) -> pd.Series:
    """Whether each name is in the library of a search by mass."""
    known = named["series"].notna()
    known &= named["carbons"].between(facts.FEWEST_CARBONS, facts.MOST_CARBONS)
    return known & named["double_bonds"].between(0, most_double_bonds)


def _acetylated(species: pd.DataFrame) -> pd.Series:
    """Series of each species with one more acetyl, NA if it is unknown."""
    return species["series"].map(facts.acetylated())
