"""Facts behind a simulation: tables of series, ceramides, units and in-source fragmentations."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.lipids.artefacts import artefact
from ganglioside.lipids.elements import Elements
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.lipids.species import Species
from ganglioside.support.arrays import IntArray
from ganglioside.support.fact_tables import read_facts

#: Labels of the units that a simulated head group may have, in the order of process names.
UNITS: Final[dict[str, str]] = {
    "hex": "Hex",
    "hexnac": "HexNAc",
    "neuac": "NeuAc",
    "dhex": "dHex",
    "oac": "OAc",
}

#: Columns of a ceramide.
CERAMIDE: Final[list[str]] = ["carbons", "double_bonds", "hydroxyls"]

#: Range of carbons that names in a table have.
FEWEST_CARBONS: Final = 32
MOST_CARBONS: Final = 44

#: Elements of gangliosides.
ELEMENTS: Final[list[str]] = ["C", "H", "N", "O"]


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A row of `data/simulation/series.csv`: a series or isomer.

    Attributes
    ----------
    series, isomer : str
    base : str
        Line that it elutes with, apart from the shift of an acetyl; empty for its own.
    abundance : float
        % of the total.
    presence : float
        Probability that a tissue has it.
    """

    series: str
    isomer: str
    base: str
    abundance: float
    presence: float


@dataclass(frozen=True, slots=True)
class CeramideWeight:
    """A row of `data/simulation/ceramides.csv`: a ceramide, its weight relative to 36:1;O2."""

    carbons: int
    double_bonds: int
    hydroxyls: int
    weight: float


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A row of `data/simulation/units.csv`: effects of one unit on RT and Log P.

    Attributes
    ----------
    unit : str
        Field of `Composition`.
    offset : float
        Added to RT, min, at 0.77 min per carbon.
    log_p : float
        Added to Log P.
    """

    unit: str
    offset: float
    log_p: float


@dataclass(frozen=True, slots=True)
class Pathway:
    """A row of `data/simulation/pathways.csv`: a fragment with `percent` of its parent's area."""

    parent: str
    isomer: str
    fragment: str
    percent: float


@dataclass(frozen=True, slots=True)
class OtherIon:
    """A row of `data/simulation/other_ions.csv`: an ion that is read as another species.

    Attributes
    ----------
    process : str
        As the truth and `data/artefacts.csv` name it: `+HCOOH`.
    share : str
        Knob with the range of its area over that of the usual ion.
    """

    process: str
    share: str

    @property
    def mass_shift(self) -> float:
        """Mass less that of the species, Da."""
        return artefact(self.process).mass_shift


def _read(name: str, row_type: type[Any]) -> pd.DataFrame:
    """Fact table of the simulator as a DataFrame."""
    rows = read_facts(f"simulation/{name}.csv", row_type)
    return pd.DataFrame([asdict(row) for row in rows])


@cache
def lines() -> pd.DataFrame:
    """Table of the lines, one row per series and isomer.

    Columns `line` (name of the isomer if the series has several, else the series), `series`,
    `isomer`, `base`, `abundance`, `presence` and `UNITS`.
    """
    table = _read("series", LineFacts)
    table.insert(0, "line", table["isomer"].where(table["isomer"] != "", table["series"]))
    parsed = parse_names(table["series"] + "(36:1;O2)")
    if parsed.errors:
        raise ValueError(f"series.csv holds unreadable names: {list(parsed.errors)}")
    units = pd.DataFrame([asdict(parsed.species[i].composition) for i in parsed.index])
    return table.join(units[list(UNITS)])


@cache
def heads() -> pd.DataFrame:
    """Table of the head groups by series: `mass`, and numbers of `ELEMENTS`, without ceramide."""
    series = lines()["series"].drop_duplicates()
    parsed = parse_names(series + "(36:1;O2)")
    groups = [parsed.species[i].composition.elements for i in parsed.index]
    atoms = [[group.get(element, 0) for element in ELEMENTS] for group in groups]
    table = pd.DataFrame(atoms, columns=ELEMENTS, index=pd.Index(series, name="series"))
    return table.assign(mass=[group.mass for group in groups])


def elements(species: pd.DataFrame) -> dict[str, IntArray]:
    """Numbers of `ELEMENTS` of n species with the columns `series` and `CERAMIDE`, each (n,)."""
    head = heads().loc[species["series"], ELEMENTS].to_numpy(dtype=np.int64)
    carbons, bonds, hydroxyls = species[CERAMIDE].to_numpy(dtype=np.int64).T
    ceramide = [carbons, 2 * carbons + 1 - 2 * bonds, np.ones_like(carbons), hydroxyls + 1]
    return dict(zip(ELEMENTS, head.T + ceramide, strict=True))


def masses(species: pd.DataFrame) -> pd.Series:
    """Monoisotopic masses of species, Da; NaN where the series is NA or unknown."""
    atoms = {element: Elements({element: 1}).mass for element in ELEMENTS}
    carbons, bonds, hydroxyls = (species[column] for column in CERAMIDE)
    head = species["series"].map(heads()["mass"])
    chain = carbons * (atoms["C"] + 2 * atoms["H"]) - 2 * bonds * atoms["H"]
    return head + chain + hydroxyls * atoms["O"] + (atoms["H"] + atoms["N"] + atoms["O"])


@cache
def other_ions() -> tuple[OtherIon, ...]:
    """The ions that are read as another species where its mass is near."""
    return read_facts("simulation/other_ions.csv", OtherIon)


@cache
def ceramides() -> pd.DataFrame:
    """Table of the ceramides of brain gangliosides, columns `CERAMIDE` and `weight`."""
    return _read("ceramides", CeramideWeight)


@cache
def units() -> pd.DataFrame:
    """Table of the effects of `UNITS`: `offset` (min at 0.77 min per carbon) and `log_p`."""
    return _read("units", UnitFacts).set_index("unit").loc[list(UNITS)]


@cache
def pathways() -> pd.DataFrame:
    """Table of the in-source fragmentations, columns `line`, `fragment`, `process` and `extent`.

    `line` is that of the parent, `fragment` a series, `extent` the fragment's area over that of
    the parent.
    """
    table = _read("pathways", Pathway)
    table["line"] = table["isomer"].where(table["isomer"] != "", table["parent"])
    composition = lines().drop_duplicates("series").set_index("series")[list(UNITS)]
    parent = composition.loc[table["parent"]].to_numpy()
    fragment = composition.loc[table["fragment"]].to_numpy()
    lost = parent - fragment
    if (lost < 0).any() or (lost.sum(axis=1) == 0).any():
        raise ValueError("pathways.csv holds a fragment that is not smaller than its parent.")
    table["process"] = [_process(row) for row in lost.tolist()]
    table["extent"] = table["percent"] / 100
    return table[["line", "fragment", "process", "extent"]]


@cache
def acetylated() -> dict[str, str]:
    """Series with one more O-acetyl, by series; those without a known one are left out."""
    columns = list(UNITS)
    table = lines().drop_duplicates("series")
    plain = table[columns]
    more = plain.assign(oac=table["oac"] + 1)
    series_of = dict(zip(_tuples(plain), table["series"], strict=True))
    keys = zip(table["series"], _tuples(more), strict=True)
    return {series: series_of[key] for series, key in keys if key in series_of}


def _tuples(table: pd.DataFrame) -> list[tuple[int, ...]]:
    """Rows of whole numbers as tuples."""
    return [tuple(row) for row in table.to_numpy().tolist()]


def _process(lost: list[int]) -> str:
    """Process of a fragmentation, `-NeuAc-Hex`, from the number of each unit that is lost."""
    parts = zip(lost, UNITS.values(), strict=True)
    return "".join(f"-{count if count > 1 else ''}{unit}" for count, unit in parts if count)


def usual_ion(species: Species) -> str:
    """Ion as which a species is seen: [M-H]-, or [M-2H]2- from two sialic acids on.

    Examples
    --------
    >>> from ganglioside import parse_name
    >>> usual_ion(parse_name("GM3(36:1;O2)")), usual_ion(parse_name("GD3(36:1;O2)"))
    ('[M-H]-', '[M-2H]2-')
    """
    return "[M-2H]2-" if species.composition.sialic_acids > 1 else "[M-H]-"
