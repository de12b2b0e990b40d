"""Export of results: one button for each kind of file."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as w

from ganglioside.exporting.formats import YOUR_FILE
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.panels.base import Panel, box, button, post_to_kernel, say
from ganglioside_widgets.state.downloads import KEPT
from ganglioside_widgets.state.export import KINDS, LARGE, ExportState


class ExportPanel(Panel):
    """One button for each kind of file.

    Parameters
    ----------
    state : ExportState, optional
        A new one where omitted.
    page : Page, optional
        Page that hands the file to the browser; one of the panel's own where omitted.

    Examples
    --------
    >>> panel = ExportPanel()
    >>> list(panel.buttons)[:2]
    ['species', 'species-csv']
    >>> panel.state.why_not
    'Run an analysis first: there is nothing to export.'
    """

    def __init__(self, state: ExportState | None = None, page: Page | None = None) -> None:
        self.state = state or ExportState(post=post_to_kernel())
        self._page = page or Page()
        self.buttons = {
            kind: button(label.partition(":")[0], self._on_click(kind), tip=label)
            for kind, label in self.state.kinds.items()
        }
        lines = [_line(self.buttons[kind], label) for kind, label in self.state.kinds.items()]
        legend = box(
            f"<small>From {LARGE:,} features on, a job writes the file: it continues "
            "when this page is closed, and the file can be downloaded under Jobs for "
            f"{KEPT} days.</small>",
            kind="legend",
        )
        self._message = box()
        parts = [w.Box(lines).add_class("gg-exports"), self._message, legend]
        if page is None:
            self._page.layout.display = "none"
            parts.append(self._page)
        super().__init__("Export", parts, kind="export")
        self.state.observe(self._show, ["analysis", "busy", "notice", "error", "blocked"])
        self.state.observe(self._download, "made")
        self._show(None)

    def _on_click(self, kind: str) -> Callable[[], None]:
        return lambda: self.state.make(kind)

    def _show(self, _: object) -> None:
        reasons = {kind: self.state.why_not_kind(kind) for kind in self.buttons}
        for kind, export_button in self.buttons.items():
            export_button.disabled = bool(reasons[kind])
            export_button.tooltip = reasons[kind] or KINDS[kind]
        why_not = self.state.why_not or self.state.notice or reasons[YOUR_FILE]
        self._message.value = say(self.state.error, "error") or say(why_not)

    def _download(self, _: object) -> None:
        made = self.state.made
        if made is not None:
            self._page.download(made.name, made.content)


def _line(export_button: w.Button, label: str) -> w.HBox:
    """A button beside what its file holds."""
    words = label.partition(": ")[2]
    help_text = box(f"<small>{escape(words[:1].upper() + words[1:])}</small>")
    return w.HBox([export_button, help_text]).add_class("gg-export-line")
