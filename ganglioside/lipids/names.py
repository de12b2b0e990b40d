"""Names of glycosphingolipids parsed into species."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from ganglioside.lipids.ceramide_names import parse_ceramide
from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.head_groups import parse_glycan
from ganglioside.lipids.name_faults import refuse
from ganglioside.lipids.name_readings import read_name
from ganglioside.lipids.name_texts import normalise
from ganglioside.lipids.species import Species, combine

#: A name as `Species.name` writes it.
_NORMALISED: Final = re.compile(
    r"(?P<head>[A-Z][A-Za-z0-9α+()-]{0,79})\((?P<ceramide>[0-9]{1,2}:[0-9]{1,2};O[0-9]?)\)"
)


@lru_cache(maxsize=1 << 16)
def parse_name(text: str) -> Species:
    """Species of one name (cached).

    Case, spacing, full-width characters and the usual spellings of head groups, modifications
    and ceramides are tolerated. A ceramide without hydroxyls counts as O2. All levels of a name
    (`HexCer 34:1;2O|HexCer 18:1;2O/16:0`) must agree. `read_name` gives ion and label too.

    Parameters
    ----------
    text
        Name of one lipid. One in the form of `Species.name` is believed, however short its
        ceramide is.

    Returns
    -------
    Species

    Raises
    ------
    NameFormError
        If the text does not denote one possible lipid (codes as in `read_name`), or denotes a
        labelled standard, whose mass would be another (code `standard`).

    Examples
    --------
    >>> species = parse_name("9-O-Ac-GD3 d18:1/18:0")
    >>> species.name
    'GD3+OAc(36:1;O2)'
    >>> species.formula, round(species.monoisotopic_mass, 4)
    ('C72H127N3O30', 1513.8504)
    """
    if isinstance(text, str) and (match := _NORMALISED.fullmatch(text)):
        ceramide, _ = parse_ceramide(match["ceramide"])
        return combine(parse_glycan(match["head"]), ceramide)
    reading = read_name(text)
    if reading.standard or reading.species is None:
        refuse(
            "standard",
            f"{text[:60]!r} is an internal standard.",
            f"Write {reading.species or 'such as GM1(36:1;O2)'} for the species without a label.",
        )
    return reading.species


@lru_cache(maxsize=1 << 16)
def species(series: str, ceramide: Ceramide, isomer: str | None = None) -> Species:
    """Species of a head group on a ceramide (cached).

    Parameters
    ----------
    series
        Such as `GD1+OAc`; any spelling that `parse_name` reads.
    ceramide
        Sum composition.
    isomer
        Such as `GD1a+OAc`, an isomer of that series.

    Returns
    -------
    Species

    Raises
    ------
    NameFormError
        If the head group is unknown, the isomer is of another series, or the species is
        impossible.

    Examples
    --------
    >>> species("GD1", Ceramide(36, 1), isomer="GD1a").name
    'GD1a(36:1;O2)'
    """
    glycan = parse_glycan(normalise(isomer or series))
    if isomer and glycan.series != parse_glycan(normalise(series)).series:
        refuse("contradiction", f"{isomer} is no isomer of {series}.")
    return combine(glycan, ceramide)
