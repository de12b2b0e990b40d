"""The series of a table and what they are made of: which of them could break into which."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.lipids.composition import UNITS
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray

#: Sign of each unit in a group: a lost water counts negatively.
UNIT_SIGN: Final = np.where(np.array(UNITS) == "water_losses", -1, 1)

_OAC: Final = UNITS.index("oac")
_SIALIC_ACIDS: Final = [UNITS.index("neuac"), UNITS.index("neugc")]


def could_break(parents: FloatArray, children: FloatArray) -> BoolArray:
    """Whether p could break into c: it has at least as many of every unit, and more of one.

    Parameters
    ----------
    parents, children : numpy.ndarray, shapes (P, units) and (C, units)
        Counts of units, as `Groups.units` has them.

    Returns
    -------
    numpy.ndarray of bool, shape (P, C)
    """
    more = parents[:, None, :] - children[None, :, :]
    return np.asarray((more >= 0).all(axis=2) & (more > 0).any(axis=2))


@dataclass(frozen=True, eq=False)
class Groups:
    """The G groups of a table: its series, those whose names give an isomer apart.

    Attributes
    ----------
    series : tuple of str, length G
    isomer : tuple of (str or None), length G
    units : numpy.ndarray, shape (G, len(UNITS))
        Counts of sugars and modifications. A lost water counts negatively, so that a parent has
        at least as many of every unit as its fragment.
    """

    series: tuple[str, ...]
    isomer: tuple[str | None, ...]
    units: FloatArray

    def __len__(self) -> int:
        return len(self.series)

    @cached_property
    def contains(self) -> BoolArray:
        """Whether group p could break into group c, shape (G, G), indexed [p, c]."""
        return could_break(self.units, self.units)

    @cached_property
    def acetyls(self) -> FloatArray:
        """Number of O-acetyls of each group, shape (G,)."""
        return self.units[:, _OAC]

    @cached_property
    def sialic_acids(self) -> IntArray:
        """Number of sialic acids of each group, shape (G,)."""
        return np.asarray(self.units[:, _SIALIC_ACIDS].sum(axis=1), dtype=np.int64)

    @cached_property
    def bases(self) -> BoolArray:
        """Whether group b is the acetylated group g without its acetyls, (G, G), indexed [g, b]."""
        others = np.delete(self.units, _OAC, axis=1)
        same_otherwise = (others[:, None, :] == others[None, :, :]).all(axis=2)
        acetylated = self.acetyls > 0
        bare = self.acetyls == 0
        return np.asarray(same_otherwise & acetylated[:, None] & bare[None, :])

    @property
    def depth(self) -> FloatArray:
        """Number of units of each group, shape (G,); no group contains one of larger depth."""
        result: FloatArray = self.units.sum(axis=1)
        return result
