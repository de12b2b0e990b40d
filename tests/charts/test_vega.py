"""Parts of specifications, and their way to Altair."""

from __future__ import annotations

import html
from typing import Any

import altair as alt
import pytest

from ganglioside.charts.files import svg
from ganglioside.charts.vega import (
    CERTAINTY,
    SCHEMA,
    View,
    gathered,
    layers,
    marks,
    nominal,
    quantity,
    rows,
    to_altair,
    value,
)
from ganglioside.support import formatting


def test_importing_the_charts_changes_nothing_of_altair() -> None:
    assert alt.data_transformers.active == "default"
    assert alt.renderers.active == "default"
    assert alt.theme.active == "default"


def test_marks_have_only_what_was_given() -> None:
    encoding = {"x": quantity("rt", title="RT (min)"), "color": nominal("verdict"), "y": value(3)}
    assert marks("point", encoding) == {"mark": {"type": "point"}, "encoding": encoding}
    whole = marks(
        "point", encoding, data=rows({"rt": 9}), where=["datum.rt > 8"], name="features", size=4
    )
    assert whole["data"] == {"values": [{"rt": 9}]}
    assert whole["transform"] == [{"filter": "datum.rt > 8"}]
    assert (whole["name"], whole["mark"]) == ("features", {"type": "point", "size": 4})


@pytest.mark.parametrize(
    "confidence", [0.0, 0.0004, 0.001, 0.4999, 0.923, 0.9994, 0.9995, 0.99999, 1.0, None]
)
def test_a_tooltip_writes_a_confidence_as_all_else_does(confidence: float | None) -> None:
    encoding = {"text": nominal("certainty"), "tooltip": [CERTAINTY]}
    data = rows({"confidence": confidence})
    picture = svg({"$schema": SCHEMA, **marks("text", encoding, data=data)})
    written = formatting.confidence(float("nan") if confidence is None else confidence)
    assert f">{html.escape(written)}<" in picture


def test_a_table_that_many_marks_show_is_stored_once() -> None:
    table = {"values": "rt\n9\n", "format": {"type": "csv"}}
    few = rows({"rt": 9})
    parts = [marks("point", {}, data=data) for data in (table, dict(table), few)]
    whole = gathered(layers(*parts, width=50))
    assert whole["datasets"] == {"table0": "rt\n9\n"}
    named = {"name": "table0", "format": {"type": "csv"}}
    assert [part["data"] for part in whole["layer"]] == [named, named, few]
    assert whole["width"] == 50
    assert parts[0]["data"] is table


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"mark": "point"}, alt.Chart),
        ({"layer": [{"mark": "point"}]}, alt.LayerChart),
        ({"hconcat": [{"mark": "point"}]}, alt.HConcatChart),
        ({"facet": {"field": "s"}, "spec": {"mark": "point"}}, alt.FacetChart),
    ],
)
def test_a_specification_becomes_the_chart_of_its_kind(
    document: dict[str, Any], kind: type[Any]
) -> None:
    assert type(to_altair({**document, "data": {"values": []}})) is kind


def test_a_view_gives_its_specification_or_a_chart() -> None:
    @View
    def dots(size: int) -> dict[str, Any]:
        """Dots."""
        return {"mark": {"type": "point", "size": size}, "data": {"values": []}}

    assert dots.spec(3)["mark"]["size"] == 3
    assert dots(size=3).to_dict()["mark"]["size"] == 3
    assert (dots.__name__, dots.__doc__) == ("dots", "Dots.")
