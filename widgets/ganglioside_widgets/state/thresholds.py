"""Thresholds and sample type of an analysis."""

from __future__ import annotations

from typing import Final

import traitlets as t

from ganglioside.errors import SettingsError
from ganglioside.settings import SAMPLE_TYPES, Settings, setting_specs

#: The thresholds that can be moved, each with the step of its slider.
STEPS: Final[dict[str, float]] = {
    "r2_threshold": 0.005,
    "outlier_threshold": 0.1,
    "rt_tolerance": 0.005,
}


class ThresholdsState(t.HasTraits):
    """Thresholds and sample type as entered; `settings` follows them while they are valid.

    Attributes
    ----------
    settings : Settings
    error : str
        Why the values are refused; empty if they are valid.

    Examples
    --------
    >>> state = ThresholdsState()
    >>> state.rt_tolerance = 0.05
    >>> state.settings.rt_tolerance
    0.05
    >>> state.rt_tolerance = 99
    >>> state.settings.rt_tolerance
    0.05
    """

    r2_threshold = t.Float(Settings().r2_threshold)
    outlier_threshold = t.Float(Settings().outlier_threshold)
    rt_tolerance = t.Float(Settings().rt_tolerance)
    sample_type = t.Unicode(Settings().sample_type)
    settings = t.Instance(Settings, ())
    error = t.Unicode("")

    @t.observe(*STEPS, "sample_type")
    def _settle(self, _: object) -> None:
        values = {name: round(getattr(self, name), 6) for name in STEPS}
        known = self.settings.to_dict()
        try:
            settings = Settings.from_dict({**known, **values, "sample_type": self.sample_type})
        except SettingsError as refusal:
            self.error = str(refusal)
            return
        self.error = ""
        self.settings = settings

    @property
    def is_default(self) -> bool:
        """Whether all values are the defaults."""
        defaults = Settings()
        names = (*STEPS, "sample_type")
        return all(getattr(self, name) == getattr(defaults, name) for name in names)

    def reset(self) -> None:
        """Set all values to their defaults; settings that have no field here stay."""
        usual = {name: getattr(Settings(), name) for name in (*STEPS, "sample_type")}
        self.take(Settings.from_dict({**self.settings.to_dict(), **usual}))

    def take(self, settings: Settings) -> None:
        """Set all values to those of `settings`, in one step; those without a field here too."""
        with self.hold_trait_notifications():
            self.settings = settings
            for name in STEPS:
                setattr(self, name, getattr(settings, name))
            self.sample_type = settings.sample_type


def shown_range(name: str) -> str:
    """Range, unit and default of a threshold as text."""
    spec = setting_specs()[name]
    unit = f" {spec.unit}" if spec.unit else ""
    default = getattr(Settings(), name)
    return f"{spec.low:g} to {spec.high:g}{unit}; default {default:g}{unit}"


__all__ = ["SAMPLE_TYPES", "STEPS", "ThresholdsState", "shown_range"]
