"""Rule 4: an acetylated line stands a little after its base; a missing base is no evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.observations.groups import Groups
from ganglioside.observations.observations import observe
from ganglioside.retention.acetylation import acetyl_prior
from ganglioside.retention.curve import Curve, LinePrior, usual_carbons
from ganglioside.retention.curve_covariance import SHARED
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()
SHIFT, SPREAD = PRIORS.unit_oac.value, PRIORS.unit_oac.spread

SLOPE = 0.7


def groups_of(*series: str) -> Groups:
    table = pd.DataFrame({"Name": [f"{s}(36:1;O2)" for s in series], "RT": 9.0})
    return observe(gg.read_features(table)).groups


def curve_with(lines: list[float]) -> Curve:
    variance = np.full(SHARED + 2 * len(lines), 1e-6)
    variance[SHARED:] = 0.0004
    return Curve(
        shape=np.array([SLOPE, -0.07, 0.8, -1.6, -1.6]),
        shrink=0.2,
        spared=0.1,
        slope=SLOPE,
        middle=9.0,
        lines=np.array(lines),
        tilt=np.zeros(len(lines)),
        tilt_sd=0.02,
        ceramides=np.zeros((0, 3)),
        deviation=np.zeros(0),
        deviation_sd=0.03,
        hydroxyl_deviation=PRIORS.hydroxyl_deviation.value,
        covariance=np.diag(variance),
        usual_carbons=usual_carbons(PRIORS),
    )


def prior_of(
    groups: Groups, series: list[str], rt: list[float], support: list[float]
) -> tuple[LinePrior, LinePrior]:
    line_group = np.array([groups.series.index(s) for s in series])
    before = LinePrior(np.full(len(series), 5.0), np.full(len(series), 4.0))
    return before, acetyl_prior(
        curve_with(rt), groups, line_group, np.array(support), before, PRIORS.unit_oac
    )


def test_an_acetyl_stands_a_little_later_than_its_base() -> None:
    groups = groups_of("GT1", "GT1+OAc", "GT1+2OAc")
    _, prior = prior_of(groups, ["GT1", "GT1+OAc", "GT1+2OAc"], [8.7, 8.8, 8.85], [9, 9, 9])
    assert prior.mean.tolist() == pytest.approx([5.0, 8.7 + SHIFT * SLOPE, 8.7 + 2 * SHIFT * SLOPE])
    sd = SPREAD * SLOPE
    assert prior.variance.tolist() == pytest.approx([4.0, sd**2 + 0.0004, 2 * sd**2 + 0.0004])
    assert 0 < SHIFT * SLOPE < 0.2  # 0.02 to 0.1 min have been observed


def test_a_missing_base_leaves_the_prior_as_it_is() -> None:
    groups = groups_of("GD1", "GT1+OAc", "GD1+dHex")
    before, prior = prior_of(groups, ["GD1", "GT1+OAc", "GD1+dHex"], [9.2, 8.8, 9.3], [9, 9, 9])
    np.testing.assert_array_equal(prior.mean, before.mean)
    np.testing.assert_array_equal(prior.variance, before.variance)


@pytest.mark.parametrize("rt", [8.0, 9.5])
def test_a_line_far_from_its_base_is_not_drawn_to_it(rt: float) -> None:
    groups = groups_of("GT1", "GT1+OAc")
    before, prior = prior_of(groups, ["GT1", "GT1+OAc"], [8.7, rt], [9, 9])
    np.testing.assert_array_equal(prior.mean, before.mean)
    np.testing.assert_array_equal(prior.variance, before.variance)


def test_a_base_on_which_nothing_stands_is_a_missing_base() -> None:
    groups = groups_of("GT1", "GT1+OAc")
    before, prior = prior_of(groups, ["GT1", "GT1+OAc"], [8.7, 8.75], [0.1, 9])
    np.testing.assert_array_equal(prior.mean, before.mean)


def test_of_two_bases_the_nearer_counts() -> None:
    groups = groups_of("GD1", "GD1+OAc")
    _, prior = prior_of(groups, ["GD1", "GD1", "GD1+OAc"], [9.1, 9.6, 9.64], [9, 9, 9])
    assert prior.mean[2] == pytest.approx(9.6 + SHIFT * SLOPE)


def test_what_was_given_is_left_alone() -> None:
    groups = groups_of("GT1", "GT1+OAc")
    before, _ = prior_of(groups, ["GT1", "GT1+OAc"], [8.7, 8.75], [9, 9])
    np.testing.assert_array_equal(before.mean, 5.0)
    np.testing.assert_array_equal(before.variance, 4.0)
