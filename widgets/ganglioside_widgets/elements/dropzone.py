"""A place to drop files, of any size: they arrive in pieces that every server lets pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import anywidget
import traitlets as t

from ganglioside_widgets.elements.module import source

#: Bytes in one piece; servers pass 10 MiB, and drop what is larger without a word.
PIECE: Final = 2 * 1024 * 1024


class DropZone(anywidget.AnyWidget):
    """Takes files by drag and drop or by choice.

    Attributes
    ----------
    busy : bool
        Whether a file is on its way.
    """

    _esm = source("dropzone.js")

    _suffixes: t.List[Any] = t.List().tag(sync=True)
    _max_bytes = t.Int().tag(sync=True)
    _piece = t.Int(PIECE).tag(sync=True)
    busy = t.Bool(False).tag(sync=True)

    def __init__(
        self,
        suffixes: Sequence[str],
        max_bytes: int,
        taken: Callable[[str, bytes], None],
        refused: Callable[[str], None],
    ) -> None:
        super().__init__(_suffixes=list(suffixes), _max_bytes=max_bytes)
        self._taken, self._refused = taken, refused
        self._name, self._size, self._parts = "", 0, bytearray()
        self.on_msg(self._heard)

    def _heard(self, _: Any, content: Any, buffers: Sequence[memoryview]) -> None:
        what = content.get("what")
        if what == "begin":
            self._name, self._size = str(content["name"]), int(content["size"])
            self._parts = bytearray()
            self._refuse_large()
        elif what == "piece" and content.get("from") == len(self._parts):
            self._parts += bytes(buffers[0])
            self._refuse_large()
        elif what == "too-large":
            self._refused(self._too_large(str(content["name"]), int(content["size"])))
            return
        elif what == "failed":
            self._refused(f"{content['name']} could not be read by the browser: {content['why']}.")
            return
        self.send({"got": len(self._parts), "refused": self._is_large()})
        if what in ("begin", "piece") and len(self._parts) == self._size and not self._is_large():
            name, whole, self._parts = self._name, bytes(self._parts), bytearray()
            self.send({"done": name})
            self._taken(name, whole)

    def _is_large(self) -> bool:
        return max(self._size, len(self._parts)) > self._max_bytes

    def _refuse_large(self) -> None:
        if self._is_large():
            self._parts = bytearray()
            self._refused(self._too_large(self._name, self._size))

    def _too_large(self, name: str, size: int) -> str:
        return (
            f"{name} has {size / 1e6:,.0f} MB; files up to {self._max_bytes / 1e6:,.0f} MB are "
            "taken. Leave out columns that the analysis does not need, or analyse it with "
            "ganglioside analyze and Settings(max_megabytes=...)."
        )
