"""Chemical elements: monoisotopic masses and formulas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class _Element:
    """A row of `data/elements.csv`."""

    symbol: str
    mass: float
    average: float


_ELEMENTS: Final = read_facts("elements.csv", _Element)

#: Monoisotopic masses in Da by symbol; `e` is the electron.
ELEMENT_MASSES: Final[dict[str, float]] = {e.symbol: e.mass for e in _ELEMENTS}

_AVERAGE_MASSES: Final = {e.symbol: e.average for e in _ELEMENTS}

_ATOM: Final = re.compile(r"([A-Z][a-z]?)([0-9]*)")


class Elements(dict[str, int]):
    """Numbers of atoms by element symbol; an absent element counts 0.

    Examples
    --------
    >>> water = Elements.from_formula("H2O")
    >>> round(water.mass, 4)
    18.0106
    >>> Elements.from_formula("C2H4O2").plus(water, -1).formula
    'C2H2O'
    """

    @classmethod
    def from_formula(cls, formula: str) -> Elements:
        """Elements of a plain formula such as `C2H2O`.

        Parameters
        ----------
        formula
            Symbols and numbers, without brackets or charges.

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
        """Sum of these atoms and `times` the others; `times` may be negative."""
        total = Elements(self)
        for symbol, count in other.items():
            total[symbol] = total.get(symbol, 0) + times * count
        return total

    @property
    def mass(self) -> float:
        """Monoisotopic mass in Da."""
        return sum(count * ELEMENT_MASSES[symbol] for symbol, count in self.items())

    @property
    def average_mass(self) -> float:
        """Mass of the natural mixture of isotopes, Da: what the mass on a label or in a book is.

        >>> round(Elements.from_formula("H2O").average_mass, 3)
        18.015
        """
        return sum(count * _AVERAGE_MASSES[symbol] for symbol, count in self.items())

    @property
    def formula(self) -> str:
        """Formula in Hill order: C, H, then the others by symbol."""
        text = ""
        for symbol in sorted(self, key=lambda s: (s != "C", s != "H", s)):
            count = self[symbol]
            if count:
                text += symbol if count == 1 else f"{symbol}{count}"
        return text
