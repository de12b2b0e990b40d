"""What the charts share: the marks of features, their tooltips, and the frame around them."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import pandas as pd

from ganglioside.charts import palette

#: What every chart function returns.
Chart = alt.TopLevelMixin

#: From here on points are drawn small and translucent.
MANY_POINTS: Final = 2_000

_TOOLTIPS: Final = (
    ("name:N", "Name", ""),
    ("rt:Q", "RT (min)", ".3f"),
    ("predicted_rt:Q", "Predicted RT (min)", ".3f"),
    ("volume:Q", "Peak area", ".3~s"),
    ("verdict:N", "Verdict", ""),
    ("confidence:Q", "Confidence", ".0%"),
    ("parent:N", "Parent", ""),
    ("process:N", "Process", ""),
    ("anchor:N", "Anchor", ""),
    ("reason:N", "Reason", ""),
    ("feature_id:Q", "Feature", "d"),
)


def tooltips(frame: pd.DataFrame) -> list[alt.Tooltip]:
    """Return the tooltips for which a frame has columns."""
    return [
        alt.Tooltip(field, title=title, format=form or alt.Undefined)
        for field, title, form in _TOOLTIPS
        if field.split(":")[0] in frame
    ]


def feature_marks(
    base: alt.Chart, frame: pd.DataFrame, *, clip: bool = False, **position: Any
) -> Any:
    """Return the features of a frame: verdict by colour and shape, anchors ringed.

    Anchors have a dark outline; wrong ones stand in a ring.
    """
    many = len(frame) > MANY_POINTS
    domain = palette.verdict_domain(set(frame["verdict"])) or list(palette.VERDICT_COLOURS)
    shown = alt.selection_point(name="shown", fields=["verdict"], bind="legend")
    features = (
        base.mark_point(strokeWidth=0.9, clip=clip)
        .encode(
            **position,
            fill=alt.Fill(
                "verdict:N",
                title="Verdict",
                scale=alt.Scale(domain=domain, range=[palette.VERDICT_COLOURS[v] for v in domain]),
            ),
            shape=alt.Shape(
                "verdict:N",
                title="Verdict",
                scale=alt.Scale(domain=domain, range=[palette.VERDICT_SHAPES[v] for v in domain]),
            ),
            stroke=alt.when("datum.anchor").then(alt.value(palette.INK)).otherwise(
                alt.value("transparent")
            ),
            size=alt.value(14 if many else 42),
            opacity=alt.when(shown).then(alt.value(0.4 if many else 0.85)).otherwise(
                alt.value(0.05)
            ),
            tooltip=tooltips(frame),
        )
        .add_params(shown)
    )  # fmt: skip
    rings = (
        base.mark_point(
            shape="circle",
            size=190,
            stroke=palette.WRONG_ANCHOR,
            strokeWidth=2,
            opacity=1,
            clip=clip,
        )
        .encode(**position, tooltip=tooltips(frame))
        .transform_filter("datum.wrong_anchor")
    )
    return alt.layer(features, rings) if frame["wrong_anchor"].any() else features


def anchors_note(frame: pd.DataFrame) -> str:
    """Return what a subtitle says of the anchors' marks."""
    if not frame["anchor"].any():
        return "No anchors."
    wrong = int(frame["wrong_anchor"].sum())
    ringed = f"; {wrong} wrong, ringed in magenta" if wrong else ""
    return f"{int(frame['anchor'].sum())} anchors, outlined in black{ringed}."


def finish(chart: Any, title: str, *subtitle: str) -> Chart:
    """Return a chart with its title and the theme."""
    heading = alt.TitleParams(title, subtitle=[line for line in subtitle if line])
    finished: Chart = chart.properties(title=heading).configure(**palette.theme())
    return finished


def nothing(title: str, why: str) -> Chart:
    """Return a chart that says why it is empty."""
    text = alt.Chart(alt.InlineData(values=[{"why": why}])).mark_text(
        align="left", fontSize=12, color=palette.QUIET, limit=620
    )
    placed = text.encode(text="why:N", x=alt.value(8), y=alt.value(20))
    return finish(placed.properties(width=640, height=40), title)
