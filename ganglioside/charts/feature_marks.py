"""Parts that the charts share: marks of features, tooltips, selections, title and theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from ganglioside.charts import palette
from ganglioside.charts.vega import (
    SCHEMA,
    Spec,
    gathered,
    layers,
    marks,
    nominal,
    quantity,
    rows,
    value,
)

#: Number of points from which on they are drawn small and translucent.
MANY_POINTS: Final = 2_000

_TOOLTIPS: Final = (
    nominal("name", title="Name"),
    quantity("rt", title="RT (min)", format=".3f"),
    quantity("predicted_rt", title="Predicted RT (min)", format=".3f"),
    quantity("volume", title="Peak area", format=".3~s"),
    nominal("verdict", title="Verdict"),
    quantity("confidence", title="Confidence", format=".0%"),
    nominal("parent", title="Parent"),
    nominal("process", title="Process"),
    nominal("anchor", title="Anchor"),
    nominal("reason", title="Reason"),
    quantity("feature_id", title="Feature", format="d"),
)

#: Name of the layer of features, which selections refer to.
_FEATURES: Final = "features"


def tooltips(frame: pd.DataFrame) -> list[Spec]:
    """Tooltips for the columns that a frame has."""
    return [tip for tip in _TOOLTIPS if tip["field"] in frame]


def choices(*zoomed: str) -> list[Spec]:
    """Parameters of a chart: verdicts by the legend, and zoom of the axes `zoomed`."""
    verdicts = {"type": "point", "fields": ["verdict"]}
    shown = {"name": "shown", "select": verdicts, "bind": "legend", "views": [_FEATURES]}
    if not zoomed:
        return [shown]
    part = {"type": "interval", "encodings": list(zoomed)}
    return [shown, {"name": "zoom", "select": part, "bind": "scales", "views": [_FEATURES]}]


def feature_marks(
    frame: pd.DataFrame,
    position: Spec,
    *,
    data: Spec | None = None,
    where: Sequence[str] = (),
    clip: bool = False,
) -> Spec:
    """Layer of the features of a frame: verdict by colour and shape, anchors outlined.

    Anchors have a dark outline; wrong ones are ringed. The chart needs `choices`.

    Parameters
    ----------
    frame
        Rows of `plot_tables.points`.
    position
        Channels `x` and `y`.
    data, where
        As for `vega.marks`.
    clip
        Whether points outside the scales are hidden.
    """
    many = len(frame) > MANY_POINTS
    features = marks(
        "point",
        {
            **position,
            "fill": verdict_channel(frame, palette.VERDICT_COLOURS),
            "shape": verdict_channel(frame, palette.VERDICT_SHAPES),
            "stroke": {
                "condition": [{"test": "datum.anchor", "value": palette.INK}],
                "value": "transparent",
            },
            "size": value(14) if many else quantity("size", scale=None, legend=None),
            "opacity": {
                "condition": [{"param": "shown", "value": 0.4 if many else 0.85}],
                "value": 0.05,
            },
            "tooltip": tooltips(frame),
        },
        data=data,
        where=where,
        name=_FEATURES,
        strokeWidth=0.9,
        clip=clip,
    )
    rings = marks(
        "point",
        {**position, "tooltip": tooltips(frame)},
        data=data,
        where=[*where, "datum.wrong_anchor"],
        shape="circle",
        size=190,
        stroke=palette.WRONG_ANCHOR,
        strokeWidth=2,
        opacity=1,
        clip=clip,
    )
    return layers(features, rings) if frame["wrong_anchor"].any() else features


def verdict_channel(frame: pd.DataFrame, looks: dict[str, str], title: str = "Verdict") -> Spec:
    """Channel that encodes the verdicts of a frame by their colours or shapes."""
    domain = palette.verdict_domain(set(frame["verdict"])) or list(looks)
    scale = {"domain": domain, "range": [looks[verdict] for verdict in domain]}
    return nominal("verdict", title=title, scale=scale)


def category_scale() -> Spec:
    """Colour scale of the categories."""
    colours = palette.CATEGORY_COLOURS
    return {"domain": list(colours), "range": list(colours.values())}


def anchors_note(frame: pd.DataFrame) -> str:
    """Sentence on the anchors' marks, for a subtitle."""
    if not frame["anchor"].any():
        return "No anchors."
    wrong = int(frame["wrong_anchor"].sum())
    ringed = f"; {wrong} wrong, ringed in magenta" if wrong else ""
    return f"{int(frame['anchor'].sum())} anchors, outlined in black{ringed}."


def finish(chart: Spec, title: str, *subtitle: str, **properties: Any) -> Spec:
    """Chart with title, subtitle, theme, and properties such as its width."""
    heading = {"text": title, "subtitle": [line for line in subtitle if line]}
    whole = {"$schema": SCHEMA, "title": heading, **chart, **properties}
    return {**gathered(whole), "config": palette.theme()}


def nothing(title: str, why: str) -> Spec:
    """Chart that consists of the reason why it is empty."""
    text = marks(
        "text",
        {"text": nominal("why"), "x": value(8), "y": value(20)},
        data=rows({"why": why}),
        align="left",
        fontSize=12,
        color=palette.QUIET,
        limit=620,
    )
    return finish(text, title, width=640, height=40)
