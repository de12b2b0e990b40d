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
_NEAREST, _FARTHEST = 0.1, 1.0  # min shown about the feature, at least and at most


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
    height = _ROW * len(frame)
    bars, strip, words = _bars(frame), _strip(frame, e.rt), _words(frame)
    row = alt.hconcat(
        bars.properties(width=170, height=height),
        strip.properties(width=280, height=height),
        words.properties(width=110, height=height, view=alt.ViewBackground(stroke=None)),
        spacing=14,
    )
    rest = len(e.hypotheses) - len(frame)
    return finish(
        row,
        title,
        f"Verdict: {e.verdict}, confidence {e.confidence:.1%}. Line: measured at {e.rt:.3f} min; "
        "marks: where it would be expected.",
        "Hollow marks at the edge: expected farther off." if frame["beyond"].any() else "",
        f"{rest} less likely hypotheses are left out." if rest > 0 else "",
    )


def _frame(e: Explanation) -> pd.DataFrame:
    """Return the hypotheses drawn, with a place for each mark and words for each number."""
    frame = e.table.head(_MOST)
    away = frame["difference"].abs()
    reach = max(1.2 * away.where(away <= _FARTHEST).fillna(0.0).max(), _NEAREST)
    return frame.assign(
        beyond=away > reach,
        shown_rt=frame["expected_rt"].clip(e.rt - reach, e.rt + reach),
        reach=reach,
        percent=[f"{p:.1%}" if p >= 0.001 else "< 0.1%" for p in frame["probability"]],
        apart=[
            "anywhere" if pd.isna(d) else f"{d:+.3f} min ({s:+.1f} σ)"
            for d, s in zip(frame["difference"], frame["sigma"], strict=True)
        ],
    )


def _y(frame: pd.DataFrame, **axis: Any) -> alt.Y:
    order = frame["statement"].tolist()
    scale = alt.Scale(domain=order)
    return alt.Y("statement:N", title=None, sort=None, scale=scale, axis=alt.Axis(**axis))


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
                scale=alt.Scale(domain=[0, 1.32], nice=False),
                axis=alt.Axis(format="%", values=[0, 0.5, 1])),
        y=_y(frame, labelLimit=560),
        tooltip=_TOOLTIPS,
    )  # fmt: skip
    bars = base.mark_bar(height=14).encode(color=_colour(frame)["color"])
    return alt.layer(bars, base.mark_text(align="left", dx=4).encode(text="percent:N"))


def _strip(frame: pd.DataFrame, rt: float) -> Any:
    reach = 1.05 * float(frame["reach"].iloc[0])
    x = alt.X("shown_rt:Q", title="RT (min)",
              scale=alt.Scale(domain=[rt - reach, rt + reach], nice=False),
              axis=alt.Axis(tickCount=5))  # fmt: skip
    measured = (
        alt.Chart(alt.InlineData(values=[{"shown_rt": rt}]))
        .mark_rule(color=palette.INK, strokeWidth=1.5)
        .encode(x=x)
    )
    base = (
        alt.Chart(inline(frame))
        .transform_filter("isValid(datum.expected_rt)")
        .encode(x=x, y=_y(frame, labels=False, ticks=False, grid=True), tooltip=_TOOLTIPS)
        .encode(**_colour(frame))
    )
    near = base.transform_filter("!datum.beyond").mark_point(size=80, filled=True, opacity=1)
    far = base.transform_filter("datum.beyond").mark_point(size=80, strokeWidth=1.5)
    return alt.layer(measured, near, far)


def _words(frame: pd.DataFrame) -> Any:
    return (
        alt.Chart(inline(frame))
        .mark_text(align="left")
        .encode(
            x=alt.value(0), y=_y(frame, labels=False, ticks=False, domain=False), text="apart:N"
        )
    )
