"""Learning: rates are those that the shares hold, leaning on the priors where rows are few."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ganglioside.inference.learning import composition_model, firm_lines, learn
from ganglioside.inference.state import Inference
from ganglioside.lipids.artefacts import artefacts


def test_what_is_learned_is_possible(state: Inference) -> None:
    rates = state.rates
    assert (rates.presence > 0).all()
    assert ((state.presence > 0) & (state.presence < 1)).all()
    assert (rates.artefact > 0).all()
    assert len(rates.artefact) == len(artefacts())
    assert rates.chance > 0
    assert (rates.sigma > 0).all()
    assert 0 < rates.pair_sigma < 0.1
    assert 0 < rates.anchor_genuine <= 1
    assert 0 < rates.anchor_other < rates.anchor_genuine + 1
    assert (np.linalg.eigvalsh(state.curve.covariance) > 0).all()
    assert np.isfinite(state.shares.predicted).all()
    assert (state.shares.scale > 0).all()


def test_anchor_rates_are_shares_of_genuine_and_of_other_features(example: Inference) -> None:
    anchor, genuine = example.observed.anchor, example.shares.genuine
    rates, priors = learn(example, 0.0).rates, example.priors
    right, other = priors.anchors_genuine, priors.anchors_other
    seen = genuine[anchor].sum() + right.weight * right.value
    assert rates.anchor_genuine == pytest.approx(seen / (genuine.sum() + right.weight))
    wrong = priors.wrong_anchors.value * anchor.sum()
    seen = (1 - genuine[anchor]).sum() + wrong + other.value
    assert rates.anchor_other == pytest.approx(seen / ((1 - genuine).sum() + wrong + other.weight))


def test_chance_is_counted_by_name(example: Inference) -> None:
    usual = example.priors.chance_features
    names = len(set(example.observed.slot.tolist()))
    expected = (example.shares.chance.sum() + usual.weight * usual.value) / (names + usual.weight)
    assert learn(example, 0.0).rates.chance == pytest.approx(expected)


def test_presence_is_rows_per_row_that_areas_let_expect(example: Inference) -> None:
    c, priors = example.candidates, example.priors
    expected = np.zeros(len(example.line_group))
    seen = set()
    for at, key in enumerate(c.sample_line_ceramide.tolist()):
        if key not in seen:
            seen.add(key)
            expected[c.line[at]] += example.rates.detected[c.line[at], c.ceramide[at]]
    weight = priors.presence_main.weight
    usual = np.where(example.main, priors.presence_main.value, priors.presence_further.value)
    wanted = (example.support + weight * usual) / (expected + weight)
    np.testing.assert_allclose(learn(example, 0.0).rates.presence, wanted)


def test_an_artefact_is_as_frequent_as_its_shares(example: Inference) -> None:
    """Without a single artefact the rates fall; where every pair is one they rise."""
    pairs = example.coelution
    never = np.where(pairs.fragment, example.shares.pair, 0.0)
    always = np.where(pairs.fragment, example.shares.pair, 1.0)
    rates = [
        learn(replace(example, shares=replace(example.shares, pair=pair)), 0.0).rates.artefact
        for pair in (never, example.shares.pair, always)
    ]
    assert (rates[0] <= rates[1]).all()
    assert (rates[1] <= rates[2]).all()
    posed = np.unique(pairs.process[pairs.artefacts])
    assert (rates[0] < rates[2])[posed].any()
    assert (rates[2] <= 0.95).all()


def test_the_scatter_is_no_less_than_asked(example: Inference) -> None:
    wide = learn(example, 0.5).rates.sigma
    np.testing.assert_array_equal(wide, np.full(2, 0.5 * example.curve.slope))


def test_closer_pairs_teach_a_smaller_width(example: Inference) -> None:
    close = replace(example.coelution, delta=example.coelution.delta / 10)
    narrow = learn(replace(example, coelution=close), 0.0).rates.pair_sigma
    assert narrow < learn(example, 0.0).rates.pair_sigma


def test_firm_lines_teach_the_composition(example: Inference) -> None:
    firm = firm_lines(example)
    np.testing.assert_array_equal(firm, example.support >= 0.5)
    model = composition_model(example, firm)
    np.testing.assert_array_equal(
        model.units, example.observed.groups.units[example.line_group[firm]]
    )
