"""How far ceramides of known chains elute from where the sum of their chains lets expect them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.lipids.chain_traits import has_unusual_base, moved_bonds
from ganglioside.lipids.species import Species
from ganglioside.retention.curve import Curve
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.priors import Priors


def chain_shift(curve: Curve, moved_bonds: IntArray, priors: Priors) -> FloatArray:
    """RT less that of the sum, straightened min, shape (n,).

    Parameters
    ----------
    curve : Curve
    moved_bonds : numpy.ndarray of int, shape (n,)
        As `lipids.chain_traits.moved_bonds` counts them.
    priors : Priors
    """
    in_base = priors.second_base_bond.value * curve.slope
    return np.asarray(moved_bonds * np.where(moved_bonds < 0, -curve.moved_bond, in_base))


def chain_variance(
    curve: Curve, moved_bonds: IntArray, unusual_base: BoolArray, priors: Priors
) -> FloatArray:
    """Variance of RT less that of the sum, straightened min^2, shape (n,)."""
    in_acyl, in_base = priors.moved_bond_scatter.value, priors.second_base_bond.spread
    of_bonds = moved_bonds * np.where(moved_bonds < 0, in_acyl, in_base)
    of_base = unusual_base * priors.unusual_base_scatter.value
    return np.asarray(curve.slope**2 * (of_bonds**2 + of_base**2))


@dataclass(frozen=True, slots=True)
class ChainEffect:
    """Effect of the chains of one species.

    Attributes
    ----------
    shift : float
        RT less that of the sum, straightened min.
    variance : float
        min^2.
    """

    shift: float
    variance: float

    @classmethod
    def of(cls, species: Species, curve: Curve, priors: Priors) -> ChainEffect:
        """Effect of the chains that the name of a species gives, none where it gives a sum."""
        moved, unusual = np.array([moved_bonds(species)]), np.array([has_unusual_base(species)])
        shift = chain_shift(curve, moved, priors)
        variance = chain_variance(curve, moved, unusual, priors)
        return cls(float(shift[0]), float(variance[0]))


NO_CHAINS: Final = ChainEffect(0.0, 0.0)
