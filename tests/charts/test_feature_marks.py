"""The marks of features, their selections, and the frame of a chart."""

from __future__ import annotations

import pandas as pd
import pytest
from chart_tables import example

from ganglioside import charts
from ganglioside.charts import palette
from ganglioside.charts.feature_marks import (
    MANY_POINTS,
    anchors_note,
    choices,
    colour_channel,
    feature_marks,
    finish,
    nothing,
    tooltips,
    verdict_channel,
)
from ganglioside.charts.files import spec
from ganglioside.charts.plot_tables import points
from ganglioside.charts.text_widths import text_width
from ganglioside.charts.vega import quantity
from ganglioside.errors import SettingsError


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


def test_anchors_are_not_said_to_be_outlined_where_marks_are_gathered() -> None:
    """Strips, and marks that stand for many features, have no outline."""
    frame = points(example())
    assert "outlined where they stand alone; 2 wrong" in anchors_note(frame, gathered=True)
    many = pd.concat([frame] * (MANY_POINTS // len(frame) + 1))
    assert "outlined where they stand alone" in anchors_note(many)
    subtitle = " ".join(charts.reduced_retention.spec(example())["title"]["subtitle"])
    assert "outlined where they stand alone" in subtitle


@pytest.mark.parametrize(("samples", "found"), [(0, "has 0"), (14, "has 14")])
def test_samples_that_cannot_be_told_apart_are_refused(samples: int, found: str) -> None:
    """Without samples it was a KeyError; of 14 samples four had the colour of another."""
    frame = points(example())
    if samples:
        frame = frame.assign(sample=[f"S{k % samples}" for k in range(len(frame))])
    with pytest.raises(SettingsError, match=f"{found}: use colour='verdict'"):
        colour_channel(frame, "sample")
    with pytest.raises(SettingsError, match="colour = 'red'"):
        colour_channel(frame, "red")


def test_a_reason_for_an_empty_chart_is_shown_whole() -> None:
    """Of a long one only the beginning was seen."""
    why = "Retention grows by 0.00 min per carbon at best, as in HILIC. " * 5
    chart = nothing("Title", why)
    (text,) = (row["why"] for row in chart["data"]["values"])
    assert text.split() == why.split()
    widths = [text_width(line, chart["mark"]["fontSize"]) for line in text.split("\n")]
    assert max(width or 0 for width in widths) < chart["mark"]["limit"]
    assert chart["height"] > 16 * len(widths)


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
