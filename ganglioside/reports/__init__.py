"""Reports: the report notebook run by papermill, rendered as one HTML file."""

from __future__ import annotations

from ganglioside.reports.parameters import Parameters
from ganglioside.reports.readable_table import readable
from ganglioside.reports.render import render_report, report_analysis

__all__ = ["Parameters", "readable", "render_report", "report_analysis"]
