"""A labelled field for text, of which nothing is lost where a button or key follows at once."""

from __future__ import annotations

from typing import Any, Final

import traitlets as t

from ganglioside_widgets.elements.messages import Form, fits, is_text
from ganglioside_widgets.elements.module import source
from ganglioside_widgets.elements.value_messages import SendsValue

#: The message of the browser: what was typed.
TYPED: Final[Form] = {"typed": is_text}


class Field(SendsValue):
    """A field whose text comes when it is left, and before what a button or a key then does.

    Parameters
    ----------
    description : str
        The label.
    placeholder : str
    rows : int
        Lines in sight; with several, the text may have several.
    is_live : bool
        Whether the text also comes while it is typed, whenever typing rests: for a search.

    Attributes
    ----------
    value : str
    disabled : bool
    """

    _esm = source("parts/value_messages.js") + source("parts/typing.js") + source("field.js")

    value = t.Unicode("").tag(sync=True, echo_update=False)
    description = t.Unicode("").tag(sync=True)
    placeholder = t.Unicode("").tag(sync=True)
    disabled = t.Bool(False).tag(sync=True)
    _rows = t.Int(1).tag(sync=True)
    _is_live = t.Bool(False).tag(sync=True)

    def __init__(
        self, description: str, placeholder: str = "", *, rows: int = 1, is_live: bool = False
    ) -> None:
        super().__init__(
            description=description, placeholder=placeholder, _rows=rows, _is_live=is_live
        )
        self.add_class("gg-field")
        self.on_msg(self._receive)

    def _receive(self, _: Any, content: Any, __: Any) -> None:
        if fits(content, TYPED) and not self.disabled:
            self._take("value", content["typed"])
