"""Charts of an analysis, offline: `predicted_against_measured(analysis)`, `save(chart, path)`."""

from __future__ import annotations

from ganglioside.charts.calibration import reliability_diagram
from ganglioside.charts.display import draw_as_svg
from ganglioside.charts.explanation import hypotheses
from ganglioside.charts.files import FORMATS, javascript, page, save, svg
from ganglioside.charts.network import fragment_network
from ganglioside.charts.overviews import areas_by_series, mass_map, series_panels
from ganglioside.charts.palette import CATEGORY_COLOURS, VERDICT_COLOURS, VERDICT_SHAPES
from ganglioside.charts.plot_tables import fragment_table
from ganglioside.charts.profiles import profile_chart
from ganglioside.charts.views import (
    predicted_against_measured,
    reduced_retention,
    residuals,
    retention_by_carbons,
    verdicts_by_category,
)

__all__ = [
    "CATEGORY_COLOURS",
    "FORMATS",
    "VERDICT_COLOURS",
    "VERDICT_SHAPES",
    "areas_by_series",
    "draw_as_svg",
    "fragment_network",
    "fragment_table",
    "hypotheses",
    "javascript",
    "mass_map",
    "page",
    "predicted_against_measured",
    "profile_chart",
    "reduced_retention",
    "reliability_diagram",
    "residuals",
    "retention_by_carbons",
    "save",
    "series_panels",
    "svg",
    "verdicts_by_category",
]
