"""The small charts of one feature."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.charts.evidence import series_curve, sticks
from ganglioside.charts.interactive import PICKED, InteractiveChart


@pytest.fixture(scope="module")
def analysis() -> gg.Analysis:
    return gg.analyze(gg.example())


def features_of(chart: InteractiveChart) -> set[int]:
    """Features of the data of a chart."""
    found: set[int] = set()
    for source in chart.data.values():
        rows = csv.DictReader(io.StringIO(source["values"]))
        found |= {int(row["feature_id"]) for row in rows if row.get("feature_id")}
    return found


def test_the_curve_is_that_of_the_series_with_all_its_features(analysis: gg.Analysis) -> None:
    feature = analysis.features.iloc[3]
    chart = series_curve(analysis, 3)
    assert chart.title.endswith(f": {feature['series']}")
    same = analysis.features["series"] == feature["series"]
    assert features_of(chart) == set(analysis.features["feature_id"][same])
    assert PICKED in {part["name"] for part in chart.spec["params"]}


def test_sticks_are_those_of_the_ceramide_in_the_largest_series(analysis: gg.Analysis) -> None:
    feature = analysis.features.iloc[3]
    chart = sticks(analysis, 3)
    features = analysis.features
    same = features["carbons"].eq(feature["carbons"])
    same &= features["double_bonds"].eq(feature["double_bonds"])
    same &= features["hydroxyls"].eq(feature["hydroxyls"])
    shown = features_of(chart)
    assert 3 in shown
    assert shown <= set(features["feature_id"][same])
    assert chart.title == (
        f"Peaks of {feature['carbons']}:{feature['double_bonds']};O{feature['hydroxyls']}"
    )


def test_sticks_are_of_one_sample_only() -> None:
    study = gg.analyze(gg.simulate(5, n_samples=3))
    feature = study.features[study.features["carbons"].notna()].iloc[0]
    shown = features_of(sticks(study, int(feature["feature_id"])))
    assert set(study.features["sample"].iloc[sorted(shown)]) == {feature["sample"]}


@pytest.mark.parametrize("name", ["", "no lipid at all"])
def test_without_a_name_there_is_nothing_to_draw(name: str) -> None:
    table = gg.example().data[["name", "rt", "volume"]].copy()
    table.loc[table.index[3], "name"] = name
    analysis = gg.analyze(table.rename(columns={"name": "Name", "rt": "RT", "volume": "Volume"}))
    for chart in (series_curve(analysis, 3), sticks(analysis, 3)):
        assert (chart.spec, chart.data) == ({}, {})


def test_without_areas_there_are_no_sticks() -> None:
    names, rt = gg.example().data["name"], gg.example().data["rt"]
    analysis = gg.analyze(pd.DataFrame({"Name": names, "RT": rt}))
    assert sticks(analysis, 3).data == {}
    assert series_curve(analysis, 3).data != {}
