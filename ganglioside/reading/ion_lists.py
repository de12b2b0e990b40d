"""Cells that list several ions of a compound: the one whose m/z was measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.lipids.adducts import Adduct, known_adduct
from ganglioside.lipids.adducts import mz as mz_of
from ganglioside.lipids.parsed_names import ParsedNames
from ganglioside.support.arrays import FloatArray

#: Between the ions of a list: `M-H, M+FA-H` (Progenesis QI), `[M-H]- [M+Cl]-` (MetaboScape).
_BETWEEN: Final = re.compile(r"\s*[,;/|]\s*|(?<=[\]+-])\s+(?=\[)")


def single_ions(data: pd.DataFrame, names: ParsedNames) -> pd.Series[Any]:
    """Ion of each row, of shape (n,); of a list that whose m/z is nearest to the measured one.

    Parameters
    ----------
    data : pandas.DataFrame, shape (n, k)
        With the columns `adduct` and `mz`.
    names
        The n names; a list of a row without a readable name is kept as it is.
    """
    lists = {text: _known(text) for text in data["adduct"].dropna().unique()}
    if not any(lists.values()):
        return data["adduct"]
    ions = data["adduct"].to_numpy(dtype=object, copy=True)
    measured = data["mz"].to_numpy(np.float64)
    can_be_told = (names.index >= 0) & np.isfinite(measured)
    for text, found in lists.items():
        rows = np.flatnonzero((data["adduct"] == text) & can_be_told) if found else ()
        if len(rows):
            masses = [names.species[i].monoisotopic_mass for i in names.index[rows]]
            ions[rows] = _nearest(found, np.array(masses), measured[rows])
    return pd.Series(ions, index=data.index, dtype="str")


def _known(text: str) -> list[Adduct]:
    """Ions of a list; none of a cell in which one is unknown, or that is one ion itself."""
    if known_adduct(text) is not None:
        return []
    found = [known_adduct(part) for part in _BETWEEN.split(text[:200].strip())]
    known = [ion for ion in found if ion is not None]
    return known if len(known) == len(found) > 1 else []


def _nearest(ions: Sequence[Adduct], masses: FloatArray, measured: FloatArray) -> Any:
    """Name of the ion of each of n molecules that lies nearest to an m/z, shape (n,)."""
    distances = [np.abs(mz_of(masses, ion.name) - measured) for ion in ions]
    return np.array([ion.name for ion in ions], dtype=object)[np.argmin(distances, axis=0)]
