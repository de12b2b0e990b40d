"""The web page around the panels: its address, its theme, notices, and files to download."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import anywidget
import traitlets as t

from ganglioside_widgets.elements.messages import Form, fits, is_text, is_whole, is_words
from ganglioside_widgets.elements.module import source
from ganglioside_widgets.visitor_time import set_zone

#: Most notices shown at once; older ones are removed.
MOST_NOTICES: Final = 4

#: Messages of the browser: its time zone, the page was opened, a notice dismissed or has left by
#: itself, its button pressed.
ZONE: Final[Form] = {"zone": is_text}
OPENED: Final[Form] = {"opened": is_words}
DISMISSED: Final[Form] = {"dismissed": is_whole}
ACTED: Final[Form] = {"acted": is_whole}


class Page(anywidget.AnyWidget):
    """The frame of a web page: address, links to other pages, notices, downloads.

    In JupyterLab the address belongs to the notebook: it is neither read nor changed.

    Parameters
    ----------
    title : str
    links : dict of str to str
        The web pages: labels by file name.
    """

    _esm = source("page.js")

    _address = t.Dict().tag(sync=True)
    _links: t.List[Any] = t.List().tag(sync=True)
    _title = t.Unicode("").tag(sync=True)
    _notices: t.List[Any] = t.List().tag(sync=True)

    def __init__(self, title: str = "", links: Mapping[str, str] | None = None) -> None:
        super().__init__(_title=title, _links=[list(link) for link in (links or {}).items()])
        self._on_open: Callable[[dict[str, str]], None] | None = None
        self._actions: dict[int, Callable[[], None]] = {}
        self._last_id = 0
        # The browser could set the trait `_notices`; these are the ones that count.
        self._kept: tuple[dict[str, Any], ...] = ()
        self.on_msg(self._receive)

    def link(self, links: Mapping[str, str]) -> None:
        """Link other pages: labels by file name."""
        self._links = [list(link) for link in links.items()]

    def on_open(self, callback: Callable[[dict[str, str]], None]) -> None:
        """Call `callback` with the parameters of the address when a visitor opens the page."""
        self._on_open = callback

    def set_address(self, **parameters: str) -> None:
        """Set the parameters of the address, which a reload finds again; empty ones are removed."""
        self._address = {name: value for name, value in parameters.items() if value}

    def download(self, name: str, content: bytes) -> None:
        """Hand a file to the browser."""
        self.send({"download": name}, [content])

    def tell(
        self,
        text: str,
        *,
        error: bool = False,
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:
        """Show a notice, wherever the visitor is on the page.

        It leaves after some seconds; an error stays until it is dismissed.

        Parameters
        ----------
        text : str
        error : bool
            Whether something failed.
        action, act
            Label of a button in the notice, and the function that it calls.
        """
        self._last_id += 1
        if act is not None:
            self._actions[self._last_id] = act
        notice = {"id": self._last_id, "text": text, "error": error, "action": action}
        self._show([*self._kept, notice][-MOST_NOTICES:])

    def _show(self, notices: Sequence[dict[str, Any]]) -> None:
        self._kept = tuple(notices)
        self._notices = list(notices)

    def _receive(self, _: Any, content: Any, __: Any) -> None:
        if fits(content, DISMISSED):
            dismissed = content["dismissed"]
            self._show([notice for notice in self._kept if notice["id"] != dismissed])
            self._actions.pop(dismissed, None)
        elif fits(content, ACTED) and content["acted"] in self._actions:
            self._actions[content["acted"]]()
        elif fits(content, ZONE):
            set_zone(content["zone"])
        elif fits(content, OPENED) and self._on_open is not None:
            self._on_open(content["opened"])
