"""One feature explained: how likely each hypothesis is, and where it expects the feature."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import pandas as pd

from ganglioside.charts import palette
from ganglioside.charts.frames import inline
from ganglioside.charts.marks import Chart, finish, nothing
from ganglioside.hypotheses import Explanation

_MOST: Final = 10  # hypotheses drawn
_ROW: Final = 30  # px
_NEAR: Final = 1.0  # min about the feature; what is expected farther off stands at the edge


def hypotheses(explanation: Explanation) -> Chart:
    """Return bars of probability beside the RT at which each hypothesis expects the feature.

    Parameters
    ----------
    explanation
        What `Analysis.explain` returns. The ten likeliest hypotheses are drawn.
    """
    e = explanation
    title = f"Feature {e.feature_id}: {e.name or 'no name'}"
    if not e.hypotheses:
        return nothing(title, e.reason)
    frame = _frame(e)
    left = _bars(frame).properties(width=190, height=_ROW * len(frame))
    right = _strip(frame, e.rt).properties(width=300, height=_ROW * len(frame))
    rest = len(e.hypotheses) - len(frame)
    return finish(
        alt.hconcat(left, right, spacing=18).resolve_scale(y="shared"),
        title,
        f"Verdict: {e.verdict}, confidence {e.confidence:.1%}. Line: measured at {e.rt:.3f} min; "
        "marks: where it would be expected.",
        "Hollow marks at the edge: expected farther off." if frame["beyond"].any() else "",
        f"{rest} less likely hypotheses are left out." if rest > 0 else "",
    )


def _frame(e: Explanation) -> pd.DataFrame:
    """Return the hypotheses drawn, with a place for each mark and words for each number."""
    frame = e.table.head(_MOST)
    low, high = e.rt - _NEAR, e.rt + _NEAR
    return frame.assign(
        order=range(len(frame)),
        beyond=(frame["expected_rt"] < low) | (frame["expected_rt"] > high),
        shown_rt=frame["expected_rt"].clip(low, high),
        percent=[f"{p:.1%}" if p >= 0.001 else "< 0.1%" for p in frame["probability"]],
        apart=[
            "anywhere" if pd.isna(d) else f"{d:+.3f} min ({s:+.1f} σ)"
            for d, s in zip(frame["difference"], frame["sigma"], strict=True)
        ],
    )


def _y(**axis: Any) -> alt.Y:
    return alt.Y("statement:N", title=None, sort=alt.SortField("order"), axis=alt.Axis(**axis))


def _colour(frame: pd.DataFrame) -> dict[str, Any]:
    domain = palette.verdict_domain(set(frame["verdict"]))
    scale = alt.Scale(domain=domain, range=[palette.VERDICT_COLOURS[v] for v in domain])
    shapes = alt.Scale(domain=domain, range=[palette.VERDICT_SHAPES[v] for v in domain])
    return {
        "color": alt.Color("verdict:N", title="It would be", scale=scale),
        "shape": alt.Shape("verdict:N", title="It would be", scale=shapes),
    }


_TOOLTIPS: Final = [
    alt.Tooltip("statement:N", title="Hypothesis"),
    alt.Tooltip("probability:Q", title="Probability", format=".2%"),
    alt.Tooltip("expected_rt:Q", title="Expected RT (min)", format=".3f"),
    alt.Tooltip("apart:N", title="Measured less expected"),
    alt.Tooltip("area_ratio:Q", title="Area over the parent's", format=".3p"),
    alt.Tooltip("basis:N", title="Rests on"),
]


def _bars(frame: pd.DataFrame) -> Any:
    base = alt.Chart(inline(frame)).encode(
        x=alt.X("probability:Q", title="Probability",
                scale=alt.Scale(domain=[0, 1.2], nice=False),
                axis=alt.Axis(format="%", values=[0, 0.5, 1])),
        y=_y(labelLimit=430),
        tooltip=_TOOLTIPS,
    )  # fmt: skip
    bars = base.mark_bar(height=14).encode(color=_colour(frame)["color"])
    return alt.layer(bars, base.mark_text(align="left", dx=4).encode(text="percent:N"))


def _strip(frame: pd.DataFrame, rt: float) -> Any:
    domain = [rt - _NEAR * 1.05, rt + _NEAR * 1.05]
    x = alt.X("shown_rt:Q", title="RT (min)", scale=alt.Scale(domain=domain, nice=False))
    measured = (
        alt.Chart(alt.InlineData(values=[{"shown_rt": rt}]))
        .mark_rule(color=palette.INK, strokeWidth=1.5)
        .encode(x=x)
    )
    base = alt.Chart(inline(frame)).encode(y=_y(labels=False, ticks=False, grid=True))
    marks = (
        base.transform_filter("isValid(datum.expected_rt)")
        .mark_point(size=75, filled=True, strokeWidth=1.5)
        .encode(
            x=x,
            **_colour(frame),
            fillOpacity=alt.condition("datum.beyond", alt.value(0), alt.value(1)),
            tooltip=_TOOLTIPS,
        )
    )
    words = base.mark_text(align="left", fontSize=9, color=palette.QUIET, dy=10).encode(
        x=alt.value(2), text="apart:N"
    )
    return alt.layer(measured, marks, words)
