"""How often, and how much, parents of one line break into fragments of one group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.coeluting_pairs import LARGEST_EXTENT
from ganglioside.inference.rates import FragmentCounts
from ganglioside.inference.state import Inference
from ganglioside.ion_source.fragments import usual_emission
from ganglioside.support.arrays import FloatArray, IntArray, sum_by
from ganglioside.support.priors import Priors

_MOST_EMISSION: Final = 0.95


@dataclass(frozen=True, eq=False)
class Extents:
    """Expected log10 of fragment over parent area, and its standard deviation."""

    mean: FloatArray
    sd: FloatArray


def emission_rates(state: Inference) -> FloatArray:
    """Return fragments of each group per parent of each line, shape (L, G)."""
    counts = state.rates.fragments
    usual = usual_emission(state.observed.groups, state.priors)[state.line_group]
    return _rate(counts.seen, counts.parents, usual, state.priors)


def expected_extents(state: Inference) -> Extents:
    """Return extents of each group from parents of each line, shape (L, G)."""
    counts = state.rates.fragments
    extents = _extents(counts.measured, counts.log_ratio, state.rates.extent_within, state.priors)
    return Extents(np.minimum(extents.mean, LARGEST_EXTENT), extents.sd)


def _rate(seen: FloatArray, parents: FloatArray, usual: FloatArray, priors: Priors) -> FloatArray:
    weight = priors.fragment_rate.weight
    rate = (seen + weight * usual) / (parents + weight)
    return np.minimum(rate, _MOST_EMISSION)


def _extents(measured: FloatArray, log_ratio: FloatArray, within: float, priors: Priors) -> Extents:
    usual = priors.fragment_yield
    precision = measured / within**2 + 1 / usual.spread**2
    mean = (log_ratio / within**2 + usual.value / usual.spread**2) / precision
    return Extents(mean, np.sqrt(within**2 + 1 / precision))


def pair_odds(state: Inference) -> tuple[FloatArray, Extents]:
    """Return for each pair the odds and extent that the other pairs of its kind teach.

    A parent makes one fragment of a kind at most. So a child stands against its parent having made
    none that is seen, which is unlikely where such parents usually do.

    Returns
    -------
    odds : numpy.ndarray, shape (m,)
        Parents that make such a fragment, per parent that does not.
    extents : Extents, shape (m,)
    """
    counts, pairs = state.rates.fragments, state.coelution
    kind = _kinds(state)
    own = np.where(pairs.fragment, counts.pair, 0.0)
    parents = np.maximum(counts.parents.take(kind) - counts.genuine[pairs.parent], 0.0)
    seen = np.maximum(counts.seen.take(kind) - own, 0.0)
    rate = _rate(seen, parents, pairs.emission, state.priors)
    measured = own * pairs.measured
    extents = _extents(
        np.maximum(counts.measured.take(kind) - measured, 0.0),
        counts.log_ratio.take(kind) - measured * pairs.log_ratio,
        state.rates.extent_within,
        state.priors,
    )
    return rate / (1 - rate), Extents(np.minimum(extents.mean, LARGEST_EXTENT), extents.sd)


def _kinds(state: Inference) -> IntArray:
    """Return the kind of each pair: the parent's line and the child's group, flat, shape (m,)."""
    pairs = state.coelution
    return state.shares.line[pairs.parent] * len(state.observed.groups) + pairs.child_group


def count_fragments(state: Inference) -> FragmentCounts:
    """Count the fragments that the present shares hold."""
    pairs = state.coelution
    shape = (len(state.line_group), len(state.observed.groups))
    fragment = pairs.fragments
    key = _kinds(state)[fragment]
    weight, ratio = state.shares.pair[fragment], pairs.log_ratio[fragment]
    known = weight * pairs.measured[fragment]

    def by_kind(values: FloatArray) -> FloatArray:
        return sum_by(key, values, shape[0] * shape[1]).reshape(shape)

    measured, log_ratio = by_kind(known), by_kind(known * ratio)
    extents = _extents(measured, log_ratio, state.rates.extent_within, state.priors)
    parents = _visible_parents(state, extents)
    return FragmentCounts(
        parents,
        by_kind(weight),
        measured,
        log_ratio,
        state.shares.pair,
        state.shares.genuine,
    )


def _visible_parents(state: Inference, extents: Extents) -> FloatArray:
    """Return the genuine features of each line whose fragments of each group would be seen.

    A fragment is seen where parent area times extent reaches the smallest areas of the table.
    Areas are counted in classes of a quarter decade, so that cost does not grow with rows.
    """
    observed, shape = state.observed, extents.mean.shape
    if np.isnan(observed.smallest_area):
        return np.repeat(state.support[:, None], shape[1], axis=1)
    n_classes = int(observed.area_class.max()) + 1
    key = state.shares.line * n_classes + observed.area_class
    count = sum_by(key, state.shares.genuine, shape[0] * n_classes).reshape(-1, n_classes)
    middle = (np.arange(n_classes) + 0.5) / 4
    line, group = np.nonzero(observed.groups.contains[state.line_group])
    mean, sd = extents.mean[line, group][:, None], extents.sd[line, group][:, None]
    seen = 1 / (1 + np.exp(-1.7 * (middle + mean) / sd))
    parents = np.zeros(shape)
    parents[line, group] = np.einsum("pc,pc->p", count[line], seen)
    return parents


def learn_extent_within(state: Inference) -> float:
    """Return how much extents of one kind scatter, each against the others of its kind."""
    _, extents = pair_odds(state)
    pairs = state.coelution
    known = (state.rates.extent_within / extents.sd) ** 2  # small where little can be compared
    weight = np.where(pairs.fragment & pairs.measured, state.shares.pair, 0.0) * known
    squares = weight * np.minimum((pairs.log_ratio - extents.mean) ** 2, 1.0)
    usual = state.priors.fragment_yield_scatter
    total = squares.sum() + usual.weight * usual.value**2
    return float(np.sqrt(total / (weight.sum() + usual.weight)))
