"""A labelled choice of one among several, which no button or key overtakes."""

from __future__ import annotations

from typing import Any, Final

import ipywidgets as w
import traitlets as t

from ganglioside_widgets.elements.messages import Form, fits, is_count, is_text
from ganglioside_widgets.elements.module import source
from ganglioside_widgets.elements.value_messages import SendsValue

#: The message of the browser: position and words of what was chosen.
CHOSEN: Final[Form] = {"chosen": is_count, "words": is_text}


class Select(SendsValue, w.Dropdown):  # type: ignore[misc]
    """A `Dropdown` whose choice comes before what a button or key then does.

    A choice from a list that has changed meanwhile is not taken: its position is another's.
    """

    _esm = source("parts/value_messages.js") + source("select.js")

    index = t.Int(allow_none=True, default_value=None).tag(sync=True, echo_update=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.on_msg(self._receive)

    def _receive(self, _: Any, content: Any, __: Any) -> None:
        if not fits(content, CHOSEN) or self.disabled:
            return
        at = content["chosen"]
        if self._options_labels[at : at + 1] == (content["words"],):
            self._take("index", at)
        else:
            self.send_state("index")
