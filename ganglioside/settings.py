"""Settings of an analysis: what each means, its unit, range, default and source."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from ganglioside.errors import SettingsError

SampleType = Literal["porcine", "human", "bovine", "mouse", "other"]
Polarity = Literal["auto", "negative", "positive"]
POLARITIES: Final[tuple[str, ...]] = get_args(Polarity)

SAMPLE_TYPES: Final[tuple[str, ...]] = get_args(SampleType)


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """What is known about one numeric setting.

    Attributes
    ----------
    label : str
        For people.
    unit : str
        Empty where the value has none.
    low, high : float
        Allowed range, both ends included.
    help : str
        What a larger value does.
    source : str
        Where the default comes from.
    """

    label: str
    unit: str
    low: float
    high: float
    help: str
    source: str


def _number(default: float, spec: SettingSpec) -> Any:
    return field(default=default, metadata={"spec": spec})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an analysis can be told; values outside their range are refused.

    Raises
    ------
    SettingsError
        If a value has the wrong type or lies outside its range.
    """

    r2_threshold: float = _number(
        0.75,
        SettingSpec(
            "R² threshold",
            "",
            0.5,
            0.999,
            "A series whose leave-one-out R² is lower may not reject a name.",
            "default of the platform this grew from",
        ),
    )
    outlier_threshold: float = _number(
        2.5,
        SettingSpec(
            "Outlier threshold",
            "sigma",
            1.0,
            5.0,
            "Distance from the own curve beyond which a name is not believed.",
            "default of the platform this grew from",
        ),
    )
    rt_tolerance: float = _number(
        0.1,
        SettingSpec(
            "RT tolerance",
            "min",
            0.01,
            0.5,
            "Largest RT difference between a parent and its fragment or adduct.",
            "default of the platform this grew from; observed pairs differ by 0.05 min at most",
        ),
    )
    max_megabytes: float = _number(
        50.0,
        SettingSpec("Largest file", "MB", 0.001, 10_000.0, "Larger files are refused.", "design"),
    )
    max_rows: int = _number(
        2_000_000,
        SettingSpec("Most rows", "rows", 1, 100_000_000, "Longer tables are refused.", "design"),
    )
    sample_type: SampleType = "other"
    polarity: Polarity = "auto"  # of the instrument; auto: as the ions of the table are

    def __post_init__(self) -> None:
        for name, spec in setting_specs().items():
            _check_number(name, getattr(self, name), spec)
        if self.max_rows != int(self.max_rows):
            raise SettingsError(f"max_rows = {self.max_rows!r}: a whole number is needed.")
        _check_choice("sample_type", self.sample_type, SAMPLE_TYPES)
        _check_choice("polarity", self.polarity, POLARITIES)

    def to_dict(self) -> dict[str, float | int | str]:
        """Values by name, ready for JSON; a polarity that is not set is left out.

        Results that were stored before there was a polarity agree with new ones so.
        """
        values = dataclasses.asdict(self)
        if self.polarity == "auto":
            del values["polarity"]
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Settings:
        """Build settings from `to_dict`; unknown names are refused by name.

        Raises
        ------
        SettingsError
            If a name is unknown or a value is refused.
        """
        known = [f.name for f in dataclasses.fields(cls)]
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise SettingsError(
                f"Unknown setting {', '.join(map(repr, unknown))}: the settings are "
                f"{', '.join(known)}."
            )
        return cls(**values)


def setting_specs() -> dict[str, SettingSpec]:
    """Return the specification of every numeric setting by its name."""
    return {
        f.name: f.metadata["spec"] for f in dataclasses.fields(Settings) if "spec" in f.metadata
    }


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingsError(f"{name} = {value!r} is unknown: use one of {', '.join(choices)}.")


def _check_number(name: str, value: object, spec: SettingSpec) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise SettingsError(f"{name} = {_short(value)}: a number is needed.")
    if not spec.low <= value <= spec.high:
        unit = f" {spec.unit}" if spec.unit else ""
        raise SettingsError(
            f"{name} = {value:g}{unit} is out of range: allowed are {spec.low:g} to "
            f"{spec.high:g}{unit}."
        )


def _is_finite(value: float) -> bool:
    """Return whether a number is finite, and no whole number that is too large for a float."""
    return abs(value) <= sys.float_info.max


def _short(value: object) -> str:
    """Return a value as it is written; of a large whole number only the sign and the size."""
    if isinstance(value, int) and not _is_finite(value):
        return "a number of more than 300 digits"
    return repr(value)
