"""Co-eluting pairs of rows, with what the table shows of each before anything is learned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.ion_source.artefacts import formula_extents, nearness, processes
from ganglioside.ion_source.coelution import Coelution
from ganglioside.ion_source.fragments import usual_emission
from ganglioside.observations.observations import Observations
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.priors import Priors

#: log10 of fragment over parent area: a fragment may outweigh the genuine feature of its name,
#: hardly its parent.
LARGEST_YIELD: Final = -0.1


@dataclass(frozen=True, eq=False)
class DescribedCoelution(Coelution):
    """`Coelution` with all about each pair that stays fixed while shares change.

    Attributes
    ----------
    parent_group, child_group : numpy.ndarray of int, shape (m,)
    emission : numpy.ndarray, shape (m,)
        Prior number of such fragments per parent.
    log_ratio : numpy.ndarray, shape (m,)
        log10 of child over parent area, 0 where an area is missing.
    measured : numpy.ndarray of bool, shape (m,)
        Whether both areas were measured.
    shift : numpy.ndarray, shape (m,)
        Mass of what the parent makes less that of the child's name, ppm.
    nearness : numpy.ndarray, shape (m,)
        Factor by which the child's name is rarer because of that shift.
    formula_extent : numpy.ndarray, shape (m,)
        log10 of child over parent area by the parent's formula; 0 but for isotopes.
    """

    parent_group: IntArray
    child_group: IntArray
    emission: FloatArray
    log_ratio: FloatArray
    measured: BoolArray
    shift: FloatArray
    nearness: FloatArray
    formula_extent: FloatArray

    @cached_property
    def fragment(self) -> BoolArray:
        """Whether the child would be an in-source fragment, shape (m,)."""
        return np.asarray(self.process < 0)

    @cached_property
    def splits(self) -> IntArray:
        """Indices of the pairs of a peak and a part of it that was picked apart."""
        return np.flatnonzero(processes().splits[self.process])

    @cached_property
    def smaller(self) -> FloatArray:
        """Plausibility of the area ratio, 1 for a small child to 0 for a larger one, shape (m,).

        1 / (1 + 100^(r - r_max)), with r = `log_ratio` (-1 where it was not measured) and
        r_max = `LARGEST_YIELD`. Isotopes are as large as the formula makes them: 1.
        """
        ratio = np.where(self.measured, self.log_ratio, -1.0)
        plausible = 1 / (1 + 100 ** (ratio - LARGEST_YIELD))
        return np.where(processes().isotopes[self.process], 1.0, plausible)

    @cached_property
    def fragments(self) -> IntArray:
        """Indices of the pairs of a parent and its in-source fragment."""
        return np.flatnonzero(self.fragment)

    @cached_property
    def measured_artefact(self) -> BoolArray:
        """Whether a pair is a species and its artefact, both with an area, shape (m,)."""
        return self.measured & ~self.fragment

    @cached_property
    def beside_formula(self) -> FloatArray:
        """log10 area ratio less what the formula gives, shape (m,)."""
        return self.log_ratio - self.formula_extent

    @cached_property
    def artefacts(self) -> IntArray:
        """Indices of the pairs of a species and its artefact."""
        return np.flatnonzero(~self.fragment)


def describe_coelution(
    observed: Observations, coelution: Coelution, priors: Priors
) -> DescribedCoelution:
    """The pairs with groups, prior emission, area ratio and mass shift of each."""
    parent = coelution.parent
    child = coelution.child
    process = coelution.process
    parent_group = observed.group[parent]
    child_group = observed.group[child]
    emission = usual_emission(observed.groups, priors)
    ratio = observed.log_volume[child] - observed.log_volume[parent]
    measured = np.isfinite(ratio)
    made_mass = observed.mass[parent] + processes().mass_shift[process]
    mass_shift = 1e6 * (made_mass - observed.mass[child]) / observed.mass[child]
    shift = np.where(process < 0, 0.0, mass_shift)
    return DescribedCoelution(
        parent=parent,
        child=child,
        delta=coelution.delta,
        process=process,
        parent_group=parent_group,
        child_group=child_group,
        emission=emission[parent_group, child_group],
        log_ratio=np.where(measured, ratio, 0.0),
        measured=measured,
        shift=shift,
        nearness=nearness(shift, priors),
        formula_extent=formula_extents(observed, process, parent_group, observed.ceramide[parent]),
    )
