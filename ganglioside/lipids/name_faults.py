"""Refusals of names: one kind of error, with a code, a message and an advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

from ganglioside.errors import NameFormError
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class _Limit:
    """A row of `data/name_limits.csv`: the allowed range of a quantity, both ends included."""

    quantity: str
    low: int
    high: int
    unit: str


#: Allowed ranges by quantity.
LIMITS: Final = {limit.quantity: limit for limit in read_facts("name_limits.csv", _Limit)}

_EXAMPLE: Final = "Write a head group and a ceramide, such as GD1a(36:1;O2) or GM1+OAc(d18:1/18:0)."


def refuse(code: str, message: str, advice: str = _EXAMPLE, lipid_class: str = "") -> NoReturn:
    """Raise a `NameFormError`."""
    raise NameFormError(message, code, advice, lipid_class)


def check_limit(quantity: str, value: float, what: str) -> None:
    """Refuse a name in which a quantity is outside its range in `data/name_limits.csv`."""
    limit = LIMITS[quantity]
    if not limit.low <= value <= limit.high:
        unit = f" {limit.unit}" if limit.unit else ""
        refuse(
            f"impossible-{quantity.replace('_', '-')}",
            f"{what}: {value:g} lies outside {limit.low} to {limit.high}{unit}.",
            "Check the numbers of the name.",
        )
