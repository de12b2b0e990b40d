"""How far parts of a peak stand from it: learned, without the part at hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.inference.rounds import infer
from ganglioside.inference.split_peaks import count_splits, split_density, split_distance
from ganglioside.inference.state import Inference
from ganglioside.lipids.artefacts import SPLIT_PEAK, artefact
from ganglioside.observations.observations import observe
from ganglioside.simulation.exported_rows import SPLIT_DISTANCE

#: A fast gradient, on which the usual distance, which is in carbons, is far too small.
SLOPE = (0.45, 0.45)


def inferred(**knobs: object) -> Inference:
    state = infer(observe(gg.simulate(11, slope=SLOPE, **knobs)))
    assert isinstance(state, Inference)
    return state


@pytest.fixture(scope="module")
def split() -> Inference:
    return inferred(split_share=0.15)


def test_a_table_teaches_how_far_parts_stand_from_their_peaks(split: Inference) -> None:
    usual = artefact(SPLIT_PEAK).rt_shift * split.curve.slope
    expected = split_distance(split)
    assert usual < 0.07
    assert expected.mean == pytest.approx(np.mean(SPLIT_DISTANCE), abs=0.015)
    assert expected.sd == pytest.approx(np.ptp(SPLIT_DISTANCE) / np.sqrt(12), abs=0.01)


def test_a_table_without_parts_teaches_nothing() -> None:
    plain = inferred()
    usual = artefact(SPLIT_PEAK)
    expected = split_distance(plain)
    assert expected.mean == pytest.approx(usual.rt_shift * plain.curve.slope, abs=0.01)
    widest = np.hypot(usual.rt_between, usual.rt_spread) * plain.curve.slope
    assert expected.sd == pytest.approx(widest, rel=0.1)


def test_a_pair_does_not_speak_for_itself(split: Inference) -> None:
    """The density of a pair is that which the same table gives without it."""
    splits = split.coelution.splits
    [k] = np.flatnonzero(split.shares.pair[splits] == split.shares.pair[splits].max())[:1]
    share = split.shares.pair.copy()
    share[splits[k]] = 0.0
    without = replace(split, shares=replace(split.shares, pair=share))
    counts = replace(split.rates.artefact_counts, split=count_splits(without))
    fragments = replace(split.rates.fragments, pair=share)
    rates = replace(split.rates, artefact_counts=counts, fragments=fragments)
    now = replace(split.rates, artefact_counts=replace(counts, split=count_splits(split)))
    now = replace(now, fragments=replace(now.fragments, pair=split.shares.pair))
    expected = split_density(replace(without, rates=rates))[k]
    assert split_density(replace(split, rates=now))[k] == pytest.approx(expected)


def test_counts_are_weighted_sums(split: Inference) -> None:
    pairs = split.coelution
    share, distance = split.shares.pair[pairs.splits], np.abs(pairs.delta[pairs.splits])
    counts = count_splits(split)
    assert counts.weight == pytest.approx(sum(share))
    assert counts.total == pytest.approx(sum(share * distance))
    assert counts.squares == pytest.approx(sum(share * distance**2))


def test_parts_are_found_on_a_fast_gradient() -> None:
    """Once distances were taken as usual: every fourth part was called an outlier."""
    told = []
    for seed in range(4):
        table = gg.simulate(seed, slope=SLOPE, split_share=0.15)
        said = gg.analyze(table).features["verdict"].to_numpy()
        told.append(said[(table.truth["process"] == SPLIT_PEAK).to_numpy()] == "adduct")
    assert np.concatenate(told).mean() > 0.85
