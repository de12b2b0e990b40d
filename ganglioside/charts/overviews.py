"""Charts of a whole table: every series by itself, RT against m/z, peak area by series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Final

import pandas as pd

from ganglioside.analysis import Analysis
from ganglioside.charts import palette
from ganglioside.charts.feature_marks import (
    anchors_note,
    choices,
    feature_marks,
    finish,
    nothing,
    verdict_channel,
)
from ganglioside.charts.plot_tables import (
    curves,
    gradient_note,
    inline,
    points,
    points_on_curves,
    valid_or_all,
)
from ganglioside.charts.vega import Spec, View, marks, nominal, quantity
from ganglioside.charts.views import retention_panels
from ganglioside.support.formatting import share

#: Height of a bar of a series, px.
_BAR: Final = 18

_AREAS: Final = {
    "format": ".1e",
    "labelExpr": "datum.value ? replace(datum.label, '+', '') : '0'",
    "tickCount": 5,
}

#: Orders of the panels of series, by name, as a reader is offered them.
ORDERS: Final[dict[str, str]] = {
    "area": "largest area first",
    "valid": "most valid first",
    "outliers": "most outliers first",
    "name": "by name",
}

#: Scales that the panels of series do not share: what elutes early would be flat.
_OWN_SCALES: Final = {"scale": {"x": "independent", "y": "independent"},
                      "axis": {"x": "independent", "y": "independent"}}  # fmt: skip


@View
def series_panels(
    analysis: Analysis,
    series: Sequence[str] | None = None,
    colour: str = "verdict",
    order: str = "area",
) -> Spec:
    """Chart of RT over carbons, one panel for each series.

    Parameters
    ----------
    analysis
    series
        The series to show; where None, all with valid features, or all if no feature is valid.
    colour
        What colour shows: `verdict` or `sample`.
    order
        A key of `ORDERS`: which panels come first.

    Returns
    -------
    altair.FacetChart

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.series_panels(gg.analyze(gg.example()))
    >>> chart.to_dict()["title"]["text"]
    'Retention by carbon number, series by series'
    """
    title = "Retention by carbon number, series by series"
    frame = points_on_curves(analysis)
    if series is None:
        series = list(valid_or_all(frame)["series"].unique())
    frame = frame[frame["series"].isin(list(series))]
    fitted = curves(analysis, frame)
    ordered, note = _in_order(frame, order), gradient_note(analysis)
    panels = retention_panels(
        frame, fitted, title, 3, ordered, colour=colour, note=note, **_OWN_SCALES
    )
    return _with_common_words(panels)


def _in_order(frame: pd.DataFrame, order: str) -> list[str]:
    """Series of a frame in one of the `ORDERS`; those that are alike by name."""
    if order not in ORDERS:
        raise ValueError(f"order is {order!r}; it may be {', '.join(ORDERS)}.")
    series = frame["series"]
    names = sorted(series.unique())
    if order == "name":
        return names
    if order == "area":
        weight = frame["volume"].groupby(series).sum()
    else:
        verdict = {"valid": "valid", "outliers": "outlier"}[order]
        weight = series[frame["verdict"] == verdict].value_counts()
    return sorted(names, key=lambda name: -weight.get(name, 0))


def _with_common_words(chart: Spec) -> Spec:
    """Chart whose axes are named once, without a legend of its curves: small panels lack room."""
    for layer in _layers(chart.get("spec", {})):
        encoding = layer.get("encoding", {})
        for channel in ("x", "y"):
            if channel in encoding:
                encoding[channel] = encoding[channel] | {"title": None}
        if "strokeDash" in encoding:
            encoding["strokeDash"]["legend"] = None
    if "facet" in chart:
        chart["title"]["subtitle"].insert(0, "RT (min) by carbons of the ceramide.")
    return chart


def _layers(part: Spec) -> Iterator[Spec]:
    """Yield the layers of a chart, those within others too."""
    yield part
    for inner in part.get("layer", []):
        yield from _layers(inner)


@View
def mass_map(analysis: Analysis, colour: str = "verdict") -> Spec:
    """Chart of m/z, or of the mass of the names where there is none, over RT (min).

    Parameters
    ----------
    analysis
    colour
        What colour shows: `verdict` or `sample`.

    Returns
    -------
    altair.Chart

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.mass_map(gg.analyze(gg.example()))
    >>> chart.to_dict()["title"]["text"]
    'Mass of the names against retention time'
    """
    measured = "mz" in analysis.features and analysis.features["mz"].notna().any()
    title = f"{'m/z' if measured else 'Mass of the names'} against retention time"
    column = "mz" if measured else "monoisotopic_mass"
    frame = points(analysis).assign(mass=analysis.features[column]).dropna(subset=["rt", "mass"])
    if frame.empty:
        return nothing(title, "No feature has both an RT and a mass.")
    free = {"zero": False, "nice": True}
    position = {
        "x": quantity("rt", title="RT (min)", scale=free),
        "y": quantity(
            "mass",
            title="m/z" if measured else "Monoisotopic mass (Da)",
            scale=free,
            axis={"format": "d"},
        ),
    }
    drawn = feature_marks(frame, position, data=inline(frame), colour=colour, zoomed=True)
    note = "Rows of one mass at several RT are isomers, fragments or wrong names."
    return finish(
        drawn, title, note, anchors_note(frame), params=choices("x", "y"), width=520, height=400
    )


@View
def areas_by_series(analysis: Analysis) -> Spec:
    """Chart of the peak area of each series by verdict, the largest first.

    Returns
    -------
    altair.Chart

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.areas_by_series(gg.analyze(gg.example()))
    >>> chart.to_dict()["title"]["text"]
    'Peak area by series'
    """
    title = "Peak area by series"
    frame = points(analysis)
    frame = frame[frame["volume"].gt(0) & frame["series"].notna()]
    if frame.empty:
        return nothing(title, "No feature has both a readable name and a peak area.")
    order = list(frame.groupby("series")["volume"].sum().sort_values(ascending=False).index)
    rank = {verdict: k for k, verdict in enumerate(palette.VERDICT_COLOURS)}
    frame = frame.assign(rank=frame["verdict"].map(rank))
    bars = marks(
        "bar",
        {
            "y": nominal("series", title=None, sort=order, axis={"labelLimit": 190}),
            "x": quantity("volume", aggregate="sum", title="Peak area", axis=_AREAS, stack="zero"),
            "color": verdict_channel(frame, palette.VERDICT_COLOURS),
            "order": quantity("rank"),
            "tooltip": [
                nominal("series", title="Series"),
                nominal("verdict", title="Verdict"),
                quantity("volume", aggregate="sum", title="Peak area", format=".2e"),
                {"aggregate": "count", "type": "quantitative", "title": "Features"},
            ],
        },
        data=inline(frame),
    )
    said = _explained(analysis)
    if analysis.summary.not_judged and "undetermined" in set(frame["verdict"]):
        said += " Features that take no part are undetermined here."
    return finish(bars, title, said.strip(), width=520, height=_BAR * len(order))


def _explained(analysis: Analysis) -> str:
    """Share of the area that is explained, as the headline has it."""
    part = analysis.summary.area_explained
    return "" if isnan(part) else f"{share(part, 1)} of the area of judged features is explained."
