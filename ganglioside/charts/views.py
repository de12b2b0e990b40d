"""Charts of an analysis: pure functions from `Analysis` to a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.analysis import Analysis
from ganglioside.charts import crowds, palette
from ganglioside.charts.feature_marks import (
    anchors_note,
    arrow_marks,
    category_scale,
    choices,
    counted_marks,
    counting,
    feature_marks,
    finish,
    nothing,
    ring_marks,
    strip_marks,
    verdict_channel,
)
from ganglioside.charts.plot_tables import (
    CATEGORY_IN_SERIES,
    curves,
    gradient_note,
    inline,
    isomer_labels,
    points,
    points_on_curves,
    reduced,
)
from ganglioside.charts.vega import Spec, View, layers, marks, nominal, quantity, rows
from ganglioside.columns import CATEGORIES, PARENT_VERDICTS, VERDICTS
from ganglioside.support.arrays import FloatArray
from ganglioside.support.formatting import counted

_WIDTH: Final = 760  # px

#: Labels of whole carbons: a short axis has a tick between 33 and 34, too.
_WHOLE: Final = "datum.value == floor(datum.value) ? datum.label : ''"

#: So few numbers on an axis of RT that none is left out: of 6.5, 7.0, 7.5 every other one was.
_WHOLE_STEPS: Final[Spec] = {"tickCount": {"expr": "ceil(width / 60)"}}

#: Room beside the marks of a series, px: with labels of isomers, which stand behind their lines.
_BESIDE: Final = 12
_BESIDE_LABELS: Final = 26
_ROW: Final = 20  # px, height of a row of text
_EDGE: Final = 12  # sigma, end of the axis of residuals
_BEYOND: Final = 1.5  # min, shown on either side of the lines in the chart of normalised RT
_MARK: Final = 1 / 45  # half a mark, as a part of that chart's axis


@View
def predicted_against_measured(analysis: Analysis, colour: str = "verdict") -> Spec:
    """Chart of predicted over measured RT (min); genuine features are on the diagonal.

    Parameters
    ----------
    analysis
    colour
        What colour shows: `verdict` or `sample`.

    Returns
    -------
    altair.LayerChart

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.predicted_against_measured(gg.analyze(gg.example()))
    >>> chart.to_dict()["title"]["text"]
    'Predicted against measured retention time'
    """
    title = "Predicted against measured retention time"
    frame = points(analysis).dropna(subset=["rt", "predicted_rt"])
    if frame.empty:
        return nothing(title, _why_empty(analysis))
    low, high = _span(frame[["rt", "predicted_rt"]])
    scale = {"domain": [low, high], "nice": False}
    diagonal = marks(
        "line",
        {"x": quantity("at", scale=scale), "y": quantity("at", scale=scale)},
        data=rows({"at": low}, {"at": high}),
        color=palette.QUIET,
        strokeDash=[5, 4],
        strokeWidth=1,
    )
    position = {
        "x": quantity("rt", title="Measured RT (min)", scale=scale, axis=_WHOLE_STEPS),
        "y": quantity("predicted_rt", title="Predicted RT (min)", scale=scale),
    }
    features = feature_marks(frame, position, data=inline(frame), colour=colour, zoomed=True)
    return finish(
        layers(diagonal, features),
        title,
        "On the diagonal: elutes where its name is expected. Off it: something else.",
        anchors_note(frame),
        params=choices("x", "y"),
        width=520,
        height=520,
    )


@View
def retention_by_carbons(
    analysis: Analysis, series: str | Sequence[str] | None = None, *, columns: int = 3
) -> Spec:
    """Chart of RT over the ceramide's carbons with the fitted curves, one facet per series.

    Parameters
    ----------
    analysis
    series
        One series or several, such as `GD1` or `["GD1", "GD1+OAc"]`; all where None.
    columns
        Number of facets in a row.

    Returns
    -------
    altair.LayerChart or altair.FacetChart

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.retention_by_carbons(gg.analyze(gg.example()), "GD1")
    >>> chart.to_dict()["title"]["text"]
    'Retention by carbon number: GD1'
    """
    title = "Retention by carbon number"
    frame = points_on_curves(analysis)
    if isinstance(series, str):
        title += f": {series}"
        series = [series]
    if series is not None:
        frame = frame[frame["series"].isin(series)]
    return _retention(frame, curves(analysis, frame), title, columns, note=gradient_note(analysis))


def _retention(
    frame: pd.DataFrame, fitted: pd.DataFrame, title: str, columns: int = 3, *, note: str
) -> Spec:
    """Chart of one series, or facets of several with a common RT scale."""
    return retention_panels(frame, fitted, title, columns, _by_category(frame), note=note)


def retention_panels(
    frame: pd.DataFrame,
    fitted: pd.DataFrame,
    title: str,
    columns: int,
    order: Sequence[str],
    *,
    colour: str = "verdict",
    note: str = "",
    **resolve: Any,
) -> Spec:
    """Chart of RT over carbons: one large panel of one series, or facets of several in order.

    Parameters
    ----------
    frame, fitted : pandas.DataFrame
        Rows of `plot_tables.points_on_curves`, and `plot_tables.curves` of them.
    title : str
    columns : int
        Facets in a row.
    order : sequence of str
        The series.
    colour
        What colour shows: `verdict` or `sample`.
    note : str
        What the chart leaves out, for its subtitle.
    **resolve
        Scales that facets do not share, as Vega-Lite resolves them.
    """
    if frame.empty:
        return nothing(title, "No feature of this kind has a readable name and RT.")
    wide = frame["series"].nunique() == 1
    size = {"width": _WIDTH - 90, "height": 340} if wide else {"width": 215, "height": 160}
    source, drawn = _carbon_layers(frame, fitted, colour)
    chart = (
        {**source, **drawn, **size}
        if wide
        else _facets(source, drawn | size, order, columns, resolve)
    )
    has_curves = bool(fitted["curve_rt"].notna().any())
    said = "Curves: fitted retention of each series and isomer. " * has_curves
    return finish(chart, title, said + anchors_note(frame), note, params=choices())


def _carbon_layers(
    frame: pd.DataFrame, fitted: pd.DataFrame, colour: str = "verdict"
) -> tuple[Spec, Spec]:
    """Data of all facets with what is done with them, and the layers of one facet."""
    drawn = pd.concat([frame, fitted], ignore_index=True)
    flags = ["anchor", "wrong_anchor", "last", "latest"]
    drawn[flags] = drawn[flags].astype("boolean")
    tall = {"zero": False, "nice": True}
    named = drawn["isomer"].notna().any()
    x = quantity(
        "carbons",
        title="Carbons of the ceramide",
        scale={"zero": False, "nice": False, "padding": _BESIDE_LABELS if named else _BESIDE},
        axis={"format": "d", "tickMinStep": 1, "tickCount": 4, "labelExpr": _WHOLE},
    )
    kinds = sorted(drawn["ceramide"].dropna().unique())
    lines = marks(
        "line",
        {
            "x": x,
            "y": quantity("curve_rt", title="RT (min)", scale=tall, axis={"tickMinStep": 0.1}),
            "detail": nominal("line"),
            "strokeDash": nominal(
                "ceramide",
                title="Curve of",
                scale={"domain": kinds, "range": _dashes(kinds)},
                legend={"symbolStrokeWidth": 1.4, "symbolSize": 400},
            ),
        },
        where=["isValid(datum.curve_rt)"],
        color=palette.QUIET,
        strokeWidth=1.1,
    )
    ends = marks(
        "text",
        {"x": x, "y": quantity("curve_rt"), "text": nominal("label")},
        where=["datum.last && isValid(datum.isomer) && isValid(datum.curve_rt)"],
        align="left",
        dx=9,
        dy={"expr": "datum.latest ? -5 : 6"},
        fontSize=10,
    )
    position = {"x": x, "y": quantity("rt", title="RT (min)", scale=tall)}
    counted = counting(frame, position, colour=colour, within=["series"])
    draw = counted_marks if counted else feature_marks
    features = draw(frame, position, where=["isValid(datum.rt)"], colour=colour)
    below = [lines] if drawn["curve_rt"].notna().any() else []
    above = [ends] if named else []
    source = {"data": inline(drawn)} | ({"transform": counted} if counted else {})
    return source, layers(*below, features, *above)


def _by_category(frame: pd.DataFrame) -> list[str]:
    """Series of a frame, ordered by category."""
    rank = frame["category"].map({name: k for k, name in enumerate(CATEGORIES)})
    return list(frame.assign(rank=rank).sort_values(["rank", "series"])["series"].unique())


def _facets(
    source: Spec, facet: Spec, order: Sequence[str], columns: int, resolve: dict[str, Any]
) -> Spec:
    """Facets, one per series, in order."""
    return {
        **source,
        "facet": nominal("series", title=None, sort=list(order)),
        "spec": facet,
        "columns": columns,
        "spacing": {"row": 58, "column": 40},
        "bounds": "flush",
        "resolve": {"axis": {"x": "independent"}, **resolve},
    }


@View
def reduced_retention(analysis: Analysis, colour: str = "verdict") -> Spec:
    """Chart of RT normalised to 36:1;O2, one row per series.

    Genuine features are on the line of their own series (a bar in its row); fragments and adducts
    are off it, on the line of their parent, and are connected to the parent's row. Features that
    would overlap are a strip with their number.

    Parameters
    ----------
    analysis
    colour
        What colour shows: `verdict` or `sample`.

    Returns
    -------
    altair.LayerChart

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.reduced_retention(gg.analyze(gg.example()))
    >>> chart.to_dict()["title"]["text"]
    'Retention time normalised to 36:1;O2'
    """
    title = "Retention time normalised to 36:1;O2"
    frame = reduced(analysis) if analysis.model.is_fitted else pd.DataFrame()
    if frame.empty:
        return nothing(title, _why_empty(analysis))
    lines = _present_lines(analysis, frame)
    order = list(dict.fromkeys(lines["series"]))
    near = _near(frame["reduced_rt"].to_numpy("float64"), lines["reduced_rt"])
    position = {
        "x": quantity(
            "reduced_rt",
            title="RT normalised to 36:1;O2 (min)",
            scale={"domain": near, "nice": False},
        ),
        "y": nominal(
            "series", title=None, scale={"domain": order}, axis={"grid": True, "labelLimit": 190}
        ),
    }
    far = int((~frame["reduced_rt"].between(near[0], near[1])).sum())
    not_shown = (
        f"{counted(far, 'feature')} more than {_BEYOND:g} min off all lines "
        f"{'is' if far == 1 else 'are'} not shown."
    )
    data = inline(frame)
    ties = _ties(position, data, near)
    bars, names = _line_marks(lines, position["y"])
    features = strip_marks(frame, position, near[1] - near[0], data=data, colour=colour)
    return finish(
        layers(ties, bars, features, names),
        title,
        "Bars: the line of each series. Strips: features that would overlap, with their number. "
        "A feature connected to another row",
        "elutes on the line of that series: it is a fragment or adduct of it. "
        + anchors_note(frame, gathered=True),
        not_shown if far else "",
        gradient_note(analysis),
        params=choices("x"),
        width=_WIDTH - 130,
        height=_ROW * len(order),
    )


def _near(rt: FloatArray, lines: pd.Series[float]) -> list[float]:
    """Range of the axis: the lines and `_BEYOND` beside them, its ends in gaps between marks."""
    low, high = lines.min() - _BEYOND, lines.max() + _BEYOND
    mark, number = (high - low) * _MARK, (high - low) * crowds.NUMBER
    return [-_in_gap(-rt, -low, mark, mark), _in_gap(rt, high, mark + number, mark)]


def _in_gap(rt: FloatArray, end: float, room: float, mark: float) -> float:
    """The end of an axis, moved to the first gap with room behind a mark and before the next."""
    beyond = np.sort(rt[rt > end - room])
    before = np.concatenate([[end - room], beyond])
    first = int(np.argmax(np.diff(before, append=np.inf) > room + mark))
    return float(before[first] + room)


def _ties(position: Spec, data: Spec, near: list[float]) -> Spec:
    """Layer that connects fragments and adducts with the row of their parents' series."""
    field = str(position["x"]["field"])
    groups = ["series", "parent_series"]
    where: list[str | Spec] = [
        {"field": "verdict", "oneOf": list(PARENT_VERDICTS)},
        "datum.series != datum.parent_series",
    ]
    return marks(
        "rule",
        {
            "x": {**position["x"], "field": "middle"},
            "y": position["y"],
            "y2": {"field": "parent_series"},
            "strokeWidth": quantity(
                crowds.COUNT,
                scale={"type": "log", "domain": [1, 100], "range": [1, 5], "clamp": True},
                legend=None,
            ),
        },
        data=data,
        where=where,
        transform=[
            *crowds.clumps(field, near[1] - near[0], groups),
            *crowds.extents(field, groups),
        ],
        clip=True,
        color=palette.VERDICT_COLOURS["fragment"],
        opacity=0.35,
    )


def _present_lines(analysis: Analysis, frame: pd.DataFrame) -> pd.DataFrame:
    """Lines of the series shown, latest first; series without a line come last."""
    shown = set(frame["series"]) | set(frame["parent_series"].dropna())
    lines = analysis.model.lines
    lines = lines[lines["series"].isin(shown)].assign(reduced_rt=lambda f: f["offset"])
    missing = pd.DataFrame({"series": sorted(shown - set(lines["series"]))})
    lines = pd.concat([lines, missing], ignore_index=True)
    lines["category"] = lines["series"].str.extract(CATEGORY_IN_SERIES, expand=False)
    of_series = lines.groupby("series")["reduced_rt"]
    lines["mean"] = of_series.transform("mean")
    lines["latest"] = of_series.rank(ascending=False) == 1
    lines["label"] = isomer_labels(lines)
    return lines.sort_values(["mean", "series"], ascending=[False, True])


def _line_marks(lines: pd.DataFrame, y: Spec) -> tuple[Spec, Spec]:
    data = inline(lines[["series", "isomer", "label", "latest", "category", "reduced_rt"]])
    position = {"x": quantity("reduced_rt"), "y": y}
    bars = marks(
        "tick",
        {
            **position,
            "color": nominal("category", legend=None, scale=category_scale()),
            "tooltip": [
                nominal("series", title="Series"),
                nominal("isomer", title="Isomer"),
                quantity("reduced_rt", title="Offset (min)", format=".3f"),
            ],
        },
        data=data,
        thickness=3,
        height=_ROW * 0.9,
        opacity=0.55,
    )
    names: dict[str, Any] = {
        "data": data,
        "where": ["isValid(datum.isomer)"],
        "dx": {"expr": "datum.latest ? 3 : -3"},
        "dy": -_ROW * 0.66,
        "fontSize": 9,
        "align": {"expr": "datum.latest ? 'left' : 'right'"},
    }
    text = {**position, "text": nominal("label")}
    # On a ground of their own: marks of the row above may lie there.
    ground = marks("text", text, **names, stroke=palette.PAPER, strokeWidth=3, strokeJoin="round")
    return bars, layers(ground, marks("text", text, **names))


@View
def residuals(analysis: Analysis, colour: str = "verdict") -> Spec:
    """Chart of the residual from the own series' curve over RT (min).

    The scale is linear and ends at some times the scatter of the model; features beyond are arrows
    at its edge.

    Parameters
    ----------
    analysis
    colour
        What colour shows: `verdict` or `sample`.

    Returns
    -------
    altair.LayerChart

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.residuals(gg.analyze(gg.example()))
    >>> chart.to_dict()["title"]["text"]
    "Residuals from the own series' curve"
    """
    title = "Residuals from the own series' curve"
    frame = points(analysis).dropna(subset=["rt", "residual"])
    if frame.empty:
        return nothing(title, _why_empty(analysis))
    sigma = analysis.model.sigma
    reach = analysis.settings.outlier_threshold * sigma
    edge = _EDGE * max(sigma, 1e-3)
    frame = frame.assign(drawn=frame["residual"].clip(-edge, edge))
    is_beyond = frame["residual"].abs() > edge
    band = marks(
        "rect",
        {"y": quantity("low"), "y2": {"field": "high"}},
        data=rows({"low": -reach, "high": reach}),
        color=palette.VERDICT_COLOURS["valid"],
        opacity=0.10,
    )
    zero = marks("rule", {"y": quantity("at")}, data=rows({"at": 0}), color=palette.QUIET)
    position = {
        "x": quantity("rt", title="Measured RT (min)", scale={"zero": False, "padding": 12}),
        "y": quantity(
            "drawn",
            title="Residual (min)",
            scale={"domain": [-1.08 * edge, 1.08 * edge], "nice": False},
        ),
    }
    data = inline(frame)
    within = feature_marks(
        frame,
        position,
        data=data,
        where=[f"abs(datum.residual) <= {edge:.6g}"],
        clip=True,
        colour=colour,
        zoomed=True,
        ringed=False,
    )
    beyond = arrow_marks(frame, position, "residual", edge, data=data, colour=colour)
    rings = ring_marks(frame, position, data=data, clip=True)
    drawn = [beyond] if is_beyond.any() else []
    drawn += [rings] if frame["wrong_anchor"].any() else []
    return finish(
        layers(band, zero, within, *drawn),
        title,
        f"Band: ±{analysis.settings.outlier_threshold:g} sigma of the model, {reach:.3f} min. "
        f"Arrows: {counted(int(is_beyond.sum()), 'feature')} more than {edge:.2f} min off.",
        params=choices("x", "y"),
        width=_WIDTH - 90,
        height=320,
    )


@View
def verdicts_by_category(analysis: Analysis) -> Spec:
    """Chart of the number of features by category (GM, GD, ...) and verdict.

    Returns
    -------
    altair.LayerChart

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.verdicts_by_category(gg.analyze(gg.example()))
    >>> chart.to_dict()["title"]["text"]
    'Verdicts by category'
    """
    title = "Verdicts by category"
    features = analysis.features
    if features.empty:
        return nothing(title, "The table has no rows.")
    counted = pd.DataFrame(
        {
            "category": features["category"].fillna("other").astype("str"),
            "verdict": features["verdict"].astype("str"),
        }
    )
    counts = counted.value_counts(sort=False).rename("features").reset_index()
    counts["rank"] = counts["verdict"].map(list(VERDICTS).index)
    counts = counts.sort_values(["category", "rank"])
    running = counts.groupby("category")["features"].cumsum()
    counts["middle"] = running - counts["features"] / 2
    counts["start"], counts["end"] = running - counts["features"], running
    counts["label"] = counts["features"].where(counts["features"] >= running.max() / 45)
    height = 30 * counts["category"].nunique()
    return finish(_category_bars(counts), title, width=_WIDTH - 90, height=height)


def _category_bars(counts: pd.DataFrame) -> Spec:
    order = [c for c in (*CATEGORIES, "other") if c in set(counts["category"])]
    y = nominal("category", title="Category", sort=order)
    bars = marks(
        "bar",
        {
            "x": quantity("start", title="Features", axis={"tickMinStep": 1, "format": "d"}),
            "x2": {"field": "end"},
            "y": y,
            "color": verdict_channel(counts, palette.VERDICT_COLOURS),
            "tooltip": [
                nominal("category", title="Category"),
                nominal("verdict", title="Verdict"),
                quantity("features", title="Features"),
            ],
        },
        stroke="white",
        strokeWidth=1,
    )
    numbers = marks(
        "text",
        {"x": quantity("middle"), "y": y, "text": quantity("label")},
        where=["isValid(datum.label)"],
        color="white",
        fontSize=11,
    )
    return {"data": inline(counts), **layers(bars, numbers)}


def _span(frame: pd.DataFrame) -> tuple[float, float]:
    """Range of all numbers of a frame with a margin of 3 %, at least 0.1."""
    low, high = float(frame.min().min()), float(frame.max().max())
    margin = max(0.03 * (high - low), 0.1)
    return round(low - margin, 2), round(high + margin, 2)


def _dashes(kinds: list[str]) -> list[list[int]]:
    """Dash pattern of every kind of ceramide; one double bond is a solid line."""
    return [_dash(*kind.removeprefix("n:").split(";O")) for kind in kinds]


def _dash(double_bonds: str, hydroxyls: str) -> list[int]:
    """Dash pattern by double bonds; a dot tells other hydroxyls than two."""
    patterns = {"0": [6, 3], "1": [1, 0], "2": [2, 2], "3": [1, 3]}
    usual = patterns.get(double_bonds, [8, 2, 4, 2])
    if hydroxyls == "2":
        return usual
    return [*([9, 2] if usual == patterns["1"] else usual), 1, 2]


def _why_empty(analysis: Analysis) -> str:
    return analysis.model.reason or "No feature has a prediction."
