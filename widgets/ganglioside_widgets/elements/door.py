"""Messages that a browser may send to the widgets of a page: only the listed ones are let through.

ipywidgets lets a browser set every value of every widget, visible or not, and create widgets of
any kind. In a notebook this is harmless: its user can run any code. Visitors of a web page cannot,
so the messages to its kernel are checked here first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import ipywidgets as w

from ganglioside_widgets.elements.chart import Chart
from ganglioside_widgets.elements.dropzone import DropZone
from ganglioside_widgets.elements.field import Field
from ganglioside_widgets.elements.grid import Grid
from ganglioside_widgets.elements.keys import Keys
from ganglioside_widgets.elements.messages import (
    Form,
    fields,
    fits,
    is_text,
    only,
)
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.elements.queue import Queue
from ganglioside_widgets.elements.select import Select
from ganglioside_widgets.elements.slider import Slider
from ganglioside_widgets.elements.switches import CheckBox, Toggle

#: The messages that a browser may send, by class of widget. Our own elements, with an empty form,
#: check theirs themselves. A browser sets no trait of any widget.
SENDABLE: Final[Mapping[type[w.Widget], Form]] = {
    w.Button: {"event": only("click")},
    Chart: {},
    CheckBox: {},
    DropZone: {},
    Field: {},
    Grid: {},
    Keys: {},
    Page: {},
    Queue: {},
    Select: {},
    Slider: {},
    Toggle: {},
}

#: The channel by which a browser asks for the states of all widgets.
_CONTROL: Final = "jupyter.widget.control"
_ASK_FOR_ALL: Final[Form] = {"method": only("request_states")}

_MESSAGE: Final[Form] = {"comm_id": is_text, "data": lambda value: isinstance(value, dict)}
_OPENING: Final[Form] = {"comm_id": is_text, "target_name": only(_CONTROL)}

_log: Final = logging.getLogger("ganglioside.pages")

_Entry = TypeVar("_Entry")

#: A message of Jupyter's protocol: header, metadata, content, buffers.
Message = dict[str, Any]
_Handler = Callable[[Any, Any, Message], Any]
_Check = Callable[[Message], Message | None]


def guard(kernel: Any) -> None:
    """Check the messages to a kernel's widgets from now on; calling it again changes nothing."""
    for kind, check in _CHECKS.items():
        handler = kernel.shell_handlers[kind]
        if not isinstance(handler, _Guarded):
            kernel.shell_handlers[kind] = _Guarded(handler, check)


class _Guarded:
    """A message handler of the kernel that gets only the permitted part of each message."""

    def __init__(self, handler: _Handler, check: _Check) -> None:
        self._handler = handler
        self._check = check

    def __call__(self, stream: Any, ident: Any, message: Message) -> Any:
        permitted = self._check(message)
        if permitted is None:
            _log.warning("A message was refused: pages accept none of this kind.")
            return None
        return self._handler(stream, ident, permitted)


def permitted_opening(message: Message) -> Message | None:
    """Message itself, if it opens the channel for the states of all widgets; else None."""
    version = str(fields(message.get("metadata")).get("version", ""))
    known = w.widget.CONTROL_PROTOCOL_VERSION_MAJOR
    is_known = version.split(".")[0] == known
    return message if is_known and fits(message["content"], _OPENING) else None


def permitted(message: Message) -> Message | None:
    """Part of a message that its widget may get; None where it may get nothing."""
    content = message["content"]
    if not fits(content, _MESSAGE):
        return None
    data = content["data"]
    widget = _widget(content["comm_id"])
    if widget is None:
        asks_for_all = _is_control(content["comm_id"]) and fits(data, _ASK_FOR_ALL)
        return message if asks_for_all else None
    permitted_data = _permitted_data(widget, data)
    if permitted_data is None:
        return None
    return {**message, "content": {**content, "data": permitted_data}}


def permitted_closing(message: Message) -> Message | None:
    """Message itself, if it closes the channel for the states of all widgets; else None."""
    content = message["content"]
    known = fits(content, {"comm_id": is_text}) and _is_control(content["comm_id"])
    return message if known else None


def _permitted_data(widget: w.Widget, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Part of a message's data that a widget may get; None where it may get nothing.

    A disabled widget gets only requests for its state.
    """
    method = data.get("method")
    if method == "request_state":
        return {"method": method}
    if getattr(widget, "disabled", False):
        return None
    if method == "custom":
        content = data.get("content")
        form = of_kind(widget, SENDABLE)
        is_permitted = form is not None and fits(content, form)
        return {"method": method, "content": content} if is_permitted else None
    return None


def of_kind(widget: w.Widget, table: Mapping[type[w.Widget], _Entry]) -> _Entry | None:
    """Entry of a table by class of widget for this widget; None where there is none.

    anywidget derives a class of its own for every widget from the one that we wrote.
    """
    return next((table[kind] for kind in type(widget).__mro__ if kind in table), None)


def _widget(comm_id: str) -> w.Widget | None:
    found: w.Widget | None = w.widget._instances.get(comm_id)
    return found


def _is_control(comm_id: str) -> bool:
    control = w.Widget._control_comm
    return control is not None and control.comm_id == comm_id


#: The check of messages, by their type in Jupyter's protocol.
_CHECKS: Final[Mapping[str, _Check]] = {
    "comm_open": permitted_opening,
    "comm_msg": permitted,
    "comm_close": permitted_closing,
}
