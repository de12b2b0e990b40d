"""How often and how much parents break, as the other pairs of a kind teach it."""

from __future__ import annotations

import re

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.inference.fragment_yields import count_fragments, pair_odds
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.observations.observations import observe
from ganglioside.observations.shared_peaks import find_peaks


@pytest.fixture(scope="module")
def state() -> Inference:
    result = infer(find_peaks(observe(gg.example())).observed)
    assert isinstance(result, Inference)
    return result


def test_the_odds_of_a_pair_are_those_that_its_like_teach(state: Inference) -> None:
    odds, _ = pair_odds(state)
    counts, pairs = state.rates.fragments, state.coelution
    for pair in np.flatnonzero(pairs.fragment)[::9]:
        parent = pairs.parent[pair]
        line, group = state.shares.line[parent], pairs.child_group[pair]
        seen = max(counts.seen[line, group] - counts.pair[pair], 0.0)
        parents = max(counts.parents[line, group] - counts.genuine[parent], 0.0)
        rate = min((seen + 5 * pairs.emission[pair]) / (parents + 5), 0.95)
        assert odds[pair] == pytest.approx(rate / (1 - rate))


def test_fragments_are_counted_by_line_and_group(state: Inference) -> None:
    counts, pairs = count_fragments(state), state.coelution
    assert counts.seen.sum() == pytest.approx(state.shares.pair[pairs.fragment].sum())
    assert (counts.measured <= counts.seen + 1e-12).all()
    contains = state.observed.groups.contains[state.line_group]
    assert (counts.parents[~contains] == 0).all()
    assert (counts.parents <= state.support[:, None] + 1e-9).all()


def test_explanations_tell_how_many_of_a_kind_break() -> None:
    analysis = gg.analyze(gg.example())
    fragments = analysis.features.query("verdict == 'fragment' and parent_id.notna()")["feature_id"]
    shares = [
        float(percent)
        for feature in fragments[:20]
        for percent in re.findall(
            r"([\d.]+) % of such parents show this fragment", str(analysis.explain(feature))
        )
    ]
    assert len(shares) > 10
    assert max(shares) <= 95
    assert min(shares) < max(shares)


def test_fragments_larger_than_their_parents_are_known_where_many_are() -> None:
    table = gg.simulate(3016, level="hard")  # GM3 from GD1 has three times its area
    assert table.truth is not None
    pieces = table.data["name"].str.startswith("GM3(") & (table.truth["verdict"] == "fragment")
    said = gg.analyze(table).features["verdict"]
    assert (said[pieces.to_numpy()] == "fragment").mean() > 0.75


def test_lines_that_lie_upon_each_other_are_no_fragments() -> None:
    table = gg.simulate(3022, level="hard")  # GD1b, GT1b and GT1+OAc lie upon each other
    assert table.truth is not None
    genuine = table.data["name"].str.startswith("GD1(") & (table.truth["verdict"] == "valid")
    said = gg.analyze(table).features["verdict"]
    assert (said[genuine.to_numpy()] == "valid").mean() > 0.9


def test_usual_fragments_do_not_outweigh_their_parents(state: Inference) -> None:
    assert not count_fragments(state).outweigh.any()
