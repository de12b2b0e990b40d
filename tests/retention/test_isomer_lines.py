"""Rule 3: dense offsets are lines, as many as chance does not explain."""

from __future__ import annotations

from math import exp, factorial

import known_curve
import numpy as np
import pandas as pd
import pytest
from known_curve import Method

import ganglioside as gg
from ganglioside.inference.state import reduced_rt
from ganglioside.ion_source.fragments import fragment_pairs
from ganglioside.observations.groups import Groups
from ganglioside.observations.observations import observe
from ganglioside.retention import isomer_lines
from ganglioside.retention.first_curve import NoCurve, starting_curve
from ganglioside.retention.isomer_lines import LineOffsets, starting_lines
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()


def first_lines(table: pd.DataFrame) -> tuple[Groups, LineOffsets]:
    observed = observe(gg.read_features(table))
    curve = starting_curve(observed, PRIORS)
    assert not isinstance(curve, NoCurve)
    pairs = fragment_pairs(observed, 0.1)
    return observed.groups, starting_lines(
        observed, reduced_rt(observed, curve, PRIORS), pairs, curve.slope
    )


def with_second_gd1(distance: float) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    table = known_curve.draw(Method(), rng)
    again = known_curve.draw(Method(), rng, series=["GD1"])
    return pd.concat([table, again.assign(RT=again["RT"] + distance)])


@pytest.mark.parametrize("distance", [0.35, 0.6, -0.5])
def test_two_dense_offsets_of_one_series_are_two_lines(distance: float) -> None:
    groups, lines = first_lines(with_second_gd1(distance))
    gd1 = lines.offset[lines.group == groups.series.index("GD1")]
    assert np.diff(gd1).tolist() == pytest.approx([abs(distance)], abs=0.06)
    counts = np.bincount(lines.group, minlength=len(groups))
    assert np.delete(counts, groups.series.index("GD1")).tolist() == [1] * (len(groups) - 1)


def test_every_group_has_a_line_and_chance_makes_none() -> None:
    rng = np.random.default_rng(5)
    table = known_curve.draw(Method(), rng)
    noisy = pd.concat([table, known_curve.chance_rows(table, 0.25, rng)])
    groups, lines = first_lines(noisy)
    counts = np.bincount(lines.group, minlength=len(groups))
    assert (counts >= 1).all()
    assert counts.sum() <= len(groups) + 1


def test_fragments_are_no_line_of_their_series() -> None:
    table = known_curve.draw(Method(), np.random.default_rng(4))
    pieces = table[table["Name"].str.startswith("GD1(")]
    pieces = pieces.assign(Name=pieces["Name"].str.replace("GD1", "GM3"), RT=pieces["RT"] + 0.003)
    groups, lines = first_lines(pd.concat([table, pieces]))
    gm3 = lines.offset[lines.group == groups.series.index("GM3")]
    assert gm3.tolist() == pytest.approx([Method().rt("GM3", 36, 1, 2)], abs=0.08)


@pytest.mark.parametrize(("count", "mean"), [(0, 1.0), (1, 0.3), (3, 0.5), (5, 4.0), (2, 0.0)])
def test_chance_is_that_of_poisson(count: int, mean: float) -> None:
    expected = sum(exp(-mean) * mean**k / factorial(k) for k in range(count, 60))
    assert isomer_lines._poisson_tail(count, mean) == pytest.approx(expected, abs=1e-12)


def test_rows_that_agree_by_chance_are_not_dense() -> None:
    reduced = np.array([8.0, 8.9, 9.01, 9.02, 10.0])
    alone, dense = np.ones(5), np.array([8.0, *[9.01] * 8, 10.0])
    assert not isomer_lines._is_dense(reduced, alone, 2.0, 0.05)
    assert isomer_lines._is_dense(dense, np.ones(10), 8.0, 0.05)
    assert not isomer_lines._is_dense(dense, np.ones(10), 1.0, 0.05)
    assert not isomer_lines._is_dense(reduced, np.zeros(5), 5.0, 0.05)


@pytest.mark.parametrize("carbons", [0.9, 1.1, 1.3])
def test_an_isomer_farther_away_than_usual_is_found(carbons: float) -> None:
    """Once none was sought beyond 0.85 carbons: every row of GD1b was an outlier."""
    distance = carbons * Method().slope
    features = gg.analyze(with_second_gd1(distance)).features
    assert features.loc[features["series"].eq("GD1"), "verdict"].eq("valid").mean() > 0.9
