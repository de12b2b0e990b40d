"""Many names parsed at once, each distinct text once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.columns import FEATURES
from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import UNITS
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.species import Species

#: Columns of `ParsedNames.table`.
SPECIES_COLUMNS: Final[tuple[str, ...]] = tuple(FEATURES)[
    list(FEATURES).index("series") : list(FEATURES).index("monoisotopic_mass") + 1
]


def _table_row(s: Species) -> tuple[Any, ...]:
    c, cer = s.composition, s.ceramide
    return (
        s.series,
        s.isomer,
        cer.carbons,
        cer.double_bonds,
        cer.hydroxyls,
        c.hex,
        c.hexnac,
        c.neuac,
        c.neugc,
        c.dhex,
        c.oac,
        s.sugar_count,
        c.sialic_acids,
        s.category,
        s.formula,
        s.monoisotopic_mass,
    )


#: What stands in these columns where a name cannot be read.
_NO_SPECIES: Final = tuple(
    {"str": None, "Int64": -1, "float64": np.nan}[FEATURES[c]] for c in SPECIES_COLUMNS
)


def _values(values: list[Any], kind: str) -> Any:
    return pd.array(values, dtype="str") if kind == "str" else np.array(values, kind.lower())


def _column(values: Any, place: npt.NDArray[np.int64]) -> Any:
    """Return the values at some places as what stands in a DataFrame."""
    taken = values.take(place)
    return pd.arrays.IntegerArray(taken, taken < 0) if taken.dtype == np.int64 else taken


@dataclass(frozen=True, eq=False)
class ParsedNames:
    """Many names, parsed once per distinct text.

    Attributes
    ----------
    species : tuple of Species
        The distinct readable species, in order of first appearance of their texts.
    index : numpy.ndarray of int64, shape (n,)
        For each name its place in `species`, -1 where the name cannot be read.
    errors : dict of str to NameFormError
        The unreadable texts, each with its error; missing names stand under the empty text.
    """

    species: tuple[Species, ...]
    index: npt.NDArray[np.int64]
    errors: dict[str, NameFormError]

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def series(self) -> frozenset[str]:
        """The series of all `species`."""
        return frozenset(s.series for s in self.species)

    @cached_property
    def _columns(self) -> dict[str, Any]:
        """The species columns of `columns.FEATURES`: a value per species, and what is missing."""
        rows = [*map(_table_row, self.species), _NO_SPECIES]
        return {
            name: _values([row[k] for row in rows], FEATURES[name])
            for k, name in enumerate(SPECIES_COLUMNS)
        }

    @property
    def table(self) -> pd.DataFrame:
        """One row per entry of `species`: the species columns of `columns.FEATURES`."""
        return pd.DataFrame(self._taken(np.arange(len(self.species))))

    @cached_property
    def masses(self) -> npt.NDArray[np.float64]:
        """Monoisotopic mass of each of `species`, Da, shape (k,)."""
        return np.array([s.monoisotopic_mass for s in self.species], dtype=np.float64)

    @cached_property
    def compositions(self) -> npt.NDArray[np.int64]:
        """Units of each of `species`, shape (k, len(composition.UNITS)), in that order."""
        rows = [tuple(s.composition) for s in self.species]
        return np.array(rows, dtype=np.int64).reshape(len(rows), len(UNITS))

    @cached_property
    def ceramides(self) -> npt.NDArray[np.int64]:
        """Carbons, double bonds and hydroxyls of each of `species`, shape (k, 3)."""
        rows = [
            (c.carbons, c.double_bonds, c.hydroxyls) for c in (s.ceramide for s in self.species)
        ]
        return np.array(rows, dtype=np.int64).reshape(len(rows), 3)

    def columns(self) -> dict[str, Any]:
        """Return the species columns with one value per name, NA where unreadable."""
        return self._taken(self.index)

    def _taken(self, place: npt.NDArray[np.int64]) -> dict[str, Any]:
        """Return the species columns at places in `species`, NA where -1."""
        return {name: _column(values, place) for name, values in self._columns.items()}

    def frame(self) -> pd.DataFrame:
        """Return one row per name: the species columns, NA where unreadable."""
        return pd.DataFrame(self.columns())


def parse_names(texts: Sequence[str] | pd.Series[Any]) -> ParsedNames:
    """Parse many names, each distinct text once.

    Names that cannot be read do not raise: they are collected in `errors`.
    """
    codes, distinct = pd.factorize(pd.Series(texts, dtype="str"))
    places: dict[Species, int] = {}
    errors: dict[str, NameFormError] = {}
    of_text = np.full(len(distinct) + 1, -1, dtype=np.int64)  # the last one is for missing names
    for i, text in enumerate(distinct.tolist() + [""] * bool((codes < 0).any())):
        try:
            of_text[i] = places.setdefault(parse_name(text), len(places))
        except NameFormError as error:
            errors[text] = error.with_traceback(None)
    return ParsedNames(tuple(places), of_text[codes], errors)
