"""Posterior: every row is shared out among its explanations, once."""

from __future__ import annotations

from dataclasses import replace

import known_curve
import numpy as np
import pandas as pd
import planted_features
import pytest
from explained import by_row, explained
from known_curve import Method

import ganglioside as gg
from ganglioside.inference.posterior import explain, lies_on_heavier, other_intensity, row_evidence
from ganglioside.inference.rounds import reweigh
from ganglioside.inference.state import Inference
from ganglioside.lipids.artefacts import artefacts


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


def test_a_feature_alone_in_its_series_is_predicted_by_the_others() -> None:
    """Moving it moves the curve at its own RT, not what the others predict for it."""
    rng = np.random.default_rng(7)
    table = known_curve.draw(Method(), rng)
    one = known_curve.draw(Method(), rng, series=["GM2"], ceramides=[(36, 1, 2)])
    fitted, predicted, wider = [], [], []
    for shift in (0.0, 0.1):
        moved = one.assign(RT=one["RT"] + shift)
        state = explained(gg.read_features(pd.concat([table, moved])))
        row = state.observed.row[state.candidates.row]
        at = int(np.flatnonzero(row == len(table))[0])
        fitted.append(state.fitted[at])
        predicted.append(state.shares.predicted[at])
        wider.append(state.shares.scale[at] / state.scatter[at])
    assert fitted[1] - fitted[0] > 0.05
    assert abs(predicted[1] - predicted[0]) < 0.03
    assert min(wider) > 2


def test_rivals_for_one_line_share_it_by_their_odds(example: Inference) -> None:
    """With presence p, odds o and rivals' odds r, a candidate gets o / (1 - p + o + r)."""
    example = with_mispicked(example, 0.0)
    shares = explain(example)
    alone = explain(replace(example, candidates=without_rivals(example)))
    c = example.candidates
    counts = np.bincount(c.sample_line_ceramide)[c.sample_line_ceramide]
    lines_of_row = np.bincount(c.row)[c.row]
    rivals = (counts > 1) & (lines_of_row == 1)
    single = (counts == 1) & (lines_of_row == 1)
    assert rivals.any()
    np.testing.assert_array_equal(shares.own[single], alone.own[single])
    assert (shares.own[rivals] <= alone.own[rivals]).all()
    left = 1 - example.presence[rivals]
    odds = alone.own[rivals] * left / (1 - alone.own[rivals])
    key = c.sample_line_ceramide[rivals]
    total = np.bincount(key, odds)[key]
    complete = np.bincount(key)[key] == counts[rivals]
    np.testing.assert_allclose(shares.own[rivals][complete], (odds / (left + total))[complete])


def with_mispicked(state: Inference, value: float) -> Inference:
    """State with another prior of a wrong peak in the place of the right one."""
    mispicked = replace(state.priors.mispicked, value=value)
    return replace(state, priors=replace(state.priors, mispicked=mispicked))


def test_a_wrong_peak_may_stand_in_the_place_of_the_right_one(example: Inference) -> None:
    """However surely the species is present, a row far from its line may be another peak."""
    c = example.candidates
    alone = np.bincount(c.sample_line_ceramide)[c.sample_line_ceramide] == 1
    alone &= np.bincount(c.row)[c.row] == 1
    never, often = (explain(with_mispicked(example, value)).own[alone] for value in (0.0, 0.1))
    assert (often <= never + 1e-12).all()
    assert (often < never - 0.02).any()


def without_rivals(state: Inference) -> object:
    """Candidates each of which has its line to itself."""
    n = len(state.candidates.row)
    return replace(state.candidates, sample_line_ceramide=np.arange(n))


def test_an_anchor_counts_by_how_much_oftener_genuine_features_are_anchors(
    example: Inference,
) -> None:
    rates = replace(example.rates, anchor_genuine=0.4, anchor_other=0.1)
    state = replace(example, rates=rates)
    mass = rates.mass.right(state.observed.mass_error)
    ratio = row_evidence(state) / mass
    anchor = state.observed.anchor
    assert ratio[anchor] == pytest.approx(4)
    assert ratio[~anchor] == pytest.approx(0.6 / 0.9)


def test_the_total_is_the_sum_of_all_other_processes(example: Inference) -> None:
    others = other_intensity(example)
    total = others.chance.copy()
    np.add.at(total, example.coelution.child, others.pair)
    np.add.at(total, others.missing_parents.child, others.missing_parents.probability)
    np.testing.assert_allclose(others.total, total)
    assert len(others.missing_parents.child) > 0
    assert len(other_intensity(example, missing=False).missing_parents.child) == 0


def test_artefacts_are_as_frequent_as_their_rate(example: Inference) -> None:
    """Twice the rate of one artefact doubles the intensity of its pairs and of no others."""
    pairs = example.coelution
    counts = example.rates.fragments
    uncounted = replace(counts, pair=0 * counts.pair, genuine=0 * counts.genuine)
    example = replace(example, rates=replace(example.rates, fragments=uncounted))
    seen = np.bincount(pairs.process[pairs.artefacts], minlength=len(artefacts()))
    process = int(seen.argmax())
    doubled = example.rates.artefact.copy()
    doubled[process] *= 2
    more = replace(example, rates=replace(example.rates, artefact=doubled))
    before = other_intensity(example, missing=False).pair
    after = other_intensity(more, missing=False).pair
    its_own = pairs.process == process
    np.testing.assert_allclose(after[its_own], 2 * before[its_own])
    np.testing.assert_array_equal(after[~its_own], before[~its_own])


@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_rows_that_elute_together_do_so_with_few_digits_too(decimals: int) -> None:
    table = gg.simulate(3, rt_decimals=decimals)
    assert table.truth is not None
    verdict = gg.analyze(table).features["verdict"].astype("str").to_numpy()
    right = verdict == table.truth["verdict"].to_numpy()
    assert right.mean() > 0.95


@pytest.mark.parametrize("parent", ["GM1(36:1;O2)", "GM1(38:1;O2)", "GM1(40:1;O2)"])
@pytest.mark.parametrize("later", [-0.1, 0.1])
def test_a_fragment_one_digit_beside_its_parent_is_one(parent: str, later: float) -> None:
    for seed in range(4):
        rows = planted_features.genuine(seed)
        rows = rows.assign(RT=rows["RT"].round(1))
        _, rt, area = planted_features.row_of(rows, parent)
        child = (parent.replace("GM1", "GM3"), round(rt + later, 1), 0.2 * area)
        row = planted_features.planted(child, base=rows).features.iloc[-1]
        assert row["verdict"] == "fragment"
        assert row["confidence"] > 0.8


def test_a_line_that_was_not_found_is_thought_of_where_isomers_may_be(example: Inference) -> None:
    weighed = reweigh(example, 0.1, 1.0)
    shares, observed = weighed.shares, weighed.observed
    np.testing.assert_allclose(by_row(weighed).sum(axis=1), 1.0)
    assert (example.shares.unfound == 0).all()
    doubted = shares.genuine < 0.5
    assert (shares.genuine + shares.unfound)[doubted].max() < 0.5
    series = np.array(observed.groups.series)[observed.group]
    assert shares.unfound[series == "GM3"].max() < 1e-3  # one structure
    assert shares.unfound[doubted & (series == "GD1")].max() > 0.1


def with_a_line_of_pieces(later: float) -> pd.DataFrame:
    """GM1 with pieces under the names of GM3, and a last row of GM3 so much later than these."""
    method = Method()
    table = known_curve.draw(
        method, np.random.default_rng(6), series=("GM1", "GD1", "GT1"), anchors=0.0
    )
    parents = table[table["Name"].str.startswith("GM1(") & ~table["Name"].str.contains("38:1")]
    pieces = parents.assign(
        Name=parents["Name"].str.replace("GM1(", "GM3(", regex=False),
        Volume=np.exp(np.random.default_rng(7).normal(14, 1, len(parents))),
    )
    last = pieces.iloc[:1].assign(
        Name="GM3(38:1;O2)", RT=method.rt("GM1", 38, 1, 2) + later * method.slope, Volume=1.2e6
    )
    return pd.concat([table, pieces, last], ignore_index=True)


def test_a_name_after_the_line_of_its_series_may_be_right_and_that_line_of_pieces() -> None:
    confidence = {}
    for later in (-0.65, 0.65, 4.0):  # carbons; GM3 elutes 0.65 after GM1
        row = gg.analyze(with_a_line_of_pieces(later)).features.iloc[-1]
        assert row["verdict"] == "outlier"
        confidence[later] = row["confidence"]
    assert confidence[0.65] < 0.97 < 0.99 < confidence[-0.65]
    assert confidence[4.0] > 0.99  # no series lost so much


def test_a_series_on_no_other_is_of_no_pieces() -> None:
    state = explained(gg.read_features(with_a_line_of_pieces(0.65)))
    closeness = lies_on_heavier(state)
    series = np.array(state.observed.groups.series)[state.observed.group]
    assert closeness[series == "GM3"].min() > 0.5
    assert closeness[series == "GT1"].max() == 0.0  # nothing breaks into it
    assert closeness[series == "GM1"].max() < 0.01  # 1.2 carbons after GD1


def test_far_from_all_lines_of_its_series_a_name_is_wrong() -> None:
    base = planted_features.genuine(0)
    _, rt, area = planted_features.row_of(base, "GD1(36:1;O2)")
    doubt = []
    for later in (0.4, 3.0):
        row = planted_features.planted(("GD1(36:1;O2)", rt + later, area / 5), base=base)
        last = row.features.iloc[-1]
        assert last["verdict"] == "outlier"
        doubt.append(1 - last["confidence"])
    near, far = doubt
    assert near > 0.05 > 0.02 > far


@pytest.mark.parametrize("factor", [1e-6, 1e-4, 1e4, 1e6])
def test_an_area_that_says_nothing_makes_no_right_name_wrong(factor: float) -> None:
    """Filled in by the software, or of a saturated peak: once an outlier at more than 0.999."""
    table = known_curve.draw(Method(), np.random.default_rng(4))
    at = int(np.flatnonzero(table["Name"] == "GM1(38:1;O2)")[0])
    table.loc[at, "Volume"] *= factor
    row = gg.analyze(table.assign(Anchor="F")).features.iloc[at]
    assert row["verdict"] == "valid"
    assert row["confidence"] > 0.9


@pytest.mark.parametrize("factor", [1e-5, 1e3, 1e5])
def test_an_area_that_says_nothing_makes_nothing_certain(factor: float) -> None:
    features = gg.analyze(gg.example()).features
    sure = features.index[features["verdict"].eq("fragment") & (features["confidence"] > 0.99)][:4]
    table = gg.example().data[["name", "rt", "volume", "anchor"]]
    for row in sure:
        changed = table.astype({"volume": "float64"})
        changed.loc[row, "volume"] *= factor
        said = gg.analyze(changed).features.loc[row]
        assert said["verdict"] == "fragment" or said["confidence"] < 0.99


def test_a_peak_that_another_name_explains_is_no_fragment_under_its_own() -> None:
    """Once one row in a hundred, at up to 0.97: its own name fitted a fragment as well."""
    fragments = 0
    for seed in (3004, 3005):
        table = gg.simulate(seed, "middle", mz=True, second_name_share=0.5)
        assert table.truth is not None
        second = table.truth["process"].eq("second name").to_numpy()
        assert second.sum() > 20
        features = gg.analyze(table).features
        said = features[second & features["verdict"].eq("fragment").to_numpy()]
        fragments += len(said)
        assert (said["confidence"] < 0.9).all()
    assert fragments <= 2
