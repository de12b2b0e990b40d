"""Charts of a whole table."""

from __future__ import annotations

import pandas as pd
import pytest
from chart_tables import drawn_rows, inline_tables

import ganglioside as gg
from ganglioside.charts.overviews import areas_by_series, mass_map, series_panels
from ganglioside.charts.plot_tables import points_on_curves
from ganglioside.charts.text_widths import text_width


@pytest.fixture(scope="module")
def analysis() -> gg.Analysis:
    return gg.analyze(gg.example())


def test_each_series_with_valid_features_has_a_panel(
    analysis: gg.Analysis,
) -> None:
    chart = series_panels.spec(analysis, order="valid")
    features = analysis.features
    counts = features.loc[features["verdict"] == "valid", "series"].value_counts()
    order = chart["facet"]["sort"]
    assert set(order) == set(counts.index)
    assert [counts[name] for name in order] == sorted(counts, reverse=True)
    assert drawn_rows(chart, "series") == set(order)


def test_a_table_without_valid_features_shows_all_its_series() -> None:
    """It was said that no feature had a readable name and RT."""
    names = ["GM1(36:1;O2)", "GD1(36:1;O2)", "GT1(42:2;O2)"]
    few = gg.analyze(pd.DataFrame({"Name": names, "RT": [9.0, 8.0, 2.0]}))
    assert "valid" not in set(few.features["verdict"])
    assert drawn_rows(series_panels.spec(few), "series") == {"GM1", "GD1", "GT1"}


def test_panels_can_be_chosen(analysis: gg.Analysis) -> None:
    assert drawn_rows(series_panels.spec(analysis, ["GD1", "GM1"]), "series") == {"GD1", "GM1"}


def test_the_map_shows_measured_masses_where_there_are_some(analysis: gg.Analysis) -> None:
    assert mass_map.spec(analysis)["title"]["text"].startswith("Mass of the names")
    data = gg.example().data
    table = pd.DataFrame({"Name": data["name"], "RT": data["rt"], "m/z": 900.0 + data.index})
    measured = mass_map.spec(gg.analyze(table))
    assert measured["title"]["text"] == "m/z against retention time"
    assert drawn_rows(measured, "mass") == set(table["m/z"])


def test_bars_add_up_to_the_area_of_the_table(analysis: gg.Analysis) -> None:
    chart = areas_by_series.spec(analysis)
    (table,) = inline_tables(chart)
    assert table["volume"].sum() == pytest.approx(analysis.features["volume"].sum(), rel=1e-6)
    order = next(iter([chart["encoding"]["y"]["sort"]]))
    sums = table.groupby("series")["volume"].sum()
    assert [sums[name] for name in order] == sorted(sums, reverse=True)
    assert (
        f"{100 * analysis.summary.area_explained:.0f} % of the area"
        in chart["title"]["subtitle"][0]
    )


def test_the_explained_share_is_that_of_the_headline() -> None:
    """With a blank it said 49 % beside 98 % in the headline."""
    data = gg.example().data
    rows = pd.DataFrame({"Name": data["name"], "RT": data["rt"], "Volume": data["volume"]})
    blank = rows.assign(Sample="B", **{"Sample type": "blank"})
    sample = rows.assign(Sample="A", **{"Sample type": "sample"})
    analysis = gg.analyze(pd.concat([sample, blank]))
    (said,) = areas_by_series.spec(analysis)["title"]["subtitle"]
    part = said.partition(" of the area")[0]
    assert f"with {part} of the peak area" in analysis.summary.headline
    assert "take no part are undetermined here" in said


def test_panels_come_in_the_chosen_order(analysis: gg.Analysis) -> None:
    features = analysis.features
    sums = features.groupby("series")["volume"].sum()
    areas = [name for name in _panels(analysis, "area") if name in sums]
    assert [sums[name] for name in areas] == sorted((sums[name] for name in areas), reverse=True)
    assert _panels(analysis, "name") == sorted(_panels(analysis, "area"))
    outliers = features[features["verdict"] == "outlier"]["series"].value_counts()
    assert outliers.get(_panels(analysis, "outliers")[0]) == outliers.max()
    with pytest.raises(ValueError, match="order is 'size'"):
        series_panels.spec(analysis, order="size")


def _panels(analysis: gg.Analysis, order: str) -> list[str]:
    return list(series_panels.spec(analysis, order=order)["facet"]["sort"])


def test_a_series_without_valid_features_is_drawn_where_it_is_asked_for(
    analysis: gg.Analysis,
) -> None:
    valid = set(analysis.features.query("verdict == 'valid'")["series"])
    others = sorted(set(points_on_curves(analysis)["series"]) - valid)
    assert others
    assert drawn_rows(series_panels.spec(analysis, others), "series") == set(others)


def test_numbers_of_a_panel_do_not_reach_into_the_next(analysis: gg.Analysis) -> None:
    """Those with two decimals, of a narrow range late in the run, lay over the panel before."""
    widest = text_width("11.46", 11)
    assert widest is not None
    ticks = 7  # px, with the space behind them
    assert series_panels.spec(analysis)["spacing"]["column"] >= widest + ticks
