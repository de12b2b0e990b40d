"""A field to drop files of any size on: they arrive in pieces small enough for every server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import anywidget
import traitlets as t

from ganglioside_widgets.elements.messages import Form, fields, fits, is_count, is_text
from ganglioside_widgets.elements.module import source

#: Bytes in one piece; servers pass 10 MiB and silently drop anything larger.
PIECE: Final = 2 * 1024 * 1024

#: ms after which a piece without an answer counts as dropped.
PATIENCE: Final = 8_000

#: Reason why a file does not arrive where the kernel answers nothing.
SILENT: Final = (
    "the server passes no message of 64 kB (its limit is websocket_max_message_size), or the "
    "kernel is busy or has ended. Wait until it is idle, or start the server with `ganglioside "
    "lab` or `ganglioside app`, and upload the file again."
)

#: Messages of the browser, by the value of their field `what`.
FORMS: Final[Mapping[str, Form]] = {
    "drop": {},
    "begin": {"name": is_text, "size": is_count, "of": is_count},
    "piece": {"from": is_count},
    "too-large": {"name": is_text, "size": is_count},
    "failed": {"name": is_text, "why": is_text},
}

_NO_MESSAGE: Final[Form] = {"what": lambda _: False}

#: Shown where a message is none of these.
_UNREADABLE: Final = (
    "The browser sent something that is not part of a file. Reload the page, and upload the file "
    "again."
)


class DropZone(anywidget.AnyWidget):
    """A field for files, by drag and drop or by choice.

    Parameters
    ----------
    suffixes : sequence of str
        Endings of file names that the browser offers to choose.
    max_bytes : int
        Larger files are refused.
    on_file : callable
        Called with the name and content of each complete file.
    on_refusal : callable
        Called with the reason where a file does not arrive, and with its name; the name is empty
        where it is not known.
    on_arrival : callable
        Called with the name of a file once it begins to arrive and the number of files that were
        given together, and with an empty name once nothing arrives any more.
    why_not : callable, optional
        Called with the name and size of a file before any of it is kept: the reason why it is
        refused; empty where it is taken.
    on_drop : callable, optional
        Called before the first of the files that are given together, unless others are on their
        way.
    """

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
        on_file: Callable[[str, bytes], None],
        on_refusal: Callable[[str, str], None],
        on_arrival: Callable[[str, int], None],
        why_not: Callable[[str, int], str] = lambda _name, _size: "",
        on_drop: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(_suffixes=list(suffixes), _max_bytes=max_bytes)
        self._on_file = on_file
        self._on_refusal = on_refusal
        self._on_arrival = on_arrival
        self._why_not = why_not
        self._on_drop = on_drop
        self._limit = max_bytes  # the browser could set the trait `_max_bytes`
        self._begin("", 0, 0)
        self.on_msg(self._receive)

    def _receive(self, _: Any, content: Any, buffers: Sequence[memoryview]) -> None:
        what = str(fields(content).get("what"))
        lacks_buffer = what == "piece" and not buffers
        if not fits(content, FORMS.get(what, _NO_MESSAGE)) or lacks_buffer:
            self._on_refusal(_UNREADABLE, "")
        elif what == "drop":
            self._on_drop()
        elif what == "too-large":
            self._on_refusal(self._too_large(content["name"], content["size"]), content["name"])
        elif what == "failed":
            self._on_arrival("", 0)
            why = f"{content['name']} did not arrive: {content['why']}"
            self._on_refusal(why, content["name"])
        else:
            if what == "begin":
                self._begin(content["name"], content["size"], content["of"])
            else:
                self._add(content["from"], buffers[0])
            self._answer(content.get("file"))
            self._hand_over()

    def _begin(self, name: str, size: int, of: int) -> None:
        """Forget the file of before and wait for the pieces of another one."""
        self._name = name
        self._size = size
        self._content = bytearray()
        self._received = 0
        self._is_handed_over = False
        self._is_refused = False
        self._on_arrival(name, of)
        self._refuse_large()
        if not self._is_refused and (why := self._why_not(name, size)):
            self._refuse(why)

    def _add(self, start: int, piece: memoryview) -> None:
        """Append a piece; one that came before is ignored, and the answer asks for the next."""
        if start != self._received or self._is_handed_over or self._is_refused:
            return
        self._content += bytes(piece)
        self._received = len(self._content)
        self._refuse_large()

    def _answer(self, file: object) -> None:
        """Send the browser the number of bytes received, at which the next piece begins."""
        self.send(
            {
                "file": file if is_count(file) else None,
                "got": self._received,
                "refused": self._is_refused,
            }
        )

    def _hand_over(self) -> None:
        """Pass a complete file on, once."""
        is_complete = self._received == self._size and not self._is_refused
        if not is_complete or self._is_handed_over:
            return
        content = bytes(self._content)
        self._content = bytearray()
        self._is_handed_over = True
        self._on_arrival("", 0)
        self._on_file(self._name, content)

    def _refuse_large(self) -> None:
        if max(self._size, self._received) > self._limit:
            self._refuse(self._too_large(self._name, self._size))

    def _refuse(self, why: str) -> None:
        """Keep nothing of the file, and say why."""
        self._is_refused = True
        self._content = bytearray()
        self._on_arrival("", 0)
        self._on_refusal(why, self._name)

    def _too_large(self, name: str, size: int) -> str:
        return (
            f"{name} has {size / 1e6:,.0f} MB; the limit is {self._limit / 1e6:,.0f} MB. Leave out "
            "columns that the analysis does not need, or analyse it with ganglioside analyze and "
            "--max-megabytes on the command line."
        )
