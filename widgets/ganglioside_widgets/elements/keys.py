"""Keys of the page that act wherever the visitor is, but not while something is typed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import anywidget
import traitlets as t

from ganglioside_widgets.elements.messages import Form, fits, is_text
from ganglioside_widgets.elements.module import source

#: Messages of the browser: a key was pressed, Enter was pressed in a field.
PRESSED: Final[Form] = {"pressed": is_text}
ENTERED: Final[Form] = {"entered": is_text}


class Keys(anywidget.AnyWidget):
    """Keys that call functions.

    On a web page they act wherever the focus is; in JupyterLab only within the panel, since other
    cells have keys of their own. Fields where something is typed keep their keys.

    Parameters
    ----------
    actions : dict of str to callable
        By key, as browsers name it: `a`, `ArrowDown`.
    focused : dict of str to str, optional
        Keys that put the focus into a field: the CSS class of the field by key.
    entered : dict of str to callable, optional
        What Enter does in a field, by its CSS class.
    repeated : collection of str, optional
        Keys that act again and again while they are held, such as those that only move; any other
        acts once.
    reveals : str, optional
        CSS class of what a key or click leads to: it is scrolled to where it is out of sight; the
        focus stays.
    """

    _esm = source("keys.js")

    _keys: t.List[Any] = t.List().tag(sync=True)
    _focused = t.Dict().tag(sync=True)
    _repeated: t.List[Any] = t.List().tag(sync=True)
    _fields: t.List[Any] = t.List().tag(sync=True)
    _revealed = t.Unicode("").tag(sync=True)

    def __init__(
        self,
        actions: Mapping[str, Callable[[], object]],
        focused: Mapping[str, str] | None = None,
        entered: Mapping[str, Callable[[], object]] | None = None,
        repeated: Collection[str] = (),
        reveals: str = "",
    ) -> None:
        self._actions, self._entered = dict(actions), dict(entered or {})
        super().__init__(
            _keys=list(actions),
            _focused=dict(focused or {}),
            _fields=list(self._entered),
            _repeated=list(repeated),
            _revealed=reveals,
        )
        self.on_msg(self._receive)

    def _receive(self, _: Any, content: Any, __: Any) -> None:
        if fits(content, PRESSED) and content["pressed"] in self._actions:
            self._actions[content["pressed"]]()
        elif fits(content, ENTERED) and content["entered"] in self._entered:
            self._entered[content["entered"]]()
