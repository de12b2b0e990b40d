"""Panel of the run: buttons, progress, a log, and errors."""

from __future__ import annotations

import asyncio
from html import escape

import ipywidgets as w

from ganglioside_widgets.elements.select import Select
from ganglioside_widgets.panels.base import Fold, Panel, box, button, post_to_kernel, refused, say
from ganglioside_widgets.state.run import Phase, RunState

#: Seconds between two updates of the elapsed time.
_TICK = 0.5

#: Phases without an end of their own to tell: the reason why there is none stands in its place.
_WITHOUT_END = (Phase.EMPTY, Phase.READY, Phase.FINISHED)


class RunPanel(Panel):
    """Buttons to run and cancel, with the reason where they are disabled, and progress by step.

    Parameters
    ----------
    state : RunState, optional
        A new one where omitted.
    whole : bool, optional
        Whether the panel holds `details` itself; if not, a page can put them elsewhere.

    Attributes
    ----------
    details : VBox
        With whom new sessions are shared, and the log.
    """

    def __init__(self, state: RunState | None = None, *, whole: bool = True) -> None:
        self.state = state or RunState(post=post_to_kernel())
        self.run = button("Run the analysis", self.state.start, kind="primary")
        self.cancel = button("Cancel", self.state.cancel)
        self._progress, self._end, self._lines = box(kind="progress"), box(), box()
        self._log = Fold("Log", self._lines)
        self.way = Select(description="Seen by").add_class("gg-field")
        buttons = w.HBox([self.run, self.cancel]).add_class("gg-buttons")
        line = w.HBox([buttons, self._progress]).add_class("gg-run-line")
        self.details = w.VBox([self.way, self._log]).add_class("gg-run-details")
        super().__init__("", [line, self._end, *([self.details] if whole else [])], kind="run")
        self.state.observe(
            self._show,
            [
                "phase",
                "percentage",
                "message",
                "log",
                "elapsed",
                "refusal",
                "notice",
                "owner",
                "session_id",
                "table",
                "arriving",
                "analysis",
                "as_study",
            ],
        )
        self.state.observe(self._started, "phase")
        self.way.observe(lambda change: setattr(self.state, "way", change["new"] or ""), "value")
        self.welcome()
        self._show(None)

    def welcome(self) -> None:
        """Offer the visitor's ways to share, once somebody has opened the page."""
        self.way.options = self.state.ways
        self.way.layout.display = "" if self.state.ways else "none"

    def _started(self, _: object) -> None:
        if self.state.phase is Phase.RUNNING:
            self._tick()

    def _tick(self) -> None:
        self.state.tick()
        if self.state.phase is not Phase.RUNNING:
            return
        try:
            asyncio.get_running_loop().call_later(_TICK, self._tick)
        except RuntimeError:
            return  # a script without an event loop: the elapsed time is not updated

    def _show(self, _: object) -> None:
        state = self.state
        self.run.disabled = bool(state.why_not)
        again = state.analysis is not None and state.has_result
        first = "Run the study" if state.as_study else "Run the analysis"
        self.run.description = "Run again" if again else first
        self.run.tooltip = state.why_not or self.run.description
        self.cancel.disabled = bool(state.why_not_cancel)
        self.cancel.tooltip = state.why_not_cancel or "Cancel"
        self._progress.value = self._bar()
        self._end.value = refused(state.refusal) + say(state.notice, "warning")
        lines = "\n".join(reversed(state.log)) or "Nothing has run yet."
        self._lines.value = f"<pre tabindex='0'>{escape(lines)}</pre>"

    def _bar(self) -> str:
        state = self.state
        if state.phase in _WITHOUT_END and state.why_not:
            why = f'<span class="gg-why">{escape(state.why_not)}</span>'
            return f'<div class="gg-bar-place">{why}</div>'
        if state.phase in (Phase.EMPTY, Phase.READY):  # what there was to say was of another table
            return '<div class="gg-bar-place"></div>'
        kept = f" · session <code>{escape(state.session_id)}</code>" if state.session_id else ""
        ended = " gg-ended" if state.phase is Phase.FINISHED else ""
        return (
            f'<div class="gg-bar-place{ended}"><progress max="100" value="{state.percentage:.0f}" '
            f'aria-label="Progress of the analysis"></progress>'
            f'<span class="gg-percent">{state.percentage:.0f} %</span>'
            f'<span role="status" class="gg-message">{escape(state.message)}</span>'
            f"<small>{state.elapsed:.1f} s{kept}</small></div>"
        )
