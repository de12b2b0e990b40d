"""A chart of features in which points can be selected; it loads nothing from the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

import traitlets as t

from ganglioside.charts import javascript, palette
from ganglioside.charts.interactive import PICKED, InteractiveChart
from ganglioside_widgets.elements.messages import Form, fits, is_whole
from ganglioside_widgets.elements.module import source
from ganglioside_widgets.elements.value_messages import SendsValue

#: Most features in one box.
MOST_BOXED: Final = 100_000

#: The message of the browser: features in the box that was drawn.
BOX: Final[Form] = {
    "box": lambda value: (
        isinstance(value, list) and len(value) <= MOST_BOXED and all(map(is_whole, value))
    )
}

#: The message of the browser: a feature was selected.
SELECTED: Final[Form] = {"selected": is_whole}

#: The value of `Chart.selected` where no point is selected.
NO_POINT: Final = -1


@cache
def _module() -> str:
    parts = (source("parts/value_messages.js"), source("parts/leading.js"))
    return "".join([javascript(), "\n", *parts, source("chart.js", DARK=palette.DARK)])


class Chart(SendsValue):
    """An `InteractiveChart` in the page; where only its data changes, the zoom is kept.

    Dragging draws a box, whose features are selected together; buttons zoom, move and save.

    Attributes
    ----------
    selected : int
        The feature_id of the selected point, or `NO_POINT`.
    filtered : bool
        Whether only some features are drawn.
    shown : bytes
        Their feature_id as little-endian int32.
    file_name : str
        Name of saved files, without ending.
    """

    _esm = ""

    _spec = t.Dict().tag(sync=True)
    _data = t.Dict().tag(sync=True)
    _label = t.Unicode("").tag(sync=True)
    _picked = t.Unicode(PICKED).tag(sync=True)
    _title = t.Unicode("").tag(sync=True)
    _caption = t.Unicode("").tag(sync=True)
    _has_tools = t.Bool(False).tag(sync=True)
    selected = t.Int(NO_POINT).tag(sync=True, echo_update=False)
    filtered = t.Bool(False).tag(sync=True)
    shown = t.Bytes(b"").tag(sync=True)
    file_name = t.Unicode("chart").tag(sync=True)

    def __init__(self, label: str = "Chart", *, has_tools: bool = False, **values: Any) -> None:
        super().__init__(_label=label, _has_tools=has_tools, _esm=_module(), **values)
        self._on_box: Callable[[Sequence[int]], None] | None = None
        self.on_msg(self._receive)

    def on_box(self, callback: Callable[[Sequence[int]], None]) -> None:
        """Call `callback(feature ids)` when a box is drawn around features."""
        self._on_box = callback

    def _receive(self, _: Any, content: Any, __: Any) -> None:
        if fits(content, SELECTED):
            self._take("selected", content["selected"])
        elif self._on_box is not None and fits(content, BOX):
            self._on_box(content["box"])

    def show(self, chart: InteractiveChart) -> None:
        """Draw a chart; its title and caption become the label for screen readers."""
        with self.hold_sync():
            self._data = chart.data
            self._spec = chart.spec
            self._title, self._caption = chart.title, " ".join(chart.caption)
            self._label = ". ".join([chart.title, *chart.caption])
