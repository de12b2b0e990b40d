"""How far to trust confidence, as a chart."""

from __future__ import annotations

import altair as alt
import pandas as pd

from ganglioside.calibration import calibration_error
from ganglioside.charts import palette
from ganglioside.charts.frames import inline
from ganglioside.charts.marks import Chart, finish, nothing


def reliability_diagram(table: pd.DataFrame) -> Chart:
    """Return the share of right verdicts over confidence; on the diagonal, 0.9 means nine in ten.

    Parameters
    ----------
    table
        What `calibration.reliability` returns.
    """
    title = "Is the confidence right?"
    if table.empty:
        return nothing(title, "No verdict has a confidence.")
    x = alt.X("confidence:Q", title="Confidence (mean of the bin)",
              scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))  # fmt: skip
    y = alt.Y("right:Q", title="Right verdicts", scale=alt.Scale(domain=[0, 1]),
              axis=alt.Axis(format="%"))  # fmt: skip
    ends = [{"confidence": at, "right": at} for at in (0, 1)]
    diagonal = alt.Chart(alt.InlineData(values=ends)).mark_line(
        color=palette.QUIET, strokeDash=[5, 4], strokeWidth=1
    )
    base = alt.Chart(inline(table)).encode(x=x)
    tooltip = [
        alt.Tooltip("rows:Q", title="Verdicts"),
        alt.Tooltip("confidence:Q", title="Confidence", format=".1%"),
        alt.Tooltip("right:Q", title="Right", format=".1%"),
    ]
    colour = palette.VERDICT_COLOURS["valid"]
    spread = base.mark_rule(color=colour, strokeWidth=1.5).encode(
        y=alt.Y("low:Q").title("Right verdicts"), y2="high:Q"
    )
    dots = base.mark_point(filled=True, color=colour, opacity=1).encode(
        y=y,
        size=alt.Size("rows:Q", title="Verdicts", scale=alt.Scale(range=[30, 500])),
        tooltip=tooltip,
    )
    return finish(
        alt.layer(diagonal.encode(x=x, y=y), spread, dots).properties(width=380, height=380),
        title,
        f"{int(table['rows'].sum()):,} verdicts. Bars: 95 % interval of the share.",
        f"Expected calibration error {calibration_error(table):.3f}.",
    )
