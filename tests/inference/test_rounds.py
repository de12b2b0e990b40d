"""The joint explanation: every row is shared out among its explanations, once."""

from __future__ import annotations

from dataclasses import fields, replace

import known_curve
import numpy as np
import pandas as pd
import pytest
from known_curve import Method

import ganglioside as gg
from ganglioside.inference.learning import learn
from ganglioside.inference.rounds import infer, reweigh
from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import artefacts
from ganglioside.ion_source.coelution import USUAL_TOLERANCE
from ganglioside.observations.observations import observe
from ganglioside.progress import Progress, ProgressEvent
from ganglioside.retention.first_curve import NoCurve


def explained(table: gg.FeatureTable) -> Inference:
    state = infer(observe(table))
    assert isinstance(state, Inference)
    return state


TABLES = {
    "example": gg.example,
    "simulated": lambda: gg.simulate(1),
    "two samples": lambda: gg.simulate(2, level="easy", n_samples=2),
    "without areas": lambda: gg.read_features(
        known_curve.draw(Method(), np.random.default_rng(0)).drop(columns="Volume")
    ),
}


@pytest.fixture(scope="module", params=TABLES.values(), ids=TABLES.keys())
def state(request: pytest.FixtureRequest) -> Inference:
    return explained(request.param())


@pytest.fixture(scope="module")
def example() -> Inference:
    return explained(gg.example())


def by_row(state: Inference) -> np.ndarray:
    """Return for each row the shares of itself, its parents, its missing parents and chance."""
    shares, n = state.shares, len(state.observed)
    own = np.bincount(state.candidates.row, shares.own, minlength=n)
    pairs = np.bincount(state.coelution.child, shares.pair, minlength=n)
    ghosts = np.bincount(
        shares.missing_parents.child, shares.missing_parents.probability, minlength=n
    )
    return np.column_stack([own, pairs, ghosts, shares.chance])


def test_the_shares_of_every_row_sum_to_one(state: Inference) -> None:
    shares = by_row(state)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(shares[:, 0], state.shares.genuine, atol=1e-9)


def test_a_species_has_one_genuine_feature_a_line_and_sample_at_most(state: Inference) -> None:
    c = state.candidates
    observed = state.observed
    key = pd.DataFrame(
        {
            "sample": observed.sample[c.row],
            "line": c.line,
            "ceramide": observed.ceramide[c.row],
            "own": state.shares.own,
        }
    )
    assert key.groupby(["sample", "line", "ceramide"])["own"].sum().max() <= 1 + 1e-6


def test_rows_stand_on_lines_of_their_own_group_only(state: Inference) -> None:
    c = state.candidates
    np.testing.assert_array_equal(state.line_group[c.line], state.observed.group[c.row])
    wanted = sum(int((state.line_group == g).sum()) for g in state.observed.group)
    assert len(c.row) == wanted
    assert set(state.line_group) == set(range(len(state.observed.groups)))


def test_one_main_line_in_every_group(state: Inference) -> None:
    main = np.bincount(state.line_group[state.main], minlength=len(state.observed.groups))
    assert (main == 1).all()
    for group in range(len(main)):
        lines = np.flatnonzero(state.line_group == group)
        assert state.support[lines].argmax() == state.main[lines].argmax()


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


def test_no_feature_predicts_itself() -> None:
    """Moving one feature leaves its own prediction, and moves no other, while it stands out."""
    table = known_curve.draw(Method(), np.random.default_rng(0))
    moved = table.copy()
    at = int(np.flatnonzero(table["Name"] == "GM1(38:1;O2)")[0])
    moved.loc[at, "RT"] += 0.04
    predicted = []
    for frame in (table, moved):
        state = explained(gg.read_features(frame))
        row = np.flatnonzero(state.observed.row[state.candidates.row] == at)
        predicted.append(float(state.shares.predicted[row[0]]))
    assert abs(predicted[1] - predicted[0]) < 0.008


def same(left: object, right: object) -> None:
    """Fail unless two dataclasses hold exactly the same."""
    assert type(left) is type(right)
    for field in fields(left):  # type: ignore[arg-type]
        a, b = getattr(left, field.name), getattr(right, field.name)
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b, err_msg=field.name)
        elif hasattr(a, "__dataclass_fields__"):
            same(a, b)
        else:
            assert a == b or (a != a and b != b), field.name


def test_the_same_rows_are_explained_the_same_way(example: Inference) -> None:
    again = explained(gg.example())
    same(example.shares, again.shares)
    same(example.rates, again.rates)
    same(example.curve, again.curve)


def test_the_usual_thresholds_only_let_shares_settle(example: Inference) -> None:
    settled = reweigh(example, USUAL_TOLERANCE, 1.0)
    changed = by_row(settled).argmax(axis=1) != by_row(example).argmax(axis=1)
    assert changed.mean() < 0.01


@pytest.mark.parametrize(
    ("tolerance", "leniency"), [(0.02, 1.0), (0.3, 1.0), (0.1, 2.0), (0.1, 0.4)]
)
def test_other_thresholds_share_out_every_row_too(
    example: Inference, tolerance: float, leniency: float
) -> None:
    state = reweigh(example, tolerance, leniency)
    np.testing.assert_allclose(by_row(state).sum(axis=1), 1, atol=1e-6)
    assert np.abs(state.coelution.delta).max() <= tolerance
    same(state.curve, example.curve)
    # the shares with which pairs were counted follow the pairs
    fragments = replace(state.rates.fragments, pair=example.rates.fragments.pair)
    same(replace(state.rates, fragments=fragments), example.rates)


def test_leniency_makes_no_feature_less_likely_on_its_own_line(example: Inference) -> None:
    lenient, strict = (reweigh(example, USUAL_TOLERANCE, k).shares.genuine for k in (2.0, 0.4))
    assert (lenient >= strict - 0.05).mean() > 0.97
    assert lenient.sum() > strict.sum()


def test_without_a_gradient_there_is_nothing_to_explain() -> None:
    events: list[ProgressEvent] = []
    table = gg.read_features(pd.DataFrame({"Name": ["GM3(36:1;O2)"], "RT": [8.0]}))
    found = infer(observe(table), Progress(events.append))
    assert isinstance(found, NoCurve)
    assert [(e["type"], e["message"]) for e in events] == [("log", found.reason)]


def test_a_feature_that_alone_bears_a_series_is_not_lost() -> None:
    rng = np.random.default_rng(7)
    table = known_curve.draw(Method(), rng)
    one = known_curve.draw(Method(), rng, series=["GM2"], ceramides=[(36, 1, 2)])
    state = explained(gg.read_features(pd.concat([table, one])))
    at = np.flatnonzero(state.observed.row == len(table))
    assert state.shares.genuine[at[0]] > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_rounds_go_on_until_the_lines_stand_still(seed: int) -> None:
    """What a further round would learn moves the lines of its features by little."""
    state = explained(gg.simulate(seed, level="hard"))
    again = learn(state, 0.0)
    moved = np.abs(again.fitted - state.fitted)[state.shares.own > 0.5]
    assert np.median(moved) < 0.25 * state.rates.sigma[0]
