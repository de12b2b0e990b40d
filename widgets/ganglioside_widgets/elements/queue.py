"""A list of features to look at, in groups; several can be marked together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import anywidget
import traitlets as t

from ganglioside.columns import VERDICT_KINDS
from ganglioside_widgets.elements.messages import Form, fits, is_whole
from ganglioside_widgets.elements.module import source

#: Most features that can be marked together.
MOST_MARKED: Final = 1_000

#: Messages of the browser: a feature is opened, features are marked together.
OPEN: Final[Form] = {"open": is_whole}
MARK: Final[Form] = {
    "mark": lambda value: (
        isinstance(value, list) and len(value) <= MOST_MARKED and all(map(is_whole, value))
    )
}


@dataclass(frozen=True, slots=True)
class QueuedFeature:
    """One feature of the list.

    Attributes
    ----------
    id : int
        feature_id.
    group : str
        Title of its group.
    name : str
    verdict : str
    text : str
        Why it is here, in a few words.
    decision : str
        Empty where it is open.
    place : str
        Its row in the file: several features may have one name.
    """

    id: int
    group: str
    name: str
    verdict: str
    text: str
    decision: str
    place: str = ""


class Queue(anywidget.AnyWidget):
    """A list of features in groups, of which one is selected and several may be marked.

    Parameters
    ----------
    label : str
        Name for screen readers.
    marks : dict of str to str
        Sign of each decision.
    helps : dict of str to str
        Tooltip of each group.
    """

    _esm = source("parts/leading.js") + source(
        "queue.js", SYMBOLS={kind.name: kind.symbol for kind in VERDICT_KINDS}
    )

    _label = t.Unicode("").tag(sync=True)
    _items: t.List[Any] = t.List().tag(sync=True)
    _decision_marks = t.Dict().tag(sync=True)
    _helps = t.Dict().tag(sync=True)
    _marked: t.List[Any] = t.List().tag(sync=True)
    selected = t.Int(-1).tag(sync=True)

    def __init__(self, label: str, marks: dict[str, str], helps: dict[str, str]) -> None:
        super().__init__(_label=label, _decision_marks=marks, _helps=helps)
        self._ids: frozenset[int] = frozenset()
        self._on_open: Callable[[int], None] | None = None
        self._on_mark: Callable[[Sequence[int]], None] | None = None
        self.on_msg(self._receive)

    def show(self, items: Sequence[QueuedFeature], marked: Sequence[int] = ()) -> None:
        """Show features, and which of them are marked together."""
        self._ids = frozenset(item.id for item in items)
        with self.hold_sync():
            self._items = [asdict(item) for item in items]
            self._marked = list(marked)

    def on_open(self, callback: Callable[[int], None]) -> None:
        """Call `callback(feature_id)` when a feature of the list is opened."""
        self._on_open = callback

    def on_mark(self, callback: Callable[[Sequence[int]], None]) -> None:
        """Call `callback(feature ids)` when other features of the list are marked together."""
        self._on_mark = callback

    def _receive(self, _: Any, content: Any, __: Any) -> None:
        if self._on_open is not None and fits(content, OPEN) and content["open"] in self._ids:
            self._on_open(content["open"])
        elif self._on_mark is not None and fits(content, MARK):
            self._on_mark([i for i in content["mark"] if i in self._ids])
