"""Parts that the charts share: marks of features, tooltips, selections, title and theme."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.charts import crowds, palette
from ganglioside.charts.vega import (
    CERTAINTY,
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
from ganglioside.errors import SettingsError
from ganglioside.support.formatting import counted

#: Number of points from which on those that would overlap are drawn as one.
MANY_POINTS: Final = 2_000

_TOOLTIPS: Final = (
    nominal("name", title="Name"),
    quantity("rt", title="RT (min)", format=".3f"),
    quantity("predicted_rt", title="Predicted RT (min)", format=".3f"),
    quantity("volume", title="Peak area", format=".3~s"),
    nominal("verdict", title="Verdict"),
    CERTAINTY,
    nominal("parent", title="Parent"),
    nominal("process", title="Process"),
    nominal("anchor", title="Anchor"),
    nominal("reason", title="Reason"),
    quantity("feature_id", title="Feature", format="d"),
)

#: Size of marks, px^2: without an area, alone among many, and of the smallest and largest areas (by
#: quantiles) and numbers.
_USUAL: Final = 42
_SMALL: Final = 20
_SIZES: Final = (16.0, 130.0)
_COUNTED_SIZES: Final = (26.0, 200.0)
_EXTREMES: Final = (0.02, 0.98)
_MOST_COUNTED: Final = 1000

_ANCHOR_STROKE: Final[Spec] = {
    "condition": [{"test": "datum.anchor", "value": palette.INK}],
    "value": "transparent",
}
_OPACITY: Final[Spec] = {"condition": [{"param": "shown", "value": 0.85}], "value": 0.05}
_COUNT_CHANNEL: Final = quantity(
    crowds.COUNT,
    title="Features in one mark",
    scale={"type": "log", "domain": [2, _MOST_COUNTED], "range": list(_COUNTED_SIZES),
           "clamp": True},
    legend={"values": [2, 10, 100, _MOST_COUNTED], "format": ",d", "symbolType": "circle",
            "symbolFillColor": palette.QUIET},
)  # fmt: skip
_STRIP: Final = 9  # px, height of a strip
_RING: Final[dict[str, Any]] = {
    "shape": "circle", "size": 190, "stroke": palette.WRONG_ANCHOR, "strokeWidth": 2, "opacity": 1,
}  # fmt: skip
#: Arrows as paths within a square of two by two.
_ARROW_UP: Final = "M0,-1L.7,0L.22,0L.22,1L-.22,1L-.22,0L-.7,0Z"
_ARROW_DOWN: Final = "M0,1L.7,0L.22,0L.22,-1L-.22,-1L-.22,0L-.7,0Z"
_COUNT_TIP: Final = quantity(crowds.COUNT, title="Features", format=",d")

#: Characters of a line of the reason why a chart is empty.
_LINE: Final = 90

#: Name of the layer of features, which selections refer to.
_FEATURES: Final = "features"


def tooltips(frame: pd.DataFrame) -> list[Spec]:
    """Tooltips for the columns that a frame has."""
    known = {*frame, CERTAINTY["field"]} if "confidence" in frame else {*frame}
    return [tip for tip in _TOOLTIPS if tip["field"] in known]


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
    colour: str = "verdict",
    zoomed: bool = False,
    ringed: bool = True,
) -> Spec:
    """Layers of the features of a frame: verdict by colour and shape, area by size.

    Anchors have a dark outline; wrong ones are ringed. More than `MANY_POINTS` features that would
    overlap are one mark, as large as they are many. The chart needs `choices`.

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
    colour
        Column that the colour shows: `verdict` or `sample`.
    zoomed
        Whether the chart is zoomed in x and y.
    ringed
        Whether wrong anchors are ringed here; else the chart has `ring_marks` of its own.
    """
    ringed = ringed and bool(frame["wrong_anchor"].any())
    if len(frame) <= MANY_POINTS:
        each = _features(
            frame, position, area_channel(frame), colour, data=data, where=where, clip=clip
        )
        rings = ring_marks(frame, position, data=data, where=where, clip=clip)
        return layers(each, rings) if ringed else each
    counted = counting(frame, position, colour=colour, zoomed=zoomed)
    source = {} if data is None else {"data": data}
    selected = [{"filter": condition} for condition in where]
    return counted_marks(frame, position, clip=clip, colour=colour, ringed=ringed) | {
        **source,
        "transform": [*selected, *counted],
    }


def ring_marks(
    frame: pd.DataFrame, position: Spec, *, where: Sequence[str] = (), **more: Any
) -> Spec:
    """Layer of rings around the wrong anchors of a frame that has some.

    Parameters
    ----------
    frame, position, where
        As for `feature_marks`.
    **more
        `data` and properties as for `vega.marks`.
    """
    tips = {"tooltip": tooltips(frame)}
    where = [*where, "datum.wrong_anchor"]
    return marks("point", {**position, **tips}, where=where, **_RING, **more)


def counting(
    frame: pd.DataFrame,
    position: Spec,
    *,
    colour: str = "verdict",
    zoomed: bool = False,
    within: Sequence[str] = (),
) -> list[Spec]:
    """Transforms that `counted_marks` need; none where each feature has a mark of its own.

    Parameters
    ----------
    frame, position, colour, zoomed
        As for `feature_marks`.
    within
        Columns whose values are in panels of their own.
    """
    if len(frame) <= MANY_POINTS:
        return []
    return crowds.cells(frame, position, [*within, *_kinds(colour)], zoomed=zoomed)


def counted_marks(
    frame: pd.DataFrame,
    position: Spec,
    *,
    where: Sequence[str] = (),
    clip: bool = False,
    colour: str = "verdict",
    ringed: bool = True,
) -> Spec:
    """Layers of features that were counted by `counting`: one mark for those of one cell."""
    kinds = _kinds(colour)
    alone = _features(
        frame, position, value(_SMALL), colour, where=[*where, crowds.IS_SINGLE], clip=clip
    )
    several = marks(
        "point",
        {
            **position,
            **_looks(frame, colour),
            "size": _COUNT_CHANNEL,
            "opacity": _OPACITY,
            "tooltip": [_COUNT_TIP, *tooltips(frame[kinds])],
        },
        where=[*where, crowds.IS_SEVERAL],
        transform=crowds.middles(position, kinds),
        stroke=palette.PAPER,
        strokeWidth=0.9,
        clip=clip,
    )
    rings = marks(
        "point",
        position,
        where=[*where, "datum.wrong_anchor"],
        transform=crowds.middles(position, kinds),
        clip=clip,
        **_RING,
    )
    return layers(alone, several, *([rings] if ringed and frame["wrong_anchor"].any() else []))


def _kinds(colour: str) -> list[str]:
    """Columns whose values are drawn differently."""
    return list(dict.fromkeys(["verdict", colour]))


def _looks(frame: pd.DataFrame, colour: str) -> Spec:
    """Channels of colour and shape."""
    shapes = verdict_channel(frame, palette.VERDICT_SHAPES)
    return {"fill": colour_channel(frame, colour), "shape": shapes}


def _features(frame: pd.DataFrame, position: Spec, size: Spec, colour: str, **more: Any) -> Spec:
    """Layer of features, to which selections refer."""
    return marks(
        "point",
        {
            **position,
            **_looks(frame, colour),
            "stroke": _ANCHOR_STROKE,
            "size": size,
            "opacity": _OPACITY,
            "tooltip": tooltips(frame),
        },
        name=_FEATURES,
        strokeWidth=0.9,
        **more,
    )


def strip_marks(
    frame: pd.DataFrame,
    position: Spec,
    span: float,
    *,
    data: Spec | None = None,
    colour: str = "verdict",
) -> Spec:
    """Layers of features in rows: those that would overlap are a strip with their number.

    Parameters
    ----------
    frame, data, colour
        As for `feature_marks`.
    position
        Channels `x`, a number, and `y`, a name. The chart is zoomed in x.
    span
        Range that the axis of `x` shows.
    """
    row, x = position["y"], position["x"]
    field = str(x["field"])
    groups = [str(row["field"]), *_kinds(colour)]
    alone = _features(
        frame, position, area_channel(frame), colour, where=[crowds.IS_SINGLE], clip=True
    )
    several = marks(
        "rule",
        {
            "x": {**x, "field": "first"},
            "x2": {"field": "last"},
            "y": row,
            "stroke": colour_channel(frame, colour),
            "opacity": _OPACITY,
            "tooltip": [_COUNT_TIP, *tooltips(frame[groups])],
        },
        where=[crowds.IS_SEVERAL],
        transform=crowds.extents(field, groups),
        strokeWidth=_STRIP,
        strokeCap="round",
        clip=True,
    )
    numbers = marks(
        "text",
        {"x": {**x, "field": "last"}, "y": row, "text": quantity(crowds.COUNT, format=",d")},
        transform=crowds.apart(field, span, groups),
        align="left",
        dx=_STRIP - 1,
        fontSize=9,
        clip=True,
    )
    rings = marks(
        "point",
        {"x": {**x, "field": "middle"}, "y": row},
        where=["datum.wrong_anchor"],
        transform=crowds.extents(field, groups),
        clip=True,
        **_RING,
    )
    drawn = [several, alone, numbers, *([rings] if frame["wrong_anchor"].any() else [])]
    source = {} if data is None else {"data": data}
    return layers(*drawn, **source, transform=crowds.clumps(field, span, groups))


def arrow_marks(
    frame: pd.DataFrame,
    position: Spec,
    field: str,
    edge: float,
    *,
    data: Spec | None = None,
    colour: str = "verdict",
) -> Spec:
    """Layer of arrows in place of the features beyond the edges of the axis of y.

    Parameters
    ----------
    frame, position, data, colour
        As for `feature_marks`.
    field, edge
        Number that is beyond ±`edge`, whose sign is the direction of the arrow.
    """
    upwards = {"test": f"datum.{field} > 0", "value": _ARROW_UP}
    return marks(
        "point",
        {
            **position,
            "fill": colour_channel(frame, colour),
            "shape": {"condition": [upwards], "value": _ARROW_DOWN},
            "opacity": _OPACITY,
            "tooltip": tooltips(frame),
        },
        data=data,
        where=[f"abs(datum.{field}) > {edge:.6g}"],
        size=90,
        strokeWidth=0,
        clip=True,
    )


def area_channel(frame: pd.DataFrame) -> Spec:
    """Channel of sizes by the logarithm of the peak area; a usual size without an area."""
    areas = frame["volume"].to_numpy(dtype="float64", na_value=np.nan)
    known = areas[areas > 0]
    if not len(known):
        return value(_USUAL)
    low, high = np.log10(np.quantile(known, _EXTREMES))
    powers = range(int(np.ceil(low)), int(np.floor(high)) + 1)
    legend = {
        "values": [10.0**power for power in powers],
        "format": ".0e",
        "labelExpr": "replace(datum.label, '+', '')",
        "symbolType": "circle",
        "symbolFillColor": palette.QUIET,
    }
    domain = [10**low, 10 ** max(high, low + 1e-3)]
    by_area = quantity(
        "volume",
        title="Peak area",
        scale={"type": "log", "domain": domain, "range": list(_SIZES), "clamp": True},
        legend=legend if powers else None,
    )
    return {"condition": {"test": "datum.volume > 0", **by_area}, **value(_USUAL)}


def colour_channel(frame: pd.DataFrame, colour: str) -> Spec:
    """Channel that encodes the verdict or the sample by colour.

    Raises
    ------
    SettingsError
        If the colour is to show something else, or samples that there are not, or too many.
    """
    if colour == "verdict":
        return verdict_channel(frame, palette.VERDICT_COLOURS)
    has_samples = colour == "sample" and "sample" in frame
    samples = sorted(frame["sample"].dropna().unique()) if has_samples else []
    most = len(palette.SAMPLE_COLOURS)
    if not 0 < len(samples) <= most:
        raise SettingsError(
            f"colour = {colour!r}: colours show the verdict, or one to {most} samples, of which "
            f"this table has {len(samples):,}: use colour='verdict'."
        )
    scale = {"domain": samples, "range": list(palette.SAMPLE_COLOURS[: len(samples)])}
    return nominal(colour, title="Sample", scale=scale)


def verdict_channel(frame: pd.DataFrame, looks: dict[str, str], title: str = "Verdict") -> Spec:
    """Channel that encodes the verdicts of a frame by their colours or shapes."""
    domain = palette.verdict_domain(set(frame["verdict"])) or list(looks)
    scale = {"domain": domain, "range": [looks[verdict] for verdict in domain]}
    return nominal("verdict", title=title, scale=scale)


def category_scale() -> Spec:
    """Colour scale of the categories."""
    colours = palette.CATEGORY_COLOURS
    return {"domain": list(colours), "range": list(colours.values())}


def anchors_note(frame: pd.DataFrame, *, gathered: bool = False) -> str:
    """Sentence on the anchors' marks, for a subtitle.

    Parameters
    ----------
    frame
        Rows of `plot_tables.points`.
    gathered
        Whether features that would overlap are one mark, which has no outline, however few the
        features are.
    """
    if not frame["anchor"].any():
        return "No anchors."
    wrong = int(frame["wrong_anchor"].sum())
    ringed = f"; {wrong:,} wrong, ringed in magenta" if wrong else ""
    alone = " where they stand alone" if gathered or len(frame) > MANY_POINTS else ""
    return f"{counted(int(frame['anchor'].sum()), 'anchor')}, outlined{alone}{ringed}."


def finish(chart: Spec, title: str, *subtitle: str, **properties: Any) -> Spec:
    """Chart with title, subtitle, theme, and properties such as its width."""
    heading = {"text": title, "subtitle": [line for line in subtitle if line]}
    whole = {"$schema": SCHEMA, "title": heading, **chart, **properties}
    return {**gathered(whole), "config": palette.theme()}


def nothing(title: str, why: str) -> Spec:
    """Chart that consists of the reason why it is empty, in lines as wide as it."""
    lines = wrap(why, _LINE)
    text = marks(
        "text",
        {"text": nominal("why"), "x": value(8), "y": value(20)},
        data=rows({"why": "\n".join(lines)}),
        align="left",
        fontSize=12,
        color=palette.QUIET,
        limit=620,
        lineBreak="\n",
        lineHeight=16,
    )
    return finish(text, title, width=640, height=24 + 16 * max(len(lines), 1))
