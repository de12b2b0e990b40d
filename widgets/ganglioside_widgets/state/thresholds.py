"""The thresholds and the sample type that an analysis is made with."""

from __future__ import annotations

from typing import Final

import traitlets as t

from ganglioside.errors import SettingsError
from ganglioside.settings import SAMPLE_TYPES, Settings, setting_specs

#: What is moved, and by how much at a time.
STEPS: Final[dict[str, float]] = {
    "r2_threshold": 0.005,
    "outlier_threshold": 0.1,
    "rt_tolerance": 0.005,
}


class ThresholdsState(t.HasTraits):
    """Values as the user has them; `settings` follows where they are allowed.

    Attributes
    ----------
    settings : Settings
    error : str
        Why the values are not taken; empty where they are.
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
        """Whether nothing was moved."""
        return all(getattr(self, n) == getattr(Settings(), n) for n in (*STEPS, "sample_type"))

    def reset(self) -> None:
        """Go back to the defaults."""
        self.take(Settings())

    def take(self, settings: Settings) -> None:
        """Take the values of settings, at once."""
        with self.hold_trait_notifications():
            for name in STEPS:
                setattr(self, name, getattr(settings, name))
            self.sample_type = settings.sample_type


def shown_range(name: str) -> str:
    """Return unit, range and default of a threshold in words."""
    spec = setting_specs()[name]
    unit = f" {spec.unit}" if spec.unit else ""
    default = getattr(Settings(), name)
    return f"{spec.low:g} to {spec.high:g}{unit}; default {default:g}{unit}"


__all__ = ["SAMPLE_TYPES", "STEPS", "ThresholdsState", "shown_range"]
