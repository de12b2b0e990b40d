"""The profile by series: shares with intervals, small ones together."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.charts import profile_chart


def tables(document: dict[str, Any]) -> list[list[dict[str, str]]]:
    return [list(csv.DictReader(io.StringIO(text))) for text in document["datasets"].values()]


@pytest.mark.parametrize("by", ["series", "ceramide", "category"])
def test_bars_are_the_profile_and_sum_to_everything(by: Any) -> None:
    analysis = gg.analyze(gg.example())
    bars = tables(profile_chart.spec(analysis, by))[0]
    assert sum(float(bar["share"]) for bar in bars) == pytest.approx(100, abs=1e-3)
    table = analysis.profile(by).table.set_index("name")
    for bar in bars:
        if bar["name"] in table.index:
            assert float(bar["share"]) == pytest.approx(table.loc[bar["name"], "share"], abs=1e-4)
            assert float(bar["share_low"]) <= float(bar["share"]) <= float(bar["share_high"])


def test_what_is_small_is_one_bar() -> None:
    analysis = gg.analyze(gg.example())
    bars = tables(profile_chart.spec(analysis, most=5))[0]
    assert len(bars) == 5
    rest = len(analysis.profile().table) - 4
    assert bars[-1]["name"] == f"{rest} others"
    assert bars[-1]["share_low"] == ""


def test_samples_of_a_study_are_ticks() -> None:
    study = gg.analyze(gg.simulate(1, n_samples=3))
    bars, ticks = tables(profile_chart.spec(study))
    assert {tick["sample"] for tick in ticks} == {"S001", "S002", "S003"}
    assert {tick["name"] for tick in ticks} <= {bar["name"] for bar in bars}
    for bar in bars:  # whose number stands beyond all of them
        of_bar = [float(tick["share"]) for tick in ticks if tick["name"] == bar["name"]]
        assert float(bar["end"]) >= max([*of_bar, float(bar["share_high"] or 0)])
    assert "single samples" in " ".join(profile_chart.spec(study)["title"]["subtitle"])
    axis = profile_chart.spec(study)["layer"][0]["encoding"]["x"]["scale"]
    assert axis["domainMax"] > max(float(tick["share"]) for tick in ticks)


def test_the_caption_counts_the_species_that_have_an_area() -> None:
    """Of 175 species, 63 of them without an area, it said that the shares were of 174."""
    table = gg.example().data[["name", "rt", "volume"]].copy()
    table.loc[::3, "volume"] = np.nan
    analysis = gg.analyze(table)
    known = int(analysis.species["share"].notna().sum())
    assert 0 < known < len(analysis.species)
    caption = " ".join(profile_chart.spec(analysis)["title"]["subtitle"])
    assert f"of {known} accepted species, of {len(analysis.species)}: the others" in caption
    assert "the others" not in str(profile_chart.spec(gg.analyze(gg.example()))["title"])


def test_without_areas_or_species_it_says_so() -> None:
    bare = gg.read_features(b"Name,RT\nGM1(36:1;O2),9\nGM3(36:1;O2),9.5\n")
    assert "No accepted species" in str(profile_chart.spec(gg.analyze(bare)))


@pytest.mark.parametrize("by", ["series", "ceramide", "category"])
def test_a_tooltip_names_what_a_bar_is(by: Any) -> None:
    """Bars of ceramides were called series."""
    first = profile_chart.spec(gg.analyze(gg.example()), by)["layer"][0]["encoding"]["tooltip"][0]
    assert first["title"] == by.capitalize()
