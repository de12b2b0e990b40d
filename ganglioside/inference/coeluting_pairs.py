"""Co-eluting pairs with what is known of each before anything is learned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.ion_source.artefacts import processes
from ganglioside.ion_source.coelution import Coelution
from ganglioside.ion_source.fragments import usual_emission
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.priors import Priors

#: log10 of fragment over parent area: a fragment may outweigh the genuine feature of its name,
#: hardly its parent.
LARGEST_EXTENT: Final = -0.1


@dataclass(frozen=True, eq=False)
class Pairs(Coelution):
    """Pairs of rows of one table: `Coelution`, and what stays as it is while shares change.

    Attributes
    ----------
    parent_group, child_group : numpy.ndarray of int, shape (m,)
    emission : numpy.ndarray, shape (m,)
        Such fragments per parent before the table is seen.
    log_ratio : numpy.ndarray, shape (m,)
        log10 of child over parent area, 0 where one is missing.
    measured : numpy.ndarray of bool, shape (m,)
        Whether both areas are there.
    shift : numpy.ndarray, shape (m,)
        Mass of what the parent makes less that of the child's name, ppm.
    """

    parent_group: IntArray
    child_group: IntArray
    emission: FloatArray
    log_ratio: FloatArray
    measured: BoolArray
    shift: FloatArray

    @cached_property
    def fragment(self) -> BoolArray:
        """Whether the child would be an in-source fragment, shape (m,)."""
        return np.asarray(self.process < 0)

    @cached_property
    def smaller(self) -> FloatArray:
        """How far the child is smaller than its parent, as it should be, 0 to 1, shape (m,)."""
        ratio = np.where(self.measured, self.log_ratio, -1.0)
        return np.asarray(1 / (1 + 100 ** (ratio - LARGEST_EXTENT)))

    @cached_property
    def fragments(self) -> IntArray:
        """The pairs of parent and fragment."""
        return np.flatnonzero(self.fragment)

    @cached_property
    def posed(self) -> IntArray:
        """The pairs of a species and its artefact."""
        return np.flatnonzero(~self.fragment)


def describe(observed: Observations, coelution: Coelution, priors: Priors) -> Pairs:
    """Return the pairs with what the table says of each."""
    parent, child, process = coelution.parent, coelution.child, coelution.process
    parent_group, child_group = observed.group[parent], observed.group[child]
    ratio = observed.log_volume[child] - observed.log_volume[parent]
    measured = np.isfinite(ratio)
    made = processes().mass_shift[process]
    shift = 1e6 * (observed.mass[parent] + made - observed.mass[child]) / observed.mass[child]
    return Pairs(
        parent=parent,
        child=child,
        delta=coelution.delta,
        process=process,
        parent_group=parent_group,
        child_group=child_group,
        emission=usual_emission(observed.groups, priors)[parent_group, child_group],
        log_ratio=np.where(measured, ratio, 0.0),
        measured=measured,
        shift=np.where(process < 0, 0.0, shift),
    )
