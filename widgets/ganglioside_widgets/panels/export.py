"""Export of results: one button for each kind of file."""

from __future__ import annotations

from collections.abc import Callable

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
    >>> list(panel.buttons)[:3]
    ['species', 'species-csv', 'figures']
    >>> panel.state.why_not
    'Run an analysis first: there is nothing to export.'
    """

    def __init__(self, state: ExportState | None = None, page: Page | None = None) -> None:
        self.state = state or ExportState(post=post_to_kernel())
        self._page = page or Page()
        self.buttons = {
            kind: button(label.partition(":")[0], self._on_click(kind), tip=label)
            for kind, label in KINDS.items()
        }
        row = w.HBox(list(self.buttons.values())).add_class("gg-buttons")
        kinds = " · ".join(KINDS.values())
        legend = box(
            f"<small>{kinds}<br>From {LARGE:,} features on, a job writes the file: it continues "
            "when this page is closed, and the file can be downloaded under Jobs for "
            f"{KEPT} days.</small>",
            kind="legend",
        )
        self._message = box()
        parts = [row, self._message, legend]
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
