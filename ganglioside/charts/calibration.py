"""Reliability diagram: whether the confidence of verdicts is right."""

from __future__ import annotations

from typing import Final

import pandas as pd

from ganglioside.charts import palette
from ganglioside.charts.feature_marks import finish, nothing
from ganglioside.charts.plot_tables import inline
from ganglioside.charts.vega import Spec, View, layers, marks, quantity, rows
from ganglioside.verdicts.calibration import calibration_error


@View
def reliability_diagram(table: pd.DataFrame) -> Spec:
    """Chart of the share of right verdicts over confidence; on the diagonal, 0.9 is nine in ten.

    Parameters
    ----------
    table
        Bins of confidence, from `verdicts.calibration.reliability`.

    Returns
    -------
    altair.LayerChart

    Examples
    --------
    >>> import pandas as pd
    >>> import ganglioside as gg
    >>> from ganglioside.verdicts.calibration import reliability
    >>> bins = reliability(pd.Series([True, True, False]), pd.Series([0.97, 0.91, 0.55]))
    >>> gg.charts.reliability_diagram(bins).to_dict()["title"]["text"]
    'Is the confidence right?'
    """
    title = "Is the confidence right?"
    if table.empty:
        return nothing(title, "No verdict has a confidence.")
    data = inline(table)
    return finish(
        layers(_diagonal(), _intervals(data), _dots(data), _counts(data)),
        title,
        f"{int(table['rows'].sum()):,} verdicts; numbers: how many in each bin.",
        "Bars: 95 % interval of the share.",
        f"Expected calibration error {calibration_error(table):.3f}.",
        width=380,
        height=380,
    )


_AXIS: Final = {"scale": {"domain": [0, 1]}, "axis": {"format": "%"}}
_X: Final = quantity("confidence", title="Confidence (mean of the bin)", **_AXIS)
_Y: Final = quantity("right", title="Right verdicts", **_AXIS)
_COLOUR: Final = palette.VERDICT_COLOURS["valid"]


def _diagonal() -> Spec:
    """Line on which the confidence is right."""
    return marks(
        "line",
        {"x": _X, "y": _Y},
        data=rows(*({"confidence": at, "right": at} for at in (0, 1))),
        color=palette.QUIET,
        strokeDash=[5, 4],
        strokeWidth=1,
    )


def _intervals(data: Spec) -> Spec:
    """Bars of the interval of each bin."""
    return marks(
        "rule",
        {"x": _X, "y": quantity("low", title="Right verdicts"), "y2": {"field": "high"}},
        data=data,
        color=_COLOUR,
        strokeWidth=1.5,
    )


def _dots(data: Spec) -> Spec:
    """Dot of each bin, the larger the more verdicts it has."""
    encoding = {
        "x": _X,
        "y": _Y,
        "size": quantity("rows", scale={"range": [30, 500]}, legend=None),
        "tooltip": [
            quantity("rows", title="Verdicts"),
            quantity("confidence", title="Confidence", format=".1%"),
            quantity("right", title="Right", format=".1%"),
        ],
    }
    return marks("point", encoding, data=data, filled=True, color=_COLOUR, opacity=1)


def _counts(data: Spec) -> Spec:
    """Number of verdicts beside each dot."""
    return marks(
        "text",
        {"x": _X, "y": _Y, "text": quantity("rows", format=",d")},
        data=data,
        align="right",
        dx=-12,
        fontSize=10,
        color=palette.INK,
    )
