"""What all panels share: the stylesheet, safe HTML, and changes that come from threads."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as w
import pandas as pd
from IPython.core.getipython import get_ipython

from ganglioside.columns import VERDICT_KINDS
from ganglioside.support.formatting import MISSING
from ganglioside_widgets.elements.door import guard
from ganglioside_widgets.state.refusals import Refusal
from ganglioside_widgets.state.run import Post
from ganglioside_widgets.state.visitors import VARIABLE

#: Problems listed at once; the others are counted.
_LISTED = 50

#: Where panels are dark, as in `panels.css`.
_DARK_PAGES = (
    'body[data-gg-theme="dark"] :is(.gg-root, .gg-toasts),\n'
    'body[data-jp-theme-light="false"]:not([data-gg-theme]) :is(.gg-root, .gg-toasts)'
)

_SYMBOLS = {kind.name: kind.symbol for kind in VERDICT_KINDS}


@cache
def stylesheet() -> str:
    """Return the one stylesheet of all panels."""
    path = Path(__file__).resolve().parent / "panels.css"
    return path.read_text(encoding="utf-8") + _verdict_styles()


def _verdict_styles() -> str:
    """Colours of the verdicts as text, on light and dark pages."""
    light = "".join(f"  --gg-{kind.name}: {kind.text};\n" for kind in VERDICT_KINDS)
    dark = "".join(f"  --gg-{kind.name}: {kind.text_dark};\n" for kind in VERDICT_KINDS)
    uses = "".join(
        f".gg-is-{kind.name}, .gg-root .jupyter-button.gg-chip.gg-is-{kind.name} "
        f"{{ color: var(--gg-{kind.name}); }}\n"
        for kind in VERDICT_KINDS
    )
    return f".gg-root, .gg-toasts {{\n{light}}}\n{_DARK_PAGES} {{\n{dark}}}\n{uses}"


class Panel(w.VBox):  # type: ignore[misc]
    """A titled box of widgets that brings its style along.

    Parameters
    ----------
    heading
        Empty for none.
    children
    """

    def __init__(self, heading: str, children: Iterable[w.Widget], *, kind: str = "") -> None:
        title = [w.HTML(f"<h2>{escape(heading)}</h2>").add_class("gg-heading")] if heading else []
        super().__init__([*title, *children])
        self.add_class("gg-panel")
        if kind:
            self.add_class(f"gg-{kind}")

    def alone(self) -> w.VBox:
        """Return the panel with its style, for a cell or page of its own."""
        return styled(self)


def styled(*children: w.Widget) -> w.VBox:
    """Return widgets in a box with the stylesheet of the panels."""
    style = w.HTML(f"<style>{stylesheet()}</style>").add_class("gg-style")
    return w.VBox([style, *children]).add_class("gg-root")


def post_to_kernel() -> Post:
    """Return how a thread hands a change to the thread that talks to the browser.

    Outside of a running loop, as in a script or a test, changes are made at once.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return lambda change: change()

    def post(change: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the kernel has ended, and nobody looks any more
            loop.call_soon_threadsafe(change)

    return post


def guard_page() -> None:
    """Turn away what no visitor of this page may do, where `ganglioside app` serves it.

    A page that another server shows may hold widgets of its own, whose values we do not know.
    """
    kernel = getattr(get_ipython(), "kernel", None)
    if VARIABLE in os.environ and kernel is not None:
        guard(kernel)


def box(html: str = "", **classes: str) -> w.HTML:
    """Return a piece of the page; `kind` names its class."""
    part = w.HTML(html)
    for name in classes.values():
        part.add_class(f"gg-{name}")
    return part


def say(message: str, kind: str = "note") -> str:
    """Return a message as HTML: a `note`, a `warning` or an `error`, read out when it comes."""
    if not message:
        return ""
    role = "alert" if kind == "error" else "status"
    lines = "<br>".join(escape(line) for line in message.splitlines())
    return f'<div class="gg-say gg-say-{kind}" role="{role}">{lines}</div>'


def refused(refusal: Refusal | None) -> str:
    """Return why something was refused, with every row, value and cure, as HTML."""
    if refusal is None:
        return ""
    return say(refusal.message, "error") + problem_list(refusal.problems, with_errors=False)


def problem_list(problems: pd.DataFrame, *, with_errors: bool = True) -> str:
    """Return problems of reading as an HTML table: where, what, and what to do."""
    if not with_errors:
        problems = problems[problems["feature_id"].notna() | (problems["severity"] != "error")]
    if problems.empty:
        return ""
    worst = problems["severity"].map({"error": 0, "warning": 1, "info": 2})
    ordered = problems.loc[worst.sort_values(kind="stable").index]
    shown = ordered.head(_LISTED)
    rest = len(ordered) - len(shown)
    rows = [
        [_known(p["row"]), _known(p["column"]), _known(p["value"])[:60], p["severity"],
         p["message"], p["advice"]]
        for _, p in shown.iterrows()
    ]  # fmt: skip
    counts = ordered["severity"].value_counts()
    told = ", ".join(
        f"{n:,} {kind}{'s' * (n > 1 and kind != 'info')}" for kind, n in counts.items()
    )
    more = f"<p>... and {rest:,} more; the export lists them all.</p>" if rest else ""
    opened = " open" if counts.get("error") else ""
    return (
        f"<details{opened}><summary>What reading reported: {told}</summary>"
        + table(["Row", "Column", "Value", "Severity", "Problem", "What to do"], rows)
        + more
        + "</details>"
    )


def table(heads: Iterable[str], rows: Iterable[Iterable[object]], *, label: str = "") -> str:
    """Return an HTML table of escaped text."""
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    name = f' aria-label="{escape(label)}"' if label else ""
    return (
        f'<div class="gg-scroll"><table class="gg-table"{name}>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def verdict_mark(verdict: str) -> str:
    """Return a verdict with its colour and shape, as HTML."""
    symbol = _SYMBOLS.get(verdict, "")
    return f'<span class="gg-verdict gg-is-{escape(verdict)}">{symbol} {escape(verdict)}</span>'


def number(value: Any, form: str = ".3f", unit: str = "") -> str:
    """Return a number as text, a dash where there is none."""
    if pd.isna(value):
        return MISSING
    return f"{value:{form}}{f' {unit}' if unit else ''}"


def button(label: str, act: Callable[[], None], *, kind: str = "", tip: str = "") -> w.Button:
    """Return a button that does one thing."""
    made = w.Button(description=label, tooltip=tip or label).add_class("gg-button")
    made.layout.width = "auto"
    if kind:
        made.add_class(f"gg-{kind}")
    made.on_click(lambda _: act())
    return made


def _known(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
