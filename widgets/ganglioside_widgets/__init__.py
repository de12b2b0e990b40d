"""Panels for JupyterLab and Voila on top of the `ganglioside` package.

    from ganglioside_widgets import Workbench

    Workbench()

Each panel also works alone in a cell: `UploadPanel().alone()`. Its `state` does all that the panel
can do, also from a script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ganglioside.support.lazy_names import lazy_names

if TYPE_CHECKING:
    from ganglioside_widgets.panels.admin import AdminPage as AdminPage
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

_HOMES: Final = {
    "AdminPage": "panels.admin",
    "ComparePanel": "panels.compare",
    "ExportPanel": "panels.export",
    "FeaturePanel": "panels.feature",
    "HistoryPage": "panels.history",
    "HistoryPanel": "panels.history",
    "JobsPanel": "panels.jobs",
    "PreviewPanel": "panels.preview",
    "ResultsPanel": "panels.results",
    "RunPanel": "panels.run",
    "SpeciesPage": "panels.species",
    "SpeciesPanel": "panels.species",
    "ThresholdsPanel": "panels.thresholds",
    "UploadPanel": "panels.upload",
    "Workbench": "panels.workbench",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
