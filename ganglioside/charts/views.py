"""The charts of an analysis: pure functions from `Analysis` to an Altair chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import altair as alt
import numpy as np
import pandas as pd

from ganglioside.analysis import Analysis
from ganglioside.charts import palette
from ganglioside.charts.frames import PIECES, curves, inline, isomer_labels, points, reduced
from ganglioside.charts.marks import Chart, anchors_note, feature_marks, finish, nothing
from ganglioside.columns import CATEGORIES, VERDICTS

_WIDTH: Final = 760  # px
_ROW: Final = 20  # px, height of a row of text
_BEYOND: Final = 1.5  # min, shown on either side of the lines of the reduced chart


def predicted_against_measured(analysis: Analysis) -> Chart:
    """Return predicted over measured RT, both in min; genuine features stand on the diagonal."""
    title = "Predicted against measured retention time"
    frame = points(analysis).dropna(subset=["rt", "predicted_rt"])
    if frame.empty:
        return nothing(title, _why_empty(analysis))
    low, high = _span(frame[["rt", "predicted_rt"]])
    diagonal = alt.Chart(alt.InlineData(values=[{"at": low}, {"at": high}])).mark_line(
        color=palette.QUIET, strokeDash=[5, 4], strokeWidth=1
    )
    scale = alt.Scale(domain=[low, high], nice=False)
    marks = feature_marks(
        alt.Chart(inline(frame)),
        frame,
        x=alt.X("rt:Q", title="Measured RT (min)", scale=scale),
        y=alt.Y("predicted_rt:Q", title="Predicted RT of its own series (min)", scale=scale),
    )
    identity = diagonal.encode(x=alt.X("at:Q", scale=scale), y=alt.Y("at:Q", scale=scale))
    layers = alt.layer(identity, marks)
    return finish(
        _zoomable(layers).properties(width=520, height=520),
        title,
        "On the diagonal: elutes where its name is expected. Off it: something else.",
        anchors_note(frame),
    )


def retention_by_carbons(
    analysis: Analysis, series: str | Sequence[str] | None = None, *, columns: int = 3
) -> Chart:
    """Return RT over the ceramide's carbons with the fitted curves, one facet per series.

    Parameters
    ----------
    analysis
    series
        One series or several, such as `GD1` or `["GD1", "GD1+OAc"]`; all where None.
    columns
        Facets beside each other.
    """
    wanted = [series] if isinstance(series, str) else series
    title = f"Retention by carbon number: {series}" if isinstance(series, str) else (
        "Retention by carbon number"
    )  # fmt: skip
    frame = points(analysis).dropna(subset=["rt", "carbons", "series"])
    if wanted is not None:
        frame = frame[frame["series"].isin(wanted)]
    if frame.empty:
        return nothing(title, "No feature of this kind has a readable name and RT.")
    facets = frame["series"].nunique()
    layers = _carbon_layers(analysis, frame)
    wide = facets == 1
    sized = layers.properties(width=_WIDTH - 90 if wide else 215, height=340 if wide else 160)
    chart = sized if wide else _facets(sized, frame, columns)
    return finish(
        chart,
        title,
        "Curves: fitted retention of each series and isomer. " + anchors_note(frame),
    )


def _carbon_layers(analysis: Analysis, frame: pd.DataFrame) -> Any:
    """Return the layers of one facet; all read one table, as a faceted chart demands."""
    drawn = pd.concat([frame, curves(analysis, frame)], ignore_index=True)
    flags = ["anchor", "wrong_anchor", "last", "latest"]
    drawn[flags] = drawn[flags].astype("boolean")
    base = alt.Chart(inline(drawn))
    tall = alt.Scale(zero=False, nice=True)
    x = alt.X("carbons:Q", title="Carbons of the ceramide", scale=alt.Scale(zero=False, nice=False,
              padding=12), axis=alt.Axis(format="d", tickMinStep=1, tickCount=4))  # fmt: skip
    kinds = sorted(drawn["ceramide"].dropna().unique())
    fitted = (
        base.transform_filter("isValid(datum.curve_rt)")
        .mark_line(color=palette.QUIET, strokeWidth=1.1)
        .encode(
            x=x,
            y=alt.Y("curve_rt:Q", title="RT (min)", scale=tall),
            detail="line:N",
            strokeDash=alt.StrokeDash(
                "ceramide:N",
                title="Curve of",
                scale=alt.Scale(domain=kinds, range=_dashes(kinds)),
            ),
        )
    )
    ends = (
        base.transform_filter("datum.last && isValid(datum.isomer) && isValid(datum.curve_rt)")
        .mark_text(align="right", dx=4, dy=alt.expr("datum.latest ? -8 : 13"), fontSize=10)
        .encode(x=x, y=alt.Y("curve_rt:Q"), text="label:N")
    )
    features = base.transform_filter("isValid(datum.rt)")
    marks = feature_marks(features, frame, x=x, y=alt.Y("rt:Q", scale=tall))
    layers = [fitted, marks] if drawn["curve_rt"].notna().any() else [marks]
    return alt.layer(*layers, *([ends] if drawn["isomer"].notna().any() else []))


def _facets(layers: Any, frame: pd.DataFrame, columns: int) -> Any:
    """Return one facet per series, by category; all share one scale, so that they compare."""
    rank = frame["category"].map({name: k for k, name in enumerate(CATEGORIES)})
    order = frame.assign(rank=rank).sort_values(["rank", "series"])["series"].unique()
    faceted = layers.facet(
        facet=alt.Facet("series:N", title=None, sort=list(order)),
        columns=columns,
        spacing={"row": 58, "column": 30},
        bounds="flush",
    )
    return faceted.resolve_axis(x="independent")


def reduced_retention(analysis: Analysis) -> Chart:
    """Return RT less the effect of the ceramide, one row per series.

    Genuine features fall on their own series' line (a bar in its row); fragments and adducts
    fall below or above it, on the line of their parent, and are tied to its row.
    """
    title = "Retention time without the effect of the ceramide"
    frame = reduced(analysis) if analysis.model.is_fitted else pd.DataFrame()
    if frame.empty:
        return nothing(title, _why_empty(analysis))
    lines = _present_lines(analysis, frame)
    order = list(dict.fromkeys(lines["series"]))
    near = lines["reduced_rt"].min() - _BEYOND, lines["reduced_rt"].max() + _BEYOND
    x = alt.X("reduced_rt:Q", title="RT reduced to a 36:1;O2 ceramide (min)",
              scale=alt.Scale(domain=near, nice=False))  # fmt: skip
    y = alt.Y("series:N", title=None, scale=alt.Scale(domain=order),
              axis=alt.Axis(grid=True, labelLimit=190))  # fmt: skip
    far = int((~frame["reduced_rt"].between(*near)).sum())
    base = alt.Chart(inline(frame))
    ties = (
        base.transform_filter(alt.FieldOneOfPredicate("verdict", list(PIECES)))
        .transform_filter("datum.series != datum.parent_series")
        .mark_rule(color=palette.VERDICT_COLOURS["fragment"], strokeWidth=1, opacity=0.35)
        .encode(x=x, y=y, y2="parent_series:N")
    )
    bars, names = _line_marks(lines, y)
    chart = alt.layer(ties, bars, feature_marks(base, frame, clip=True, x=x, y=y), names)
    return finish(
        _zoomable(chart, along=["x"]).properties(width=_WIDTH - 130, height=_ROW * len(order)),
        title,
        "Bars: the line of each series. A feature off its bar that is tied to another row "
        "elutes on that series' line:",
        "it is a fragment or adduct of it. " + anchors_note(frame),
        f"{far} features farther off than {_BEYOND:g} min are outside." if far else "",
    )


def _present_lines(analysis: Analysis, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of the series shown, latest first; series without one come last."""
    shown = set(frame["series"]) | set(frame["parent_series"].dropna())
    lines = analysis.model.lines
    lines = lines[lines["series"].isin(shown)].assign(reduced_rt=lambda f: f["offset"])
    missing = pd.DataFrame({"series": sorted(shown - set(lines["series"]))})
    lines = pd.concat([lines, missing], ignore_index=True)
    lines["category"] = lines["series"].str.extract(r"(G[AMDTQP])", expand=False)
    of_series = lines.groupby("series")["reduced_rt"]
    mean, lines["latest"] = of_series.transform("mean"), of_series.rank(ascending=False) == 1
    lines["label"] = isomer_labels(lines)
    return lines.assign(mean=mean).sort_values(["mean", "series"], ascending=[False, True])


def _line_marks(lines: pd.DataFrame, y: alt.Y) -> tuple[alt.Chart, alt.Chart]:
    base = alt.Chart(
        inline(lines[["series", "isomer", "label", "latest", "category", "reduced_rt"]])
    )
    bars = base.mark_tick(thickness=3, height=_ROW * 0.9, opacity=0.55).encode(
        x="reduced_rt:Q",
        y=y,
        color=alt.Color("category:N", legend=None, scale=_category_scale()),
        tooltip=[
            alt.Tooltip("series:N", title="Series"),
            alt.Tooltip("isomer:N", title="Isomer"),
            alt.Tooltip("reduced_rt:Q", title="Offset (min)", format=".3f"),
        ],
    )
    names = (
        base.transform_filter("isValid(datum.isomer)")
        .mark_text(dy=-_ROW * 0.66, fontSize=9, align=alt.expr("datum.latest ? 'left' : 'right'"))
        .encode(x="reduced_rt:Q", y=y, text="label:N")
    )
    return bars, names


def residuals(analysis: Analysis) -> Chart:
    """Return the residual from the own series' curve over RT, both in min.

    The scale is linear up to the scatter of the model and logarithmic beyond, so that both the
    scatter of genuine features and the distance of the others can be read.
    """
    title = "Residuals from the own series' curve"
    frame = points(analysis).dropna(subset=["rt", "residual"])
    if frame.empty:
        return nothing(title, _why_empty(analysis))
    sigma = analysis.model.sigma
    reach = analysis.settings.outlier_threshold * sigma
    band = (
        alt.Chart(alt.InlineData(values=[{"low": -reach, "high": reach}]))
        .mark_rect(color=palette.VERDICT_COLOURS["valid"], opacity=0.10)
        .encode(y="low:Q", y2="high:Q")
    )
    zero = alt.Chart(alt.InlineData(values=[{"at": 0}])).mark_rule(color=palette.QUIET)
    constant = max(2 * sigma, 1e-3)
    extent = float(np.abs(frame["residual"]).max())
    y = alt.Y("residual:Q", title="Measured − predicted RT (min)",
              scale=alt.Scale(type="symlog", constant=constant),
              axis=alt.Axis(values=_symmetric_ticks(extent), format="~g"))  # fmt: skip
    x = alt.X("rt:Q", title="Measured RT (min)", scale=alt.Scale(zero=False, padding=12))
    marks = feature_marks(alt.Chart(inline(frame)), frame, x=x, y=y)
    return finish(
        alt.layer(band, zero.encode(y="at:Q"), marks).properties(width=_WIDTH - 90, height=320),
        title,
        f"Band: ±{analysis.settings.outlier_threshold:g} sigma of the model, "
        f"{reach:.3f} min. The vertical scale is logarithmic beyond ±{constant:.2g} min.",
    )


def verdicts_by_category(analysis: Analysis) -> Chart:
    """Return how many features of each category (GM, GD, ...) have which verdict."""
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
    return finish(
        _category_bars(counts).properties(
            width=_WIDTH - 90, height=30 * counts["category"].nunique()
        ),
        title,
    )


def _category_bars(counts: pd.DataFrame) -> Any:
    domain = palette.verdict_domain(set(counts["verdict"]))
    order = [c for c in (*CATEGORIES, "other") if c in set(counts["category"])]
    y = alt.Y("category:N", title="Category", sort=order)
    base = alt.Chart(inline(counts))
    bars = base.mark_bar(stroke="white", strokeWidth=1).encode(
        x=alt.X("start:Q", title="Features", axis=alt.Axis(tickMinStep=1, format="d")),
        x2="end:Q",
        y=y,
        color=alt.Color(
            "verdict:N",
            title="Verdict",
            scale=alt.Scale(domain=domain, range=[palette.VERDICT_COLOURS[v] for v in domain]),
        ),
        tooltip=["category:N", "verdict:N", "features:Q"],
    )
    labels = base.transform_filter("isValid(datum.label)").mark_text(color="white", fontSize=11)
    numbers = labels.encode(x="middle:Q", y=y, text="label:Q")
    return alt.layer(bars, numbers)


def _category_scale() -> alt.Scale:
    return alt.Scale(
        domain=list(palette.CATEGORY_COLOURS), range=list(palette.CATEGORY_COLOURS.values())
    )


def _zoomable(chart: Any, *, along: Sequence[Literal["x", "y"]] = ("x", "y")) -> Any:
    zoom = alt.selection_interval(name="zoom", bind="scales", encodings=list(along))
    return chart.add_params(zoom)


def _span(frame: pd.DataFrame) -> tuple[float, float]:
    """Return the range of all numbers of a frame with a margin of 3 %, at least 0.1."""
    low, high = float(frame.min().min()), float(frame.max().max())
    margin = max(0.03 * (high - low), 0.1)
    return round(low - margin, 2), round(high + margin, 2)


def _symmetric_ticks(extent: float) -> list[float]:
    """Return ticks at 1 and 3 times powers of ten up to `extent`, both signs, and 0."""
    steps = [digit * 10.0**power for power in range(-2, 3) for digit in (1, 3)]
    used = [round(step, 6) for step in steps if step <= extent * 1.05]
    return [*(-step for step in reversed(used)), 0.0, *used]


def _dashes(kinds: list[str]) -> list[list[int]]:
    """Return a dash pattern for every kind of ceramide; one double bond is a solid line."""
    patterns = {"0": [6, 3], "1": [1, 0], "2": [2, 2], "3": [1, 3]}
    return [patterns.get(kind[2], [8, 2, 1, 2]) for kind in kinds]


def _why_empty(analysis: Analysis) -> str:
    return analysis.model.reason or "No feature has a prediction."
