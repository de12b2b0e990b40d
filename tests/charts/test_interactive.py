"""Charts apart from their data, in which a point can be picked."""

from __future__ import annotations

import json

import pytest

import ganglioside as gg
from ganglioside.charts.crowds import IS_SINGLE
from ganglioside.charts.feature_marks import MANY_POINTS
from ganglioside.charts.files import svg
from ganglioside.charts.interactive import (
    PICKED,
    VIEWS,
    InteractiveChart,
    _units,
    colourings,
    interactive,
)

ANALYSIS = gg.analyze(gg.example())


class Spec:
    """A chart put together again, as the browser does it."""

    def __init__(self, chart: InteractiveChart, picked: int = -1) -> None:
        whole = json.loads(json.dumps(chart.spec))
        whole["datasets"] = {name: source["values"] for name, source in chart.data.items()}
        for part in self.sources(whole):
            part["format"] = {"type": "csv", "parse": chart.data[part["name"]]["parse"]}
            if not isinstance(whole["datasets"][part["name"]], str):
                del part["format"]
        for parameter in whole["params"]:
            if parameter["name"] == PICKED:
                parameter["value"] = picked
        whole["width"] = 600
        self.whole = whole

    def sources(self, part: object) -> list[dict[str, object]]:
        if isinstance(part, list):
            return [s for value in part for s in self.sources(value)]
        if not isinstance(part, dict):
            return []
        own = [part["data"]] if isinstance(part.get("data"), dict) else []
        return own + [s for k, v in part.items() if k != "data" for s in self.sources(v)]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_draws_from_its_data_and_rings_the_picked_point(view: str) -> None:
    chart = interactive(ANALYSIS, view)
    plain, ringed = svg(Spec(chart).whole), svg(Spec(chart, picked=12).whole)
    assert plain.count("<path") > 20
    assert (ringed != plain) is (view != "areas")  # bars hold many features
    assert chart.title
    assert chart.spec.get("title", {}).get("text") != chart.title


def legends(spec: dict[str, object]) -> list[list[str]]:
    """The verdicts of each scale of verdicts."""
    looks = [
        unit["encoding"].get(c, {}) for unit in _units(spec) for c in ("fill", "color", "shape")
    ]
    return [look["scale"]["domain"] for look in looks if look.get("field") == "verdict"]


@pytest.fixture(scope="module")
def stricter() -> gg.Analysis:
    return ANALYSIS.redecide(gg.Settings(r2_threshold=0.999))


@pytest.mark.parametrize("view", VIEWS)
def test_a_chart_has_room_for_features_that_other_thresholds_make_undetermined(
    view: str, stricter: gg.Analysis
) -> None:
    assert "undetermined" not in set(ANALYSIS.features["verdict"])
    assert "undetermined" in set(stricter.features["verdict"])
    drawn = legends(interactive(ANALYSIS, view).spec)
    assert drawn
    assert drawn == legends(interactive(stricter, view).spec)
    assert ">undetermined<" not in svg(Spec(interactive(ANALYSIS, view)).whole)
    assert ">undetermined<" in svg(Spec(interactive(stricter, view)).whole)


@pytest.mark.parametrize("view", ["reduced", "predicted", "mz"])
def test_other_thresholds_change_the_data_alone(view: str) -> None:
    before = interactive(ANALYSIS, view)
    after = interactive(ANALYSIS.redecide(gg.Settings(outlier_threshold=2.0)), view)
    assert before.spec == after.spec
    assert before.data != after.data


def test_a_table_without_a_model_says_so() -> None:
    analysis = gg.analyze(gg.read_features(b"Name,RT\nGM1(36:1;O2),9.5\n"))
    for view in VIEWS:
        assert interactive(analysis, view).spec


def test_panels_are_of_the_chosen_series() -> None:
    chart = interactive(ANALYSIS, "series", series=["GD1", "GM1"])
    assert sorted(chart.spec["facet"]["sort"]) == ["GD1", "GM1"]


def test_a_few_samples_can_be_told_apart_by_colour() -> None:
    study = gg.analyze(gg.simulate(3, n_samples=3))
    assert colourings(study) == ("verdict", "sample")
    assert colourings(ANALYSIS) == ("verdict",)
    samples = sorted(study.features["sample"].unique())
    for view in ("series", "predicted", "reduced", "residuals", "mz"):
        chart = interactive(study, view, colour="sample")
        fills = [
            unit["encoding"]["fill"] for unit in _units(chart.spec) if "fill" in unit["encoding"]
        ]
        assert {fill["field"] for fill in fills} == {"sample"}
        assert {tuple(fill["scale"]["domain"]) for fill in fills} == {tuple(samples)}
    with pytest.raises(ValueError, match="sample"):
        interactive(ANALYSIS, "predicted", colour="sample")


@pytest.fixture(scope="module")
def study() -> gg.Analysis:
    return gg.analyze(gg.simulate(5, n_samples=8))


@pytest.mark.parametrize("view", ["series", "predicted", "residuals", "mz"])
def test_a_picked_feature_is_ringed_also_where_a_mark_stands_for_many(
    view: str, study: gg.Analysis
) -> None:
    assert len(study.features) > MANY_POINTS
    chart = interactive(study, view)
    rings = [unit for unit in _units(chart.spec) if PICKED in json.dumps(unit.get("transform", []))]
    assert rings
    assert all(IS_SINGLE not in json.dumps(unit["transform"]) for unit in rings)


def test_a_chart_with_a_row_for_each_name_keeps_its_height() -> None:
    """In a low card the names of the series covered one another."""
    analysis = gg.analyze(gg.example())
    for view in ("areas", "reduced"):
        chart = interactive(analysis, view)
        assert not chart.spec["usermeta"]["fills"], view
        assert chart.spec["height"] / analysis.features["series"].nunique() > 12, view
