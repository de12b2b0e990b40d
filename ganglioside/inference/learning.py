"""Maximisation: curve, lines, widths and rates, from the shares of every explanation."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Final

import numpy as np

from ganglioside.inference.densities import OWN_TAIL, PAIR_TAIL, student_weight
from ganglioside.inference.detection import Reporting, learn_reporting
from ganglioside.inference.expected_areas import Areas, learn_areas
from ganglioside.inference.fragment_yields import count_fragments, learn_extent_within
from ganglioside.inference.rates import Rates
from ganglioside.inference.state import Inference, area_spread, flat_place
from ganglioside.ion_source.artefacts import artefacts, processes
from ganglioside.retention.acetylation import acetyl_prior
from ganglioside.retention.composition_model import CompositionModel
from ganglioside.retention.curve import LinePrior, refit
from ganglioside.support.arrays import BoolArray, FloatArray, sum_by

_LEAST_SCATTER: Final = 0.01  # carbons


def learn(state: Inference, widening: float) -> Inference:
    """Return the state with rates and curve that its shares teach.

    Parameters
    ----------
    state : Inference
    widening : float
        Least scatter about lines, carbons.
    """
    least = max(widening, _LEAST_SCATTER) * state.curve.slope
    rates, c = _rates(state, least), state.candidates
    residual, scatter = c.rt - state.fitted, rates.sigma[c.kind]
    weight = state.shares.own * student_weight(residual / scatter, OWN_TAIL) / scatter**2
    shape = state.fit.variance.shape

    def by_spot(values: FloatArray) -> FloatArray:
        return sum_by(c.spot, values, prod(shape)).reshape(shape)

    precision, pull = by_spot(weight), by_spot(weight * residual)
    fit = refit(state.fit, precision, pull, _line_prior(state), state.priors)
    return replace(state, rates=rates, fit=fit, weight=weight)


_FIRM: Final = 0.5  # features that make a line known


def composition_model(state: Inference, kept: BoolArray) -> CompositionModel:
    """Return what some of the lines tell of others by their composition."""
    return CompositionModel.learn(
        state.curve.slope,
        state.observed.groups.units[state.line_group[kept]],
        state.curve.lines[kept],
        state.curve.line_var[kept],
        state.main[kept],
        state.priors,
    )


def firm_lines(state: Inference) -> BoolArray:
    """Return which lines have features, shape (L,)."""
    return np.asarray(state.support >= _FIRM)


def _line_prior(state: Inference) -> LinePrior:
    """Return what is expected of each line before its own features are seen."""
    groups, curve, firm = state.observed.groups, state.curve, firm_lines(state)
    model = composition_model(state, firm)
    mean, variance = np.empty(len(firm)), np.empty(len(firm))
    mean[firm], variance[firm] = model.left_out()
    if not firm.all():
        mean[~firm], variance[~firm] = model.predict(groups.units[state.line_group[~firm]])
    prior = LinePrior(mean, variance)
    acetyl = state.priors.unit_oac
    return acetyl_prior(curve, groups, state.line_group, state.support, prior, acetyl)


def _rates(state: Inference, least_sigma: float) -> Rates:
    observed, shares = state.observed, state.shares
    anchors, priors = observed.anchor, state.priors
    on_main, on_further = priors.presence_main, priors.presence_further
    expected = np.where(state.main, on_main.value, on_further.value)
    usual_wrong = priors.wrong_anchors.value * float(anchors.sum())
    marked, mismarked = priors.anchors_genuine, priors.anchors_other
    right = float(shares.genuine[anchors].sum()) + marked.weight * marked.value
    usual = priors.chance_features
    chance = float(shares.chance.sum()) + usual.weight * usual.value
    wrong = float((1 - shares.genuine[anchors]).sum()) + usual_wrong
    other = float((1 - shares.genuine).sum()) + usual_wrong
    presence = (state.support + on_main.weight * expected) / (
        _expected_rows(state) + on_main.weight
    )
    areas = learn_areas(state.rates.areas, state.placed)
    return Rates(
        presence=presence,
        fragments=count_fragments(state),
        extent_within=learn_extent_within(state),
        artefact=_artefact_rates(state),
        chance=chance / (len(observed.first_of_slot) + usual.weight),
        sigma=np.maximum(_sigma(state), least_sigma),
        pair_sigma=_pair_sigma(state),
        anchor_genuine=right / (float(shares.genuine.sum()) + marked.weight),
        anchor_other=(wrong + mismarked.value) / (other + mismarked.weight),
        areas=areas,
        reporting=_reporting(state, areas),
        genuine_area=area_spread(observed, shares.genuine, priors),
        chance_area=area_spread(observed, shares.chance, priors),
        mass=state.rates.mass,
    )


def _expected_rows(state: Inference) -> FloatArray:
    """Return how many rows areas let expect on each line, of its group's names, shape (L,)."""
    c = state.candidates
    return sum_by(
        c.line_of_place, state.rates.reported.take(c.spot_of_place), len(state.line_group)
    )


def _reporting(state: Inference, areas: Areas) -> Reporting:
    """Return how areas decide what is reported, from the species of all firm lines."""
    c, observed = state.candidates, state.observed
    shape = len(state.line_group), len(observed.ceramides)
    seen = sum_by(c.spot, state.shares.own, prod(shape))
    firm = firm_lines(state)
    samples = float(len(areas.sample))
    area = float(areas.sample.mean()) + areas.line[firm, None] + areas.ceramide[None, :]
    seen = np.minimum(seen.reshape(shape)[firm], samples)
    return learn_reporting(state.rates.reporting, area.ravel(), seen.ravel(), samples, state.priors)


def _sigma(state: Inference) -> FloatArray:
    """Return the scatter about lines by ceramide class, from residuals without the feature."""
    c, shares = state.candidates, state.shares
    residual = c.rt - shares.predicted
    weight = shares.own * student_weight(residual / shares.scale, OWN_TAIL)
    excess = (state.scatter / shares.scale) ** 2
    squares = sum_by(c.kind, weight * excess * residual**2, 2)
    count = sum_by(c.kind, shares.own, 2)
    usual = np.array([1.0, 1.5]) * state.usual_scatter
    worth = state.priors.line_scatter.weight
    return np.sqrt((squares + worth * usual**2) / (count + worth))


def _pair_sigma(state: Inference) -> float:
    pairs, share = state.coelution, state.shares.pair
    weight = share * student_weight(pairs.delta / state.rates.pair_sigma, PAIR_TAIL)
    squares = float((weight * pairs.delta**2).sum())
    usual = state.priors.coelution_width
    total = squares + usual.weight * usual.value**2
    return float(np.sqrt(total / (share.sum() + usual.weight)))


def _artefact_rates(state: Inference) -> FloatArray:
    """Return how often a name whose mass an artefact explains is that artefact."""
    known, pairs = artefacts(), state.coelution
    seen = sum_by(pairs.process[pairs.posed], state.shares.pair[pairs.posed], len(known))
    ghosts = state.shares.ghosts
    relatives = ~processes().coelutes[ghosts.process]
    seen += sum_by(ghosts.process[relatives], ghosts.probability[relatives], len(known))
    prior = np.array([a.rate for a in known])
    rate = (seen + 10 * prior) / (_opportunities(state) + 10)
    return np.asarray(np.minimum(rate, 0.95))


def _opportunities(state: Inference) -> FloatArray:
    """Return how many names have the mass of each artefact of a genuine feature."""
    observed, posing, c = state.observed, state.posing, state.candidates
    named = observed.is_first_of_slot[posing.row]
    row, entry = posing.row[named], posing.entry[named]
    sample = observed.sample[row]
    shape = int(observed.sample.max()) + 1, len(observed.ceramides), len(observed.groups)
    at = flat_place(c.sample, c.ceramide, observed.group[c.row], shape)
    genuine = sum_by(at, state.shares.own, prod(shape))
    parent = flat_place(sample, posing.ceramide[entry], posing.group[entry], shape)
    return sum_by(posing.process[entry], np.minimum(genuine[parent], 1.0), len(artefacts()))
