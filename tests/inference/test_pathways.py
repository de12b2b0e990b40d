"""Pathways: their shift and width come from their own pieces, and show where a piece belongs."""

from __future__ import annotations

import re
from dataclasses import replace

import known_curve
import numpy as np
import pandas as pd
import pytest
from explained import explained
from known_curve import Method
from simulated_tables import draw, with_parents

import ganglioside as gg
from ganglioside.inference.learning import learn
from ganglioside.inference.pathways import (
    count_pathways,
    learn_pathway_spread,
    pair_rt,
    pathway_rt,
    without_shift,
)
from ganglioside.inference.posterior import explain, other_intensity
from ganglioside.inference.rates import PathwayCounts
from ganglioside.inference.state import Inference
from ganglioside.support.moments import Moments

EARLY, LATE = -0.04, 0.03


def with_pieces(shifts: dict[tuple[str, str], float], width: float = 0.003) -> pd.DataFrame:
    """Genuine rows, and a piece of each parent for each (parent, piece) at its shift, min."""
    rng = np.random.default_rng(3)
    table = known_curve.draw(Method(), rng)
    parts = [table]
    for (parent, piece), shift in shifts.items():
        rows = table[table["Name"].str.startswith(f"{parent}(")]
        scatter = width * rng.standard_normal(len(rows))
        names = rows["Name"].str.replace(f"{parent}(", f"{piece}(", regex=False)
        share = 0.05 * np.exp(0.1 * rng.standard_normal(len(rows)))
        parts.append(
            rows.assign(
                Name=names,
                RT=rows["RT"] + shift + scatter,
                Volume=share * rows["Volume"],
                Anchor="F",
            )
        )
    return pd.concat(parts, ignore_index=True)


def of_pathway(state: Inference, parent: str, piece: str) -> tuple[int, int]:
    """Line of a parent series and group of a piece."""
    series = state.observed.groups.series
    lines = [k for k, g in enumerate(state.line_group) if series[g] == parent]
    line = max(lines, key=lambda k: float(state.support[k]))
    return line, series.index(piece)


@pytest.fixture(scope="module")
def shifted() -> Inference:
    pieces = {("GD1", "GM1"): EARLY, ("GT1", "GD3"): LATE, ("GT1", "GD1"): 0.0}
    return explained(gg.read_features(with_pieces(pieces)))


def test_the_shift_of_a_pathway_is_that_of_its_pieces(shifted: Inference) -> None:
    found = pathway_rt(shifted)
    wanted = {("GD1", "GM1"): EARLY, ("GT1", "GD3"): LATE, ("GT1", "GD1"): 0.0}
    for (parent, piece), shift in wanted.items():
        assert found.mean[of_pathway(shifted, parent, piece)] == pytest.approx(shift, abs=0.003)
    unseen = of_pathway(shifted, "GQ1", "GM3")
    assert found.mean[unseen] == pytest.approx(0.0, abs=0.002)
    assert found.scale[unseen] > 2 * found.scale[of_pathway(shifted, "GD1", "GM1")]


def test_pieces_that_are_shifted_alike_are_still_fragments() -> None:
    table = with_pieces({("GD1", "GM1"): EARLY, ("GT1", "GD3"): LATE})
    n = len(known_curve.draw(Method(), np.random.default_rng(3)))
    features = gg.analyze(table).features
    pieces = features.iloc[n:]
    assert (pieces["verdict"] == "fragment").mean() > 0.95
    parents = pieces["parent"].str.split("(").str[0]
    expected = pieces["name"].str.startswith("GM1(").map({True: "GD1", False: "GT1"})
    assert (parents == expected).mean() > 0.9
    assert (features.iloc[:n]["verdict"] == "valid").mean() > 0.95


def test_a_pathway_may_be_wider_than_another() -> None:
    table = with_pieces({("GD1", "GM1"): 0.0}, width=0.001)
    narrow = with_pieces({("GT1", "GD3"): 0.0}, width=0.02)
    both = pd.concat([table, narrow.iloc[len(known_curve.CERAMIDES) * 6 :]], ignore_index=True)
    state = explained(gg.read_features(both))
    found = pathway_rt(state)
    wide = found.scale[of_pathway(state, "GT1", "GD3")]
    assert wide > 2 * found.scale[of_pathway(state, "GD1", "GM1")]
    assert 0.007 < wide < 0.03


@pytest.mark.parametrize("seed", [11, 12])
def test_what_a_simulated_table_teaches_comes_near_what_was_simulated(seed: int) -> None:
    knobs = {"pathway_shift": 0.03, "coelution_core": 0.004, "coelution_tail_share": 0.0}
    table = draw(seed, **knobs).assign(seed=seed)
    state = explained(gg.read_features(table[["Name", "RT", "Volume", "Anchor"]]))
    pairs = with_parents(table)
    pairs = pairs[(pairs["verdict"] == "fragment") & ~pairs["merged"] & ~pairs["merged_parent"]]
    row = dict(zip(state.observed.row.tolist(), range(len(state.observed)), strict=True))
    at = {
        (int(p), int(c)): k
        for k, (p, c) in enumerate(zip(state.coelution.parent, state.coelution.child, strict=True))
    }
    kinds = state.pair_kinds
    pair = [
        at.get((row.get(int(p), -1), row.get(int(c), -1)), -1)
        for p, c in zip(pairs["at"], pairs["feature_id"], strict=True)
    ]
    known = pairs.assign(pair=pair, delta=pairs["RT"] - pairs["RT_parent"])
    known = known[known["pair"] >= 0]
    known = known.assign(kind=kinds[known["pair"]])
    by_kind = known.groupby("kind")["delta"].agg(["mean", "count"])
    by_kind = by_kind[by_kind["count"] >= 4]
    assert len(by_kind) >= 3
    learned = pathway_rt(state).mean.ravel()[by_kind.index]
    assert np.median(np.abs(learned - by_kind["mean"])) < 0.004
    assert np.abs(by_kind["mean"]).max() > 0.01


def test_the_spread_of_shifts_is_learned(shifted: Inference) -> None:
    usual = shifted.priors.pathway_shift.spread
    alike = explained(gg.read_features(with_pieces({("GD1", "GM1"): 0.0, ("GT1", "GD3"): 0.0})))
    assert alike.rates.pathway_spread < usual < shifted.rates.pathway_spread
    assert learn_pathway_spread(shifted) == pytest.approx(shifted.rates.pathway_spread, rel=0.2)


def test_a_row_does_not_confirm_itself(shifted: Inference) -> None:
    """The only piece of a pathway is expected at its parent, with the width of what is unknown."""
    table = with_pieces({("GD1", "GM1"): 0.0})
    parent = table.index[table["Name"] == "GT1(38:1;O2)"][0]
    alone = table.iloc[[parent]].assign(
        Name="GD3(38:1;O2)", RT=table["RT"][parent] + 0.02, Volume=0.05 * table["Volume"][parent]
    )
    state = explained(gg.read_features(pd.concat([table, alone], ignore_index=True)))
    child = int(np.flatnonzero(state.observed.row == len(table))[0])
    series, pairs = state.observed.groups.series, state.coelution
    (pair,) = [
        k for k in np.flatnonzero(pairs.child == child) if series[pairs.parent_group[k]] == "GT1"
    ]
    assert state.shares.pair[pair] > 0.8
    expected = pair_rt(state)
    assert expected.mean[pair] == pytest.approx(0.0, abs=1e-9)
    prior = np.hypot(state.rates.pair_sigma, state.rates.pathway_spread)
    assert expected.scale[pair] == pytest.approx(prior)
    assert pathway_rt(state).mean[of_pathway(state, "GT1", "GD3")] > 0.005


def test_other_pairs_are_counted_without_the_pair_itself(shifted: Inference) -> None:
    expected = pair_rt(shifted)
    counts, pairs = shifted.rates.fragments, shifted.coelution
    kinds = shifted.pair_kinds
    for pair in np.flatnonzero(counts.pair * pairs.fragment > 0.9)[::7]:
        line, group = divmod(int(kinds[pair]), len(shifted.observed.groups))
        at = np.zeros_like(counts.seen)
        at[line, group] = 1.0
        own = Moments.of(counts.pathways.pair[pair] * at, pairs.delta[pair] * at)
        paths = replace(counts.pathways, shifts=counts.pathways.shifts.without(own))
        seen = counts.seen - counts.pair[pair] * at
        others = replace(
            shifted,
            rates=replace(shifted.rates, fragments=replace(counts, seen=seen, pathways=paths)),
        )
        found = pathway_rt(others)
        assert expected.mean[pair] == pytest.approx(found.mean[line, group], abs=1e-9)
        assert expected.scale[pair] == pytest.approx(found.scale[line, group], rel=1e-6)


def test_pieces_at_the_shift_of_their_pathway_are_likelier(shifted: Inference) -> None:
    counts = shifted.rates.fragments
    lines, groups = counts.seen.shape
    unknown = replace(counts, pathways=PathwayCounts.nothing(lines, groups, len(shifted.coelution)))
    without = replace(shifted, rates=replace(shifted.rates, fragments=unknown))
    far = (np.abs(shifted.coelution.delta) > 0.02) & (shifted.shares.pair > 0.5)
    assert far.sum() > 10
    ratio = other_intensity(shifted).pair[far] / other_intensity(without).pair[far]
    assert np.median(ratio) > 3


def test_artefacts_have_no_shift(example: Inference) -> None:
    expected = pair_rt(example)
    artefacts = example.coelution.artefacts
    assert len(artefacts) > 0
    assert (expected.mean[artefacts] == 0).all()
    assert (expected.scale[artefacts] == example.rates.pair_sigma).all()
    assert (count_pathways(example).pair[artefacts] == 0).all()


def test_without_shift_all_pairs_are_alike(shifted: Inference) -> None:
    expected = without_shift(shifted)
    assert (expected.mean == 0).all()
    assert (expected.scale == shifted.rates.pair_sigma).all()


def test_learning_again_changes_little(shifted: Inference) -> None:
    again = learn(replace(shifted, shares=explain(shifted)), 0.0)
    before, after = pathway_rt(shifted), pathway_rt(again)
    np.testing.assert_allclose(after.mean, before.mean, atol=0.003)


def test_a_piece_of_a_missing_parent_elutes_where_its_pathway_lets_it() -> None:
    """Where GT1 has no row, the piece is expected 0.04 min after its line, as the others are."""
    table = with_pieces({("GT1", "GM3"): 0.08})
    table = table[table["Name"] != "GT1(38:1;O2)"].reset_index(drop=True)
    child = table.index[table["Name"] == "GM3(38:1;O2)"][-1]
    hypotheses = gg.analyze(table).explain(int(child)).table
    missing = hypotheses[
        hypotheses["statement"].str.contains(r"of GT1\(38:1;O2\) \(no row\)", regex=True)
    ]
    line = gg.analyze(table).model.predict(["GT1(38:1;O2)"])["predicted_rt"].item()
    assert missing["expected_rt"].item() - line == pytest.approx(0.08, abs=0.015)
    assert missing["probability"].item() > 0.5


def test_the_table_of_hypotheses_and_the_reason_name_the_shift() -> None:
    table = with_pieces({("GD1", "GM1"): EARLY, ("GT1", "GD3"): 0.0})
    analysis = gg.analyze(table)
    child = int(table.index[table["Name"] == "GM1(38:1;O2)"][-1])
    parent = float(table.loc[table["Name"] == "GD1(38:1;O2)", "RT"].iloc[0])
    explained_row = analysis.explain(child)
    likeliest = explained_row.hypotheses[0]
    assert likeliest.parent == "GD1(38:1;O2)"
    assert likeliest.expected_rt == pytest.approx(parent + EARLY, abs=0.004)
    assert abs(likeliest.sigma) < 3
    assert "min before it" in likeliest.basis
    reason = analysis.features["reason"][child]
    assert re.search(r"such fragments usually elute 0\.0\d\d min earlier\)", reason)
    unshifted = int(table.index[table["Name"] == "GD3(38:1;O2)"][-1])
    assert "such fragments" not in analysis.features["reason"][unshifted]
