"""Reliability diagram: whether the confidence of verdicts is right."""

from __future__ import annotations

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
    axis = {"scale": {"domain": [0, 1]}, "axis": {"format": "%"}}
    x = quantity("confidence", title="Confidence (mean of the bin)", **axis)
    y = quantity("right", title="Right verdicts", **axis)
    diagonal = marks(
        "line",
        {"x": x, "y": y},
        data=rows(*({"confidence": at, "right": at} for at in (0, 1))),
        color=palette.QUIET,
        strokeDash=[5, 4],
        strokeWidth=1,
    )
    data, colour = inline(table), palette.VERDICT_COLOURS["valid"]
    spread = marks(
        "rule",
        {"x": x, "y": quantity("low", title="Right verdicts"), "y2": {"field": "high"}},
        data=data,
        color=colour,
        strokeWidth=1.5,
    )
    dots = marks(
        "point",
        {
            "x": x,
            "y": y,
            "size": quantity("rows", scale={"range": [30, 500]}, legend=None),
            "tooltip": [
                quantity("rows", title="Verdicts"),
                quantity("confidence", title="Confidence", format=".1%"),
                quantity("right", title="Right", format=".1%"),
            ],
        },
        data=data,
        filled=True,
        color=colour,
        opacity=1,
    )
    counts = marks(
        "text",
        {"x": x, "y": y, "text": quantity("rows", format=",d")},
        data=data,
        align="right",
        dx=-12,
        fontSize=10,
        color=palette.INK,
    )
    return finish(
        layers(diagonal, spread, dots, counts),
        title,
        f"{int(table['rows'].sum()):,} verdicts; numbers: how many in each bin.",
        "Bars: 95 % interval of the share.",
        f"Expected calibration error {calibration_error(table):.3f}.",
        width=380,
        height=380,
    )
