"""Scenarios A to R: what their tables are like, and between what bounds each table is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from independent_species import DATA


@dataclass(frozen=True)
class Knobs:
    """What one table is like. Shares are of rows unless something else is said, SDs in min."""

    tissue: str = "brain"
    heads: tuple[str, ...] = ()  # the only heads; empty: all of the tissue
    few_ceramides: bool = False  # two or three ceramides only, under all heads
    rows: int = 200  # about, in each sample
    gradient: str = "curved"  # one of `independent_elution.GRADIENTS`
    minutes_per_carbon: float = 0.75  # at 36 carbons: how slow the gradient is
    name_style: str = "brackets"  # GM1(36:1;O2); `letter`: GM1 d36:1; `space`: GM1 36:1;O2
    chain_names: bool = False  # chains instead of sums
    isomer_names: bool = False  # most rows that are no fragment have the letter of the isomer
    areas: bool = True  # columns of the file: this one and the next three
    log_p: bool = True
    mz: bool = False
    ion_column: bool = False
    mz_sd: float = 3.0  # error of the m/z of a row, in ppm
    mz_offset_sd: float = 0.0  # and of the whole table
    decimals: int = 3  # of RT
    samples: int = 1
    anchors: float = 0.25  # of genuine rows; 0: no column
    wrong_anchors: float = 0.04  # of the others
    anchor_shift: float = 0.0  # SD by which all anchors of a table are shifted
    wrong: float = 0.12  # names that are not the peak's
    sodium: float = 0.15  # genuine peaks whose ion is taken for another species, as the next three
    isotope: float = 0.0
    formate: float = 0.0
    water: float = 0.0
    neugc: float = 0.0  # genuine peaks whose form with NeuGc is taken for an acetylated one
    split: float = 0.02  # genuine peaks that are split in two
    second_ion: float = 0.0  # genuine rows that are there with one charge less too
    harshness: float = 0.0  # decadic logarithm of how much more the source fragments than usual
    missing: float = 0.06  # rows that are not in the table
    missing_parents: float = 0.0  # and more of the genuine ones with fragments or other ions
    together: float = 0.006  # SD between the apices of an ion and its fragment
    scatter: float = 1.0  # SD of the RT of a row, in units of 0.0025 min


def _read_scenarios() -> dict[str, dict[str, str]]:
    table = pd.read_csv(DATA / "scenarios.csv", dtype=str)
    return {
        str(letter): dict(zip(rows["knob"], rows["values"], strict=True))
        for letter, rows in table.groupby("scenario")
    }


_WRITTEN: Final = _read_scenarios()
#: Titles of the scenarios by their letter.
TITLES: Final = {letter: written.pop("title") for letter, written in _WRITTEN.items()}


def draw_knobs(rng: np.random.Generator, scenario: str) -> Knobs:
    """Knobs of one table of a scenario."""
    drawn = {knob: _draw(rng, knob, values) for knob, values in _WRITTEN[scenario].items()}
    return replace(Knobs(), **drawn)


def _draw(rng: np.random.Generator, knob: str, values: str) -> Any:
    """Value of a knob: between bounds `a..b`, or one of `a|b|c`."""
    usual = getattr(Knobs(), knob)
    if ".." in values:
        low, high = map(float, values.split(".."))
        drawn = rng.uniform(low, high)
        return int(drawn) if isinstance(usual, int) else drawn
    one_of = values.split("|")
    chosen = one_of[rng.integers(len(one_of))]
    if isinstance(usual, bool):
        return chosen == "yes"
    return tuple(chosen.split()) if isinstance(usual, tuple) else type(usual)(chosen)
