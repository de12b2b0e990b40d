"""Marks that would overlap are counted by the browser: here by the same Vega, in a picture."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from ganglioside.charts import crowds
from ganglioside.charts.files import svg
from ganglioside.charts.plot_tables import inline
from ganglioside.charts.vega import Spec, marks, nominal, quantity

#: Two near each other, one far off, and one of another kind beside the first.
POINTS = pd.DataFrame(
    {"x": [1.0, 1.002, 9.0, 1.0], "y": [1.0, 1.002, 5.0, 1.0], "kind": list("aaab")}
)


def counts(transform: list[Spec], *shown: str) -> list[str]:
    """Texts that a chart shows of the rows that are left."""
    words = " + ' ' + ".join(f"format(datum.{name}, '.3f')" for name in shown)
    told = [*transform, {"calculate": f"datum.count + ' ' + {words}", "as": "words"}]
    axis: dict[str, Any] = {"axis": None}
    chart = marks(
        "text",
        {"x": quantity(shown[0], **axis), "text": nominal("words")},
        data=inline(POINTS),
        transform=told,
    )
    chart["params"] = [{"name": "zoom", "value": {}}]
    return sorted(re.findall(r"<text[^>]*>([^<]*)</text>", svg(chart)))


def test_rows_of_a_cell_are_one_row_at_their_mean_and_kinds_are_not_mixed() -> None:
    position = {"x": quantity("x"), "y": quantity("y")}
    counted = crowds.cells(POINTS, position, ["kind"], zoomed=False)
    rows = counts([*counted, *crowds.middles(position, ["kind"])], "x", "y")
    assert rows == ["1 1.000 1.000", "1 9.000 5.000", "2 1.001 1.001"]
    alone = counts([*counted, {"filter": crowds.IS_SINGLE}], "x", "y")
    assert alone == ["1 1.000 1.000", "1 9.000 5.000"]


def test_cells_shrink_with_what_is_zoomed_to() -> None:
    position = {"x": quantity("x"), "y": quantity("y")}
    (first, second, _) = crowds.cells(POINTS, position, ["kind"], zoomed=True)
    assert "zoom['x']" in first["calculate"]
    assert "zoom['y']" in second["calculate"]


def test_rows_along_a_line_are_clumps_where_no_gap_parts_them() -> None:
    clumped = crowds.clumps("x", 8.0, ["kind"])
    rows = counts([*clumped, *crowds.extents("x", ["kind"])], "first", "last")
    assert rows == ["1 1.000 1.000", "1 9.000 9.000", "2 1.000 1.002"]
    finer = crowds.clumps("x", 0.01, ["kind"])
    assert len(counts([*finer, *crowds.extents("x", ["kind"])], "first", "last")) == 4


def test_a_number_is_written_only_where_there_is_room() -> None:
    def numbers(span: float) -> list[str]:
        clumped = crowds.clumps("x", span, ["kind"])
        return counts([*clumped, *crowds.apart("x", span, ["kind"])], "first", "last")

    assert numbers(8.0) == ["2 1.000 1.002"]
    assert numbers(400.0) == []
