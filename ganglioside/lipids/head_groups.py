"""Head groups: parsed from names, and spelled as normalised names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, NoReturn

from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import Composition
from ganglioside.lipids.name_faults import refuse
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class Head:
    """A head group without modifications: a row of `data/heads.csv`.

    Attributes
    ----------
    series : str
        Name without isomer letter, `GD1`.
    isomer : str
        Name with its letter, `GD1a`; empty for a head without one.
    category : str
        `GD`; empty for neutral relatives.
    hex, hexnac, neuac, sulfate, phosphocholine : int
        Numbers of units.
    common : int
        1 if its series is one of those that most ganglioside extracts hold.
    inner, terminal, alpha : int or None
        Sialic acids on the inner galactose, the terminal galactose and the GalNAc;
        None if the name does not specify it.
    spellings : tuple of str
        A hyphen may be written, left out or be a space.
    lipid_maps, lipid_maps_entry : str
        Class in LIPID MAPS, `SP0601`, and entry of the head group on any ceramide in its database,
        `LMSP0601AJ00`; empty where there is none.
    swisslipids : str
        Class in SwissLipids.
    """

    series: str
    isomer: str
    category: str
    hex: int
    hexnac: int
    neuac: int
    sulfate: int
    phosphocholine: int
    common: int
    inner: int | None
    terminal: int | None
    alpha: int | None
    spellings: tuple[str, ...]
    lipid_maps: str
    lipid_maps_entry: str
    swisslipids: str

    @property
    def composition(self) -> Composition:
        """Units of the head group."""
        return Composition(
            hex=self.hex,
            hexnac=self.hexnac,
            neuac=self.neuac,
            sulfate=self.sulfate,
            phosphocholine=self.phosphocholine,
        )


@dataclass(frozen=True, slots=True)
class _Modification:
    """A row of `data/modifications.csv`.

    Attributes
    ----------
    label : str
        Normalised spelling, `OAc`.
    unit : str
        Field of `Composition` that it changes.
    effect : str
        `add`, or `turn`: it turns a NeuAc into this unit.
    before : int
        1 if it may precede the head group (`Fuc-GM1`).
    signs : str
        Characters that may join it to the head group, the normalised one first.
    carrier, per_carrier : str, int
        What bears it (`sugar`, `sialic`, `any`), and how many each carrier can have.
    spellings : tuple of str
    """

    label: str
    unit: str
    effect: str
    before: int
    signs: str
    carrier: str
    per_carrier: int
    spellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Glycan:
    """A head group with its modifications, without a ceramide.

    Attributes
    ----------
    series : str
        Normalised name without isomer letter, `GD1+OAc`.
    isomer : str or None
        Normalised name with the isomer letter, `GD1a+OAc`.
    category : str or None
        `GD`; None for neutral relatives.
    composition : Composition
    lipid_maps, swisslipids : str
        Class of the head group without modifications; empty where none is verified.
    lipid_maps_entry : str
        Entry of the head group; empty with modifications, which make it another molecule.
    """

    series: str
    isomer: str | None
    category: str | None
    composition: Composition
    lipid_maps: str = ""
    lipid_maps_entry: str = ""
    swisslipids: str = ""


#: Known head groups, in the order of the table.
HEADS: Final[tuple[Head, ...]] = read_facts("heads.csv", Head)
_MODIFICATIONS: Final = read_facts("modifications.csv", _Modification)


def _key(spelling: str) -> str:
    """Spelling in lower case without hyphens and spaces."""
    return spelling.lower().replace("-", "").replace(" ", "")


def _alternatives(spellings: Iterable[str]) -> str:
    """Regular expression of spellings, longest first, in which hyphens are optional."""
    longest_first = sorted(spellings, key=len, reverse=True)
    return "|".join(re.escape(s).replace(r"\-", "[ -]?") for s in longest_first)


_HEADS_BY_KEY: Final = {_key(s): head for head in HEADS for s in head.spellings}
_MODIFICATIONS_BY_KEY: Final = {_key(s): m for m in _MODIFICATIONS for s in m.spellings}
#: Modification that spells each unit: of several (a lactone is a lost water) the last one.
_SPELLED: Final = {m.unit: m for m in _MODIFICATIONS}
#: Symbol of galabiosylceramide (IUPAC-IUB 1997), and GA2 (asialo-GM2) where names are not in
#: capitals (Gm3, Gd1a): two lipids of other masses.
_UNCLEAR: Final = "Ga2"
_MOST_OF_A_KIND: Final = 9  # the count of a modification is one digit
_MOD: Final = _alternatives(s for m in _MODIFICATIONS for s in m.spellings)
_PREFIX_MOD: Final = _alternatives(s for m in _MODIFICATIONS if m.before for s in m.spellings)

# Patterns read normalised text (see `name_texts`), each in linear time.
#: Regular expression of every spelling of a head group without modifications.
HEAD_PATTERN: Final = rf"(?:{_alternatives(s for h in HEADS for s in h.spellings)})(?![0-9a-zα])"
_HEAD: Final = re.compile(HEAD_PATTERN, re.IGNORECASE)
_LOCI: Final = r"(?:(?P<loci>[4-9](?:,[4-9]){0,4})-)?"  # of acetyls: 9-O-Ac, 7,9-di-O-Ac
_CATEGORIES: Final = _alternatives({head.category for head in HEADS if head.category})
_PREFIX: Final = re.compile(
    rf"{_LOCI}(?P<count>di-?|tri-?|[23])?(?P<mod>{_PREFIX_MOD})"
    rf"(?:[-_ ]|(?=(?:{_CATEGORIES})[1-4]))",
    re.IGNORECASE,
)
_MEMBER: Final = rf"{_LOCI}(?P<count>di-?|tri-?|[1-9] ?)?(?P<mod>{_MOD})(?P<after>[2-9])?"
_SUFFIX: Final = re.compile(rf"(?P<sign>[+\-_ ]){_MEMBER}(?![0-9a-z])", re.IGNORECASE)
_BRACKET: Final = re.compile(r"[+ ]?\((?P<inside>[^()]{1,60})\)(?P<after>[2-9](?![0-9]))?")
_INSIDE: Final = re.compile(_MEMBER, re.IGNORECASE)
_COUNT_WORDS: Final = {"di": 2, "tri": 3}


@lru_cache(maxsize=4096)
def parse_glycan(text: str, more: str = "") -> Glycan:
    """Head group of a normalised text (cached).

    Parameters
    ----------
    text
        What precedes the ceramide, such as `9-O-Ac-GD3`.
    more
        What follows the ceramide: further modifications, such as `+OAc`.

    Returns
    -------
    Glycan

    Raises
    ------
    NameFormError
        If the head group or a modification is unknown, or the head group cannot bear it.

    Examples
    --------
    >>> parse_glycan("Fuc-GM1").series
    'GM1+dHex'
    >>> parse_glycan("GD1a", "+OAc").isomer
    'GD1a+OAc'
    """
    counts: dict[str, int] = {}
    position = _take_prefixes(text, counts)
    match = _HEAD.match(text, position)
    if match is None:
        refuse(
            "unknown-head",
            f"The head group {text[:40]!r} is unknown.",
            f"Known are {_known_heads()}.",
        )
    head = _head_spelled(match.group())
    _take_suffixes(text, match.end(), counts)
    _take_suffixes(more, 0, counts)
    return _assemble(head, counts)


def head_of(text: str) -> Head | None:
    """Head group that a normalised text spells, None where it spells anything else or more.

    >>> [head.series if (head := head_of(text)) else None for text in ("GD1-a", "Fuc-GM1")]
    ['GD1', None]
    """
    return _head_spelled(text) if _HEAD.fullmatch(text) else None


def _head_spelled(text: str) -> Head:
    """Head group of one of its spellings; refused where only its capitals tell two apart."""
    if text == _UNCLEAR:
        refuse(
            "unclear-head",
            f"{text} is the symbol of galabiosylceramide, and may be written for asialo-GM2 too.",
            "Write Hex2Cer (or Ga2Cer) for galabiosylceramide, GA2 for asialo-GM2.",
        )
    return _HEADS_BY_KEY[_key(text)]


@lru_cache(maxsize=4096)
def known_glycan(text: str) -> Glycan | None:
    """Head group of a normalised text, None where `parse_glycan` refuses it (cached)."""
    try:
        return parse_glycan(text)
    except NameFormError:
        return None


def is_modification(text: str) -> bool:
    """Whether a text is a modification with its sign: `+OAc`, `-H2O`."""
    return _SUFFIX.fullmatch(text) is not None


def _known_heads() -> str:
    """All head groups, each series followed by its isomers: `GM4, ..., GM1 (GM1a, GM1b), ...`."""
    listed = []
    for series in dict.fromkeys(head.series for head in HEADS):
        names = ", ".join(head.isomer for head in isomers(series))
        listed.append(f"{series} ({names})" if names else series)
    return ", ".join(listed)


def _take_prefixes(text: str, counts: dict[str, int]) -> int:
    """Count the modifications before the head group; return the position behind them."""
    position = 0
    while not _HEAD.match(text, position) and (match := _PREFIX.match(text, position)):
        _count(match, counts)
        position = match.end()
    return position


def _take_suffixes(text: str, position: int, counts: dict[str, int]) -> None:
    """Count the modifications from a position to the end of a text."""
    while position < len(text):
        if match := _SUFFIX.match(text, position):
            _check_sign(_count(match, counts), match["sign"], text)
        elif match := _BRACKET.match(text, position):
            _take_bracket(match, text, counts)
        else:
            _unknown_modification(text[position:])
        position = match.end()


def _take_bracket(bracket: re.Match[str], text: str, counts: dict[str, int]) -> None:
    """Count the modifications in brackets: `(NeuGc)2`, `(NeuAc/NeuGc)`, `(7,9-di-O-Ac)`."""
    for part in bracket["inside"].split("/"):
        match = _INSIDE.fullmatch(part)
        if match is None:
            _unknown_modification(part)
        for _ in range(int(bracket["after"] or 1)):
            _check_sign(_count(match, counts), "(", text)


def _count(match: re.Match[str], counts: dict[str, int]) -> _Modification:
    """Add the number in one match of `_MEMBER` or `_PREFIX` to `counts`; return the modification.

    The number is written (`2OAc`, `di-O-Ac`, `OAc2`) or that of the positions (`7,9-O-Ac`).
    """
    modification = _MODIFICATIONS_BY_KEY[_key(match["mod"])]
    after = match.groupdict().get("after")
    word = (match["count"] or after or "").strip("- ").lower()
    sites = match["loci"].count(",") + 1 if match["loci"] else 1
    number = _COUNT_WORDS.get(word) or int(word or sites)
    counts[modification.label] = counts.get(modification.label, 0) + number
    return modification


def _unknown_modification(part: str) -> NoReturn:
    refuse(
        "unknown-modification",
        f"{part[:40]!r} is no known modification of a head group.",
        "Known are +Hex, +HexNAc, +dHex, +OAc, (NeuGc), -H2O and -lactone, with a number before "
        "the name (+2OAc).",
    )


def _check_sign(modification: _Modification, sign: str, text: str) -> None:
    """Refuse a modification that is joined to the head group by a wrong character."""
    if sign.replace("_", " ") in modification.signs:
        return
    label = modification.label
    if modification.effect == "turn":
        advice = (
            "Write the head with that many sialic acids: GD3 for GM3+NeuAc, GD3(NeuGc) for "
            "GM3+NeuGc."
        )
    else:
        advice = f"Write the species that is left after a loss, or +{label} for one more."
    refuse("wrong-sign", f"{text[:60]!r} joins {label} by {sign!r}.", advice)


def _assemble(head: Head, counts: dict[str, int]) -> Glycan:
    """Head group with numbers of modifications, by their labels."""
    composition = head.composition
    for modification in _MODIFICATIONS:
        if number := counts.get(modification.label, 0):
            composition = _apply(modification, number, composition, head)
    spelling = "".join(_spell(m, composition, head) for m in _SPELLED.values())
    is_unmodified = composition == head.composition
    return Glycan(
        series=head.series + spelling,
        isomer=head.isomer + spelling if head.isomer else None,
        category=head.category or None,
        composition=composition,
        lipid_maps=head.lipid_maps,
        lipid_maps_entry=head.lipid_maps_entry if is_unmodified else "",
        swisslipids=head.swisslipids,
    )


def _apply(m: _Modification, number: int, composition: Composition, head: Head) -> Composition:
    """Composition with `number` more of a modification; refused if it has no carriers for them."""
    added = _added(m, composition, head)
    if m.effect == "turn":
        possible, turned = composition.neuac, number
    else:
        possible, turned = _capacity(m, composition, head) - added, 0
    if number > possible:
        refuse(
            "impossible-modification",
            f"{head.isomer or head.series} cannot bear {added + number} {m.label}.",
            "Check the head group and the number of modifications.",
        )
    return composition + Composition(**{m.unit: number}) - Composition(neuac=turned)


def _capacity(m: _Modification, composition: Composition, head: Head) -> int:
    """Largest number of a modification that the carriers of a composition can have."""
    sialic_acids = composition.sialic_acids
    carriers = {"sugar": min(head.hex, 1), "sialic": sialic_acids, "any": 1 + sialic_acids}
    return min(m.per_carrier * carriers[m.carrier], _MOST_OF_A_KIND)


def _added(m: _Modification, composition: Composition, head: Head) -> int:
    """Units of a modification beyond those of the unmodified head group."""
    return int(getattr(composition, m.unit) - getattr(head.composition, m.unit))


def _spell(m: _Modification, composition: Composition, head: Head) -> str:
    """Normalised spelling of one modification, `+2OAc`; empty if it is absent."""
    number = _added(m, composition, head)
    if number <= 0:
        return ""
    text = f"{number if number > 1 else ''}{m.label}"
    return f"({text})" if m.effect == "turn" else f"{m.signs[0]}{text}"


@cache
def isomers(series: str) -> tuple[Head, ...]:
    """Known isomers of an unmodified series, in the order of the table.

    Examples
    --------
    >>> [head.isomer for head in isomers("GD1")]
    ['GD1a', 'GD1b', 'GD1c', 'GD1α']
    >>> isomers("GM3")
    ()
    """
    return tuple(head for head in HEADS if head.series == series and head.isomer)
