"""Rounds: they settle, end in the same place each time, and go on under other thresholds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import bent_tables
import known_curve
import numpy as np
import pandas as pd
import pytest
import simulated_tables
from explained import by_row, explained
from independent_tables import draw_table
from known_curve import Method

import ganglioside as gg
from ganglioside.inference.lack_of_fit import unexplained_part
from ganglioside.inference.learning import learn
from ganglioside.inference.line_placement import place_lines, prune_lines
from ganglioside.inference.posterior import explain
from ganglioside.inference.rounds import infer, reweigh
from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import processes
from ganglioside.ion_source.coelution import USUAL_TOLERANCE
from ganglioside.observations.observations import observe
from ganglioside.progress import Progress, ProgressEvent
from ganglioside.retention.first_curve import NoCurve
from ganglioside.simulation import LEVELS, simulate
from ganglioside.support.priors import Priors


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
    coelutes = processes().coelutes[state.coelution.process]  # parts of a split peak do not
    assert np.abs(state.coelution.delta[coelutes]).max() <= tolerance
    same(state.curve, example.curve)
    # the shares with which pairs were counted follow the pairs
    before = example.rates.fragments
    pathways = replace(state.rates.fragments.pathways, pair=before.pathways.pair)
    fragments = replace(state.rates.fragments, pair=before.pair, pathways=pathways)
    same(replace(state.rates, fragments=fragments), example.rates)


def test_an_uneven_gradient_is_tried_where_the_fit_is_doubtful() -> None:
    """Few rows show its second step; without it a dozen right names were outliers."""
    two_steps = draw_table("F", 3).file
    assert not explained(gg.read_features(two_steps)).observed.gradient.is_even


@pytest.mark.parametrize("seed", [100, 104])
def test_a_step_that_leaves_all_rows_before_it_unexplained_is_found(seed: int) -> None:
    """On an even gradient the rows after the step fit, and 40 to 80 right names are outliers."""
    steps = {"gradient": "two-step", "one_scale": True, "slope": (0.55, 0.65)}
    table = simulate(seed, LEVELS["middle"].replace(**steps))
    state = explained(table)
    assert not state.observed.gradient.is_even
    assert unexplained_part(state) < 0.5


def test_rows_at_random_do_not_bend_the_gradient_more_often() -> None:
    """Every part of such a table is unexplained; an uneven gradient always finds a few more."""
    draw = np.random.default_rng(11)
    bent = 0
    for _ in range(12):
        heads = draw.choice(["GM3", "GM1", "GD1", "GD3", "GT1"], 90)
        carbons, bonds = draw.integers(30, 46, 90), draw.integers(0, 3, 90)
        names = [f"{h}({c}:{b};O2)" for h, c, b in zip(heads, carbons, bonds, strict=True)]
        table = gg.read_features(pd.DataFrame({"Name": names, "RT": draw.uniform(2.0, 25.0, 90)}))
        state = infer(observe(table))
        bent += isinstance(state, Inference) and not state.observed.gradient.is_even
    assert bent <= 6  # 8 where that alone counted


def test_phytoceramides_do_not_pull_dihydroceramides_off_their_line() -> None:
    """The former elute as if their base were not saturated, the latter 0.9 carbons later."""
    plain = bent_tables.table(bent_tables.even, noise=0.005)
    rows = [("GM3", 34, 0, 2), ("GM3", 38, 0, 2), ("GM1", 36, 0, 2)]
    rows += [(head, n, 0, 3) for head in ("GM3", "GM2", "GM1") for n in (38, 40, 41, 42, 44)]
    rows += [(head, n, 1, 3) for head in ("GM3", "GM2", "GM1") for n in (37, 39, 40, 42, 43)]
    worth = [
        bent_tables.hydrophobicity(h, n, d if o == 2 else 1) - 1.3 * (o > 2) for h, n, d, o in rows
    ]
    more = pd.DataFrame(
        {
            "Name": [f"{head}({n}:{d};O{o})" for head, n, d, o in rows],
            "RT": bent_tables.even(np.array(worth)),
            "Volume": 2e5,
        }
    )
    plain = plain[~plain["Name"].str.contains(":0;")]
    features = gg.analyze(gg.read_features(pd.concat([plain, more], ignore_index=True))).features
    assert features["verdict"].eq("valid").mean() > 0.97
    dihydro = features[features["double_bonds"].eq(0) & features["hydroxyls"].eq(2)]
    assert dihydro["verdict"].eq("valid").all()


@pytest.fixture(scope="module")
def noisy() -> Inference:
    return explained(simulated_tables.noisy(0))


def farthest(state: Inference) -> float:
    """RT difference of the farthest co-eluting pair, min."""
    coelutes = processes().coelutes[state.coelution.process]
    return float(np.abs(state.coelution.delta[coelutes]).max())


def test_pairs_are_farther_apart_where_rt_scatter(example: Inference, noisy: Inference) -> None:
    assert example.pair_tolerance == USUAL_TOLERANCE
    assert farthest(example) <= USUAL_TOLERANCE
    assert 1.5 * USUAL_TOLERANCE < noisy.pair_tolerance <= 3 * USUAL_TOLERANCE
    assert 1.5 * USUAL_TOLERANCE < farthest(noisy) <= noisy.pair_tolerance


@pytest.mark.parametrize("part", [0.5, 1.0, 1.5])
def test_a_threshold_is_wider_in_proportion_where_rt_scatter(noisy: Inference, part: float) -> None:
    state = reweigh(noisy, part * USUAL_TOLERANCE, 1.0)
    assert 0.8 * part < farthest(state) / noisy.pair_tolerance <= part + 1e-9
    assert state.pair_tolerance == noisy.pair_tolerance


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


def locked(value: object) -> object:
    """A copy of a frozen value whose arrays, at every depth, cannot be written to."""
    if isinstance(value, np.ndarray):
        copy = value.copy()
        copy.flags.writeable = False
        return copy
    if isinstance(value, Priors) or not hasattr(value, "__dataclass_fields__"):
        return value
    parts = {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]
    return type(value)(**{name: locked(part) for name, part in parts.items()})


@pytest.mark.parametrize(
    "step",
    [explain, lambda s: learn(s, 0.0), place_lines, prune_lines, lambda s: reweigh(s, 0.02, 2.0)],
    ids=["explain", "learn", "place", "prune", "reweigh"],
)
def test_no_step_writes_into_the_state_that_it_is_given(
    example: Inference, step: Callable[[Inference], object]
) -> None:
    state = locked(example)
    assert isinstance(state, Inference)
    assert not state.rates.fragments.seen.flags.writeable
    same(step(state), step(example))
