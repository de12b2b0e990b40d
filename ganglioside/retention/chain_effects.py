"""How far ceramides of known chains elute from where the sum of their chains lets expect them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.retention.curve import Curve
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.priors import Priors


def chain_shift(
    curve: Curve, moved_bonds: IntArray, moved_hydroxyl: BoolArray, priors: Priors
) -> FloatArray:
    """RT less that of the sum, straightened min, shape (n,).

    A phytosphingosine is saturated: the acyl chain has a double bond more than the sum tells.

    Parameters
    ----------
    curve : Curve
    moved_bonds : numpy.ndarray of int, shape (n,)
        As `lipids.chain_traits.moved_bonds` counts them.
    moved_hydroxyl : numpy.ndarray of bool, shape (n,)
        As `lipids.chain_traits.has_moved_hydroxyl` tells.
    priors : Priors
    """
    in_base = priors.second_base_bond.value * curve.slope
    of_bonds = moved_bonds * np.where(moved_bonds < 0, -curve.moved_bond, in_base)
    return np.asarray(of_bonds + moved_hydroxyl * curve.moved_hydroxyl)


def chain_variance(
    curve: Curve,
    moved_bonds: IntArray,
    moved_hydroxyl: BoolArray,
    unusual_base: BoolArray,
    priors: Priors,
) -> FloatArray:
    """Variance of RT less that of the sum, straightened min^2, shape (n,)."""
    in_acyl, in_base = priors.moved_bond_scatter.value, priors.second_base_bond.spread
    of_bonds = moved_bonds * np.where(moved_bonds < 0, in_acyl, in_base)
    of_hydroxyl = moved_hydroxyl * priors.moved_hydroxyl_scatter.value
    of_base = unusual_base * priors.unusual_base_scatter.value
    return np.asarray(curve.slope**2 * (of_bonds**2 + of_hydroxyl**2 + of_base**2))


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
        cls,
        moved_bonds: IntArray,
        moved_hydroxyl: BoolArray,
        unusual_base: BoolArray,
        curve: Curve,
        priors: Priors,
    ) -> ChainEffect:
        """Effect of the chains that names give, none where they give a sum."""
        moved = moved_bonds, moved_hydroxyl
        return cls(
            chain_shift(curve, *moved, priors),
            chain_variance(curve, *moved, unusual_base, priors),
        )


NO_CHAINS: Final = ChainEffect(np.zeros(1), np.zeros(1))
