"""A chart of features in which a point can be picked; nothing is loaded from the network."""

from __future__ import annotations

from functools import cache
from typing import Any

import anywidget
import traitlets as t

from ganglioside.charts import javascript, palette
from ganglioside.charts.interactive import PICKED, InteractiveChart
from ganglioside_widgets.elements.module import source


@cache
def _module() -> str:
    return f"{javascript()}\n{source('chart.js', DARK=palette.DARK)}"


class Chart(anywidget.AnyWidget):
    """Draws an `InteractiveChart`; data alone is exchanged in place, so that the zoom stays.

    Attributes
    ----------
    selected : int
        The feature_id of the picked point, -1 where there is none.
    """

    _esm = ""

    _spec = t.Dict().tag(sync=True)
    _data = t.Dict().tag(sync=True)
    _label = t.Unicode("").tag(sync=True)
    _picked = t.Unicode(PICKED).tag(sync=True)
    selected = t.Int(-1).tag(sync=True)

    def __init__(self, label: str = "Chart", **values: Any) -> None:
        super().__init__(_label=label, _esm=_module(), **values)

    def show(self, chart: InteractiveChart) -> None:
        """Draw a chart."""
        with self.hold_sync():
            self._data = chart.data
            self._spec = chart.spec
            self._label = ". ".join([chart.title, *chart.caption])
