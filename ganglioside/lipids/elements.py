"""Atoms: monoisotopic masses and formulas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class _Element:
    symbol: str
    mass: float


#: Monoisotopic masses in Da by symbol; `e` is the electron.
ELEMENT_MASSES: Final[dict[str, float]] = {
    e.symbol: e.mass for e in read_facts("elements.csv", _Element)
}

_ATOM: Final = re.compile(r"([A-Z][a-z]?)([0-9]*)")


class Elements(dict[str, int]):
    """Numbers of atoms by element symbol; an absent element counts 0."""

    @classmethod
    def from_formula(cls, formula: str) -> Elements:
        """Read a plain formula such as `C2H2O`.

        Raises
        ------
        ValueError
            If the text is not a formula of known elements.
        """
        atoms = _ATOM.findall(formula)
        if "".join(symbol + count for symbol, count in atoms) != formula:
            raise ValueError(f"{formula!r} is not a formula.")
        elements = cls()
        for symbol, count in atoms:
            if symbol not in ELEMENT_MASSES:
                raise ValueError(f"{formula!r}: the element {symbol} is unknown.")
            elements[symbol] = elements.get(symbol, 0) + int(count or 1)
        return elements

    def plus(self, other: Elements, times: int = 1) -> Elements:
        """Return the sum of these atoms and `times` the others."""
        total = Elements(self)
        for symbol, count in other.items():
            total[symbol] = total.get(symbol, 0) + times * count
        return total

    @property
    def mass(self) -> float:
        """Monoisotopic mass in Da."""
        return sum(count * ELEMENT_MASSES[symbol] for symbol, count in self.items())

    @property
    def formula(self) -> str:
        """Hill order: C, H, then the others by symbol."""
        order = sorted(self, key=lambda s: (s != "C", s != "H", s))
        return "".join(f"{s}{n if n != 1 else ''}" for s in order if (n := self[s]))
