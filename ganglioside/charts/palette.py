"""Colours, shapes and type of all charts.

Every verdict has a colour and a shape of its own, so that neither colour vision nor a colour
printer is needed: `data/verdicts.csv`. Categories follow the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ganglioside.columns import CATEGORY_KINDS, VERDICT_KINDS, VERDICTS
from ganglioside.support.fact_tables import read_facts

VERDICT_COLOURS: Final[dict[str, str]] = {kind.name: kind.mark for kind in VERDICT_KINDS}
VERDICT_SHAPES: Final[dict[str, str]] = {kind.name: kind.shape for kind in VERDICT_KINDS}

CATEGORY_COLOURS: Final[dict[str, str]] = {kind.name: kind.colour for kind in CATEGORY_KINDS}


@dataclass(frozen=True)
class _SampleColour:
    """Colour of a sample on a light and on a dark page."""

    colour: str
    dark: str


_SAMPLES: Final = read_facts("sample_colours.csv", _SampleColour)

#: Colours of as many samples as can be told apart.
SAMPLE_COLOURS: Final[tuple[str, ...]] = tuple(sample.colour for sample in _SAMPLES)

PAPER: Final = "#FFFFFF"
INK: Final = "#222222"
QUIET: Final = "#8A8A8A"
FAINT: Final = "#E4E4E4"
SUBTITLE: Final = "#555555"
GRID: Final = "#EDEDED"
FRAME: Final = "#CFCFCF"
BAND: Final = "#F3F3F3"
WRONG_ANCHOR: Final = "#D0006F"

#: What each colour of a chart becomes on a dark page.
DARK: Final[dict[str, str]] = {
    PAPER: "#1b2029",
    INK: "#e6e6e6",
    SUBTITLE: "#b8b8b8",
    QUIET: "#9a9a9a",
    GRID: "#3a3a3a",
    FAINT: "#3a3a3a",
    FRAME: "#555555",
    BAND: "#262d38",
    **{sample.colour: sample.dark for sample in _SAMPLES},
    **{kind.colour: kind.dark for kind in CATEGORY_KINDS},
    **{kind.mark: kind.mark_dark for kind in VERDICT_KINDS},
}

#: The first comes with what renders files, so that these look the same everywhere; the next have
#: its widths. A font that is missing drops all text: the list ends in a generic one.
FONT: Final = "'Liberation Sans', Arial, Helvetica, 'DejaVu Sans', sans-serif"


def verdict_domain(present: set[str]) -> list[str]:
    """Verdicts of a chart's legend: those that occur, in the order of `VERDICTS`."""
    return [verdict for verdict in VERDICTS if verdict in present]


def theme() -> dict[str, Any]:
    """Configuration of every chart."""
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": INK, "titleColor": INK}
    return {
        "font": FONT,
        "background": "white",
        "title": {
            "font": FONT, "subtitleFont": FONT, "anchor": "start", "fontSize": 14,
            "subtitleFontSize": 11, "subtitleColor": SUBTITLE, "color": INK, "offset": 10,
        },
        "axis": text | {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal",
                        "gridColor": GRID, "domainColor": QUIET, "tickColor": QUIET},
        "legend": text | {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal",
                          "symbolSize": 70, "symbolOpacity": 1, "symbolStrokeWidth": 0,
                          "symbolBaseFillColor": QUIET},
        "header": text | {"labelFontSize": 11, "labelFontWeight": "bold", "labelPadding": 4},
        "text": {"font": FONT, "fontSize": 10, "color": INK},
        "view": {"stroke": FRAME},
    }  # fmt: skip
