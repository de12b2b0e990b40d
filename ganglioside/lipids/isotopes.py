"""Isotope peaks of a molecule: their areas by the formula, and their distance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ganglioside.support.arrays import FloatArray
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class _Isotopes:
    """A row of `data/isotopes.csv`."""

    symbol: str
    plus_one: float
    plus_two: float


_ISOTOPES: Final = read_facts("isotopes.csv", _Isotopes)

#: Mass between neighbouring isotope peaks, Da: that of carbon-13 less carbon-12, by far the most
#: frequent (CODATA/AME 2020).
ISOTOPE_STEP: Final = 1.0033548


def isotope_extents(atoms: Mapping[str, npt.ArrayLike]) -> tuple[FloatArray, FloatArray]:
    """Areas of M+1 and M+2 over that of M, each of the shape of the numbers of atoms.

    Sums over the elements of n r1, and of pairs of such atoms and single atoms with two neutrons
    more: (sum of n r1)^2 / 2 - sum of n r1^2 / 2 + sum of n r2, exact for independent atoms.

    Parameters
    ----------
    atoms
        Numbers of atoms by element symbol, such as an `Elements`, or arrays of them.

    Examples
    --------
    >>> from ganglioside import parse_name
    >>> from ganglioside.lipids.elements import Elements
    >>> gm3 = Elements.from_formula(parse_name("GM3(36:1;O2)").formula)
    >>> one, two = isotope_extents(gm3)
    >>> round(float(one), 3), round(float(two), 3)
    (0.666, 0.261)
    """
    one: FloatArray = np.asarray(0.0)
    pairs: FloatArray = np.asarray(0.0)
    two: FloatArray = np.asarray(0.0)
    for isotope in _ISOTOPES:
        n = np.asarray(atoms.get(isotope.symbol, 0), dtype=np.float64)
        one = one + n * isotope.plus_one
        pairs = pairs + n * isotope.plus_one**2
        two = two + n * isotope.plus_two
    return one, one**2 / 2 - pairs / 2 + two
