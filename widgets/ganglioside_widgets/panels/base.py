"""Shared by all panels: the stylesheet, safe HTML, and changes that come from threads."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

import ipywidgets as w
import pandas as pd
from IPython.core.getipython import get_ipython

from ganglioside.columns import VERDICT_KINDS
from ganglioside.reading.report import Fault, faults_of, once
from ganglioside.reading.wordings import worded
from ganglioside.support.formatting import MISSING
from ganglioside_widgets.elements.door import guard
from ganglioside_widgets.elements.fault_reports import report_faults
from ganglioside_widgets.elements.switches import Toggle
from ganglioside_widgets.state.refusals import Refusal
from ganglioside_widgets.state.run import Post
from ganglioside_widgets.state.visitors import VARIABLE

#: Most kinds of faults listed; others are counted.
_LISTED: Final = 50

#: Singular and plural of a severity, as people read it.
_SEVERITIES: Final = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "info": ("note", "notes"),
}

#: Beginning of advice that there is no need to read.
_NO_ADVICE: Final = "Nothing to do"

#: Where panels are dark, as in `panels.css`.
_DARK_PAGES = (
    'body[data-gg-theme="dark"] :is(.gg-root, .gg-toasts),\n'
    'body[data-jp-theme-light="false"]:not([data-gg-theme]) :is(.gg-root, .gg-toasts)'
)

_SYMBOLS = {kind.name: kind.symbol for kind in VERDICT_KINDS}


@cache
def stylesheet() -> str:
    """CSS of all panels."""
    path = Path(__file__).resolve().parent / "panels.css"
    return path.read_text(encoding="utf-8") + _verdict_styles()


def _verdict_styles() -> str:
    """Colours of the verdicts as text, on light and dark pages."""
    light = "".join(f"  --gg-{kind.name}: {kind.text};\n" for kind in VERDICT_KINDS)
    dark = "".join(f"  --gg-{kind.name}: {kind.text_dark};\n" for kind in VERDICT_KINDS)
    uses = "".join(
        f".gg-is-{kind.name} {{ color: var(--gg-{kind.name}); }}\n" for kind in VERDICT_KINDS
    )
    return f".gg-root, .gg-toasts {{\n{light}}}\n{_DARK_PAGES} {{\n{dark}}}\n{uses}"


class Panel(w.VBox):  # type: ignore[misc]
    """A box of widgets with a heading.

    Parameters
    ----------
    heading : str
        Empty for no heading.
    children : iterable of Widget
    kind : str
        Name of the panel's CSS class, without `gg-`.
    """

    def __init__(self, heading: str, children: Iterable[w.Widget], *, kind: str = "") -> None:
        title = w.HTML(f"<h2>{escape(heading)}</h2>").add_class("gg-heading")
        super().__init__([title, *children] if heading else [*children])
        self.add_class("gg-panel")
        if kind:
            self.add_class(f"gg-{kind}")

    def alone(self) -> w.VBox:
        """Panel with the stylesheet, for a cell or page of its own."""
        return styled(self)


class Fold(w.VBox):  # type: ignore[misc]
    """Widgets that a button shows and hides, by mouse or keyboard.

    The accordion of ipywidgets cannot be reached by the Tab key.

    Parameters
    ----------
    title : str
    children : Widget
    is_open : bool, optional

    Attributes
    ----------
    head : Toggle
    """

    def __init__(self, title: str, *children: w.Widget, is_open: bool = False) -> None:
        self.head = Toggle(description=title, value=is_open).add_class("gg-fold-head")
        self._content = w.VBox(children).add_class("gg-fold-content")
        super().__init__([self.head, self._content])
        self.add_class("gg-fold")
        self.head.observe(self._show, "value")
        self._show(None)

    @property
    def is_open(self) -> bool:
        """Whether the widgets are shown."""
        return bool(self.head.value)

    @is_open.setter
    def is_open(self, value: bool) -> None:
        self.head.value = value

    def _show(self, _: object) -> None:
        self._content.layout.display = "" if self.is_open else "none"


def styled(*children: w.Widget) -> w.VBox:
    """Box of widgets with the stylesheet of the panels."""
    style = w.HTML(f"<style>{stylesheet()}</style>").add_class("gg-style")
    return w.VBox([style, *children]).add_class("gg-root")


def post_to_kernel() -> Post:
    """`Post` that passes a change from any thread to the one that talks to the browser.

    Without a running event loop, as in a script or a test, it makes the change at once.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return lambda change: change()

    def post(change: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the kernel has ended
            loop.call_soon_threadsafe(change)

    return post


def guard_page() -> None:
    """Refuse messages that visitors may not send, if `ganglioside app` serves this page.

    A page of another server may contain widgets of its own, which must not be blocked.
    """
    report_faults(get_ipython())
    kernel = getattr(get_ipython(), "kernel", None)
    if VARIABLE in os.environ and kernel is not None:
        guard(kernel)


def box(html: str = "", **classes: str) -> w.HTML:
    """HTML widget with a CSS class `gg-<kind>`, for `kind=...`."""
    part = w.HTML(html)
    for name in classes.values():
        part.add_class(f"gg-{name}")
    return part


def say(message: str, kind: str = "note") -> str:
    """Message as HTML, read out when it appears: a `note`, a `warning` or an `error`.

    Its advice names the selects of the panel.
    """
    if not message:
        return ""
    message = worded(message, "panel")
    role = "alert" if kind == "error" else "status"
    lines = "<br>".join(escape(line) for line in message.splitlines())
    return f'<div class="gg-say gg-say-{kind}" role="{role}">{lines}</div>'


def refused(refusal: Refusal | None) -> str:
    """Refusal as HTML: the message, then the faults that it does not name."""
    if refusal is None:
        return ""
    problems = refusal.problems
    others = problems[problems["feature_id"].notna() | (problems["severity"] != "error")]
    return say(refusal.message, "error") + fault_list(faults_of(others))


def fault_list(faults: Iterable[Fault]) -> str:
    """Faults of reading as an HTML list, the worst first: message, rows, and the cure."""
    found = once(faults)
    if not found:
        return ""
    rest = len(found) - _LISTED
    more = f"<p>... and {rest:,} more; the export lists them all.</p>" if rest > 0 else ""
    is_open = " open" if found[0].severity != "info" else ""
    items = "".join(map(_fault_item, found[:_LISTED]))
    return (
        f"<details{is_open}><summary>Reading report: {_counts(found)}</summary>"
        f"<ul class='gg-faults' tabindex='0'>{items}</ul>{more}</details>"
    )


def _counts(faults: Sequence[Fault]) -> str:
    """Number of faults of each severity, in words."""
    counts = Counter(fault.severity for fault in faults)
    return ", ".join(
        f"{counts[severity]:,} {one if counts[severity] == 1 else many}"
        for severity, (one, many) in _SEVERITIES.items()
        if severity in counts
    )


def _fault_item(fault: Fault) -> str:
    """One fault as an item of a list."""
    severity = _SEVERITIES[fault.severity][0]
    advice = "" if fault.advice.startswith(_NO_ADVICE) else worded(fault.advice, "panel")
    places = f" <small>{escape(fault.places)}</small>" if fault.places else ""
    cure = f"<div class='gg-cure'>{escape(advice)}</div>" if advice else ""
    return (
        f"<li class='gg-fault-{severity}'><b>{severity.capitalize()}</b> "
        f"{escape(worded(fault.message, 'panel'))}{places}{cure}</li>"
    )


def table(heads: Iterable[str], rows: Iterable[Iterable[object]], *, label: str = "") -> str:
    """HTML table; all its texts are escaped."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(_table_row(row) for row in rows)
    name = f' aria-label="{escape(label)}"' if label else ""
    return (
        f'<div class="gg-scroll"><table class="gg-table"{name}>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _table_row(cells: Iterable[object]) -> str:
    return "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>"


def fact_list(facts: Iterable[tuple[str, str]]) -> str:
    """Labelled facts, as HTML; all texts are escaped."""
    items = "".join(f"<div><b>{escape(k)}</b><span>{escape(v)}</span></div>" for k, v in facts)
    return f"<div class='gg-facts'>{items}</div>"


def verdict_mark(verdict: str) -> str:
    """Verdict with its colour and symbol, as HTML."""
    symbol = _SYMBOLS.get(verdict, "")
    return f'<span class="gg-verdict gg-is-{escape(verdict)}">{symbol} {escape(verdict)}</span>'


def number(value: Any, form: str = ".3f", unit: str = "") -> str:
    """Text of a number with its unit; a dash for a missing value."""
    if pd.isna(value):
        return MISSING
    return f"{value:{form}}{f' {unit}' if unit else ''}"


def button(label: str, act: Callable[[], None], *, kind: str = "", tip: str = "") -> w.Button:
    """Button that calls `act` when it is clicked."""
    widget = w.Button(description=label, tooltip=tip or label).add_class("gg-button")
    widget.layout.width = "auto"
    if kind:
        widget.add_class(f"gg-{kind}")
    widget.on_click(lambda _: act())
    return widget
