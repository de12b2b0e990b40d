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

#: What is chosen of a list, each with its options.
CHOICES: Final = {"sample_type": SAMPLE_TYPES}

#: All that the panel sets.
FIELDS: Final = (*STEPS, *CHOICES)


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

    @t.observe(*FIELDS)
    def _settle(self, _: object) -> None:
        values = {name: round(getattr(self, name), 6) for name in STEPS}
        chosen = {name: getattr(self, name) for name in CHOICES}
        try:
            settings = Settings.from_dict({**self.settings.to_dict(), **values, **chosen})
        except SettingsError as refusal:
            self.error = str(refusal)
            return
        self.error = ""
        self.settings = settings

    @property
    def is_default(self) -> bool:
        """Whether all values are the defaults."""
        defaults = Settings()
        return all(getattr(self, name) == getattr(defaults, name) for name in FIELDS)

    def reset(self) -> None:
        """Set all values to their defaults; settings that have no field here stay."""
        usual = {name: getattr(Settings(), name) for name in FIELDS}
        self.take(Settings.from_dict({**self.settings.to_dict(), **usual}))

    def take(self, settings: Settings) -> None:
        """Set all values to those of `settings`, in one step; those without a field here too."""
        with self.hold_trait_notifications():
            self.settings = settings
            for name in FIELDS:
                setattr(self, name, getattr(settings, name))

    def other_than(self, settings: Settings) -> dict[str, str]:
        """Values that differ from those of `settings`, as texts by name."""
        values = {name: getattr(self.settings, name) for name in FIELDS}
        return {
            name: value if name in CHOICES else f"{value:g}"
            for name, value in values.items()
            if value != getattr(settings, name)
        }

    def set_text(self, name: str, text: str) -> None:
        """Set the value of a field from a text, as `other_than` gives it.

        Raises
        ------
        ValueError
            If it is no number, or none of the options; says so.
        """
        options = CHOICES.get(name)
        if options is None:
            try:
                setattr(self, name, float(text))
            except ValueError:
                raise ValueError(f"The value of {name} in the address is not a number.") from None
        elif text in options:
            setattr(self, name, text)
        else:
            raise ValueError(f"The {name} of the address is none of {', '.join(options)}.")


def shown_range(name: str) -> str:
    """Range, unit and default of a threshold as text."""
    spec = setting_specs()[name]
    unit = f" {spec.unit}" if spec.unit else ""
    default = getattr(Settings(), name)
    return f"{spec.low:g} to {spec.high:g}{unit}; default {default:g}{unit}"


__all__ = ["CHOICES", "FIELDS", "SAMPLE_TYPES", "STEPS", "ThresholdsState", "shown_range"]
