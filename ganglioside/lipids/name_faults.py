"""What is refused in a name: one error, with a code and a cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

from ganglioside.errors import NameFormError
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class _Limit:
    quantity: str
    low: int
    high: int
    unit: str


LIMITS: Final = {limit.quantity: limit for limit in read_facts("limits.csv", _Limit)}

_EXAMPLE: Final = "Write a head group and a ceramide, such as GD1a(36:1;O2) or GM1+OAc(d18:1/18:0)."


def refuse(code: str, message: str, advice: str = _EXAMPLE) -> NoReturn:
    """Raise the error of a name, with its code and its cure."""
    raise NameFormError(message, code, advice)


def check_limit(quantity: str, value: float, what: str) -> None:
    """Refuse a name in which a quantity lies outside `data/limits.csv`."""
    limit = LIMITS[quantity]
    if not limit.low <= value <= limit.high:
        unit = f" {limit.unit}" if limit.unit else ""
        refuse(
            f"impossible-{quantity.replace('_', '-')}",
            f"{what}: {value:g} lies outside {limit.low} to {limit.high}{unit}.",
            "Check the numbers of the name.",
        )
