"""Scenarios: every knob is documented, and no impossible value is taken."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from simulated_tables import PLAIN_LEVELS, draw

import ganglioside as gg
from ganglioside.errors import SettingsError
from ganglioside.simulation import LEVELS, Scenario


def test_levels_grow_harder() -> None:
    outliers = {
        level: np.mean([(draw(seed, level)["verdict"] == "outlier").mean() for seed in range(4)])
        for level in PLAIN_LEVELS
    }
    assert list(outliers.values()) == sorted(outliers.values())
    anchors = [LEVELS[level].anchors for level in PLAIN_LEVELS]
    assert anchors == sorted(anchors, reverse=True)


def test_every_knob_is_documented() -> None:
    for knob in dataclasses.fields(Scenario):
        assert set(knob.metadata) == {"unit", "help", "source"}, knob.name
        assert knob.metadata["help"], knob.name
        assert knob.metadata["source"], knob.name


def test_an_unknown_knob_or_level_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"'chanse_share'.*chance_share"):
        gg.simulate(chanse_share=0.1)
    with pytest.raises(SettingsError, match=r"'moderate'.*easy, middle, hard, extreme"):
        gg.simulate(level="moderate")


@pytest.mark.parametrize(
    "knobs",
    [
        {"rt_scatter": -0.1},
        {"slope": (0.8, 0.4)},
        {"n_samples": 0},
        {"anchors": -1},
        {"gradient": "wavy"},
        {"anchor_side": 1},
        {"row_noise": "much"},
        {"sample_bend": 1.0},
        {"slope": 0.6},
        {"slope": [0.4, 0.8]},
        {"slope": (0.4, 0.6, 0.8)},
        {"slope": (0.0, 0.5)},
        {"slope_ratio": (0.0, 0.0)},
        {"rt_scatter": (0.1, 0.2)},
        {"rt_noise": float("nan")},
        {"isotope_share": float("nan")},
        {"formate_share": (float("nan"), float("nan"))},
        {"total_area": float("inf")},
        {"total_area": 0.0},
        {"half_reported": 0},
        {"row_missing": None},
        {"n_samples": 1.5},
        {"n_samples": True},
        {"anchors": 4.5},
        {"mz": 1},
        {"chance_share": 1.0},
        {"isobar_share": 2.5},
        {"second_ion_share": 10.0},
        {"second_ion_share": 0.5},
        {"misstated_ion_share": 0.1},
        {"mz_fault": "M+1"},
        {"parent_missing": 1.5},
        {"total_area": 1.0},
        {"detection_limit": 1e12},
    ],
)
def test_an_impossible_value_is_refused(knobs: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=next(iter(knobs))):
        gg.simulate(**knobs)
