"""A place to drop files, of any size: they arrive in pieces that every server lets pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import anywidget
import traitlets as t

from ganglioside_widgets.elements.messages import Form, fields, fits, is_count, is_text
from ganglioside_widgets.elements.module import source

#: Bytes in one piece; servers pass 10 MiB, and drop what is larger without a word.
PIECE: Final = 2 * 1024 * 1024


#: ms after which a piece that was not acknowledged is taken for dropped.
PATIENCE: Final = 8_000

#: Why a file does not arrive though the browser could read it.
SILENT: Final = (
    "the server passes no message of 64 kB (its limit is websocket_max_message_size), or the "
    "kernel is busy or has ended. Wait until it is idle, or start the server with `ganglioside "
    "lab` or `ganglioside app`, and give the file again."
)


#: What the browser sends, by `what`.
FORMS: Final[Mapping[str, Form]] = {
    "begin": {"name": is_text, "size": is_count},
    "piece": {"from": is_count},
    "too-large": {"name": is_text, "size": is_count},
    "failed": {"name": is_text, "why": is_text},
}

_NO_MESSAGE: Final[Form] = {"what": lambda _: False}

#: Says that a message is none of these.
_ODD: Final = (
    "Something arrived that is no piece of a file. Reload the page, and give the file again."
)


class DropZone(anywidget.AnyWidget):
    """Takes files by drag and drop or by choice."""

    _esm = source("dropzone.js")

    _suffixes: t.List[Any] = t.List().tag(sync=True)
    _max_bytes = t.Int().tag(sync=True)
    _piece = t.Int(PIECE).tag(sync=True)
    _patience = t.Int(PATIENCE).tag(sync=True)
    _silent = t.Unicode(SILENT).tag(sync=True)

    def __init__(
        self,
        suffixes: Sequence[str],
        max_bytes: int,
        taken: Callable[[str, bytes], None],
        refused: Callable[[str], None],
    ) -> None:
        super().__init__(_suffixes=list(suffixes), _max_bytes=max_bytes)
        self._taken, self._refused = taken, refused
        self._most = max_bytes  # the browser can set `_max_bytes`, which is only shown to it
        self._name, self._size = "", 0
        self._parts, self._got = bytearray(), 0
        self._is_taken = False
        self.on_msg(self._heard)

    def _heard(self, _: Any, content: Any, buffers: Sequence[memoryview]) -> None:
        what = str(fields(content).get("what"))
        # Every message to this element is for it: one that it cannot read is told of.
        if not fits(content, FORMS.get(what, _NO_MESSAGE)) or (what == "piece" and not buffers):
            self._refused(_ODD)
            return
        if what == "begin":
            self._name, self._size = content["name"], content["size"]
            self._parts, self._got, self._is_taken = bytearray(), 0, False
            self._refuse_large()
        elif what == "piece" and content["from"] == self._got and not self._is_taken:
            self._parts += bytes(buffers[0])
            self._got = len(self._parts)
            self._refuse_large()
        elif what == "too-large":
            self._refused(self._too_large(content["name"], content["size"]))
            return
        elif what == "failed":
            self._refused(f"{content['name']} did not arrive: {content['why']}")
            return
        # A piece that came twice changes nothing; the answer says where to go on.
        file = content.get("file")
        self.send(
            {
                "file": file if is_count(file) else None,
                "got": self._got,
                "refused": self._is_large(),
            }
        )
        if self._got == self._size and not self._is_large() and not self._is_taken:
            whole, self._parts, self._is_taken = bytes(self._parts), bytearray(), True
            self._taken(self._name, whole)

    def _is_large(self) -> bool:
        return max(self._size, self._got) > self._most

    def _refuse_large(self) -> None:
        if self._is_large():
            self._parts = bytearray()
            self._refused(self._too_large(self._name, self._size))

    def _too_large(self, name: str, size: int) -> str:
        return (
            f"{name} has {size / 1e6:,.0f} MB; files up to {self._most / 1e6:,.0f} MB are "
            "taken. Leave out columns that the analysis does not need, or analyse it with "
            "ganglioside analyze and Settings(max_megabytes=...)."
        )
