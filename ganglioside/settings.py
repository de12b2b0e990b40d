"""Settings of an analysis, each with its meaning, unit, range, default and source."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, Final, Literal, get_args

from ganglioside.errors import SettingsError
from ganglioside.support.nearest import did_you_mean
from ganglioside.support.on_demand import ShownAsCard
from ganglioside.support.quoting import MOST, quoted

SampleType = Literal["porcine", "human", "bovine", "mouse", "other"]
Polarity = Literal["auto", "negative", "positive"]
POLARITIES: Final[tuple[str, ...]] = get_args(Polarity)

SAMPLE_TYPES: Final[tuple[str, ...]] = get_args(SampleType)

#: Unknown settings that a message names at most.
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """Specification of one numeric setting.

    Attributes
    ----------
    label : str
        Name for people.
    unit : str
        Empty if the value has none.
    low, high : float
        Allowed range, both ends included.
    help : str
        Effect of the value.
    source : str
        Source of the default.
    """

    label: str
    unit: str
    low: float
    high: float
    help: str
    source: str


def _number(default: float, spec: SettingSpec) -> Any:
    """Field of a dataclass for a numeric setting."""
    return field(default=default, metadata={"spec": spec})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(ShownAsCard):
    """Settings of an analysis; `setting_specs` describes each numeric one.

    Raises
    ------
    SettingsError
        If a value has the wrong type or is outside its range.

    Examples
    --------
    >>> Settings(rt_tolerance=0.05).outlier_threshold
    2.5
    >>> Settings(r2_threshold=9)
    Traceback (most recent call last):
        ...
    ganglioside.errors.SettingsError: r2_threshold = 9 is out of range: allowed are 0.5 to 0.999.
    """

    r2_threshold: float = _number(
        0.75,
        SettingSpec(
            "R² threshold",
            "",
            0.5,
            0.999,
            "Only a series whose curve fits at least so well (leave-one-out R²) can reject a name.",
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
            "A feature that elutes farther from the curve of its series keeps its name only if "
            "that is far likelier than all else.",
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
            "Largest RT difference between a parent and its fragment or adduct; in proportion more "
            "where features scatter much about their curves.",
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
            number = _plain_number(getattr(self, name))
            _check_number(name, number, spec)
            object.__setattr__(self, name, number)
        if self.max_rows != int(self.max_rows):
            raise SettingsError(f"max_rows = {quoted(self.max_rows)}: a whole number is needed.")
        _check_choice("sample_type", self.sample_type, SAMPLE_TYPES)
        _check_choice("polarity", self.polarity, POLARITIES)

    def values(self) -> dict[str, float | int | str]:
        """All values by name.

        Returns
        -------
        dict of str to number or str

        Examples
        --------
        >>> Settings().values()["sample_type"]
        'other'
        """
        return dataclasses.asdict(self)

    def to_dict(self) -> dict[str, float | int | str]:
        """Values by name, as they are stored; a polarity that is not set is left out.

        Results that were stored before there was a polarity agree with new ones so.

        Returns
        -------
        dict of str to number or str

        Examples
        --------
        >>> Settings(polarity="negative").to_dict()["polarity"], "polarity" in Settings().to_dict()
        ('negative', False)
        """
        values = self.values()
        if self.polarity == "auto":
            del values["polarity"]
        return values

    def changed(self, **given: Any) -> Settings:
        """The settings with other values in place of their own.

        Parameters
        ----------
        **given
            Values by name; one that is None keeps its present value.

        Returns
        -------
        Settings

        Raises
        ------
        SettingsError
            If a name is unknown or a value is refused.

        Examples
        --------
        >>> Settings(rt_tolerance=0.05).changed(outlier_threshold=3, rt_tolerance=None).values()[
        ...     "rt_tolerance"
        ... ]
        0.05
        """
        wanted = {name: value for name, value in given.items() if value is not None}
        return Settings.from_dict({**self.values(), **wanted}) if wanted else self

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Settings:
        """Make settings of values by name, such as those of `to_dict`.

        Parameters
        ----------
        values
            Settings that are left out have their defaults.

        Returns
        -------
        Settings

        Raises
        ------
        SettingsError
            If a name is unknown or a value is refused.

        Examples
        --------
        >>> Settings.from_dict({"rt_tolerance": 0.05}) == Settings(rt_tolerance=0.05)
        True
        """
        known = [f.name for f in dataclasses.fields(cls)]
        unknown = sorted(set(values) - set(known))
        if unknown:
            near = did_you_mean(unknown[0][:MOST], known)
            raise SettingsError(
                f"Unknown setting {', '.join(map(quoted, unknown[:_NAMED]))}: the settings are "
                f"{', '.join(known)}.{near}"
            )
        return cls(**values)


def setting_specs() -> dict[str, SettingSpec]:
    """Specification of each numeric setting, by name.

    Returns
    -------
    dict of str to SettingSpec

    Examples
    --------
    >>> setting_specs()["rt_tolerance"].unit
    'min'
    """
    return {
        f.name: f.metadata["spec"] for f in dataclasses.fields(Settings) if "spec" in f.metadata
    }


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingsError(
            f"{name} = {quoted(value)} is unknown: use one of {', '.join(choices)}."
        )


def _plain_number(value: Any) -> Any:
    """A number of numpy as one of Python, which can be stored; anything else as it is."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else value


def _check_number(name: str, value: object, spec: SettingSpec) -> None:
    """Refuse a value that is no number or is outside its range."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise SettingsError(f"{name} = {_short(value)}: a number is needed.")
    if not spec.low <= value <= spec.high:
        unit = f" {spec.unit}" if spec.unit else ""
        raise SettingsError(
            f"{name} = {value:g}{unit} is out of range: allowed are {spec.low:g} to "
            f"{spec.high:,.10g}{unit}."
        )


def _is_finite(value: float) -> bool:
    """Whether a number is finite, and no whole number that is too large for a float."""
    return abs(value) <= sys.float_info.max


def _short(value: object) -> str:
    """Text of a value for a message; that of a huge whole number does not show its digits."""
    if isinstance(value, int) and not _is_finite(value):
        return "a number of more than 300 digits"
    return quoted(value)
