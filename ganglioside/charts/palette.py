"""Colours, shapes and type of all charts.

Every verdict has a colour and a shape of its own, so that neither colour vision nor a colour
printer is needed. The hues follow Okabe and Ito (Color Universal Design, 2008), darkened where
they had less than 3:1 contrast with white paper (WCAG 2.2, 1.4.11).
"""

from __future__ import annotations

from typing import Any, Final

from ganglioside.columns import VERDICTS

VERDICT_COLOURS: Final[dict[str, str]] = {
    "valid": "#0072B2",
    "fragment": "#BF7900",
    "adduct": "#A0448C",
    "outlier": "#D0361E",
    "undetermined": "#757575",
}

VERDICT_SHAPES: Final[dict[str, str]] = {
    "valid": "circle",
    "fragment": "triangle-down",
    "adduct": "diamond",
    "outlier": "cross",
    "undetermined": "square",
}

CATEGORY_COLOURS: Final[dict[str, str]] = {
    "GA": "#757575",
    "GM": "#1F6FB4",
    "GD": "#CB6A00",
    "GT": "#1B8A3F",
    "GQ": "#C4202F",
    "GP": "#7B3FA0",
}

INK: Final = "#222222"
QUIET: Final = "#8A8A8A"
FAINT: Final = "#E4E4E4"
WRONG_ANCHOR: Final = "#D0006F"

#: The first comes with what renders files, so that these look the same everywhere; the next have
#: its widths. A font that is missing drops all text: the list ends in a generic one.
FONT: Final = "'Liberation Sans', Arial, Helvetica, 'DejaVu Sans', sans-serif"


def verdict_domain(present: set[str]) -> list[str]:
    """Return the verdicts of a chart's legend, in the order of `VERDICTS`."""
    return [verdict for verdict in VERDICTS if verdict in present]


def theme() -> dict[str, Any]:
    """Return the configuration of every chart."""
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": INK, "titleColor": INK}
    return {
        "font": FONT,
        "background": "white",
        "title": {
            "font": FONT, "subtitleFont": FONT, "anchor": "start", "fontSize": 14,
            "subtitleFontSize": 11, "subtitleColor": "#555555", "color": INK, "offset": 10,
        },
        "axis": text | {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal",
                        "gridColor": "#EDEDED", "domainColor": QUIET, "tickColor": QUIET},
        "legend": text | {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal",
                          "symbolSize": 70},
        "header": text | {"labelFontSize": 11, "labelFontWeight": "bold", "labelPadding": 4},
        "text": {"font": FONT, "fontSize": 10, "color": INK},
        "view": {"stroke": "#CFCFCF"},
    }  # fmt: skip
