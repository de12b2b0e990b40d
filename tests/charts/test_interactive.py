"""Charts apart from their data, in which a point can be picked."""

from __future__ import annotations

import json

import pytest

import ganglioside as gg
from ganglioside.charts.files import svg
from ganglioside.charts.interactive import PICKED, VIEWS, InteractiveChart, interactive

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
    assert "title" not in chart.spec


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
