"""Fragment yields: how often, and how much, parents of one line break into one group.

A kind of fragment is a line (of the parent) and a group (of the fragment). Its yield is the log10
of fragment over parent area.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.coeluting_pairs import LARGEST_YIELD
from ganglioside.inference.parent_rt import pair_delta
from ganglioside.inference.pathways import count_pathways, with_digits
from ganglioside.inference.rates import FragmentCounts
from ganglioside.inference.state import Inference
from ganglioside.ion_source.fragments import usual_emission
from ganglioside.observations.groups import Groups
from ganglioside.support.arrays import FloatArray, IntArray, sum_by
from ganglioside.support.caches import kept_with_first
from ganglioside.support.densities import OWN_TAIL, normal, student
from ganglioside.support.priors import Priors

_MOST_EMISSION: Final = 0.95
_FEWEST: Final = 1.0  # fragments of a kind that show anything of it
_SUREST: Final = 50.0  # log odds
_LARGEST_SQUARE: Final = 1.0  # decades^2; beyond it a residual yield counts no more

#: A logistic function of this slope is close to the normal distribution function.
_NORMAL_AS_LOGISTIC: Final = 1.7


@dataclass(frozen=True, eq=False)
class FragmentYields:
    """Expected log10 of fragment over parent area (mean), and its standard deviation."""

    mean: FloatArray
    sd: FloatArray


def emission_rates(state: Inference) -> FloatArray:
    """Fragments of each group per parent of each line, shape (L, G)."""
    counts = state.rates.fragments
    usual = usual_emission(state.observed.groups, state.priors)[state.line_group]
    return _rate(counts.seen, counts.parents, usual, state.priors)


def expected_yields(state: Inference) -> FragmentYields:
    """Yields of each group from parents of each line, shape (L, G)."""
    counts = state.rates.fragments
    return _bounded(_yields(counts.measured, counts.log_ratio, state), counts.outweigh)


def _rate(seen: FloatArray, parents: FloatArray, usual: FloatArray, priors: Priors) -> FloatArray:
    """Fragments per parent, (seen + w usual) / (parents + w), with w the weight of the prior."""
    weight = priors.fragment_rate.weight
    rate = (seen + weight * usual) / (parents + weight)
    return np.minimum(rate, _MOST_EMISSION)


def _yields(measured: FloatArray, log_ratio: FloatArray, state: Inference) -> FragmentYields:
    """Yields of kinds with `measured` fragments whose log10 ratios sum to `log_ratio`.

    With s the scatter between fragments of one kind, and the prior N(m, u^2) of a kind,

        p    = n / s^2 + 1 / u^2
        mean = (sum / s^2 + m / u^2) / p
        sd   = sqrt(s^2 + 1 / p)
    """
    scatter = state.rates.yield_scatter
    usual = state.priors.fragment_yield
    precision = measured / scatter**2 + 1 / usual.spread**2
    mean = (log_ratio / scatter**2 + usual.value / usual.spread**2) / precision
    return FragmentYields(mean, np.sqrt(scatter**2 + 1 / precision))


def _bounded(yields: FragmentYields, outweigh: FloatArray) -> FragmentYields:
    """The same yields, above `LARGEST_YIELD` as far as fragments may outweigh their parents."""
    above = np.maximum(yields.mean - LARGEST_YIELD, 0.0)
    return FragmentYields(yields.mean - (1 - outweigh) * above, yields.sd)


def pair_odds(state: Inference) -> tuple[FloatArray, FragmentYields]:
    """Odds and yield of each pair as the other pairs of its kind show them.

    A parent makes one fragment of a kind at most. So the alternative to a child is that its
    parent made none that was seen, which is unlikely where such parents usually make one.

    Returns
    -------
    odds : numpy.ndarray, shape (m,)
        Number of parents that make such a fragment, per parent that does not.
    yields : FragmentYields, shape (m,)
    """
    counts = state.rates.fragments
    pairs = state.coelution
    kind = state.pair_kinds
    own = np.where(pairs.fragment, counts.pair, 0.0)
    own_parent = counts.genuine[pairs.parent]
    parents = np.maximum(counts.parents.take(kind) - own_parent, 0.0)
    seen = np.maximum(counts.seen.take(kind) - own, 0.0)
    rate = _rate(seen, parents, pairs.emission, state.priors)
    own_measured = own * pairs.measured
    measured = np.maximum(counts.measured.take(kind) - own_measured, 0.0)
    log_ratio = counts.log_ratio.take(kind) - own_measured * pairs.log_ratio
    yields = _bounded(_yields(measured, log_ratio, state), counts.outweigh.take(kind))
    return rate / (1 - rate), yields


def count_fragments(state: Inference) -> FragmentCounts:
    """Fragments and their parents, counted by the present shares."""
    pairs = state.coelution
    fragment = pairs.fragments
    share = state.shares.pair[fragment]
    measured_share = share * pairs.measured[fragment]
    kind = state.pair_kinds[fragment]
    shape = (len(state.line_group), len(state.observed.groups))

    def by_kind(values: FloatArray) -> FloatArray:
        return sum_by(kind, values, shape[0] * shape[1]).reshape(shape)

    measured = by_kind(measured_share)
    log_ratio = by_kind(measured_share * pairs.log_ratio[fragment])
    return FragmentCounts(
        parents=_visible_parents(state, _yields(measured, log_ratio, state)),
        seen=by_kind(share),
        measured=measured,
        log_ratio=log_ratio,
        outweigh=_outweigh(state, kind, measured, log_ratio),
        pair=state.shares.pair,
        genuine=state.shares.genuine,
        pathways=count_pathways(state),
    )


def _outweigh(
    state: Inference, kind: IntArray, measured: FloatArray, log_ratio: FloatArray
) -> FloatArray:
    """Probability that the fragments of each kind outweigh their parents, shape (L, G).

    Rows of two lines that lie upon each other are no fragments, although they co-elute: their RT
    differ by the scatter about two lines, and their areas as those of species do. Fragments are
    closer, and nearly of one yield. With the mean log ratio m of n pairs of a kind, the prior
    N(y, u^2) of yields and the scatter s within a kind, the log odds are

        sum over pairs of log(density as fragments / density as rows of two lines)
            - (m - y)^2 / (2 u^2) - log(1 + n u^2 / s^2) / 2 - log(1 + 100^(m - r_max))

    with r_max = `LARGEST_YIELD`. Losses of a modification are left out: lines with and without
    one lie beside each other by nature.
    """
    pairs, rates, priors = state.coelution, state.rates, state.priors
    usual, scatter = priors.fragment_yield, priors.fragment_yield_scatter.value
    mean = log_ratio / np.maximum(measured, _FEWEST)
    emission = usual_emission(state.observed.groups, priors)[state.line_group]
    possible = (measured > _FEWEST) & (mean > LARGEST_YIELD)
    possible &= emission >= priors.fragment_rate.value
    asked = np.flatnonzero(possible.take(kind) & pairs.measured[pairs.fragments])
    if len(asked) == 0:
        return np.zeros(mean.shape)
    pair, kind = pairs.fragments[asked], kind[asked]
    beside = pairs.log_ratio[pair] - mean.take(kind)
    width, apart = rates.pair_sigma, np.sqrt(2) * rates.sigma[0]
    as_fragments = _closeness(state, pair, width, state.pair_tail) * normal(beside, 0.0, scatter)
    as_lines = _closeness(state, pair, apart, OWN_TAIL)
    as_lines = as_lines * normal(beside, 0.0, np.sqrt(2) * rates.areas.within)
    gain = state.shares.pair[pair] * np.log(as_fragments / as_lines)
    odds = sum_by(kind, gain, mean.size).reshape(mean.shape)
    odds -= ((mean - usual.value) / usual.spread) ** 2 / 2
    odds -= np.log1p(measured * (usual.spread / scatter) ** 2) / 2
    odds -= np.log1p(100 ** (mean - LARGEST_YIELD))
    return np.where(possible, 1 / (1 + np.exp(-np.clip(odds, -_SUREST, _SUREST))), 0.0)


def _closeness(state: Inference, pair: IntArray, scale: float, tail: float) -> FloatArray:
    """Density of the RT differences of some pairs as Student's t of a scale, 1 / min."""
    scale = with_digits(state, scale)
    return student(pair_delta(state)[pair] / scale, scale, tail)


def _visible_parents(state: Inference, yields: FragmentYields) -> FloatArray:
    """Genuine features of each line whose fragments of each group would be seen, shape (L, G).

    A fragment is seen where parent area times yield reaches the smallest areas of the table.
    Areas are counted in classes of a quarter decade, so that cost does not grow with rows.
    """
    observed = state.observed
    n_lines, n_groups = yields.mean.shape
    if np.isnan(observed.smallest_area):
        return np.repeat(state.support[:, None], n_groups, axis=1)
    n_classes = int(observed.area_class.max()) + 1
    line_class = state.shares.line * n_classes + observed.area_class
    count = sum_by(line_class, state.shares.genuine, n_lines * n_classes)
    count = count.reshape(-1, n_classes)
    above_smallest = (np.arange(n_classes) + 0.5) / 4  # middle of each class, decades
    line, group = _possible_kinds(observed.groups, state.line_group.tobytes())
    mean = yields.mean[line, group][:, None]
    sd = yields.sd[line, group][:, None]
    seen = 1 / (1 + np.exp(-_NORMAL_AS_LOGISTIC * (above_smallest + mean) / sd))
    parents = np.zeros((n_lines, n_groups))
    parents[line, group] = np.einsum("pc,pc->p", count[line], seen)
    return parents


@kept_with_first  # the lines stay the same for many rounds
def _possible_kinds(groups: Groups, lines: bytes) -> tuple[IntArray, IntArray]:
    """Line and group of each kind of fragment; `lines` is the group of each line."""
    line, group = np.nonzero(groups.contains[np.frombuffer(lines, np.int64)])
    return line, group


def learn_yield_scatter(state: Inference) -> float:
    """Scatter of log10 yields within a kind, each compared with the others of its kind."""
    _, yields = pair_odds(state)
    pairs = state.coelution
    comparable = (state.rates.yield_scatter / yields.sd) ** 2  # small where others are few
    share = np.where(pairs.fragment & pairs.measured, state.shares.pair, 0.0)
    weight = share * comparable
    residual = pairs.log_ratio - yields.mean
    squares = weight * np.minimum(residual**2, _LARGEST_SQUARE)
    usual = state.priors.fragment_yield_scatter
    total = squares.sum() + usual.weight * usual.value**2
    return float(np.sqrt(total / (weight.sum() + usual.weight)))
