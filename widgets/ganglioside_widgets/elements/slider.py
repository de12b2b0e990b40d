"""A slider and a field for one number, with unit, range and default."""

from __future__ import annotations

from typing import Any, Final

import traitlets as t

from ganglioside_widgets.elements.messages import Form, fits, is_number
from ganglioside_widgets.elements.module import source
from ganglioside_widgets.elements.value_messages import SendsValue

#: The message of the browser: the slider was moved, or a number was typed.
MOVED: Final[Form] = {"moved": is_number}


class Slider(SendsValue):
    """A slider and a field for one number; the value is sent once it stops moving.

    Attributes
    ----------
    value : float
    """

    _esm = source("parts/value_messages.js") + source("slider.js")

    value = t.Float().tag(sync=True, echo_update=False)
    _label = t.Unicode().tag(sync=True)
    _unit = t.Unicode().tag(sync=True)
    _low = t.Float().tag(sync=True)
    _high = t.Float().tag(sync=True)
    _step = t.Float().tag(sync=True)
    _default = t.Float().tag(sync=True)
    _help = t.Unicode().tag(sync=True)

    def __init__(
        self,
        label: str,
        value: float,
        *,
        unit: str = "",
        low: float,
        high: float,
        step: float,
        help: str = "",
    ) -> None:
        super().__init__(
            value=value,
            _label=label,
            _unit=unit,
            _low=low,
            _high=high,
            _step=step,
            _default=value,
            _help=help,
        )
        self.on_msg(self._receive)

    def _receive(self, _: Any, content: Any, __: Any) -> None:
        if fits(content, MOVED):
            self._take("value", content["moved"])
