"""What is on or off: a box to tick, a button that stays pressed; no other button overtakes them."""

from __future__ import annotations

from typing import Any, Final

import ipywidgets as w
import traitlets as t

from ganglioside_widgets.elements.messages import Form, fits, is_flag
from ganglioside_widgets.elements.module import source
from ganglioside_widgets.elements.value_messages import SendsValue

#: The message of the browser: it was switched on or off.
SWITCHED: Final[Form] = {"switched": is_flag}


class _Switch(SendsValue):
    """An element that is on or off.

    Attributes
    ----------
    value : bool
    disabled : bool
    """

    value = t.Bool(False).tag(sync=True, echo_update=False)
    disabled = t.Bool(False).tag(sync=True)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.on_msg(self._receive)

    def _receive(self, _: Any, content: Any, __: Any) -> None:
        if fits(content, SWITCHED) and not self.disabled:
            self._take("value", content["switched"])


class CheckBox(_Switch, w.Checkbox):  # type: ignore[misc]
    """A `Checkbox` whose tick comes before what a button or key then does."""

    _esm = source("parts/value_messages.js") + source("check_box.js")


class Toggle(_Switch, w.ToggleButton):  # type: ignore[misc]
    """A `ToggleButton` whose state comes before what a button or key then does."""

    _esm = source("parts/value_messages.js") + source("toggle.js")
