"""Maximisation: curve, lines, widths and rates, from the shares of every explanation."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Final

import numpy as np

from ganglioside.inference.artefact_counts import artefact_rates, count_artefacts
from ganglioside.inference.detection import Detection, learn_detection
from ganglioside.inference.expected_areas import Areas, learn_areas
from ganglioside.inference.fragment_yields import count_fragments, learn_yield_scatter
from ganglioside.inference.parent_rt import learn_measured_off, pair_delta
from ganglioside.inference.pathways import by_digits, learn_pathway_spread, pair_rt
from ganglioside.inference.rates import Rates
from ganglioside.inference.state import Inference, area_spread
from ganglioside.ion_source.artefacts import processes
from ganglioside.observations.groups import Groups
from ganglioside.retention.acetylation import acetyl_prior
from ganglioside.retention.composition_model import CompositionModel, HeadGroups
from ganglioside.retention.curve import LinePrior, refit
from ganglioside.support.arrays import BoolArray, FloatArray, sum_by
from ganglioside.support.caches import kept_with_first
from ganglioside.support.densities import OWN_TAIL, student_weight
from ganglioside.support.priors import Priors

_LEAST_SCATTER: Final = 0.01  # carbons
#: Features that make a line known.
FIRM: Final = 0.5

#: Prior scatter about a line by ceramide class, in that of plain ceramides.
_CLASS_SCATTER: Final = (1.0, 1.5)


def learn(state: Inference, widening: float) -> Inference:
    """State with the rates and the curve that its shares imply.

    Parameters
    ----------
    state : Inference
    widening : float
        Least scatter about lines, carbons.
    """
    least_scatter = max(widening, _LEAST_SCATTER) * state.curve.slope
    return with_curve(replace(state, rates=_rates(state, least_scatter)))


def with_curve(state: Inference) -> Inference:
    """State with the curve moved by one step towards its rows."""
    c, scatter = state.candidates, state.scatter
    residual = c.rt - state.fitted
    weight = state.teaching * student_weight(residual / scatter, OWN_TAIL) / scatter**2
    shape = state.tabulated.variance.shape

    def by_line_ceramide(values: FloatArray) -> FloatArray:
        return sum_by(c.line_ceramide, values, prod(shape)).reshape(shape)

    precision = by_line_ceramide(weight)
    pull = by_line_ceramide(weight * residual)
    tabulated = refit(state.tabulated, precision, pull, _line_prior(state), state.priors)
    return replace(state, tabulated=tabulated, weight=weight)


def composition_model(state: Inference, kept: BoolArray) -> CompositionModel:
    """Composition model learned from the lines for which `kept`, shape (L,), is True."""
    curve, group = state.curve, state.line_group[kept]
    heads = _head_groups(state.observed.groups, group.tobytes(), curve.slope, state.priors)
    return CompositionModel.learn(heads, curve.lines[kept], curve.line_var[kept], state.main[kept])


@kept_with_first  # the lines that are known stay the same for many rounds
def _head_groups(groups: Groups, lines: bytes, slope: float, priors: Priors) -> HeadGroups:
    """Head groups of some lines; `lines` is the group of each."""
    return HeadGroups.of(slope, groups.units[np.frombuffer(lines, np.int64)], priors)


def firm_lines(state: Inference) -> BoolArray:
    """Whether each line has features of its own, shape (L,)."""
    return np.asarray(state.support >= FIRM)


def _line_prior(state: Inference) -> LinePrior:
    """Expected RT of each line from the other lines' compositions and its acetyls."""
    groups = state.observed.groups
    firm = firm_lines(state)
    model = composition_model(state, firm)
    mean = np.empty(len(firm))
    variance = np.empty(len(firm))
    mean[firm], variance[firm] = model.left_out()
    if not firm.all():
        units = groups.units[state.line_group[~firm]]
        mean[~firm], variance[~firm] = model.predict(units)
    return acetyl_prior(
        state.curve,
        groups,
        state.line_group,
        state.support,
        LinePrior(mean, variance),
        state.priors.unit_oac,
    )


def _rates(state: Inference, least_sigma: float) -> Rates:
    """All rates; `least_sigma` is the least scatter about lines, min."""
    observed, shares, priors = state.observed, state.shares, state.priors
    usual_chance = priors.chance_features
    chance = float(shares.chance.sum()) + usual_chance.weight * usual_chance.value
    names = len(observed.first_of_slot) + usual_chance.weight
    anchor_genuine, anchor_other = _anchor_rates(state)
    areas = learn_areas(state.rates.areas, state.candidate_areas)
    artefact_counts = count_artefacts(state)
    return Rates(
        presence=_presence(state),
        fragments=count_fragments(state),
        yield_scatter=learn_yield_scatter(state),
        artefact=artefact_rates(state, artefact_counts),
        artefact_counts=artefact_counts,
        chance=chance / names,
        sigma=np.maximum(_sigma(state), least_sigma),
        pair_sigma=_pair_sigma(state),
        measured_off=learn_measured_off(state),
        pathway_spread=learn_pathway_spread(state),
        anchor_genuine=anchor_genuine,
        anchor_other=anchor_other,
        areas=areas,
        detection=_detection(state, areas),
        genuine_area=area_spread(observed, shares.genuine, priors),
        chance_area=area_spread(observed, shares.chance, priors),
        mass=state.rates.mass,
    )


def _anchor_rates(state: Inference) -> tuple[float, float]:
    """Share of anchors among genuine and among other features."""
    anchors, priors = state.observed.anchor, state.priors
    genuine = state.shares.genuine
    marked, mismarked = priors.anchors_genuine, priors.anchors_other
    usual_wrong = priors.wrong_anchors.value * float(anchors.sum())
    right = float(genuine[anchors].sum()) + marked.weight * marked.value
    wrong = float((1 - genuine[anchors]).sum()) + usual_wrong
    other = float((1 - genuine).sum()) + usual_wrong
    anchor_genuine = right / (float(genuine.sum()) + marked.weight)
    anchor_other = (wrong + mismarked.value) / (other + mismarked.weight)
    return anchor_genuine, anchor_other


def _presence(state: Inference) -> FloatArray:
    """Rows on each line per row expected there by area, shape (L,)."""
    on_main, on_further = state.priors.presence_main, state.priors.presence_further
    usual = np.where(state.main, on_main.value, on_further.value)
    rows = state.support + on_main.weight * usual
    return rows / (_expected_rows(state) + on_main.weight)


def _expected_rows(state: Inference) -> FloatArray:
    """Number of rows expected by area on each line, for its group's names, shape (L,)."""
    c = state.candidates
    detected = state.rates.detected.take(c.distinct_line_ceramide)
    return sum_by(c.distinct_line, detected, len(state.line_group))


def _detection(state: Inference, areas: Areas) -> Detection:
    """Detection curve from the species of all firm lines."""
    c = state.candidates
    shape = len(state.line_group), len(state.observed.ceramides)
    firm = firm_lines(state)
    samples = float(len(areas.sample))
    level = float(areas.sample.mean())
    log_area = level + areas.line[firm, None] + areas.ceramide[None, :]
    rows = sum_by(c.line_ceramide, state.shares.own, prod(shape)).reshape(shape)[firm]
    seen = np.minimum(rows, samples)
    before = state.rates.detection
    return learn_detection(before, log_area.ravel(), seen.ravel(), samples, state.priors)


def _sigma(state: Inference) -> FloatArray:
    """Scatter about lines by ceramide class, min, shape (2,), from leave-one-out residuals.

    Residuals r of scale s (scatter and uncertainty of the prediction together) give, weighted by
    how much of s is scatter and by their weight in a fit of Student's t (Kent, Tyler and Vardi
    1994),

        scatter^2 mean(r^2 / s^2)
    """
    c, shares = state.candidates, state.shares
    sigma = state.rates.sigma
    z = (c.rt - shares.predicted) / shares.scale
    known = (sigma[c.ceramide_class] * c.speed / shares.scale) ** 2
    weight = state.teaching * known * student_weight(z, OWN_TAIL)
    squares = sum_by(c.ceramide_class, weight * z**2, 2) * sigma**2
    count = sum_by(c.ceramide_class, weight, 2)
    usual = np.array(_CLASS_SCATTER) * state.usual_scatter
    prior_weight = state.priors.line_scatter.weight
    learned = np.sqrt((squares + prior_weight * usual**2) / (count + prior_weight))
    return np.asarray(sigma * _hastened(learned / sigma))


def _pair_sigma(state: Inference) -> float:
    """Scale of the RT difference of parent and child beside what the digits of RT do to it, min.

    A difference d from what the other pairs of the pathway show, of scale s there, counts as
    d^2 (width / s)^2: where they show little, s has in it the spread of shifts.
    """
    expected = pair_rt(state)
    delta = pair_delta(state) - expected.mean
    share = np.where(processes().coelutes[state.coelution.process], state.shares.pair, 0.0)
    rounded = by_digits(state)
    square = expected.scale**2 + rounded
    weight = share * student_weight(delta / np.sqrt(square), state.pair_tail)
    variance = state.rates.pair_sigma**2 + rounded
    squares = float((weight * (delta**2 * variance / square - rounded)).sum())
    usual = state.priors.coelution_width
    total = max(squares + usual.weight * usual.value**2, 0.0)
    learned = np.sqrt(total / (weight.sum() + usual.weight))
    width = float(state.rates.pair_sigma * _hastened(learned / state.rates.pair_sigma))
    return width if rounded == 0 else max(width, usual.value)


def _hastened(factor: FloatArray) -> FloatArray:
    """Factor by which a width grows, squared; one by which it falls is as it was.

    A wider line or pair takes rows back in the next round, and so is wider again: its steps are too
    short (over-relaxation: Salakhutdinov and Roweis, ICML 2003). Rows that a narrow one loses may
    not come back.
    """
    return np.asarray(factor * np.maximum(factor, 1.0))
