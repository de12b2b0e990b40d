"""Download results."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as w

from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.panels.base import Panel, box, button, post_to_kernel, say
from ganglioside_widgets.state.downloads import KEPT
from ganglioside_widgets.state.export import KINDS, LARGE, ExportState


class ExportPanel(Panel):
    """One button for each kind of file.

    Parameters
    ----------
    state
    page
        Through which the browser gets the file; one of its own where None.
    """

    def __init__(self, state: ExportState | None = None, page: Page | None = None) -> None:
        self.state = state or ExportState(post=post_to_kernel())
        own = page is None
        self._page = page or Page()
        self.buttons = {
            kind: button(label.partition(":")[0], self._maker(kind), tip=label)
            for kind, label in KINDS.items()
        }
        row = w.HBox(list(self.buttons.values())).add_class("gg-buttons")
        legend = box(
            "<small>" + " · ".join(label for label in KINDS.values())
            + f"<br>From {LARGE:,} features on a job makes the file: it goes on when this page is "
            f"closed, and the file can be fetched under Jobs for {KEPT} days.</small>",
            kind="legend",
        )  # fmt: skip
        self._said = box()
        super().__init__(
            "Export", [row, self._said, legend, *([self._page] if own else [])], kind="export"
        )
        if own:
            self._page.layout.display = "none"
        self.state.observe(self._show, ["analysis", "busy", "notice", "error"])
        self.state.observe(self._made, "made")
        self._show(None)

    def _maker(self, kind: str) -> Callable[[], None]:
        return lambda: self.state.make(kind)

    def _show(self, _: object) -> None:
        for made in self.buttons.values():
            made.disabled = bool(self.state.why_not)
        self._said.value = say(self.state.error, "error") or say(
            self.state.why_not or self.state.notice
        )

    def _made(self, _: object) -> None:
        made = self.state.made
        if made is not None:
            self._page.download(made.name, made.content)
