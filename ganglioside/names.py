"""Names of glycosphingolipids: text in, species out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.columns import FEATURES, FORMULA_STARTS_IN_NAMES
from ganglioside.errors import NameFormError
from ganglioside.glycans import UNITS, Ceramide, Composition
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class Species:
    """One lipid species, as far as its name tells.

    Two species are equal when series, isomer and ceramide are.

    Attributes
    ----------
    series : str
        Head group with modifications, normalised, without isomer letter: `GD1+OAc`.
    isomer : str or None
        The same with the isomer letter, where the name gives one: `GD1a+OAc`.
    composition : Composition
    ceramide : Ceramide
    category : str or None
        GA, GM, GD, GT, GQ or GP; None for neutral relatives such as Cer or SM.
    sugar_count : int
    formula : str
        Neutral molecule, Hill order.
    monoisotopic_mass : float
        Da, neutral molecule.
    """

    series: str
    isomer: str | None
    composition: Composition = field(compare=False)
    ceramide: Ceramide
    category: str | None = field(compare=False)
    sugar_count: int = field(compare=False)
    formula: str = field(compare=False)
    monoisotopic_mass: float = field(compare=False)

    @property
    def head(self) -> str:
        """The isomer where it is known, else the series."""
        return self.isomer or self.series

    @property
    def name(self) -> str:
        """The normalised name, `GD1a+OAc(36:1;O2)`; `parse_name` reads it back."""
        return f"{self.head}({self.ceramide})"

    def __str__(self) -> str:
        return self.name


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
class _Limit:
    quantity: str
    low: int
    high: int
    unit: str


@dataclass(frozen=True, slots=True)
class _Glycan:
    """A head group with its modifications, ready to be put on a ceramide."""

    series: str
    isomer: str | None
    category: str | None
    composition: Composition


#: Known head groups, in the order of the table.
HEADS: Final[tuple[Head, ...]] = read_facts("heads.csv", Head)
_MODIFICATIONS: Final = read_facts("modifications.csv", _Modification)
_LIMITS: Final = {limit.quantity: limit for limit in read_facts("limits.csv", _Limit)}
_MAX_LENGTH: Final = _LIMITS["length"].high


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
_CERAMIDE_START: Final = re.compile(r"(?:^|(?<=\))|[ (_\-])(?=[a-z]?[0-9]{1,9}:)", re.IGNORECASE)
_CHAIN: Final = re.compile(
    r"(?P<letter>[mdtqhn])?(?P<carbons>[0-9]{1,3}):(?P<double_bonds>[0-9]{1,3})"
    r"(?:\([0-9ez,]{1,40}\))?"
    r"(?:[;, ]?o(?P<after>[0-9]{1,2})|[;, ](?P<before>[0-9]{1,2})o|[;, ](?P<one>o)"
    r"|[;, ]?\(oh\)(?P<groups>[0-9]?)"
    r"|;?(?P<places>\([0-9]{1,2}oh(?:,[0-9]{1,2}oh){0,5}\))"
    r"|;(?P<bare>[0-9]{1,2}oh(?:,[0-9]{1,2}oh){0,5}))?"
    r"(?![0-9a-z])",
    re.IGNORECASE,
)
_SPACES: Final = re.compile(r"\s+")
_PUNCTUATION: Final = re.compile(r" ?([:;,/_()|+\-]) ?")
_SOURCE_NOTE: Final = re.compile(r"(?:w/o ms2|no ms2|low score):", re.IGNORECASE)
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), "")
_LOOKALIKES: Final = {**_DASHES, **_INVISIBLE, 0x2236: ":"}

_BASE_HYDROXYLS: Final = {"": 2, "m": 1, "d": 2, "t": 3, "q": 4}
_ACYL_HYDROXYLS: Final = {"": 0, "n": 0, "h": 1, "d": 2, "t": 3}
_COUNT_WORDS: Final = {"di": 2, "tri": 3}

_EXAMPLE: Final = "Write a head group and a ceramide, such as GD1a(36:1;O2) or GM1+OAc(d18:1/18:0)."


def _fail(code: str, message: str, advice: str = _EXAMPLE) -> NoReturn:
    raise NameFormError(message, code, advice)


def _check_limit(quantity: str, value: float, what: str) -> None:
    limit = _LIMITS[quantity]
    if not limit.low <= value <= limit.high:
        unit = f" {limit.unit}" if limit.unit else ""
        _fail(
            f"impossible-{quantity.replace('_', '-')}",
            f"{what}: {value:g} lies outside {limit.low} to {limit.high}{unit}.",
            "Check the numbers of the name.",
        )


def _normalise(text: str) -> str:
    """Return the text with plain punctuation and single spaces, none beside punctuation."""
    plain = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)
    return _PUNCTUATION.sub(r"\1", _SPACES.sub(" ", plain).strip()).strip()


# --- head groups -------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _parse_glycan(text: str, more: str = "") -> _Glycan:
    """Parse a normalised head group, with the modifications that follow the ceramide."""
    counts: dict[str, int] = {}
    position = _take_prefixes(text, counts)
    match = _HEAD.match(text, position)
    if match is None:
        _fail(
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
    _fail(
        "unknown-modification",
        f"{part[:40]!r} is no known modification of a head group.",
        "Known are +Hex, +HexNAc, +dHex, +OAc, (NeuGc), -H2O and -lactone, with a number before "
        "the name (+2OAc).",
    )


def _check_sign(modification: _Modification, sign: str, text: str) -> None:
    if sign in modification.signs:
        return
    label = modification.label
    _fail(
        "wrong-sign",
        f"{text[:60]!r} joins {label} by {sign!r}.",
        "Write the head with that many sialic acids: GD3 for GM3+NeuAc, GD3(NeuGc) for GM3+NeuGc."
        if modification.effect == "turn"
        else f"Write the species that is left after a loss, or +{label} for one more.",
    )


def _assemble(head: Head, counts: dict[str, int]) -> _Glycan:
    composition = head.composition
    for modification in _MODIFICATIONS:
        if number := counts.get(modification.label, 0):
            composition = _apply(modification, number, composition, head)
    spelling = "".join(_spell(m, composition, head) for m in _SPELLED.values())
    isomer = head.isomer + spelling if head.isomer else None
    return _Glycan(head.series + spelling, isomer, head.category or None, composition)


def _apply(m: _Modification, number: int, composition: Composition, head: Head) -> Composition:
    """Return the composition with a modification, if it has the carriers for it."""
    sialic = composition.sialic_acids
    bearable = {"sugar": min(head.hex, 1), "sialic": sialic, "any": 1 + sialic}[m.carrier]
    turned = number if m.effect == "turn" else 0
    present = getattr(composition, m.unit) - getattr(head.composition, m.unit)
    room = min(m.per_carrier * bearable, _MOST_OF_A_KIND) - present
    if number > (composition.neuac if turned else room):
        _fail(
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


# --- ceramides ---------------------------------------------------------------------------


def _parse_ceramide(text: str) -> tuple[Ceramide, str]:
    """Parse the ceramide at the start of normalised text; return it and what follows."""
    base = _CHAIN.match(text)
    if base is None:
        _bad_ceramide(text)
    end = base.end()
    total = _chain(base, _BASE_HYDROXYLS)
    if text[end : end + 1] in ("/", "_"):
        acyl = _CHAIN.match(text, end + 1)
        if acyl is None:
            _bad_ceramide(text)
        end = acyl.end()
        total = total + _chain(acyl, _ACYL_HYDROXYLS)
    return total, text[end:]


def _chain(match: re.Match[str], implied: dict[str, int]) -> Ceramide:
    """Return one chain, or the sum of both."""
    letter = (match["letter"] or "").lower()
    carbons, double_bonds = match["carbons"], match["double_bonds"]
    if letter not in implied:
        _bad_ceramide(match.group())
    _check_double_bonds(int(carbons), int(double_bonds))
    written = _written_hydroxyls(match)
    if letter and written is not None and written != implied[letter]:
        _fail(
            "contradiction",
            f"{match.group()!r}: {letter!r} stands for {implied[letter]} hydroxyls.",
            "Write either the letter or the number of hydroxyls.",
        )
    hydroxyls = implied[letter] if written is None else written
    return Ceramide(int(carbons), int(double_bonds), hydroxyls)


def _check_double_bonds(carbons: int, double_bonds: int) -> None:
    if double_bonds > carbons // 2:
        _fail(
            "impossible-double-bonds",
            f"{carbons} carbons cannot hold {double_bonds} double bonds.",
            "Check the numbers of the name.",
        )


def _check_ceramide(ceramide: Ceramide) -> None:
    _check_limit("carbons", ceramide.carbons, "Carbons of the ceramide")
    _check_limit("double_bonds", ceramide.double_bonds, "Double bonds of the ceramide")
    _check_double_bonds(ceramide.carbons, ceramide.double_bonds)
    _check_limit("hydroxyls", ceramide.hydroxyls, "Hydroxyls of the ceramide")


def _written_hydroxyls(match: re.Match[str]) -> int | None:
    if number := match["after"] or match["before"]:
        return int(number)
    if places := match["places"] or match["bare"]:
        return places.count(",") + 1
    if match["groups"] is not None:
        return int(match["groups"] or 1)
    return 1 if match["one"] else None


def _bad_ceramide(text: str) -> NoReturn:
    _fail(
        "bad-ceramide",
        f"The ceramide {text[:40]!r} cannot be read.",
        "Write 36:1;O2, d36:1, 18:1;O2/18:0 or d18:1/18:0.",
    )


# --- whole names -------------------------------------------------------------------------


def _build(glycan: _Glycan, ceramide: Ceramide) -> Species:
    _check_ceramide(ceramide)
    _check_limit("sugars", glycan.composition.sugar_count, "Sugars of the head group")
    elements = ceramide.elements.plus(glycan.composition.elements)
    _check_limit("mass", elements.mass, "Monoisotopic mass")
    return Species(
        series=glycan.series,
        isomer=glycan.isomer,
        composition=glycan.composition,
        ceramide=ceramide,
        category=glycan.category,
        sugar_count=glycan.composition.sugar_count,
        formula=elements.formula,
        monoisotopic_mass=elements.mass,
    )


def _split(text: str) -> tuple[str, str]:
    """Split normalised text where the ceramide begins; drop the brackets about it."""
    start = _CERAMIDE_START.search(text)
    if start is None:
        _fail("no-ceramide", f"{text[:40]!r} names no ceramide.")
    head, ceramide = text[: start.start()], text[start.end() :]
    if not head:
        _fail("no-head", f"{text[:40]!r} names no head group.")
    return head, ("(" if start.group() == "(" else "") + ceramide


def _parse_level(text: str) -> Species:
    head, rest = _split(text)
    opened = rest.startswith("(")
    ceramide, rest = _parse_ceramide(rest.removeprefix("("))
    if opened != rest.startswith(")"):
        _fail("brackets", f"{text[:60]!r}: a bracket is opened or closed alone.")
    return _build(_parse_glycan(head, rest.removeprefix(")")), ceramide)


@lru_cache(maxsize=1 << 16)
def parse_name(text: str) -> Species:
    """Parse one name (cached).

    Case, spacing, full-width characters and the usual spellings of head groups, modifications
    and ceramides are tolerated. A ceramide without hydroxyls counts as O2. Of a name at several
    levels (`HexCer 34:1;2O|HexCer 18:1;2O/16:0`) all must agree.

    Raises
    ------
    NameFormError
        If the text does not denote one possible lipid.
    """
    if not isinstance(text, str):
        _fail("no-text", f"{text!r} is no name: a name is text.")
    if len(text) > _MAX_LENGTH:
        _fail("too-long", f"The name has {len(text)} characters; {_MAX_LENGTH} are allowed.")
    plain = _normalise(text)
    if not plain:
        _fail("empty", "The name is empty.")
    if plain.startswith(FORMULA_STARTS_IN_NAMES):
        _fail("formula", f"The name begins with {plain[0]!r}, as a spreadsheet formula does.")
    if note := _SOURCE_NOTE.match(plain):
        plain = plain[note.end() :].strip()
    levels = [_parse_level(level) for level in plain.split("|")]
    if any(level != levels[0] for level in levels):
        _fail("contradiction", f"{text[:60]!r} names different species on its two sides of '|'.")
    return levels[0]


@lru_cache(maxsize=1 << 16)
def species(series: str, ceramide: Ceramide, isomer: str | None = None) -> Species:
    """Return the species of a head group on a ceramide (cached).

    Parameters
    ----------
    series
        Such as `GD1+OAc`; any spelling that `parse_name` reads.
    ceramide
    isomer
        Such as `GD1a+OAc`, an isomer of that series.

    Raises
    ------
    NameFormError
        If the head group is unknown, the isomer is of another series, or the species impossible.
    """
    glycan = _parse_glycan(_normalise(isomer or series))
    if isomer and glycan.series != _parse_glycan(_normalise(series)).series:
        _fail("contradiction", f"{isomer} is no isomer of {series}.")
    return _build(glycan, ceramide)


_ISOMERS: Final = {
    series: tuple(h for h in HEADS if h.series == series and h.isomer)
    for series in {h.series for h in HEADS}
}


def isomers(series: str) -> tuple[Head, ...]:
    """Return the known isomers of an unmodified series (`GD1`: GD1a, GD1b, GD1c, GD1α)."""
    return _ISOMERS.get(series, ())


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
        """Units of each of `species`, shape (k, len(glycans.UNITS)), in that order."""
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
