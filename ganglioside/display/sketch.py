"""A small chart drawn without a chart library: RT over carbon number, in milliseconds and 15 kB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from markupsafe import Markup, escape

from ganglioside.columns import VERDICT_KINDS, VERDICTS
from ganglioside.support.formatting import counted

#: Features that are drawn: the largest.
MOST_POINTS: Final = 250
#: Series that are named at the end of their line: the largest.
MOST_LABELS: Final = 7

_WIDTH: Final = 600
_HEIGHT: Final = 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 96, 10, 38
#: Smallest distance of two labels, px, and size of a mark by its size in a box of 14 px.
_APART: Final = 12
_SCALE: Final = 0.6
_LONGEST_LABEL: Final = 16

#: Columns that make a line: features that differ in carbons alone.
_LINE: Final = ["series", "isomer", "double_bonds", "hydroxyls"]


def retention_sketch(features: pd.DataFrame) -> Markup:
    """Chart of RT (min) over carbons of the largest features, SVG; empty where none can be drawn.

    Valid features that differ in carbons alone are joined by a line.

    Parameters
    ----------
    features : pandas.DataFrame
        Rows of `Analysis.features`, or of `Analysis.consensus`.

    Examples
    --------
    >>> import ganglioside as gg
    >>> str(retention_sketch(gg.analyze(gg.example()).features))[:18]
    '<svg class="chart"'
    """
    frame = features.dropna(subset=["rt", "carbons", "series"])
    frame = frame.sort_values("volume", ascending=False, kind="stable").head(MOST_POINTS)
    if frame.empty:
        return Markup("")
    x = _Axis.of(frame["carbons"].astype("float64"), _LEFT, _WIDTH - _RIGHT, whole=True)
    y = _Axis.of(frame["rt"], _HEIGHT - _BOTTOM, _TOP)
    frame = frame.assign(x=x.place(frame["carbons"].astype("float64")), y=y.place(frame["rt"]))
    said = (
        f"Retention time over carbons of the ceramide, {counted(len(frame), 'feature')} by verdict"
    )
    parts = [*_axes(x, y), *_lines(frame), *_marks(frame), *_labels(frame)]
    return Markup(
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{said}">'
        f"{''.join(parts)}</svg>"
    )


class _Axis:
    """Scale of an axis from values to px, with round ticks."""

    def __init__(self, ticks: pd.Series, low: float, high: float, start: int, end: int) -> None:
        self.ticks, self.low, self.high = ticks, low, high
        self.start, self.end = start, end

    @classmethod
    def of(cls, values: pd.Series, start: int, end: int, *, whole: bool = False) -> _Axis:
        """Axis over some values; with ticks at whole numbers only, if wanted."""
        low, high = float(values.min()), float(values.max())
        margin = 0.04 * (high - low) or 1.0
        low, high = low - margin, high + margin
        step = max(_round_step((high - low) / 6), float(whole))
        first = np.ceil(low / step)
        ticks = pd.Series(np.arange(first, np.floor(high / step) + 1) * step)
        return cls(ticks, low, high, start, end)

    def place(self, values: pd.Series) -> pd.Series:
        """Values in px."""
        share = (values - self.low) / (self.high - self.low)
        return (self.start + share * (self.end - self.start)).round(1)


def _round_step(least: float) -> float:
    """Smallest of 1, 2, 5 times a power of ten that is not less."""
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(power * k for k in (1, 2, 5, 10) if power * k >= least * 0.999))


def _axes(x: _Axis, y: _Axis) -> Iterator[str]:
    """Both axes with their ticks and titles."""
    floor, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    yield f'<path class="axis" d="M{_LEFT},{_TOP}V{floor}H{right}"/>'
    for tick, at in zip(x.ticks, x.place(x.ticks), strict=True):
        yield f'<text x="{at}" y="{floor + 15}" text-anchor="middle">{tick:g}</text>'
    for tick, at in zip(y.ticks, y.place(y.ticks), strict=True):
        yield f'<text x="{_LEFT - 6}" y="{at + 4}" text-anchor="end">{tick:g}</text>'
    middle = (_LEFT + right) // 2
    below = f'<text x="{middle}" y="{_HEIGHT - 5}" text-anchor="middle">'
    yield f"{below}carbons of the ceramide</text>"
    yield (
        f'<text transform="translate(12,{(_TOP + floor) // 2}) rotate(-90)" text-anchor="middle">'
        "RT (min)</text>"
    )


def _lines(frame: pd.DataFrame) -> Iterator[str]:
    """Lines through the valid features of each series and kind of ceramide."""
    valid = frame[frame["verdict"] == "valid"].sort_values("x", kind="stable")
    paths = []
    for _, line in valid.groupby(_LINE, dropna=False, sort=False):
        if len(line) > 1:
            paths.append(
                "M" + "L".join(f"{a:g},{b:g}" for a, b in zip(line["x"], line["y"], strict=True))
            )
    if paths:
        yield f'<path class="link" d="{"".join(paths)}"/>'


def _marks(frame: pd.DataFrame) -> Iterator[str]:
    """Marks of the features, all of one verdict as one path."""
    outline = {kind.name: kind.path.removeprefix("M") for kind in VERDICT_KINDS}
    for verdict in reversed(VERDICTS):
        rows = frame[frame["verdict"] == verdict]
        if len(rows):
            at = zip(rows["x"] / _SCALE, rows["y"] / _SCALE, strict=True)
            path = "".join(f"M{a:.0f},{b:.0f}m{outline[verdict]}" for a, b in at)
            yield f'<path class="{verdict}" transform="scale({_SCALE})" d="{path}"/>'


def _labels(frame: pd.DataFrame) -> Iterator[str]:
    """Names of the largest series, each beside the end of its line, none over another."""
    valid = frame[frame["verdict"] == "valid"]
    largest = valid["series"].value_counts().index[:MOST_LABELS]
    named = valid[valid["series"].isin(largest)].sort_values("x", kind="stable")
    ends = named.drop_duplicates("series", keep="last").sort_values("y", ascending=False)
    for name, y in zip(ends["series"], _spread(ends["y"].tolist()), strict=True):
        text = escape(str(name)[:_LONGEST_LABEL])
        yield f'<text x="{_WIDTH - _RIGHT + 6}" y="{y + 4:g}">{text}</text>'


def _spread(heights: list[float]) -> list[float]:
    """Heights from the lowest one up, px, moved so that no two are nearer than a line of text."""
    spread: list[float] = []
    for height in heights:
        spread.append(min(height, spread[-1] - _APART) if spread else height)
    down = max(0.0, _TOP - min(spread, default=_TOP))
    return [height + down for height in spread]
