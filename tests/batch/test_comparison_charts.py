"""The charts of a batch."""

from __future__ import annotations

import io
import itertools
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from charts.test_palette import lab, linear

import ganglioside as gg
from batch.conftest import small_table
from ganglioside.batch import comparison_charts
from ganglioside.batch.comparison import Study
from ganglioside.charts import palette
from ganglioside.charts.files import svg


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    history = gg.History.open(tmp_path_factory.mktemp("history") / "h.duckdb")
    tables = [gg.read_features(small_table(s).encode(), name=str(s)) for s in (0.0, 0.2)]
    return Study.of(history, ["one", "two"], [history.save(gg.analyze(t)) for t in tables])


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return Study.of(gg.History.open(tmp_path_factory.mktemp("history") / "h.duckdb"), [], [])


def table_of(chart: dict[str, Any], column: str) -> pd.DataFrame:
    for values in chart["datasets"].values():
        table = pd.read_csv(io.StringIO(values))
        if column in table:
            return table
    raise AssertionError(column)


def test_shares_of_a_session_add_up(study: Study) -> None:
    shares = table_of(comparison_charts.composition(study), "share")
    assert shares.groupby("session")["share"].sum().round(4).tolist() == [1.0, 1.0]
    assert shares["count"].min() > 0


def test_the_drift_is_drawn_with_its_scatter(study: Study) -> None:
    drawn = table_of(comparison_charts.drift(study), "shift")
    assert list(drawn["session"]) == ["one", "two"]
    half = (drawn["high"] - drawn["low"]) / 2
    assert half.tolist() == pytest.approx(drawn["residual"].tolist(), abs=2e-5)


def test_areas_show_the_most_frequent_species(study: Study, monkeypatch: Any) -> None:
    chart = comparison_charts.areas(study)
    assert "All " in chart["title"]["subtitle"][0]
    monkeypatch.setattr(comparison_charts, "_MOST_SPECIES", 3)
    few = comparison_charts.areas(study)
    assert f"The 3 most frequent of {len(study.species)} species" in few["title"]["subtitle"][0]
    assert set(table_of(few, "fold")["species"]) == set(study.species["species"][:3])


def test_all_charts_render_also_without_sessions(study: Study, nothing: Study) -> None:
    for chart in comparison_charts.all_of(study):
        assert chart["title"]["text"] in svg(chart)
    empty = [str(chart["data"]) for chart in comparison_charts.all_of(nothing)]
    assert ["No table" in empty[0], "two sessions" in empty[1], "No feature" in empty[2]] == [
        True
    ] * 3


def test_a_session_that_shares_nothing_has_no_drift_in_the_chart(study: Study) -> None:
    apart = study.sessions.assign(shared=[11, 0])
    drawn = table_of(comparison_charts.drift(replace(study, sessions=apart)), "shift")
    assert drawn["session"].tolist() == ["one"]
    title = comparison_charts.drift(replace(study, sessions=apart))["title"]
    assert title["subtitle"][1].startswith("Not known of 1,")


def test_charts_of_few_sessions_are_as_wide_as_the_page_with_lying_names(study: Study) -> None:
    for chart in comparison_charts.all_of(study):
        assert chart["width"] == comparison_charts._WIDTH
        assert '"labelAngle": 0' in json.dumps(chart)
    many = replace(study, sessions=pd.concat([study.sessions] * 5, ignore_index=True))
    assert '"labelAngle": -90' in json.dumps(comparison_charts.composition(many))


def test_blank_cells_and_those_without_area_are_told_from_all_others() -> None:
    """An area like the median was nearly as white as the page, which means: not valid there."""
    shades = [*comparison_charts._FOLDS, palette.QUIET]
    for page in (palette.PAPER, palette.DARK[palette.PAPER]):
        seen = [lab(linear(colour)) for colour in (*shades, page)]
        apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)]
        assert min(apart) > 15
