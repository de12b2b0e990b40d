"""Thresholds and sample type; moving one re-decides at once."""

from __future__ import annotations

import ipywidgets as w
import traitlets as t

from ganglioside.settings import SAMPLE_TYPES, setting_specs
from ganglioside_widgets.elements.slider import Slider
from ganglioside_widgets.panels.base import Panel, box, button, say
from ganglioside_widgets.state.thresholds import STEPS, ThresholdsState, shown_range


class ThresholdsPanel(Panel):
    """Sliders for the thresholds, each with unit, range and default."""

    def __init__(self, state: ThresholdsState | None = None) -> None:
        self.state = state or ThresholdsState()
        specs = setting_specs()
        self.sliders = {
            name: Slider(
                specs[name].label, getattr(self.state, name), unit=specs[name].unit,
                low=specs[name].low, high=specs[name].high, step=step,
                help=f"{specs[name].help} {shown_range(name)}.",
            )
            for name, step in STEPS.items()
        }  # fmt: skip
        self.sample = w.Dropdown(options=SAMPLE_TYPES, description="Sample type")
        self.sample.add_class("gg-field")
        self.changes, self._error = box(kind="changes"), box()
        self._reset = button("Reset to defaults", self.state.reset)
        super().__init__(
            "3. Thresholds",
            [*self.sliders.values(), self.sample, self._reset, self.changes, self._error],
            kind="thresholds",
        )
        for name, slider in self.sliders.items():
            t.link((self.state, name), (slider, "value"))
        t.link((self.state, "sample_type"), (self.sample, "value"))
        self.state.observe(self._show, [*STEPS, "sample_type", "error"])
        self._show(None)

    def _show(self, _: object) -> None:
        self._reset.disabled = self.state.is_default
        self._error.value = say(self.state.error, "error")

    def say_changes(self, text: str) -> None:
        """Say what the last move changed."""
        self.changes.value = say(text)
