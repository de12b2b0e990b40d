"""Many names parsed at once, each distinct text once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.columns import FEATURES, IDENTIFIERS
from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import UNITS
from ganglioside.lipids.name_readings import NameReading, read_name
from ganglioside.lipids.species import Species, without_chains
from ganglioside.support.arrays import read_only
from ganglioside.support.formatting import counted
from ganglioside.support.text_columns import Texts, as_column, distinct, pick, texts, texts_of


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


def _identifiers_of(species: Sequence[Species]) -> dict[str, list[str | None]]:
    """Identifiers of some species, by the columns `columns.IDENTIFIERS`."""
    return {
        "shorthand": [s.shorthand for s in species],
        "shorthand_level": [s.level for s in species],
        "lipid_maps_class": [s.lipid_maps_class for s in species],
        "lipid_maps_entry": [s.lipid_maps_entry for s in species],
        "swisslipids_class": [s.swisslipids for s in species],
    }


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


@dataclass(frozen=True, eq=False, repr=False)
class ParsedNames:
    """The species of n names, each distinct text parsed once; see `parse_names`.

    Attributes
    ----------
    species : tuple of Species
        The k distinct readable species, in order of first appearance of their texts.
    index : numpy.ndarray of int64, shape (n,)
        Index into `species` for each name, -1 if the name cannot be read or is that of a
        standard without a ceramide; read-only.
    errors : dict of str to NameFormError
        Error of each unreadable text; that of missing names is under the empty text.
    ions : numpy.ndarray of object, shape (n,)
        Normalised ion that each name gives, an unknown one as it is written, None where it gives
        none; read-only.
    standard : numpy.ndarray of bool, shape (n,)
        Whether each name is that of an internal standard; its species is the one without the
        label; read-only.
    named : tuple of Species
        The distinct readable species with the chains that names give; those of `species` have
        none, since names with unlike chains share them. One whose isomers are labelled is there
        once for each label.
    isomer_labels : tuple of str
        Label of an isomer of each of `named`, `a` of `SM 41:1 (a)`, empty without.
    named_index : numpy.ndarray of int64, shape (n,)
        Index into `named` for each name, -1 where `index` is -1; read-only.
    """

    species: tuple[Species, ...]
    index: npt.NDArray[np.int64]
    errors: dict[str, NameFormError]
    ions: npt.NDArray[np.object_]
    standard: npt.NDArray[np.bool_]
    named: tuple[Species, ...]
    isomer_labels: tuple[str, ...]
    named_index: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.index)

    def __repr__(self) -> str:
        """Numbers of names, of distinct species and of names that cannot be read."""
        unreadable = int((self.index < 0).sum())
        species = len(self.species)
        names = counted(len(self), "name")
        return f"ParsedNames({names}, {species:,} species, {unreadable:,} unreadable)"

    def take(self, rows: npt.NDArray[np.int64]) -> ParsedNames:
        """The names at some positions."""
        return replace(
            self,
            index=read_only(self.index[rows]),
            ions=read_only(self.ions[rows]),
            standard=read_only(self.standard[rows]),
            named_index=read_only(self.named_index[rows]),
        )

    @cached_property
    def chains(self) -> npt.NDArray[np.object_]:
        """Base and acyl chain of each name as a tuple, empty where it gives none; read-only."""
        chains: npt.NDArray[np.object_] = _each(
            [*(s.chains for s in self.named), ()], self.named_index
        )
        return chains

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

    @cached_property
    def _identifiers(self) -> dict[str, Texts]:
        """Columns `columns.IDENTIFIERS` with one value for each of `named`."""
        return {name: texts(values) for name, values in _identifiers_of(self.named).items()}

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

    def identifiers(self) -> dict[str, Any]:
        """Columns `columns.IDENTIFIERS` with one value per name.

        NA if the name is unreadable, or that of an internal standard: its label is no part of a
        shorthand.
        """
        index = np.where(self.standard, -1, self.named_index)
        return {c: as_column(pick(self._identifiers[c], index)) for c in IDENTIFIERS}

    def _taken(self, index: npt.NDArray[np.int64]) -> dict[str, Any]:
        """Columns `SPECIES_COLUMNS` of the species at these positions, NA where -1."""
        return {name: _column(values, index) for name, values in self._columns.items()}

    def frame(self) -> pd.DataFrame:
        """One row per name, columns `SPECIES_COLUMNS`, NA if unreadable."""
        return pd.DataFrame(self.columns())


def parse_names(
    texts: Sequence[str] | pd.Series[Any], refused: Mapping[str, NameFormError] | None = None
) -> ParsedNames:
    """Species of many names, each distinct text parsed once.

    Parameters
    ----------
    texts
        n names; missing ones count as unreadable.
    refused
        Errors of names that are not to be read, by their text.

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
    >>> parse_names(["GM3(d18:1/16:0)-H", "IS_GM3 36:1"]).ions.tolist()
    ['[M-H]-', None]
    """
    codes, wanted = distinct(_as_texts(texts))
    by_text = np.full(len(wanted) + 1, -1, dtype=np.int64)
    if (codes < 0).any():
        wanted.append("")  # missing names have code -1: the last text
    errors = dict(refused or {})
    readings = [None if text in errors else _reading(text, errors) for text in wanted]
    found: dict[Species, int] = {}
    named: dict[tuple[Species, tuple[str, ...], str], int] = {}
    named_by_text = by_text.copy()
    for i, reading in enumerate(readings):
        if reading is not None and (species := reading.species) is not None:
            by_text[i] = found.setdefault(species, len(found))
            key = (species, species.chains, reading.isomer_label)
            named_by_text[i] = named.setdefault(key, len(named))
    return ParsedNames(
        species=tuple(without_chains(species) for species in found),
        index=read_only(by_text[codes]),
        errors=errors,
        ions=_each([r.ion if r else None for r in readings], codes),
        standard=_each([r.standard if r else False for r in readings], codes, np.bool_),
        named=tuple(species for species, _, _ in named),
        isomer_labels=tuple(label for _, _, label in named),
        named_index=read_only(named_by_text[codes]),
    )


def _as_texts(names: Sequence[str] | pd.Series[Any]) -> Texts:
    """Array of names, missing ones included."""
    if isinstance(names, pd.Series):
        return texts_of(names if names.dtype == "str" else names.astype("str"))
    return texts_of(pd.Series(names, dtype="str"))


def _reading(text: str, errors: dict[str, NameFormError]) -> NameReading | None:
    """Reading of one text; None, with an entry in `errors`, if it cannot be read."""
    try:
        return read_name(text)
    except NameFormError as error:
        errors[text] = error.with_traceback(None)
        return None


def _each(values: list[Any], codes: npt.NDArray[np.int64], kind: type = object) -> Any:
    """Array of the value of each of n names, by the positions of their texts; read-only."""
    by_text: npt.NDArray[Any] = np.empty(len(values), dtype=kind)
    for i, value in enumerate(values):  # one by one: tuples would become rows of an array
        by_text[i] = value
    return read_only(by_text[codes])
