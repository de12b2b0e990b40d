"""Head groups: parsed from and written as names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NoReturn

from ganglioside.lipids.composition import Composition
from ganglioside.lipids.name_faults import refuse
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class Head:
    """A head group without modifications, and where its sialic acids stand.

    Attributes
    ----------
    series : str
    isomer : str
        With its letter, `GD1a`; empty for a head without one.
    category : str
        `GD`; empty for neutral relatives.
    hex, hexnac, neuac, sulfate, phosphocholine : int
        Units.
    inner, terminal, alpha : int or None
        Sialic acids on the inner galactose, the terminal galactose and the GalNAc;
        None where the name leaves it open.
    spellings : tuple of str
        A hyphen may be written, left out or be a space.
    """

    series: str
    isomer: str
    category: str
    hex: int
    hexnac: int
    neuac: int
    sulfate: int
    phosphocholine: int
    inner: int | None
    terminal: int | None
    alpha: int | None
    spellings: tuple[str, ...]

    @property
    def composition(self) -> Composition:
        """The units."""
        return Composition(
            hex=self.hex,
            hexnac=self.hexnac,
            neuac=self.neuac,
            sulfate=self.sulfate,
            phosphocholine=self.phosphocholine,
        )


@dataclass(frozen=True, slots=True)
class _Modification:
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
    """A head group with its modifications, ready to be put on a ceramide."""

    series: str
    isomer: str | None
    category: str | None
    composition: Composition


#: Known head groups, in the order of the table.
HEADS: Final[tuple[Head, ...]] = read_facts("heads.csv", Head)
_MODIFICATIONS: Final = read_facts("modifications.csv", _Modification)


def _key(spelling: str) -> str:
    return spelling.lower().replace("-", "").replace(" ", "")


def _alternatives(spellings: Iterable[str]) -> str:
    """Return a pattern of spellings, longest first, in which hyphens are optional."""
    longest_first = sorted(spellings, key=len, reverse=True)
    return "|".join(re.escape(s).replace(r"\-", "[ -]?") for s in longest_first)


_HEADS_BY_KEY: Final = {_key(s): head for head in HEADS for s in head.spellings}
_MODIFICATIONS_BY_KEY: Final = {_key(s): m for m in _MODIFICATIONS for s in m.spellings}
#: By unit: where several spell one unit (a lactone is a lost water), the last one is written.
_SPELLED: Final = {m.unit: m for m in _MODIFICATIONS}
_MOST_OF_A_KIND: Final = 9  # the count of a modification is one digit
_MOD: Final = _alternatives(s for m in _MODIFICATIONS for s in m.spellings)

# Patterns read normalised text (see `_normalise`), each in linear time.
_HEAD: Final = re.compile(
    rf"(?:{_alternatives(s for h in HEADS for s in h.spellings)})(?![0-9a-zα])", re.IGNORECASE
)
_LOCI: Final = r"(?:(?P<loci>[4-9](?:,[4-9]){0,4})-)?"  # of acetyls: 9-O-Ac, 7,9-di-O-Ac
_PREFIX: Final = re.compile(
    rf"{_LOCI}(?P<count>di-?|tri-?|[23])?"
    rf"(?P<mod>{_alternatives(s for m in _MODIFICATIONS if m.before for s in m.spellings)})"
    r"(?:[- ]|(?=g[amdtqp][1-4]))",
    re.IGNORECASE,
)
_MEMBER: Final = rf"{_LOCI}(?P<count>di-?|tri-?|[1-9] ?)?(?P<mod>{_MOD})(?P<after>[2-9])?"
_SUFFIX: Final = re.compile(rf"(?P<sign>[+\- ]){_MEMBER}(?![0-9a-z])", re.IGNORECASE)
_BRACKET: Final = re.compile(r"[+ ]?\((?P<inside>[^()]{1,60})\)(?P<after>[2-9](?![0-9]))?")
_INSIDE: Final = re.compile(_MEMBER, re.IGNORECASE)
_COUNT_WORDS: Final = {"di": 2, "tri": 3}


@lru_cache(maxsize=4096)
def parse_glycan(text: str, more: str = "") -> Glycan:
    """Parse a normalised head group, with the modifications that follow the ceramide."""
    counts: dict[str, int] = {}
    position = _take_prefixes(text, counts)
    match = _HEAD.match(text, position)
    if match is None:
        refuse(
            "unknown-head",
            f"The head group {text[:40]!r} is unknown.",
            "Known are GM4 to GP1 with their isomers (GD1a, GT1b, ...), GA1, GA2, Cer, SM, "
            "HexCer, Hex2Cer, Hex3Cer, SHexCer and SHex2Cer.",
        )
    _take_suffixes(text, match.end(), counts)
    _take_suffixes(more, 0, counts)
    return _assemble(_HEADS_BY_KEY[_key(match.group())], counts)


def _take_prefixes(text: str, counts: dict[str, int]) -> int:
    position = 0
    while not _HEAD.match(text, position) and (match := _PREFIX.match(text, position)):
        _count(match, counts)
        position = match.end()
    return position


def _take_suffixes(text: str, position: int, counts: dict[str, int]) -> None:
    while position < len(text):
        if match := _SUFFIX.match(text, position):
            _check_sign(_count(match, counts), match["sign"], text)
        elif match := _BRACKET.match(text, position):
            _take_bracket(match, text, counts)
        else:
            _unknown_modification(text[position:])
        position = match.end()


def _take_bracket(bracket: re.Match[str], text: str, counts: dict[str, int]) -> None:
    """Count what stands in brackets: `(NeuGc)2`, `(NeuAc/NeuGc)`, `(7,9-di-O-Ac)`."""
    for part in bracket["inside"].split("/"):
        match = _INSIDE.fullmatch(part)
        if match is None:
            _unknown_modification(part)
        for _ in range(int(bracket["after"] or 1)):
            _check_sign(_count(match, counts), "(", text)


def _count(match: re.Match[str], counts: dict[str, int]) -> _Modification:
    """Add what one match of `_MEMBER` or `_PREFIX` says; return its modification."""
    modification = _MODIFICATIONS_BY_KEY[_key(match["mod"])]
    word = (match["count"] or match.groupdict().get("after") or "").strip("- ").lower()
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
    if sign in modification.signs:
        return
    label = modification.label
    refuse(
        "wrong-sign",
        f"{text[:60]!r} joins {label} by {sign!r}.",
        "Write the head with that many sialic acids: GD3 for GM3+NeuAc, GD3(NeuGc) for GM3+NeuGc."
        if modification.effect == "turn"
        else f"Write the species that is left after a loss, or +{label} for one more.",
    )


def _assemble(head: Head, counts: dict[str, int]) -> Glycan:
    composition = head.composition
    for modification in _MODIFICATIONS:
        if number := counts.get(modification.label, 0):
            composition = _apply(modification, number, composition, head)
    spelling = "".join(_spell(m, composition, head) for m in _SPELLED.values())
    isomer = head.isomer + spelling if head.isomer else None
    return Glycan(head.series + spelling, isomer, head.category or None, composition)


def _apply(m: _Modification, number: int, composition: Composition, head: Head) -> Composition:
    """Return the composition with a modification, if it has the carriers for it."""
    sialic = composition.sialic_acids
    bearable = {"sugar": min(head.hex, 1), "sialic": sialic, "any": 1 + sialic}[m.carrier]
    turned = number if m.effect == "turn" else 0
    present = getattr(composition, m.unit) - getattr(head.composition, m.unit)
    room = min(m.per_carrier * bearable, _MOST_OF_A_KIND) - present
    if number > (composition.neuac if turned else room):
        refuse(
            "impossible-modification",
            f"{head.isomer or head.series} cannot bear {present + number} {m.label}.",
            "Check the head group and the number of modifications.",
        )
    return composition + Composition(**{m.unit: number}) - Composition(neuac=turned)


def _spell(m: _Modification, composition: Composition, head: Head) -> str:
    """Return one modification of the normalised spelling, empty where it is absent."""
    number = getattr(composition, m.unit) - getattr(head.composition, m.unit)
    if number <= 0:
        return ""
    text = f"{number if number > 1 else ''}{m.label}"
    return f"({text})" if m.effect == "turn" else f"{m.signs[0]}{text}"


_ISOMERS: Final = {
    series: tuple(h for h in HEADS if h.series == series and h.isomer)
    for series in {h.series for h in HEADS}
}


def isomers(series: str) -> tuple[Head, ...]:
    """Return the known isomers of an unmodified series (`GD1`: GD1a, GD1b, GD1c, GD1α)."""
    return _ISOMERS.get(series, ())
