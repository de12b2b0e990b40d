"""Tables of results for people: reasons whole, numbers as everywhere, verdicts with their marks."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, Final

import pandas as pd
from pandas.io.formats.style import Styler

from ganglioside.columns import VERDICT_KINDS
from ganglioside.support.formatting import MISSING, area, confidence, minutes, percent

_MINUTES: Final = ("rt", "predicted_rt", "rt_lower", "rt_upper", "parent_rt", "piece_rt",
                   "expected_rt", "rt_start", "rt_end", "lower", "upper", "offset", "offset_se",
                   "rmse_loo")  # fmt: skip
_DIFFERENCES: Final = ("residual", "difference", "delta_rt")
_PROBABILITIES: Final = ("probability", "right")
_MASSES: Final = ("mz", "monoisotopic_mass")
_AREAS: Final = ("volume", "consolidated_volume", "area", "area_returned", "area_unseen",
                 "area_consolidated", "area_low", "area_high", "area_other_ions")  # fmt: skip

_MARKS: Final = {kind.name: kind for kind in VERDICT_KINDS}

#: Texts longer than this get a column that is wide enough to read them.
_LONG: Final = 60

#: Percent of its own colour in the word of a verdict; the rest is that of the text about it.
_OWN_COLOUR: Final = 60

_WIDE: Final = "min-width: 16em; white-space: normal"
_LEFT: Final = "text-align: left; vertical-align: top; white-space: nowrap; padding: 4px 12px 4px 0"


def readable(table: pd.DataFrame, *, index: bool = False) -> Styler:
    """Table for a notebook in which nothing is cut: it shows itself as the last line of a cell.

    RT and m/z, areas and probabilities are written as in pages and reports, a verdict has its mark
    and colour, and what is missing is a dash. Texts are escaped: names come from files.

    Parameters
    ----------
    table : pandas.DataFrame
        Any rows and columns of a result, such as `analysis.features[["name", "rt", "reason"]]`.
    index : bool
        Whether its index is shown too.

    Returns
    -------
    pandas.io.formats.style.Styler

    Examples
    --------
    >>> import ganglioside as gg
    >>> from ganglioside.reports import readable
    >>> features = gg.analyze(gg.example()).features
    >>> page = readable(features.loc[[11], ["name", "rt", "verdict", "reason"]]).to_html()
    >>> features.loc[11, "reason"] in page
    True
    """
    table = table if index else table.reset_index(drop=True)  # rows of unlike tables share numbers
    styler = table.style.format({name: _writer(name) for name in table.columns})
    for axis in ("columns", "index"):
        styler = styler.format_index(lambda label: escape(str(label)), axis=axis)
    styler = styler.set_table_styles([{"selector": "th, td", "props": _LEFT}])
    long = [
        name for name in table.columns if max(map(len, map(str, table[name])), default=0) > _LONG
    ]
    wide: Any = {name: [{"selector": "", "props": _WIDE}] for name in long}
    styler = styler.set_table_styles(wide, overwrite=False)
    if "verdict" in table.columns:
        styler = styler.map(_colour, subset=["verdict"])
    return styler if index else styler.hide(axis="index")


def _writer(name: object) -> Callable[[Any], str]:
    """Function that writes the cells of a column."""
    if name in _MINUTES:
        return _numbers(lambda value: minutes(value, unit=""))
    if name in _DIFFERENCES:
        return _numbers(lambda value: minutes(value, unit="", signed=True))
    if name == "confidence":
        return _numbers(confidence)
    if name in _PROBABILITIES:
        return _numbers(percent)
    if name in _AREAS:
        return _numbers(area)
    if name in _MASSES:
        return _numbers("{:.4f}".format)
    if name == "verdict":
        return _verdict
    return _text


def _numbers(write: Callable[[float], str]) -> Callable[[Any], str]:
    return lambda value: MISSING if pd.isna(value) else escape(write(float(value)))


def _text(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else escape(str(value))


def _verdict(value: Any) -> str:
    kind = _MARKS.get(str(value))
    return f"{kind.symbol}&nbsp;{kind.name}" if kind else _text(value)


def _colour(value: Any) -> str:
    """Style of a verdict: its colour, nearer to that of the text, which is light on a dark page."""
    kind = _MARKS.get(str(value))
    if kind is None:
        return ""
    mixed = f"color-mix(in srgb, {kind.text} {_OWN_COLOUR}%, currentColor)"
    return f"color: {kind.text}; color: {mixed}; font-weight: 600"
