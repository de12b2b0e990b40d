"""What is known of series, ceramides, sugars and fragmentation: the tables behind a simulation."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

import pandas as pd

from ganglioside.lipids.parsed_names import parse_names
from ganglioside.support.fact_tables import read_facts

#: Units of a head group that a simulated name may hold, in the order a process names them.
UNITS: Final[dict[str, str]] = {
    "hex": "Hex",
    "hexnac": "HexNAc",
    "neuac": "NeuAc",
    "dhex": "dHex",
    "oac": "OAc",
}

CERAMIDE: Final[list[str]] = ["carbons", "double_bonds", "hydroxyls"]

#: Names are written with these carbons only.
FEWEST_CARBONS: Final = 32
MOST_CARBONS: Final = 44


@dataclass(frozen=True, slots=True)
class Line:
    """A series or isomer: `base` is the line it elutes with, `abundance` in % of the total."""

    series: str
    isomer: str
    base: str
    abundance: float
    presence: float


@dataclass(frozen=True, slots=True)
class CeramideWeight:
    """A ceramide and its weight relative to 36:1;O2."""

    carbons: int
    double_bonds: int
    hydroxyls: int
    weight: float


@dataclass(frozen=True, slots=True)
class Unit:
    """What one unit adds: to RT in min at 0.77 min per carbon, and to Log P."""

    unit: str
    offset: float
    log_p: float


@dataclass(frozen=True, slots=True)
class Pathway:
    """An in-source fragmentation: `percent` of the parent's area."""

    parent: str
    isomer: str
    fragment: str
    percent: float


def _read(name: str, row_type: type[Any]) -> pd.DataFrame:
    rows = read_facts(f"simulation/{name}.csv", row_type)
    return pd.DataFrame([asdict(row) for row in rows])


@cache
def lines() -> pd.DataFrame:
    """Return one row per series and isomer: name, base of an acetyl, abundance, composition.

    `line` is the isomer's name where the series has more than one, else the series.
    """
    table = _read("series", Line)
    table.insert(0, "line", table["isomer"].where(table["isomer"] != "", table["series"]))
    parsed = parse_names(table["series"] + "(36:1;O2)")
    if parsed.errors:
        raise ValueError(f"series.csv holds unreadable names: {list(parsed.errors)}")
    units = pd.DataFrame([asdict(parsed.species[i].composition) for i in parsed.index])
    return table.join(units[list(UNITS)])


@cache
def ceramides() -> pd.DataFrame:
    """Return the ceramides of brain gangliosides with their relative weights."""
    return _read("ceramides", CeramideWeight)


@cache
def units() -> pd.DataFrame:
    """Return by unit: min that it adds to RT at 0.77 min per carbon, and what to Log P."""
    return _read("units", Unit).set_index("unit").loc[list(UNITS)]


@cache
def pathways() -> pd.DataFrame:
    """Return the in-source fragmentations: parent's line, fragment, extent, process."""
    table = _read("pathways", Pathway)
    table["line"] = table["isomer"].where(table["isomer"] != "", table["parent"])
    composition = lines().drop_duplicates("series").set_index("series")[list(UNITS)]
    lost = (
        composition.loc[table["parent"]].to_numpy() - composition.loc[table["fragment"]].to_numpy()
    )
    if (lost < 0).any() or (lost.sum(axis=1) == 0).any():
        raise ValueError("pathways.csv holds a fragment that is not smaller than its parent.")
    table["process"] = [_process(row) for row in lost.tolist()]
    table["extent"] = table["percent"] / 100
    return table[["line", "fragment", "process", "extent"]]


@cache
def acetylated() -> dict[str, str]:
    """Return by series the same series with one more O-acetyl, where it is known."""
    columns = list(UNITS)
    table = lines().drop_duplicates("series")
    names = dict(zip(map(tuple, table[columns].to_numpy().tolist()), table["series"], strict=True))
    more = table[columns].assign(oac=table["oac"] + 1)
    keys = zip(table["series"], map(tuple, more.to_numpy().tolist()), strict=True)
    return {series: names[key] for series, key in keys if key in names}


def _process(lost: list[int]) -> str:
    parts = zip(lost, UNITS.values(), strict=True)
    return "".join(f"-{count if count > 1 else ''}{unit}" for count, unit in parts if count)
