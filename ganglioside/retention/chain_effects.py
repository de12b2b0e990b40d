"""How far ceramides of known chains elute from where the sum of their chains lets expect them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

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
    """Effect of chains, of each of n ceramides or the same for all.

    Attributes
    ----------
    shift : numpy.ndarray, shape (n,)
        RT less that of the sum, straightened min.
    variance : numpy.ndarray, shape (n,)
        min^2.
    """

    shift: FloatArray
    variance: FloatArray

    @classmethod
    def of(
        cls, moved_bonds: IntArray, unusual_base: BoolArray, curve: Curve, priors: Priors
    ) -> ChainEffect:
        """Effect of the chains that names give, none where they give a sum."""
        shift = chain_shift(curve, moved_bonds, priors)
        return cls(shift, chain_variance(curve, moved_bonds, unusual_base, priors))


NO_CHAINS: Final = ChainEffect(np.zeros(1), np.zeros(1))
