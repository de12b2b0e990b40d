"""Thresholds and sample type; the verdicts follow every change at once."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as w
import traitlets as t

from ganglioside.settings import SAMPLE_TYPES, setting_specs
from ganglioside_widgets.elements.select import Select
from ganglioside_widgets.elements.slider import Slider
from ganglioside_widgets.panels.base import Panel, box, button, say
from ganglioside_widgets.state.thresholds import FIELDS, STEPS, ThresholdsState, shown_range


class ThresholdsPanel(Panel):
    """Sliders for the thresholds, each with unit, range and default.

    Parameters
    ----------
    state : ThresholdsState, optional
        A new one where omitted.
    on_show : callable, optional
        Shows the features that a change concerns.

    Examples
    --------
    >>> panel = ThresholdsPanel()
    >>> panel.sliders["outlier_threshold"].value = 3.0
    >>> panel.state.settings.outlier_threshold
    3.0
    """

    def __init__(
        self, state: ThresholdsState | None = None, *, on_show: Callable[[], None] | None = None
    ) -> None:
        self.state = state or ThresholdsState()
        specs = setting_specs()
        self.sliders: dict[str, Slider] = {}
        for name, step in STEPS.items():
            spec = specs[name]
            self.sliders[name] = Slider(
                spec.label,
                getattr(self.state, name),
                unit=spec.unit,
                low=spec.low,
                high=spec.high,
                step=step,
                help=f"{spec.help} {shown_range(name)}.",
            )
        self.sample = Select(options=SAMPLE_TYPES, description="Sample type")
        self.sample.add_class("gg-field")
        self.changes = box(kind="changes")
        # Where nothing can be shown, it is not created: a hidden one gets messages too.
        self.show_changed = on_show and button("Show them", on_show, tip="Show these features only")
        self._error = box()
        self._reset = button("Reset to defaults", self.state.reset)
        told = [part for part in (self._reset, self.changes, self.show_changed) if part is not None]
        super().__init__(
            "Thresholds",
            [
                *self.sliders.values(),
                self.sample,
                w.HBox(told).add_class("gg-told"),
                self._error,
            ],
            kind="thresholds",
        )
        for name, slider in self.sliders.items():
            t.link((self.state, name), (slider, "value"))
        t.link((self.state, "sample_type"), (self.sample, "value"))
        self.state.observe(self._show, [*FIELDS, "error"])
        self.show_changes("")
        self._show(None)

    def _show(self, _: object) -> None:
        self._reset.disabled = self.state.is_default
        self._error.value = say(self.state.error, "error")

    def show_changes(self, text: str, *, any_changed: bool = False) -> None:
        """Show the effect of the last change, and whether there are features to show."""
        self.changes.value = say(text)
        if self.show_changed is not None:
            self.show_changed.layout.display = "" if any_changed else "none"
