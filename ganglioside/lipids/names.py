"""Names of glycosphingolipids parsed into species."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from ganglioside.columns import FORMULA_STARTS_IN_NAMES
from ganglioside.lipids.ceramide_names import parse_ceramide
from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.head_groups import parse_glycan
from ganglioside.lipids.name_faults import LIMITS, refuse
from ganglioside.lipids.species import Species, combine

_MAX_LENGTH: Final = LIMITS["length"].high
_CERAMIDE_START: Final = re.compile(r"(?:^|(?<=\))|[ (_\-])(?=[a-z]?[0-9]{1,9}:)", re.IGNORECASE)
_SPACES: Final = re.compile(r"\s+")
_PUNCTUATION: Final = re.compile(r" ?([:;,/_()|+\-]) ?")
_SOURCE_NOTE: Final = re.compile(r"(?:w/o ms2|no ms2|low score):", re.IGNORECASE)
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), "")
_LOOKALIKES: Final = {**_DASHES, **_INVISIBLE, 0x2236: ":"}


def _normalise(text: str) -> str:
    """Text with plain punctuation and single spaces, without spaces beside punctuation."""
    plain = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)
    return _PUNCTUATION.sub(r"\1", _SPACES.sub(" ", plain).strip()).strip()


def _split(text: str) -> tuple[str, str]:
    """Head group and ceramide of a normalised name; the ceramide keeps its opening bracket.

    `GD1+OAc(36:1;O2)` gives `("GD1+OAc", "(36:1;O2)")`, `GD1 36:1;O2` gives `("GD1", "36:1;O2")`.
    """
    start = _CERAMIDE_START.search(text)
    if start is None:
        refuse("no-ceramide", f"{text[:40]!r} names no ceramide.")
    head, ceramide = text[: start.start()], text[start.end() :]
    if not head:
        refuse("no-head", f"{text[:40]!r} names no head group.")
    return head, ("(" if start.group() == "(" else "") + ceramide


def _parse_level(text: str) -> Species:
    """Species of one level of a normalised name: the part between two `|`."""
    head, rest = _split(text)
    opened = rest.startswith("(")
    ceramide, rest = parse_ceramide(rest.removeprefix("("))
    if opened != rest.startswith(")"):
        refuse("brackets", f"{text[:60]!r}: a bracket is opened or closed alone.")
    return combine(parse_glycan(head, rest.removeprefix(")")), ceramide)


@lru_cache(maxsize=1 << 16)
def parse_name(text: str) -> Species:
    """Species of one name (cached).

    Case, spacing, full-width characters and the usual spellings of head groups, modifications
    and ceramides are tolerated. A ceramide without hydroxyls counts as O2. All levels of a name
    (`HexCer 34:1;2O|HexCer 18:1;2O/16:0`) must agree.

    Parameters
    ----------
    text
        Name of one lipid.

    Returns
    -------
    Species

    Raises
    ------
    NameFormError
        If the text does not denote one possible lipid.

    Examples
    --------
    >>> species = parse_name("9-O-Ac-GD3 d18:1/18:0")
    >>> species.name
    'GD3+OAc(36:1;O2)'
    >>> species.formula, round(species.monoisotopic_mass, 4)
    ('C72H127N3O30', 1513.8504)
    """
    if not isinstance(text, str):
        refuse("no-text", f"{text!r} is no name: a name is text.")
    if len(text) > _MAX_LENGTH:
        refuse("too-long", f"The name has {len(text)} characters; {_MAX_LENGTH} are allowed.")
    plain = _normalise(text)
    if not plain:
        refuse("empty", "The name is empty.")
    if plain.startswith(FORMULA_STARTS_IN_NAMES):
        refuse("formula", f"The name begins with {plain[0]!r}, as a spreadsheet formula does.")
    if note := _SOURCE_NOTE.match(plain):
        plain = plain[note.end() :].strip()
    levels = [_parse_level(level) for level in plain.split("|")]
    if any(level != levels[0] for level in levels):
        refuse("contradiction", f"{text[:60]!r} names different species on its two sides of '|'.")
    return levels[0]


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
    glycan = parse_glycan(_normalise(isomer or series))
    if isomer and glycan.series != parse_glycan(_normalise(series)).series:
        refuse("contradiction", f"{isomer} is no isomer of {series}.")
    return combine(glycan, ceramide)
