"""Many names parsed at once, each distinct text once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from ganglioside.support.arrays import read_only


def _between(first: str, last: str) -> tuple[str, ...]:
    """Columns of `columns.FEATURES` from the first to the last named, both included."""
    names = list(FEATURES)
    return tuple(names[names.index(first) : names.index(last) + 1])


#: Columns of `ParsedNames.table`.
SPECIES_COLUMNS: Final[tuple[str, ...]] = _between("series", "monoisotopic_mass")


def _table_row(s: Species) -> tuple[Any, ...]:
    """Values of a species in `SPECIES_COLUMNS`."""
    units, ceramide = s.composition, s.ceramide
    return (
        s.series,
        s.isomer,
        ceramide.carbons,
        ceramide.double_bonds,
        ceramide.hydroxyls,
        units.hex,
        units.hexnac,
        units.neuac,
        units.neugc,
        units.dhex,
        units.oac,
        s.sugar_count,
        units.sialic_acids,
        s.category,
        s.formula,
        s.monoisotopic_mass,
    )


_MISSING: Final[dict[str, Any]] = {"str": None, "Int64": -1, "float64": np.nan}

#: Values in `SPECIES_COLUMNS` of a name that cannot be read.
_NO_SPECIES: Final = tuple(_MISSING[FEATURES[column]] for column in SPECIES_COLUMNS)


def _values(values: list[Any], kind: str) -> Any:
    """Array of the values of a column; whole numbers as int64, -1 where missing."""
    return pd.array(values, dtype="str") if kind == "str" else np.array(values, kind.lower())


def _column(values: Any, index: npt.NDArray[np.int64]) -> Any:
    """Values at some positions as a column of a DataFrame, NA where a whole number is -1."""
    taken = values.take(index)
    return pd.arrays.IntegerArray(taken, taken < 0) if taken.dtype == np.int64 else taken


@dataclass(frozen=True, eq=False)
class ParsedNames:
    """The species of n names, each distinct text parsed once; see `parse_names`.

    Attributes
    ----------
    species : tuple of Species
        The k distinct readable species, in order of first appearance of their texts.
    index : numpy.ndarray of int64, shape (n,)
        Index into `species` for each name, -1 if the name cannot be read; read-only.
    errors : dict of str to NameFormError
        Error of each unreadable text; that of missing names is under the empty text.
    """

    species: tuple[Species, ...]
    index: npt.NDArray[np.int64]
    errors: dict[str, NameFormError]

    def __len__(self) -> int:
        return len(self.index)

    def take(self, rows: npt.NDArray[np.int64]) -> ParsedNames:
        """The names at some positions."""
        return replace(self, index=read_only(self.index[rows]))

    @cached_property
    def series(self) -> frozenset[str]:
        """Distinct series of `species`."""
        return frozenset(s.series for s in self.species)

    @cached_property
    def _columns(self) -> dict[str, Any]:
        """Columns `SPECIES_COLUMNS` with k + 1 values: one per species, the last one missing."""
        rows = [*map(_table_row, self.species), _NO_SPECIES]
        by_column = zip(SPECIES_COLUMNS, zip(*rows, strict=True), strict=True)
        return {name: _values(list(values), FEATURES[name]) for name, values in by_column}

    @property
    def table(self) -> pd.DataFrame:
        """One row per entry of `species`, columns `SPECIES_COLUMNS`."""
        return pd.DataFrame(self._taken(np.arange(len(self.species))))

    @cached_property
    def masses(self) -> npt.NDArray[np.float64]:
        """Monoisotopic mass of each of `species`, Da, shape (k,); read-only."""
        masses = [s.monoisotopic_mass for s in self.species]
        return read_only(np.array(masses, dtype=np.float64))

    @cached_property
    def compositions(self) -> npt.NDArray[np.int64]:
        """Units of each of `species`, shape (k, len(composition.UNITS)); read-only."""
        rows = [tuple(s.composition) for s in self.species]
        return read_only(np.array(rows, dtype=np.int64).reshape(len(rows), len(UNITS)))

    @cached_property
    def ceramides(self) -> npt.NDArray[np.int64]:
        """Carbons, double bonds and hydroxyls of each of `species`, shape (k, 3); read-only."""
        ceramides = [s.ceramide for s in self.species]
        rows = [(c.carbons, c.double_bonds, c.hydroxyls) for c in ceramides]
        return read_only(np.array(rows, dtype=np.int64).reshape(len(rows), 3))

    def columns(self) -> dict[str, Any]:
        """Columns `SPECIES_COLUMNS` with one value per name, NA if unreadable."""
        return self._taken(self.index)

    def _taken(self, index: npt.NDArray[np.int64]) -> dict[str, Any]:
        """Columns `SPECIES_COLUMNS` of the species at these positions, NA where -1."""
        return {name: _column(values, index) for name, values in self._columns.items()}

    def frame(self) -> pd.DataFrame:
        """One row per name, columns `SPECIES_COLUMNS`, NA if unreadable."""
        return pd.DataFrame(self.columns())


def parse_names(texts: Sequence[str] | pd.Series[Any]) -> ParsedNames:
    """Species of many names, each distinct text parsed once.

    Parameters
    ----------
    texts
        n names; missing ones count as unreadable.

    Returns
    -------
    ParsedNames
        Names that cannot be read raise nothing: their errors are in `errors`.

    Examples
    --------
    >>> parsed = parse_names(["GM3(36:1;O2)", "GX9(36:1;O2)", "GM3 d36:1"])
    >>> [species.name for species in parsed.species], parsed.index.tolist()
    (['GM3(36:1;O2)'], [0, -1, 0])
    >>> parsed.errors["GX9(36:1;O2)"].code
    'unknown-head'
    """
    codes, distinct = pd.factorize(pd.Series(texts, dtype="str"))
    wanted = distinct.tolist()
    if (codes < 0).any():
        wanted.append("")  # missing names have code -1: the last text
    found: dict[Species, int] = {}
    errors: dict[str, NameFormError] = {}
    by_text = np.full(len(distinct) + 1, -1, dtype=np.int64)
    for i, text in enumerate(wanted):
        try:
            by_text[i] = found.setdefault(parse_name(text), len(found))
        except NameFormError as error:
            errors[text] = error.with_traceback(None)
    return ParsedNames(tuple(found), read_only(by_text[codes]), errors)
