"""Marks that would overlap, drawn as one: cells of a plane, and clumps along a line.

The browser counts what a chart shows, so that filtered data are counted anew, and cells shrink with
what is zoomed to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from ganglioside.charts.vega import Spec

#: Columns of the features that marks stand for: how many there are, and the rows themselves.
COUNT: Final = "count"
MEMBERS: Final = "members"

#: Tests of rows that are alone in their cell or clump, or not.
IS_SINGLE: Final = f"datum.{COUNT} === 1"
IS_SEVERAL: Final = f"datum.{COUNT} > 1"

#: Cells along each axis of a chart.
_CELLS: Final = {"x": 110, "y": 70}

#: Largest gap within a clump, as a part of the axis.
_GAP: Final = 1 / 110

#: Room for a number beside a clump, as a part of the axis.
NUMBER: Final = 1 / 16

#: Range of the axis where it is zoomed: Vega keeps it by field.
_ZOOMED: Final = "(zoom['{field}'] ? abs(span(zoom['{field}'])) : {span:.6g})"


def cells(
    frame: pd.DataFrame, position: Spec, groups: Sequence[str], *, zoomed: bool
) -> list[Spec]:
    """Transforms that count the rows of each group in each cell of a plane: column `COUNT`.

    Parameters
    ----------
    frame
        The rows, with numbers in the fields of `position`.
    position
        Channels `x` and `y`.
    groups
        Columns whose values are not mixed.
    zoomed
        Whether the chart has the parameter `zoom`.
    """
    fields = {channel: str(position[channel]["field"]) for channel in _CELLS}
    counted = [*groups, "cell_x", "cell_y"]
    return [
        *(
            {
                "calculate": f"floor(datum['{field}'] / {_step(frame, field, channel, zoomed)})",
                "as": f"cell_{channel}",
            }
            for channel, field in fields.items()
        ),
        {"joinaggregate": [{"op": "count", "as": COUNT}], "groupby": counted},
    ]


def _step(frame: pd.DataFrame, field: str, channel: str, zoomed: bool) -> str:
    """Expression for the width of a cell, in the unit of the field."""
    values = frame[field].astype("float64").to_numpy()
    span = max(float(np.nanmax(values) - np.nanmin(values)), 1e-6)
    width = _ZOOMED.format(field=field, span=span) if zoomed else f"{span:.6g}"
    return f"({width} / {_CELLS[channel]})"


def middles(position: Spec, groups: Sequence[str]) -> list[Spec]:
    """Transforms of `cells` into one row for each cell, at the mean of its rows."""
    fields = [str(position[channel]["field"]) for channel in _CELLS]
    return [
        {
            "aggregate": [
                {"op": "count", "as": COUNT},
                {"op": "values", "as": MEMBERS},
                *({"op": "mean", "field": field, "as": field} for field in fields),
            ],
            "groupby": [*groups, "cell_x", "cell_y"],
        },
    ]


def clumps(field: str, span: float, groups: Sequence[str]) -> list[Spec]:
    """Transforms that count the rows of each group in each clump along a field: column `COUNT`.

    Rows of a clump are nearer to the next than a hundredth of what the axis shows; `zoom` is a
    parameter of the chart.

    Parameters
    ----------
    field, span
        Field of the axis, and the range that the axis shows.
    groups
        Columns whose values are not mixed.
    """
    gap = f"{_ZOOMED.format(field=field, span=span)} * {_GAP:.6g}"
    ordered = [{"field": field}]
    return [
        {
            "window": [{"op": "lag", "field": field, "as": "before"}],
            "groupby": list(groups),
            "sort": ordered,
        },
        {"calculate": f"isValid(datum.before) && datum['{field}'] - datum.before <= {gap} ? 0 : 1",
         "as": "begins"},
        {
            "window": [{"op": "sum", "field": "begins", "as": "clump"}],
            "groupby": list(groups),
            "sort": ordered,
            "frame": [None, 0],
        },
        {"joinaggregate": [{"op": "count", "as": COUNT}], "groupby": [*groups, "clump"]},
    ]  # fmt: skip


def extents(field: str, groups: Sequence[str]) -> list[Spec]:
    """Transforms of `clumps` into one row for each: `first`, `last`, `middle`."""
    return [
        {
            "aggregate": [
                {"op": "count", "as": COUNT},
                {"op": "values", "as": MEMBERS},
                {"op": "min", "field": field, "as": "first"},
                {"op": "max", "field": field, "as": "last"},
                {"op": "mean", "field": field, "as": "middle"},
            ],
            "groupby": [*groups, "clump"],
        },
    ]


def apart(field: str, span: float, groups: Sequence[str]) -> list[Spec]:
    """Transforms of `clumps` into one row for each with several rows and room for a number.

    Parameters
    ----------
    field, span, groups
        As for `clumps`; the first of the groups is the row of the chart.
    """
    room = f"{_ZOOMED.format(field=field, span=span)} * {NUMBER:.6g}"
    return [
        *extents(field, groups),
        {
            "window": [{"op": "lead", "field": "first", "as": "next"}],
            "groupby": [groups[0]],
            "sort": [{"field": "first"}],
        },
        {"filter": f"{IS_SEVERAL} && (!isValid(datum.next) || datum.next - datum.last > {room})"},
    ]
