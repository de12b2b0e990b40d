"""Charts of a whole table: every series by itself, RT against m/z, peak area by series."""

from __future__ import annotations

from collections.abc import Sequence
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
    tooltips,
    verdict_channel,
)
from ganglioside.charts.plot_tables import curves, inline, points, points_on_curves
from ganglioside.charts.vega import Spec, View, marks, nominal, quantity
from ganglioside.charts.views import retention_panels

#: Height of a bar of a series, px.
_BAR: Final = 18

#: Scales that the panels of series do not share: what elutes early would be flat.
_OWN_SCALES: Final = {"scale": {"x": "independent", "y": "independent"},
                      "axis": {"x": "independent", "y": "independent"}}  # fmt: skip


@View
def series_panels(analysis: Analysis, series: Sequence[str] | None = None) -> Spec:
    """Chart of RT over carbons, one panel for each series with valid features, the largest first.

    Parameters
    ----------
    analysis
    series
        The series to show; all with valid features where None.

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
    counts = frame.loc[frame["verdict"] == "valid", "series"].value_counts()
    order = [name for name in counts.index if series is None or name in series]
    frame = frame[frame["series"].isin(order)]
    fitted = curves(analysis, frame)
    return _with_one_legend(retention_panels(frame, fitted, title, 3, order, **_OWN_SCALES))


def _with_one_legend(chart: Spec) -> Spec:
    """Chart of panels without the legend of its curves, for which small panels have no room."""
    for layer in chart.get("spec", {}).get("layer", []):
        if "strokeDash" in layer.get("encoding", {}):
            layer["encoding"]["strokeDash"]["legend"] = None
    return chart


@View
def mass_map(analysis: Analysis) -> Spec:
    """Chart of m/z, or of the mass of the names where there is none, over RT (min).

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
        "y": quantity("mass", title="m/z" if measured else "Monoisotopic mass (Da)", scale=free),
    }
    drawn = feature_marks(frame, position, data=inline(frame))
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
            "x": quantity("volume", title="Peak area", axis={"format": "~s"}, stack="zero"),
            "color": verdict_channel(frame, palette.VERDICT_COLOURS),
            "order": quantity("rank"),
            "tooltip": tooltips(frame),
        },
        data=inline(frame),
    )
    share = _explained(frame)
    return finish(
        bars, title, f"{share:.0%} of the area is explained.", width=520, height=_BAR * len(order)
    )


def _explained(frame: pd.DataFrame) -> float:
    """Share of the area in valid features, fragments and adducts."""
    explained = frame["verdict"].isin(("valid", "fragment", "adduct"))
    return float(frame.loc[explained, "volume"].sum() / frame["volume"].sum())
