"""Where the lines stand: placed anew on what nothing else explains, pruned of what is empty."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ganglioside.inference.candidates import first_of_group
from ganglioside.inference.densities import OWN_TAIL, normal, student
from ganglioside.inference.fragment_yields import count_fragments
from ganglioside.inference.learning import composition_model, firm_lines
from ganglioside.inference.posterior import other_intensity, row_evidence
from ganglioside.inference.state import Inference, keep_lines, reduced_rt, with_lines
from ganglioside.retention.isomer_lines import Scale, find_lines
from ganglioside.support.arrays import FloatArray, sum_by

_LEAST_ODDS: Final = 1e-12
_LEAST_SUPPORT: Final = 1.5  # features that a further line of a series needs
_APART: Final = 3.0  # scatters; lines of one series that stand closer are one


def place_lines(state: Inference) -> Inference:
    """Place the lines anew, where they explain rows better than all other processes do."""
    sigma = min(float(state.rates.sigma[0]), state.usual_scatter)
    observed = state.observed
    area = state.rates.areas.anywhere(observed.sample, observed.ceramide)
    density = student(0.0, sigma, OWN_TAIL) * row_evidence(state)
    density = density * normal(observed.log_volume, *area)
    others = other_intensity(_as_fragments(state)).total
    lines = find_lines(
        state.observed,
        reduced_rt(state.observed, state.curve),
        np.log(np.maximum(density / others, _LEAST_ODDS)),
        *_expected_by_group(state),
        state.rates.reporting.steepness * state.rates.areas.ceramide[observed.ceramide],
        Scale(state.usual_scatter, state.curve.slope),
        state.priors,
    )
    return _with_fragments(with_lines(state, lines))


def _expected_by_group(state: Inference) -> tuple[FloatArray, FloatArray]:
    """Return where other groups' lines predict each group's first line, min, and its variance."""
    groups, firm = state.observed.groups, firm_lines(state)
    model = composition_model(state, firm)
    return model.predict_without_own(groups.units, state.line_group[firm])


def _as_fragments(state: Inference) -> Inference:
    """Return the state in which whatever may be a fragment is taken for one.

    A line must explain rows better than the fragments that they would be without it, with the
    rates and extents that those would show.
    """
    return _with_pair_shares(state, _fragment_share(state))


def _fragment_share(state: Inference) -> FloatArray:
    """Return the share of each pair if the child can only be a fragment or an artefact."""
    pairs = state.coelution
    near = 1 / (1 + (pairs.delta / (3 * state.rates.pair_sigma)) ** 4)
    weight = near * state.shares.genuine[pairs.parent]
    total = sum_by(pairs.child, weight, len(state.observed))
    return np.asarray(weight / np.maximum(total, 1.0)[pairs.child])


def _with_fragments(state: Inference) -> Inference:
    """Return the state in which what is on no line is taken for a fragment, where it can be."""
    rest = 1 - state.shares.genuine[state.coelution.child]
    return _with_pair_shares(state, _fragment_share(state) * rest)


def _with_pair_shares(state: Inference, share: FloatArray) -> Inference:
    state = replace(state, shares=replace(state.shares, pair=share))
    return replace(state, rates=replace(state.rates, fragments=count_fragments(state)))


def prune_lines(state: Inference) -> Inference:
    """Drop further lines that lost their features or fell onto a stronger line of the series."""
    support, group, offset = state.support, state.line_group, state.curve.lines
    main = first_of_group(group, support)
    stays = main | (support >= _LEAST_SUPPORT)
    least = _APART * state.rates.sigma[0]
    stronger = support[None, :] > support[:, None]
    close = (group[:, None] == group[None, :]) & (np.abs(offset[:, None] - offset) < least)
    stays &= ~(close & stronger & stays[None, :]).any(axis=1)
    return replace(state, main=main) if stays.all() else keep_lines(state, stays, main)
