"""Charts: they build and render for any analysis, hold its data, and can be told apart."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from chart_tables import WEIRD, drawn_rows, example, inline_tables, weird
from effort import some

import ganglioside as gg
from ganglioside import charts
from ganglioside.analysis import Analysis
from ganglioside.charts import palette, views
from ganglioside.charts.feature_marks import MANY_POINTS
from ganglioside.charts.files import pictures, spec, svg
from ganglioside.charts.plot_tables import reduced
from ganglioside.columns import VERDICTS

DRAW = {
    "predicted": charts.predicted_against_measured,
    "carbons": charts.retention_by_carbons,
    "reduced": charts.reduced_retention,
    "residuals": charts.residuals,
    "categories": charts.verdicts_by_category,
    "network": charts.fragment_network,
    "series": charts.series_panels,
    "mz": charts.mass_map,
    "areas": charts.areas_by_series,
}


def without(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in document.items() if k != key}


def texts(picture: str) -> str:
    return " ".join(re.findall(r"<(?:text|tspan)\b[^>]*>([^<]*)(?=<)", picture))


@pytest.mark.parametrize("name", DRAW)
def test_every_chart_of_the_example_renders_with_title_units_and_data(name: str) -> None:
    chart = DRAW[name](example())
    document = spec(chart)
    own = DRAW[name].spec(example())
    assert without(own, "config") == without(chart.to_dict(), "config")  # which is validated
    drawn = pictures(chart)
    picture = drawn["svg"].decode()
    assert svg(own) == picture
    assert document["title"]["text"]
    assert document["title"]["text"] in texts(picture)
    if name not in ("categories", "network", "areas"):
        assert "(min)" in texts(picture)
    assert drawn["png"].startswith(b"\x89PNG")
    assert any(len(table) > 10 for table in inline_tables(document))


@pytest.mark.parametrize("name", ["predicted", "carbons", "reduced", "residuals"])
def test_every_feature_that_can_be_drawn_is_in_the_chart(name: str) -> None:
    features = example().features
    columns = ["rt", "carbons", "predicted_rt"]
    expected = features.dropna(subset=columns)["feature_id"]
    assert len(expected) > 300
    assert set(expected) == drawn_rows(DRAW[name].spec(example()), "feature_id")


def test_the_bars_of_the_categories_count_every_feature() -> None:
    (table,) = inline_tables(spec(charts.verdicts_by_category(example())))
    assert table["features"].sum() == len(example().features)
    counts = table.groupby("verdict")["features"].sum()
    assert all(counts.get(v, 0) == getattr(example().summary, v) for v in VERDICTS)


@pytest.mark.parametrize(("kind", "name"), some(list(product(WEIRD, DRAW))))
def test_charts_of_weird_tables_build_and_render(kind: str, name: str) -> None:
    picture = svg(DRAW[name].spec(weird(kind)))
    assert len(texts(picture)) > 10
    assert "null" not in texts(picture)
    assert "NaN" not in texts(picture)


@pytest.mark.parametrize("name", DRAW)
def test_a_chart_that_is_empty_is_one_for_altair_too(name: str) -> None:
    analysis = weird("hardly a readable name")
    chart = DRAW[name](analysis)
    assert chart.to_dict()  # which is validated
    assert svg(chart) == svg(DRAW[name].spec(analysis))


def test_a_chart_without_a_model_says_why() -> None:
    analysis = weird("hardly a readable name")
    assert not analysis.model.is_fitted
    picture = texts(svg(charts.reduced_retention.spec(analysis)))
    assert analysis.model.reason.split(":")[0][:20] in picture


def test_one_series_can_be_chosen() -> None:
    document = charts.retention_by_carbons.spec(example(), "GD1")
    assert drawn_rows(document, "series") == {"GD1"}
    several = spec(charts.retention_by_carbons(example(), ["GD1", "GM1"]))
    assert drawn_rows(several, "series") == {"GD1", "GM1"}
    assert "facet" in several
    assert "facet" not in document


def test_curves_pass_where_the_model_predicts() -> None:
    drawn = next(inline_tables(charts.retention_by_carbons.spec(example(), "GM1")))
    row = drawn.dropna(subset="curve_rt").iloc[0]
    kind = row["ceramide"].removeprefix("n")
    predicted = example().predict([f"GM1({row['carbons']:.0f}{kind})"])["predicted_rt"]
    assert row["curve_rt"] == pytest.approx(predicted.iloc[0], abs=1e-4)


def test_genuine_features_and_fragments_fall_on_their_lines_when_reduced() -> None:
    table = reduced(example())
    lines = example().model.lines.dropna(subset="offset")
    series = table["series"].where(table["parent_series"].isna(), table["parent_series"])
    nearest = [
        np.abs(lines.loc[lines["series"] == s, "offset"] - rt).min()
        for s, rt in zip(series, table["reduced_rt"], strict=True)
    ]
    off = pd.Series(nearest, index=table.index).groupby(table["verdict"]).median()
    assert off["valid"] < 0.05
    assert off["fragment"] < 0.1
    assert off["outlier"] > 0.2


@cache
def many(n: int) -> Analysis:
    """The example's analysis with its rows over and over, `n` in all."""
    import dataclasses

    base = example()
    repeated = pd.concat([base.features] * (n // len(base.features) + 1), ignore_index=True)
    features = repeated.head(n).assign(feature_id=pd.array(range(n), dtype="Int64"))
    return dataclasses.replace(base, features=features)


@pytest.mark.parametrize("name", DRAW)
def test_tables_of_many_rows_are_drawn_whole(name: str) -> None:
    analysis = many(21_000)
    assert len(analysis.features) > MANY_POINTS
    document = DRAW[name].spec(analysis)
    if name in ("predicted", "residuals"):
        assert len(drawn_rows(document, "feature_id")) == analysis.features["residual"].count()


def test_each_kind_of_ceramide_has_a_line_of_its_own() -> None:
    kinds = [f"n:{bonds};O{hydroxyls}" for bonds in range(5) for hydroxyls in (2, 3)]
    assert len({tuple(dash) for dash in views._dashes(kinds)}) == len(kinds)
    assert views._dashes(["n:1;O2"]) == [[1, 0]]


@pytest.mark.parametrize("seed", some(range(6)))
def test_no_mark_of_normalised_rt_is_cut_by_an_end_of_its_axis(seed: int) -> None:
    """Marks and numbers at the ends were cut: the axis ended 1.5 min beside the lines."""
    analysis = gg.analyze(gg.simulate(seed, "wild"))
    spec = charts.reduced_retention.spec(analysis)
    low, high = next(
        part["encoding"]["x"]["scale"]["domain"]
        for part in spec["layer"]
        if "scale" in part.get("encoding", {}).get("x", {})
    )
    rt = reduced(analysis)["reduced_rt"].dropna()
    mark = (high - low) / 60
    assert not rt.between(low - mark, low + mark).any()
    assert not rt.between(high - 3 * mark, high + mark).any()
    lines = analysis.model.lines["offset"]
    assert low < lines.min() - 1
    assert high > lines.max() + 1


def test_isomers_are_named_behind_the_ends_of_their_lines() -> None:
    def layers(series: str) -> list[dict[str, Any]]:
        return charts.retention_by_carbons(example(), series).to_dict()["layer"]

    named, plain = layers("GD1"), layers("GM1")
    labels = [layer["mark"] for layer in named if layer["mark"]["type"] == "text"]
    assert [(mark["align"], mark["dx"] > 5) for mark in labels[-1:]] == [("left", True)]
    room = [part[0]["encoding"]["x"]["scale"]["padding"] for part in (named, plain)]
    assert room == [26, 12]


def test_names_of_isomers_lie_on_a_ground_of_their_own() -> None:
    """Marks of the row above lay across them."""
    document = charts.reduced_retention(example()).to_dict()
    (named,) = [part["layer"] for part in document["layer"] if "layer" in part
                and part["layer"][-1]["mark"]["type"] == "text"
                and part["layer"][-1]["encoding"]["text"]["field"] == "label"]  # fmt: skip
    ground, letters = named
    assert (ground["mark"]["stroke"], ground["mark"]["strokeWidth"]) == (palette.PAPER, 3)
    assert "stroke" not in letters["mark"]
    assert ground["encoding"] == letters["encoding"]


def test_the_axis_of_a_table_without_curves_is_named() -> None:
    """It was called `rt`, without a unit."""
    table = pd.DataFrame({"Name": ["GM1(36:1;O2)"], "RT": [9.5], "Volume": [1000.0]})
    drawn = svg(spec(charts.retention_by_carbons(gg.analyze(table))))
    assert re.findall(r">([^<>]*rt[^<>]*)</text>", drawn, re.IGNORECASE) == ["RT (min)"]
