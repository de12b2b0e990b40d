"""Base of elements with a value that nothing overtakes on its way from the browser."""

from __future__ import annotations

import anywidget


class SendsValue(anywidget.AnyWidget):
    """An element whose browser sends its value as a message.

    Messages keep their order among those of buttons and keys. A changed trait does not: ipywidgets
    holds it back until the kernel has answered to the one before, and a click would find the older
    value.
    """

    def _take(self, name: str, value: object) -> None:
        """Set a trait to what the browser shows already; it is not sent back.

        It would overwrite what was typed or chosen meanwhile.
        """
        self.set_state({name: value})
