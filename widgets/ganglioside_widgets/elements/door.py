"""What a browser may do with the widgets of a page: everything that is not listed is turned away.

ipywidgets lets a browser set every value of every widget, shown or not, and make widgets of any
kind. In a notebook that is as well: its user can run any code. Whoever opens a page can not, so
the messages to its kernel pass through here first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import ipywidgets as w

from ganglioside_widgets.elements.chart import Chart
from ganglioside_widgets.elements.dropzone import DropZone
from ganglioside_widgets.elements.grid import Grid
from ganglioside_widgets.elements.messages import (
    Form,
    Kind,
    fields,
    fits,
    is_count,
    is_flag,
    is_number,
    is_text,
    is_whole,
    only,
)
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.elements.slider import Slider

#: The values that a browser may set, by the kind of widget; of all others none.
SETTABLE: Final[Mapping[type[w.Widget], Mapping[str, Kind]]] = {
    w.Accordion: {"selected_index": lambda value: value is None or is_count(value)},
    w.Checkbox: {"value": is_flag},
    w.Dropdown: {"index": lambda value: value is None or is_count(value)},
    w.Text: {"value": is_text},
    w.Textarea: {"value": is_text},
    w.ToggleButton: {"value": is_flag},
    Chart: {"selected": is_whole},
    Grid: {"selected": is_whole},
    Slider: {"value": is_number},
}

#: The messages that a browser may send, by the kind of widget; our own elements read them with
#: care themselves.
SENDABLE: Final[Mapping[type[w.Widget], Form]] = {
    w.Button: {"event": only("click")},
    w.Text: {"event": only("submit")},
    DropZone: {},
    Grid: {},
    Page: {},
}

#: Values that are numbers of things, with the attribute that holds these things.
_PLACES: Final[Mapping[type[w.Widget], Mapping[str, str]]] = {
    w.Accordion: {"selected_index": "children"},
    w.Dropdown: {"index": "options"},
}

#: By which a browser asks for all widgets.
_CONTROL: Final = "jupyter.widget.control"
_ASK_FOR_ALL: Final[Form] = {"method": only("request_states")}

_MESSAGE: Final[Form] = {"comm_id": is_text, "data": lambda value: isinstance(value, dict)}
_OPENING: Final[Form] = {"comm_id": is_text, "target_name": only(_CONTROL)}

_log: Final = logging.getLogger("ganglioside.pages")

_Entry = TypeVar("_Entry")

Message = dict[str, Any]
_Handler = Callable[[Any, Any, Message], Any]


def guard(kernel: Any) -> None:
    """Let the messages of browsers to the widgets of a kernel pass only as far as admitted."""
    for kind, admit in _ADMITTED.items():
        handler = kernel.shell_handlers[kind]
        if not isinstance(handler, _Guarded):
            kernel.shell_handlers[kind] = _Guarded(handler, admit)


class _Guarded:
    """Hands messages on to a handler of the kernel as far as they are admitted."""

    def __init__(self, handler: _Handler, admit: Callable[[Message], Message | None]) -> None:
        self._handler, self._admit = handler, admit

    def __call__(self, stream: Any, ident: Any, message: Message) -> Any:
        passed = self._admit(message)
        if passed is None:
            _log.warning("A message was turned away: a page takes nothing of this kind.")
            return None
        return self._handler(stream, ident, passed)


def admitted_opening(message: Message) -> Message | None:
    """Return the message that asks for a channel, where it is the one for all widgets."""
    version = str(fields(message.get("metadata")).get("version", ""))
    known = w.widget.CONTROL_PROTOCOL_VERSION_MAJOR
    is_known = version.split(".")[0] == known
    return message if is_known and fits(message["content"], _OPENING) else None


def admitted(message: Message) -> Message | None:
    """Return the rule for a message to a widget; None if it may do nothing."""
    content = message["content"]
    if not fits(content, _MESSAGE):
        return None
    data, widget = content["data"], _widget(content["comm_id"])
    if widget is None:
        return message if _is_control(content["comm_id"]) and fits(data, _ASK_FOR_ALL) else None
    allowed = _allowed(widget, data)
    return None if allowed is None else {**message, "content": {**content, "data": allowed}}


def admitted_closing(message: Message) -> Message | None:
    """Return the message that closes the channel for all widgets; None for any other."""
    content = message["content"]
    known = fits(content, {"comm_id": is_text}) and _is_control(content["comm_id"])
    return message if known else None


def _allowed(widget: w.Widget, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the part of a message's data that a widget may hear."""
    method = data.get("method")
    if method == "request_state":
        return {"method": method}
    if getattr(widget, "disabled", False):
        return None
    if method == "custom":
        content, form = data.get("content"), of_kind(widget, SENDABLE)
        is_one = form is not None and fits(content, form)
        return {"method": method, "content": content} if is_one else None
    if method == "update":
        state = settable(widget, data.get("state"))
        return {"method": method, "state": state} if state else None
    return None


def settable(widget: w.Widget, state: object) -> dict[str, Any]:
    """Return the values among those of a browser that it may set on a widget."""
    kinds = of_kind(widget, SETTABLE) or {}
    return {
        name: value
        for name, value in fields(state).items()
        if name in kinds and kinds[name](value) and _is_there(widget, name, value)
    }


def _is_there(widget: w.Widget, name: str, value: Any) -> bool:
    """Return whether the thing that a value counts exists; true of other values."""
    things = (of_kind(widget, _PLACES) or {}).get(name)
    return things is None or value is None or value < len(getattr(widget, things))


def of_kind(widget: w.Widget, table: Mapping[type[w.Widget], _Entry]) -> _Entry | None:
    """Return the entry of a table for the kind of a widget; None where it has none.

    anywidget gives every widget a class of its own, below the one that we wrote.
    """
    return next((table[kind] for kind in type(widget).__mro__ if kind in table), None)


def _widget(comm_id: str) -> w.Widget | None:
    found: w.Widget | None = w.widget._instances.get(comm_id)
    return found


def _is_control(comm_id: str) -> bool:
    control = w.Widget._control_comm
    return control is not None and control.comm_id == comm_id


#: The functions that admit messages, by kind of message.
_ADMITTED: Final = {
    "comm_open": admitted_opening,
    "comm_msg": admitted,
    "comm_close": admitted_closing,
}
