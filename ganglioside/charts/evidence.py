"""Small charts of one feature: its series, and the peaks of its ceramide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from weakref import WeakKeyDictionary

import pandas as pd

from ganglioside.analysis import Analysis
from ganglioside.charts import palette
from ganglioside.charts.feature_marks import choices, finish, tooltips, verdict_channel
from ganglioside.charts.interactive import InteractiveChart, detach
from ganglioside.charts.plot_tables import inline, points
from ganglioside.charts.vega import Spec, layers, marks, nominal, quantity, value
from ganglioside.charts.views import retention_by_carbons

#: Height of the chart of a series and of one lane of sticks, px.
_HEIGHT: Final = 170
_LANE: Final = 34

#: Channels that a legend explains.
_IN_LEGENDS: Final = ("color", "fill", "shape", "size", "stroke", "strokeDash")

#: Most lanes of sticks.
_MOST_LANES: Final = 8

_NOTHING: Final = InteractiveChart("", (), {}, {})

#: Curves of an analysis that is open, by series and kind of ceramide: whoever goes through a table
#: meets a series again.
_DRAWN: Final[WeakKeyDictionary[Analysis, dict[tuple[str, str], InteractiveChart]]] = (
    WeakKeyDictionary()
)


def series_curve(analysis: Analysis, feature_id: int) -> InteractiveChart:
    """Retention of the series of a feature by carbon number; empty where it has none.

    A band shows where 95 % of features of the same double bonds and hydroxyls are expected.

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = series_curve(gg.analyze(gg.example()), 12)
    >>> chart.title
    'Retention by carbon number: GM3'
    """
    feature = analysis.features.iloc[feature_id]
    if pd.isna(feature["series"]) or pd.isna(feature["carbons"]):
        return _NOTHING
    kind = f"{feature['double_bonds']};O{feature['hydroxyls']}"
    drawn = _DRAWN.setdefault(analysis, {})
    shown = (str(feature["series"]), kind)
    if shown not in drawn:
        drawn[shown] = _curve(analysis, *shown)
    return drawn[shown]


def _curve(analysis: Analysis, series: str, kind: str) -> InteractiveChart:
    """Curve of a series with the band of one kind of ceramides."""
    chart = retention_by_carbons.spec(analysis, series)
    if analysis.model.is_fitted and "layer" in chart:
        chart = chart | {"layer": [_band(analysis, series, kind), *chart["layer"]]}
    return _small(chart, _HEIGHT)


def _band(analysis: Analysis, series: str, kind: str) -> Spec:
    """Layer of the 95 % interval of prediction for one kind of ceramides, such as `1;O2`."""
    features = analysis.features
    own = features.loc[features["series"] == series, "carbons"]
    carbons = range(int(own.min()), int(own.max()) + 1)
    predicted = analysis.model.predict([f"{series}({n}:{kind})" for n in carbons])
    lines = predicted.groupby("name", sort=False).ngroup()
    frame = predicted[["isomer", "lower", "upper"]].assign(
        carbons=lines + carbons.start, isomer=predicted["isomer"].fillna("")
    )
    return marks(
        "area",
        {
            "x": quantity("carbons", title="Carbons of the ceramide"),
            "y": quantity("lower", title="RT (min)"),
            "y2": {"field": "upper"},
            "detail": nominal("isomer"),
        },
        data=inline(frame),
        color=palette.VERDICT_COLOURS["valid"],
        opacity=0.15,
    )


def sticks(analysis: Analysis, feature_id: int) -> InteractiveChart:
    """Peak areas of all features of the ceramide of a feature by RT, one lane a series.

    Each peak is a stick whose height is its area relative to the largest of its lane; empty where
    the feature has no ceramide or the table no areas.

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = sticks(gg.analyze(gg.example()), 12)
    >>> chart.title
    'Peaks of 36:1;O2'
    """
    feature = analysis.features.iloc[feature_id]
    frame = points(analysis)
    for part in ("carbons", "double_bonds", "hydroxyls"):
        frame = frame[frame[part].eq(feature[part]).fillna(False)]
    if "sample" in analysis.features:
        own = analysis.features["sample"].fillna("") == (
            "" if pd.isna(feature["sample"]) else feature["sample"]
        )
        frame = frame[own.reindex(frame.index)]
    frame = frame[frame["volume"].gt(0) & frame["rt"].notna() & frame["series"].notna()]
    if frame.empty:
        return _NOTHING
    lanes = _lanes(frame, feature)
    shown = frame[frame["series"].isin(lanes)]
    largest = shown.groupby("series")["volume"].transform("max")
    shown = shown.assign(height=shown["volume"] / largest)
    name = f"{feature['carbons']}:{feature['double_bonds']};O{feature['hydroxyls']}"
    return _small(_stick_layers(shown, lanes, f"Peaks of {name}"), _LANE * len(lanes))


def _lanes(frame: pd.DataFrame, feature: pd.Series[Any]) -> list[str]:
    """Series of the lanes: those with the largest peaks, and that of the feature."""
    largest = frame.groupby("series")["volume"].max().sort_values(ascending=False)
    chosen = list(largest.index[:_MOST_LANES])
    own = feature["series"]
    return chosen if own in chosen else [*chosen[: _MOST_LANES - 1], str(own)]


def _stick_layers(frame: pd.DataFrame, lanes: list[str], title: str) -> Spec:
    """Sticks of each lane from its floor, with a mark to point at."""
    floors = {series: float(at) for at, series in enumerate(lanes, 1)}
    floor = frame["series"].map(floors).astype("float64")
    data = inline(frame.assign(floor=floor, top=floor - 0.85 * frame["height"]))
    position = {
        "x": quantity("rt", title="RT (min)", scale={"zero": False, "nice": False, "padding": 14}),
        "y": _lane_axis(lanes),
    }
    fill = verdict_channel(frame, palette.VERDICT_COLOURS) | {"legend": None}
    shape = verdict_channel(frame, palette.VERDICT_SHAPES) | {"legend": None}
    stems = marks(
        "rule",
        {**position, "y2": {"field": "floor"}, "color": fill},
        data=data,
        strokeWidth=2.5,
    )
    heads = marks(
        "point",
        {**position, "fill": fill, "shape": shape, "size": value(48), "tooltip": tooltips(frame)},
        data=data,
        strokeWidth=0,
        opacity=1,
    )
    caption = "Height: area relative to the largest peak of the lane."
    chart = layers(stems, heads)
    return finish(chart, title, caption, params=choices(), width=340, height=_HEIGHT)


def _lane_axis(lanes: list[str]) -> Spec:
    """Axis of the sticks: the floor of each lane is a whole number, labelled with its series."""
    floors = range(1, len(lanes) + 1)
    labels = " : ".join(
        f"datum.value === {floor} ? {json.dumps(series)}"
        for floor, series in zip(floors, lanes, strict=True)
    )
    return {
        "field": "top",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [len(lanes) + 0.15, 0.0], "nice": False, "zero": False},
        "axis": {
            "values": [*floors],
            "labelExpr": f"{labels} : ''",
            "grid": True,
            "labelLimit": 130,
        },
    }


def _small(spec: Spec, height: int) -> InteractiveChart:
    """Chart for a pane, as wide as it and so high, without legends."""
    chart = detach(spec)
    whole = chart.spec | {"height": height}
    for channel in _legends(whole["layer"]):
        channel["legend"] = None
    return InteractiveChart(chart.title, chart.caption, whole, chart.data)


def _legends(part: Any) -> Iterator[Spec]:
    """Yield the channels that could have a legend."""
    if isinstance(part, list):
        for inner in part:
            yield from _legends(inner)
    elif isinstance(part, dict):
        for name, channel in part.get("encoding", {}).items():
            if name in _IN_LEGENDS:
                yield from (c for c in (channel, channel.get("condition")) if _is_scaled(c))
        yield from _legends(part.get("layer", []))


def _is_scaled(channel: Any) -> bool:
    return isinstance(channel, dict) and "field" in channel
