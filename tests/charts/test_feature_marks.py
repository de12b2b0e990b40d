"""The marks of features, their selections, and the frame of a chart."""

from __future__ import annotations

from chart_tables import example

from ganglioside import charts
from ganglioside.charts import palette
from ganglioside.charts.feature_marks import (
    anchors_note,
    choices,
    feature_marks,
    finish,
    nothing,
    tooltips,
    verdict_channel,
)
from ganglioside.charts.files import spec
from ganglioside.charts.plot_tables import points
from ganglioside.charts.vega import quantity


def test_wrong_anchors_are_marked() -> None:
    table = points(example())
    wrong = table[table["wrong_anchor"]]
    assert len(wrong) > 0
    assert wrong["anchor"].all()
    assert not wrong["verdict"].isin(["valid", "undetermined"]).any()
    document = spec(charts.predicted_against_measured(example()))
    assert "datum.wrong_anchor" in str(document)


def test_wrong_anchors_are_ringed_only_where_there_are_some() -> None:
    table = points(example())
    position = {"x": quantity("rt"), "y": quantity("predicted_rt")}
    assert len(feature_marks(table, position)["layer"]) == 2
    sound = table.assign(wrong_anchor=False)
    assert feature_marks(sound, position)["encoding"]["x"] == position["x"]


def test_the_note_counts_anchors() -> None:
    table = points(example())
    wrong = int(table["wrong_anchor"].sum())
    assert f"{int(table['anchor'].sum())} anchors" in anchors_note(table)
    assert f"{wrong} wrong" in anchors_note(table)
    assert "wrong" not in anchors_note(table.assign(wrong_anchor=False))
    assert "black" not in anchors_note(table)  # a dark page draws it white
    assert anchors_note(table.assign(anchor=False, wrong_anchor=False)) == "No anchors."


def test_a_tooltip_is_shown_for_columns_that_are_there() -> None:
    fields = [tip["field"] for tip in tooltips(points(example())[["rt", "name"]])]
    assert fields == ["name", "rt"]
    fields = [tip["field"] for tip in tooltips(points(example())[["confidence"]])]
    assert fields == ["certainty"]


def test_a_legend_holds_in_one_order_the_verdicts_that_occur() -> None:
    table = points(example())
    two = table[table["verdict"].isin(["outlier", "valid"])]
    scale = verdict_channel(two, palette.VERDICT_COLOURS)["scale"]
    assert scale["domain"] == ["valid", "outlier"]
    assert scale["range"] == [palette.VERDICT_COLOURS[v] for v in scale["domain"]]


def test_an_axis_is_zoomed_only_where_it_is_named() -> None:
    assert [choice["name"] for choice in choices()] == ["shown"]
    assert choices("x")[1]["select"]["encodings"] == ["x"]


def test_a_finished_chart_has_its_title_without_empty_lines_and_the_theme() -> None:
    chart = finish({"mark": "point"}, "Title", "one", "", "two", width=40)
    assert chart["title"] == {"text": "Title", "subtitle": ["one", "two"]}
    assert (chart["width"], chart["config"]) == (40, palette.theme())
    assert "why it is empty" in str(nothing("Title", "why it is empty")["datasets"]) + str(
        nothing("Title", "why it is empty")["data"]
    )
