"""Rows grouped by sample, series and ceramide."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.lipids.composition import UNITS
from ganglioside.support.arrays import BoolArray, FloatArray

#: Of the counts of a composition as units of a group, where a lost water counts negatively.
UNIT_SIGN: Final = np.where(np.array(UNITS) == "water_losses", -1, 1)

_OAC: Final = UNITS.index("oac")


@dataclass(frozen=True, eq=False)
class Groups:
    """The series of a table; a series whose names give an isomer is a group of its own.

    Attributes
    ----------
    series : tuple of str, length G
    isomer : tuple of (str or None), length G
    units : numpy.ndarray, shape (G, len(UNITS))
        A lost water counts negatively, so that "contains" means the same for every unit.
    """

    series: tuple[str, ...]
    isomer: tuple[str | None, ...]
    units: FloatArray

    def __len__(self) -> int:
        return len(self.series)

    @cached_property
    def contains(self) -> BoolArray:
        """Whether group p could break into group c, shape (G, G), indexed [p, c]."""
        difference = self.units[:, None, :] - self.units[None, :, :]
        return np.asarray((difference >= 0).all(axis=2) & (difference > 0).any(axis=2))

    @cached_property
    def acetyls(self) -> FloatArray:
        """O-acetyl groups, shape (G,)."""
        return self.units[:, _OAC]

    @cached_property
    def bases(self) -> BoolArray:
        """Whether group b is group g without any acetyl, shape (G, G), indexed [g, b]."""
        others = np.delete(self.units, _OAC, axis=1)
        same = (others[:, None, :] == others[None, :, :]).all(axis=2)
        return np.asarray(same & (self.acetyls > 0)[:, None] & (self.acetyls == 0)[None, :])

    @property
    def depth(self) -> FloatArray:
        """Number of units of each group, shape (G,); no group contains one of larger depth."""
        result: FloatArray = self.units.sum(axis=1)
        return result
