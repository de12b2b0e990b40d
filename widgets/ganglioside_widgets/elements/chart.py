"""A chart of features in which a point can be selected; it loads nothing from the network."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import anywidget
import traitlets as t

from ganglioside.charts import javascript, palette
from ganglioside.charts.interactive import PICKED, InteractiveChart
from ganglioside_widgets.elements.module import source

#: The value of `Chart.selected` where no point is selected.
NO_POINT: Final = -1


@cache
def _module() -> str:
    return f"{javascript()}\n{source('chart.js', DARK=palette.DARK)}"


class Chart(anywidget.AnyWidget):
    """An `InteractiveChart` in the page; where only its data changes, the zoom is kept.

    Attributes
    ----------
    selected : int
        The feature_id of the selected point, or `NO_POINT`.
    """

    _esm = ""

    _spec = t.Dict().tag(sync=True)
    _data = t.Dict().tag(sync=True)
    _label = t.Unicode("").tag(sync=True)
    _picked = t.Unicode(PICKED).tag(sync=True)
    selected = t.Int(NO_POINT).tag(sync=True)

    def __init__(self, label: str = "Chart", **values: Any) -> None:
        super().__init__(_label=label, _esm=_module(), **values)

    def show(self, chart: InteractiveChart) -> None:
        """Draw a chart; its title and caption become the label for screen readers."""
        with self.hold_sync():
            self._data = chart.data
            self._spec = chart.spec
            self._label = ". ".join([chart.title, *chart.caption])
