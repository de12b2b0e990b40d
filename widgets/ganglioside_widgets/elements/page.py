"""The page around the panels: its address, its theme, and files to download."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import anywidget
import traitlets as t

from ganglioside_widgets.elements.messages import Form, fits, is_whole, is_words
from ganglioside_widgets.elements.module import source

#: Notices shown at once; older ones go.
MOST_NOTICES: Final = 4

#: What the browser sends: the page was opened, a notice dismissed, its button pressed.
OPENED: Final[Form] = {"opened": is_words}
DISMISSED: Final[Form] = {"dismissed": is_whole}
ACTED: Final[Form] = {"acted": is_whole}


class Page(anywidget.AnyWidget):
    """Reads and writes the address of a web page, and hands files to the browser.

    In JupyterLab the address is the notebook's: it is left alone, and nothing is read from it.

    Attributes
    ----------
    links : tuple of (str, str, str)
        Other pages: file name, what it is called, and a mark for the one that is open.
    title : str

    A notice stays until the visitor dismisses it.
    """

    _esm = source("page.js")

    _address = t.Dict().tag(sync=True)
    _links: t.List[Any] = t.List().tag(sync=True)
    _title = t.Unicode("").tag(sync=True)
    _notices: t.List[Any] = t.List().tag(sync=True)

    def __init__(self, title: str = "", links: Mapping[str, str] | None = None) -> None:
        super().__init__(_title=title, _links=[list(link) for link in (links or {}).items()])
        self._opened: Callable[[dict[str, str]], None] | None = None
        self._actions: dict[int, Callable[[], None]] = {}
        self._told = 0
        # The browser can set `_notices`, which is only shown to it.
        self._kept: tuple[dict[str, Any], ...] = ()
        self.on_msg(self._heard)

    def on_open(self, act: Callable[[dict[str, str]], None]) -> None:
        """Tell whom to call when a visitor opens the page, with what its address asks for."""
        self._opened = act

    def set_address(self, **words: str) -> None:
        """Write words into the address, so that a reload finds them; empty ones go away."""
        self._address = {k: v for k, v in words.items() if v}

    def download(self, name: str, content: bytes) -> None:
        """Hand a file to the browser."""
        self.send({"download": name}, [content])

    def tell(
        self, text: str, *, error: bool = False, action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        """Tell the visitor, wherever on the page, of something that happened meanwhile.

        Parameters
        ----------
        text
        error
            Whether it is bad news.
        action, act
            A button beside it, and what it does.
        """
        self._told += 1
        if act is not None:
            self._actions[self._told] = act
        notice = {"id": self._told, "text": text, "error": error, "action": action}
        self._show([*self._kept, notice][-MOST_NOTICES:])

    def _show(self, notices: Sequence[dict[str, Any]]) -> None:
        self._kept = tuple(notices)
        self._notices = list(notices)

    def _heard(self, _: Any, content: Any, __: Any) -> None:
        if fits(content, DISMISSED):
            self._show([n for n in self._kept if n["id"] != content["dismissed"]])
            self._actions.pop(content["dismissed"], None)
        elif fits(content, ACTED) and content["acted"] in self._actions:
            self._actions[content["acted"]]()
        elif fits(content, OPENED) and self._opened is not None:
            self._opened(content["opened"])
