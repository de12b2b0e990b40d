"""Which names of an LC-MS ganglioside feature table to believe, and why.

    import ganglioside as gg

    table = gg.read_features("features.csv")
    analysis = gg.analyze(table)
    analysis.features

Everything below is loaded when it is first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ganglioside.support.lazy_names import lazy_names
from ganglioside.version import __version__

if TYPE_CHECKING:
    from ganglioside import batch as batch
    from ganglioside import charts as charts
    from ganglioside import errors as errors
    from ganglioside import reports as reports
    from ganglioside.analysis import Analysis as Analysis
    from ganglioside.analysis import analyze as analyze
    from ganglioside.client import connect as connect
    from ganglioside.exporting import annotated as annotated
    from ganglioside.exporting import export as export
    from ganglioside.history import History as History
    from ganglioside.inference.retention_model import RetentionModel as RetentionModel
    from ganglioside.lipids.name_readings import read_name as read_name
    from ganglioside.lipids.names import parse_name as parse_name
    from ganglioside.lipids.parsed_names import parse_names as parse_names
    from ganglioside.reading.feature_table import FeatureTable as FeatureTable
    from ganglioside.reading.features import read_features as read_features
    from ganglioside.reading.features import read_study as read_study
    from ganglioside.reports import render_report as render_report
    from ganglioside.settings import Settings as Settings
    from ganglioside.simulation import simulate as simulate
    from ganglioside.simulation.example import example as example
    from ganglioside.support.priors import Priors as Priors
    from ganglioside.verdicts.overrides import Override as Override
    from ganglioside.verdicts.overrides import Overrides as Overrides

#: Public modules.
_MODULES: Final = ("batch", "charts", "errors", "reports")

#: Other public names and the modules that hold them.
_HOMES: Final[dict[str, str]] = {
    "Analysis": "analysis",
    "FeatureTable": "reading.feature_table",
    "History": "history",
    "Override": "verdicts.overrides",
    "Overrides": "verdicts.overrides",
    "RetentionModel": "inference.retention_model",
    "Priors": "support.priors",
    "Settings": "settings",
    "analyze": "analysis",
    "annotated": "exporting",
    "connect": "client",
    "example": "simulation.example",
    "export": "exporting",
    "parse_name": "lipids.names",
    "parse_names": "lipids.parsed_names",
    "read_features": "reading.features",
    "read_name": "lipids.name_readings",
    "read_study": "reading.features",
    "render_report": "reports",
    "simulate": "simulation",
}

__all__ = [
    "Analysis",
    "FeatureTable",
    "History",
    "Override",
    "Overrides",
    "Priors",
    "RetentionModel",
    "Settings",
    "__version__",
    "analyze",
    "annotated",
    "batch",
    "charts",
    "connect",
    "errors",
    "example",
    "export",
    "parse_name",
    "parse_names",
    "read_features",
    "read_name",
    "read_study",
    "render_report",
    "reports",
    "simulate",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES, _MODULES)
