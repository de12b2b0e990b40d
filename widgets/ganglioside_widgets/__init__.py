"""Panels for JupyterLab and Voila on top of the `ganglioside` package.

    from ganglioside_widgets import Workbench

    Workbench()

Each panel also works alone in a cell: `UploadPanel().alone()`. Its `state` does all that the panel
can do, also from a script.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ganglioside_widgets.panels.compare import ComparePanel as ComparePanel
    from ganglioside_widgets.panels.export import ExportPanel as ExportPanel
    from ganglioside_widgets.panels.feature import FeaturePanel as FeaturePanel
    from ganglioside_widgets.panels.history import HistoryPage as HistoryPage
    from ganglioside_widgets.panels.history import HistoryPanel as HistoryPanel
    from ganglioside_widgets.panels.jobs import JobsPanel as JobsPanel
    from ganglioside_widgets.panels.preview import PreviewPanel as PreviewPanel
    from ganglioside_widgets.panels.results import ResultsPanel as ResultsPanel
    from ganglioside_widgets.panels.run import RunPanel as RunPanel
    from ganglioside_widgets.panels.species import SpeciesPage as SpeciesPage
    from ganglioside_widgets.panels.species import SpeciesPanel as SpeciesPanel
    from ganglioside_widgets.panels.thresholds import ThresholdsPanel as ThresholdsPanel
    from ganglioside_widgets.panels.upload import UploadPanel as UploadPanel
    from ganglioside_widgets.panels.workbench import Workbench as Workbench

_MODULES: Final = {
    "ComparePanel": "compare",
    "ExportPanel": "export",
    "FeaturePanel": "feature",
    "HistoryPage": "history",
    "HistoryPanel": "history",
    "JobsPanel": "jobs",
    "PreviewPanel": "preview",
    "ResultsPanel": "results",
    "RunPanel": "run",
    "SpeciesPage": "species",
    "SpeciesPanel": "species",
    "ThresholdsPanel": "thresholds",
    "UploadPanel": "upload",
    "Workbench": "workbench",
}

__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'ganglioside_widgets' has no attribute {name!r}")
    return getattr(import_module(f"ganglioside_widgets.panels.{_MODULES[name]}"), name)
