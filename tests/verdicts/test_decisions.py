"""From probabilities to verdicts: thresholds, parents and the rule that decided."""

from __future__ import annotations

from dataclasses import replace

import bent_tables
import known_curve
import numpy as np
import pandas as pd
import pytest
from known_curve import Method

import ganglioside as gg
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.observations.observations import observe
from ganglioside.verdicts.decisions import (
    FRAGMENT,
    OUTLIER,
    RULES,
    UNDETERMINED,
    VALID,
    Decisions,
    _parents,
    _whole_parents,
    decide,
    weigh,
)


@pytest.fixture(scope="module")
def state() -> Inference:
    found = infer(observe(gg.example()))
    assert isinstance(found, Inference)
    return weigh(found, gg.Settings())


@pytest.fixture(scope="module")
def decisions(state: Inference) -> Decisions:
    return decide(state, gg.Settings())


def test_probabilities_are_of_everything_that_may_be(decisions: Decisions) -> None:
    np.testing.assert_allclose(decisions.probability.sum(axis=1), 1, atol=1e-6)
    assert (decisions.probability >= 0).all()


@pytest.mark.parametrize("threshold", [1.0, 2.5])
def test_confidence_is_the_probability_of_the_verdict(state: Inference, threshold: float) -> None:
    settings = gg.Settings(outlier_threshold=threshold)
    decisions = decide(weigh(state, settings), settings)
    known = np.flatnonzero(decisions.verdict != UNDETERMINED)
    np.testing.assert_allclose(
        decisions.confidence[known],
        decisions.probability[known, decisions.verdict[known]],
        atol=1e-9,
    )


def test_what_is_undetermined_has_no_confidence(state: Inference) -> None:
    strict = gg.Settings(outlier_threshold=1.0)
    decisions = decide(weigh(state, strict), strict)
    is_open = decisions.verdict == UNDETERMINED
    assert 0 < is_open.sum() < len(is_open)
    np.testing.assert_array_equal(decisions.confidence == 0, is_open)


@pytest.mark.parametrize("seed", range(3))
def test_beyond_the_threshold_a_name_needs_four_times_the_probability_of_all_else(
    seed: int,
) -> None:
    settings = gg.Settings(outlier_threshold=1.5)
    found = infer(observe(gg.simulate(seed, "hard")))
    assert isinstance(found, Inference)
    state = weigh(found, settings)
    made = decide(state, settings)
    limit = settings.outlier_threshold
    sigma = np.abs(state.observed.rt - made.predicted) / made.sd
    likeliest = made.probability.argmax(axis=1) == VALID
    a_little_beyond = likeliest & ~state.observed.anchor & (sigma > limit) & (sigma < 1.5 * limit)
    right = made.probability[a_little_beyond, VALID]
    assert right.min() < 0.8 < right.max()
    np.testing.assert_array_equal(made.refused[a_little_beyond], right < 0.8)


def test_fragments_of_fragments_lead_to_the_whole(decisions: Decisions) -> None:
    child = np.flatnonzero((decisions.parent >= 0) & (decisions.verdict == FRAGMENT))
    assert len(child) > 50
    parents = decisions.parent[child]
    broken = (decisions.verdict[parents] == FRAGMENT) & (decisions.parent[parents] >= 0)
    assert not broken.any()


def test_a_chain_of_fragments_leads_to_its_first_parent() -> None:
    fragment, adduct = FRAGMENT, FRAGMENT + 1
    verdict = np.array([VALID, fragment, fragment, fragment, adduct, fragment, fragment])
    parent = np.array([-1, 0, 1, 2, 1, -1, 5])
    # an adduct keeps what it is the adduct of; the parent of row 5 has no row
    assert _whole_parents(verdict, parent).tolist() == [-1, 0, 0, 0, 1, -1, 5]


def test_a_parent_is_a_row_or_missing_not_both(decisions: Decisions) -> None:
    assert not ((decisions.parent >= 0) & (decisions.missing_parent >= 0)).any()
    alone = ~np.isin(decisions.verdict, [1, 2])
    assert (decisions.parent[alone] == -1).all()


@pytest.mark.parametrize(("times_chance", "named"), [(0.5, False), (2.0, True)])
def test_the_missing_parent_of_an_outlier_is_likelier_than_chance(
    state: Inference, times_chance: float, named: bool
) -> None:
    missing = state.shares.missing_parents
    entry = int(np.flatnonzero(missing.verdicts == "outlier")[0])
    child = int(missing.child[entry])
    probability = np.zeros(len(missing.child))
    probability[entry] = times_chance * state.shares.chance[child]
    shares = replace(state.shares, missing_parents=missing.with_probability(probability))
    verdict = np.full(len(state.observed), VALID)
    verdict[child] = OUTLIER
    _, missing_parent, _ = _parents(replace(state, shares=shares), verdict)
    assert missing_parent[child] == (entry if named else -1)


def test_rules_have_the_number_of_what_decided(state: Inference, decisions: Decisions) -> None:
    names = np.array(RULES)[decisions.rule]
    fragment, adduct = decisions.verdict == 1, decisions.verdict == 2
    assert all(name.startswith("5 ") for name in names[fragment])
    assert (names[fragment & (decisions.parent < 0)] == RULES[4]).all()
    assert (names[adduct] == "adducts").all()
    valid = decisions.verdict == VALID
    second = valid & ~state.main[decisions.line]
    assert second.any()
    assert all(name.startswith("3 ") for name in names[second])


def verdict_of_one(shift: float, *, anchor: str = "F", **settings: float) -> pd.Series:
    """Return what is said of one feature that was moved, min."""
    table = known_curve.draw(Method(), np.random.default_rng(0))
    at = int(np.flatnonzero(table["Name"] == "GD3(38:1;O2)")[0])
    table.loc[at, "RT"] = Method().rt("GD3", 38, 1, 2) + shift
    table.loc[at, "Anchor"] = anchor
    return gg.analyze(table, gg.Settings(**settings)).features.loc[at]


@pytest.mark.parametrize("shift", [0.0, 0.02, -0.02])
def test_a_feature_on_its_line_is_valid(shift: float) -> None:
    row = verdict_of_one(shift)
    assert row["verdict"] == "valid"
    assert row["confidence"] > 0.95
    assert row["residual"] == pytest.approx(shift, abs=0.03)


@pytest.mark.parametrize("shift", [0.6, -0.6, 2.0])
@pytest.mark.parametrize("anchor", ["T", "F"])
def test_a_feature_far_off_is_an_outlier(shift: float, anchor: str) -> None:
    row = verdict_of_one(shift, anchor=anchor)
    assert row["verdict"] == "outlier"
    assert row["residual"] == pytest.approx(shift, abs=0.05)
    assert np.sign(row["standardized_residual"]) == np.sign(shift)


@pytest.mark.parametrize(
    ("shift", "plain", "anchor"),
    [
        (0.02, "valid", "valid"),
        (0.048, "undetermined", "valid"),
        (0.07, "undetermined", "outlier"),
    ],
)
def test_an_anchor_may_stand_farther_out_but_not_anywhere(
    shift: float, plain: str, anchor: str
) -> None:
    assert verdict_of_one(shift, outlier_threshold=1.0)["verdict"] == plain
    assert verdict_of_one(shift, anchor="T", outlier_threshold=1.0)["verdict"] == anchor


@pytest.mark.parametrize(
    ("name", "carbons", "verdict"),
    [
        ("GM3(36:1;O3)", -1.6, "valid"),  # no other row has a third hydroxyl
        ("GM3(36:1;O3)", -6.0, "undetermined"),
        ("GM3(36:1;O3)", 4.0, "undetermined"),
        ("SHexCer(36:1;O2)", 0.0, "undetermined"),  # no other row has a sulfate
    ],
)
def test_a_vague_prediction_refuses_nothing_and_accepts_what_is_near(
    name: str, carbons: float, verdict: str
) -> None:
    """Once it accepted nothing: right names of small tables were `undetermined` at 98 %."""
    row = pd.DataFrame({"Name": [name], "RT": [9 + 0.75 * carbons], "Volume": [10**5.5]})
    features = gg.analyze(pd.concat([bent_tables.table(bent_tables.even), row])).features
    judged = features.iloc[-1]
    assert judged["verdict"] == verdict
    assert "predicted only to ±" in judged["reason"]
    assert judged["confidence"] < 0.98
    assert not features["reason"].iloc[:-1].str.contains("predicted only").any()


def test_little_is_accepted_where_features_scatter_by_half_a_carbon() -> None:
    """Most names of such a table may be wrong, and each would pass."""
    features = gg.analyze(bent_tables.table(bent_tables.even, seed=2, noise=0.4)).features
    judged = features["verdict"].value_counts()
    assert judged["undetermined"] > 30
    assert judged["valid"] <= 20


def test_the_standardized_residual_is_in_sigma() -> None:
    near, far = verdict_of_one(0.3), verdict_of_one(0.6)
    sd = [row["residual"] / row["standardized_residual"] for row in (near, far)]
    assert sd[0] == pytest.approx(sd[1], rel=0.1)
    assert Method().noise * 0.7 < sd[0] < Method().noise * 2.5


def with_pieces(parent: str, child: str, *, keep_parent: bool = True) -> pd.DataFrame:
    """Return the answers for pieces of `parent` that bear the name of `child`."""
    table = known_curve.draw(Method(), np.random.default_rng(0))
    whole = table["Name"].str.startswith(f"{parent}(")
    pieces = table[whole].head(8)
    pieces = pieces.assign(
        Name=pieces["Name"].str.replace(parent, child),
        RT=pieces["RT"] + 0.003,
        Volume=pieces["Volume"] * 0.05,
        Anchor="F",
    )
    kept = table if keep_parent else table.drop(index=pieces.index[1])
    features = gg.analyze(pd.concat([kept, pieces])).features
    return features.iloc[len(kept) :]


@pytest.mark.parametrize(
    ("parent", "child", "process"),
    [
        ("GD1", "GM3", "-Hex-HexNAc-NeuAc"),
        ("GT1", "GD3", "-Hex-HexNAc-NeuAc"),
        ("GT1", "GM1", "-2NeuAc"),
        ("GD3", "GM3", "-NeuAc"),
    ],
)
def test_pieces_are_fragments_of_what_they_lost(parent: str, child: str, process: str) -> None:
    pieces = with_pieces(parent, child)
    assert pieces["verdict"].eq("fragment").all()
    assert pieces["parent"].str.startswith(f"{parent}(").all()
    assert pieces["parent_id"].notna().all()
    assert pieces["process"].eq(process).all()


def test_a_piece_whose_parent_has_no_row_is_a_fragment_still() -> None:
    pieces = with_pieces("GD1", "GM3", keep_parent=False)
    orphan = pieces.iloc[1]
    assert orphan["verdict"] == "fragment"
    assert orphan["parent"] == orphan["name"].replace("GM3", "GD1")
    assert pd.isna(orphan["parent_id"])
    assert "no row of its own" in orphan["reason"]


def test_two_of_one_name_on_one_line_are_not_both_genuine() -> None:
    table = known_curve.draw(Method(), np.random.default_rng(0))
    at = int(np.flatnonzero(table["Name"] == "GD3(38:1;O2)")[0])
    right = Method().rt("GD3", 38, 1, 2)
    table.loc[at, "RT"] = right
    table.loc[at, "Volume"] = 5e6
    again = table.loc[[at]].assign(RT=right + 0.075, Volume=2e4, Anchor="F")
    features = gg.analyze(pd.concat([table, again])).features
    assert features.loc[at, "verdict"] == "valid"
    assert features["verdict"].iloc[-1] != "valid"
