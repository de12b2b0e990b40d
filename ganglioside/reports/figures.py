"""Figures of a report: charts with captions in place of titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ganglioside import charts
from ganglioside.analysis import Analysis
from ganglioside.charts.plot_tables import valid_or_all
from ganglioside.charts.vega import Spec
from ganglioside.support.fact_tables import read_facts

#: Series of the figure of retention, the largest first: as many as share a page with others.
MOST_PANELS: Final = 9

#: Parents of the figure of fragments: as many as share a page with the residuals.
MOST_PARENTS: Final = 40


@dataclass(frozen=True, slots=True)
class _Planned:
    """A row of `data/figures.csv`."""

    name: str
    chart: str
    caption: str


PLANNED: Final = read_facts("figures.csv", _Planned)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart without its title, and the caption that says it.

    Attributes
    ----------
    name : str
        As its file is called; empty for a chart that is not planned.
    title, caption : str
        The first words of the caption, and the rest of it.
    document : dict
        Specification of Vega-Lite.
    """

    name: str
    title: str
    caption: str
    document: Spec

    @classmethod
    def of(cls, document: Spec, name: str = "", words: str = "") -> Figure:
        """Figure of a chart: its title and its notes become the caption.

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.charts.profile_chart.spec(gg.analyze(gg.example()))
        >>> figure = Figure.of(chart, words="More.")
        >>> figure.title, figure.caption[-5:], "title" in figure.document
        ('Profile by series', 'More.', False)
        """
        title, notes = _heading(document.get("title", ""))
        caption = " ".join(part for part in (*notes, words) if part)
        bare = {key: value for key, value in document.items() if key != "title"}
        return cls(name, title, caption, bare)


def _heading(title: Any) -> tuple[str, list[str]]:
    """Title and subtitles of a chart, as Vega-Lite writes them."""
    if not isinstance(title, dict):
        return _joined(title), []
    subtitle = title.get("subtitle", [])
    return _joined(title.get("text", "")), [subtitle] if isinstance(subtitle, str) else subtitle


def _joined(text: Any) -> str:
    """A text, which may be a list of lines."""
    return " ".join(map(str, text)) if isinstance(text, list) else str(text)


def planned(name: str, analysis: Analysis) -> Figure:
    """The figure of a name in `data/figures.csv`.

    Raises
    ------
    KeyError
        If there is none.

    Examples
    --------
    >>> import ganglioside as gg
    >>> planned("profile", gg.analyze(gg.example())).title
    'Profile by series'
    """
    plan = {each.name: each for each in PLANNED}[name]
    draw = getattr(charts, plan.chart).spec
    has_shares = name != "profile" or analysis.species["share"].notna().any()
    if not (analysis.model.is_fitted and has_shares):  # nothing is there to be explained
        plan = replace(plan, caption="")
    if name == "retention":
        shown, rest = series_in_order(analysis)
        words = f"{plan.caption} {_left_out(analysis, rest)}".strip()
        return Figure.of(draw(analysis, shown), name, words)
    if name == "fragments":
        return Figure.of(draw(analysis, most=MOST_PARENTS), name, plan.caption)
    return Figure.of(draw(analysis), name, plan.caption)


def series_in_order(analysis: Analysis) -> tuple[list[str], list[str]]:
    """Series with valid features, the largest area first: those of the figure, and the rest.

    Where no feature is valid, they are all series with a readable name.

    Examples
    --------
    >>> import ganglioside as gg
    >>> shown, rest = series_in_order(gg.analyze(gg.example()))
    >>> len(shown), "GM1" in shown
    (9, True)
    """
    counted = valid_or_all(analysis.features)
    area = counted.groupby("series")["volume"].sum().sort_values(ascending=False, kind="stable")
    names = [str(name) for name in area.index]
    return names[:MOST_PANELS], names[MOST_PANELS:]


def _left_out(analysis: Analysis, rest: Sequence[str]) -> str:
    """Where the series that a figure leaves out are, with their anchors; empty for none."""
    if not rest:
        return ""
    features = analysis.features[analysis.is_on_model]  # as the figure shows
    anchors = int(features.loc[features["series"].isin(list(rest)), "anchor"].sum())
    also = f", with {anchors:,} more anchors" if anchors else ""
    return f"{len(rest)} smaller series{also}: see the appendix of the HTML report."
