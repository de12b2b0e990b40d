"""Head groups written as their sugars: `NeuAcHex2Cer`, `NeuAcα2-3Galβ1-4Glcβ-Cer`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from ganglioside.lipids.head_groups import HEADS, Head, isomers
from ganglioside.lipids.name_faults import refuse
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class _Residue:
    """A row of `data/residues.csv`."""

    unit: str
    structure: int
    spellings: tuple[str, ...]


_RESIDUES: Final = read_facts("residues.csv", _Residue)
_UNITS: Final = {s.lower(): residue.unit for residue in _RESIDUES for s in residue.spellings}


def _alternatives(spellings: Sequence[str]) -> str:
    return "|".join(sorted(spellings, key=len, reverse=True))


_ANY: Final = _alternatives([s for residue in _RESIDUES for s in residue.spellings])
_ONE_SUGAR: Final = _alternatives([s for r in _RESIDUES if r.structure for s in r.spellings])
_CERAMIDE: Final = r"(?:[- ]?(?:1'?-)?(?P<ceramide>cer|ceramide))"

# A core with what its sugars bear, counted from the ceramide (IUPAC-IUB): `II3NeuAc-LacCer`,
# `IV3NeuAc,II3(NeuAc)2-GgOse4Cer`.
_BORNE: Final = _alternatives(
    [s for r in _RESIDUES if r.unit in ("neuac", "neugc", "dhex") for s in r.spellings]
)
_LOCUS: Final = re.compile(
    rf"(?P<locus>II|III|IV)[1-9]?-?(?:α|alpha|a)?-?\(?(?P<sugar>{_BORNE})\)?(?P<count>[2-4])?[-, ]?"
)
_ON_CORE: Final = re.compile(
    rf"(?P<loci>(?:{re.sub(r'[(][?]P<[a-z]+>', '(?:', _LOCUS.pattern)}){{1,4}})"
    r"(?P<core>Lac|Gg(?:Ose)?[34])-?Cer"
)
#: Sugars of a core from the ceramide on, by the numeral of each.
_CORE: Final = (("I", "Glc"), ("II", "Gal"), ("III", "GalNAc"), ("IV", "Gal"))

# Sugars without linkages: `Gal-Glc-Cer`, `Hex-Hex-Cer`, `HexNAc-Hex2Cer`.
_NEUTRAL: Final = _alternatives(
    [s for r in _RESIDUES if r.unit in ("hex", "hexnac") for s in r.spellings]
)
_BARE_CHAIN: Final = re.compile(rf"(?:(?:{_NEUTRAL})[2-9]?[- ]?){{2,20}}{_CERAMIDE}", re.IGNORECASE)

# A composition: `Hex3HexNAcNeuAc2-Cer`, `HexNAc(1)Hex(3)NeuAc(2)`, `(Hex)3(HexNAc)1`.
_PART: Final = rf"\(?(?:{_ANY})\)?(?:[0-9]|\([0-9]\)|\[[0-9]\])?[- ]?"
_COMPOSITION: Final = re.compile(rf"(?:{_PART}){{1,12}}{_CERAMIDE}?", re.IGNORECASE)
_COUNTED: Final = re.compile(rf"(?P<residue>{_ANY})\)?[(\[]?(?P<count>[0-9])?", re.IGNORECASE)
_LIPIDSEARCH: Final = re.compile(r"cerg(?P<hex>[1-9])(?:gnac(?P<hexnac>[1-9]))?", re.IGNORECASE)

# A chain of sugars with its branches in brackets; a linkage is `β1-4`, `(α2-3)`, `alpha2-3`, `b`.
_LINK: Final = (
    r"(?:alpha|beta|[abαβ])?(?:\((?:alpha|beta|[abαβ])?[0-9?]?[-,>]{0,2}[0-9?]?'?\)"
    r"|[0-9?][-,>]{1,2}[0-9?]?'?|[0-9]'?)?-?"
)
_TOKEN: Final = re.compile(
    rf"(?P<sugar>{_ONE_SUGAR}){_LINK}|(?P<open>[(\[])|(?P<close>[)\]])-?|(?P<end>{_CERAMIDE}\Z)",
    re.IGNORECASE,
)
_MOST_SUGARS: Final = 20


@dataclass(slots=True)
class _Sugar:
    """A sugar of a chain, with those that it bears."""

    name: str
    bears: list[_Sugar] = field(default_factory=list)

    @property
    def unit(self) -> str:
        return _UNITS[self.name]

    @property
    def is_sialic(self) -> bool:
        return self.unit in ("neuac", "neugc")

    def all(self) -> list[_Sugar]:
        """The sugar itself and all that it bears."""
        return [self, *(sugar for branch in self.bears for sugar in branch.all())]


def head_of_sugars(text: str) -> str | None:
    """Head group that its sugars make, as a name that `parse_glycan` reads; None if it is no such.

    A composition gives the series (`GD1`), a chain of sugars the isomer that it is (`GD1a`).

    Raises
    ------
    NameFormError
        If the sugars make no known head group.

    Examples
    --------
    >>> head_of_sugars("Hex3HexNAcNeuAc2-Cer"), head_of_sugars("CerG2GNAc1")
    ('GD1', 'GA2')
    >>> head_of_sugars("NeuAcα2-3Galβ1-3GalNAcβ1-4(NeuAcα2-3)Galβ1-4Glcβ1-1'Cer")
    'GD1a'
    """
    if match := _LIPIDSEARCH.fullmatch(text):
        return _of_counts(Counter(hex=int(match["hex"]), hexnac=int(match["hexnac"] or 0)), text)
    text = _as_chain(text)
    if (root := _chain_of_sugars(text)) is not None:
        return _of_chain(root, text)
    return _of_composition(text)


def _as_chain(text: str) -> str:
    """Chain of sugars of a core with what its sugars bear, other texts as they are.

    >>> _as_chain("IV3NeuAc,II3(NeuAc)2-GgOse4Cer")
    '(NeuAc)GalGalNAc(NeuAcNeuAc)GalGlcCer'
    """
    match = _ON_CORE.fullmatch(text)
    if match is None:
        return text
    core = dict(_CORE[: 2 if match["core"] == "Lac" else int(match["core"][-1])])
    borne = dict.fromkeys(core, "")
    for part in _LOCUS.finditer(match["loci"]):
        if part["locus"] not in core:
            _refuse_sugars(text)
        borne[part["locus"]] += f"({part['sugar'] * int(part['count'] or 1)})"
    return "".join(borne[locus] + core[locus] for locus in reversed(core)) + "Cer"


def is_bare_chain(text: str) -> bool:
    """Whether a head group is written as two sugars or more without linkages, `Gal-Glc-Cer`.

    Its last sugar and the ceramide are no head group of their own that the others modify.

    >>> is_bare_chain("Gal-Glc-Cer"), is_bare_chain("Glc-Cer"), is_bare_chain("Gal-GM1")
    (True, False, False)
    """
    return _BARE_CHAIN.fullmatch(text) is not None


def _of_composition(text: str) -> str | None:
    match = _COMPOSITION.fullmatch(text)
    if match is None:
        return None
    counts: Counter[str] = Counter()
    for part in _COUNTED.finditer(text):
        counts[_UNITS[part["residue"].lower()]] += int(part["count"] or 1)
    if not match["ceramide"] and len(counts) < 2:
        return None
    return _of_counts(counts, text)


def _of_counts(counts: Counter[str], text: str) -> str:
    """Largest known series within a composition, and the rest as modifications."""
    sialic = counts["neuac"] + counts["neugc"]
    plain = [h for h in HEADS if _is_plain(h) and not h.isomer]
    fitting = [
        head
        for head in plain
        if head.neuac == sialic
        and head.hex <= counts["hex"]
        and head.hexnac <= counts["hexnac"]
        and _is_one_series(head, plain)
    ]
    if not fitting:
        _refuse_sugars(text)
    base = max(fitting, key=lambda head: (head.hex + head.hexnac, not head.category))
    return base.series + _modifications(counts, base)


def _is_plain(head: Head) -> bool:
    """Whether a composition may mean a head group: of acidic ones, those of the ganglio series."""
    is_acidic = bool(head.neuac or head.sulfate)
    return head.hex > 0 and not head.phosphocholine and (bool(head.category) or not is_acidic)


def _is_one_series(head: Head, heads: Sequence[Head]) -> bool:
    """Whether no other series has the composition of this one (GA1 and Gb4 share theirs)."""
    return sum(other.composition == head.composition for other in heads) == 1


def _modifications(counts: Counter[str], base: Head) -> str:
    """What a composition has beyond a head group, `+2Hex+dHex(NeuGc)`."""
    beyond = {
        "+{}Hex": counts["hex"] - base.hex,
        "+{}HexNAc": counts["hexnac"] - base.hexnac,
        "+{}dHex": counts["dhex"],
        "({}NeuGc)": counts["neugc"],
        "+{}OAc": counts["oac"],
    }
    return "".join(form.format(n if n > 1 else "") for form, n in beyond.items() if n)


def _chain_of_sugars(text: str) -> _Sugar | None:
    """Sugar at the ceramide of a chain of sugars, None if the text is none."""
    free: list[_Sugar] = []  # sugars that the next one bears
    outer: list[list[_Sugar]] = []
    position = count = 0
    while position < len(text) and count <= _MOST_SUGARS:
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        position = match.end()
        if match["sugar"]:
            free = [_Sugar(match["sugar"].lower(), free)]
            count += 1
        elif match["open"]:
            outer.append(free)
            free = []
        elif match["close"] and outer:
            free = outer.pop() + free
        elif match["end"]:
            return free[0] if len(free) == 1 and not outer else None
        else:
            return None
    return None


def _of_chain(root: _Sugar, text: str) -> str:
    """Head group of a chain of sugars, with its isomer where its sialic acids make one."""
    names = [sugar.name for sugar in root.all()]
    counts = Counter(sugar.unit for sugar in root.all())
    if root.name == "gal" and len(names) == 1:
        return "GalCer"
    if root.name == "glc" and len(names) == 1:
        return "GlcCer"
    if root.name == "gal":
        return _of_counts(counts, text)
    inner = _only(root, "gal", text)
    galnac = _only(inner, "galnac", text)
    if galnac is None:
        return _without_galnac(inner, counts, text)
    terminal = _only(galnac, "gal", text)
    return _with_isomer(_of_ganglio(counts, terminal, text), inner, galnac, terminal, counts)


def _only(sugar: _Sugar | None, name: str, text: str) -> _Sugar | None:
    """The sugar of a name that another one bears; refused if it bears a core of another kind."""
    if sugar is None:
        return None
    cores = [s for s in sugar.bears if s.name in ("gal", "glc", "galnac", "glcnac")]
    if len(cores) > 1 or any(core.name == "glcnac" for core in cores):
        _refuse_sugars(text)
    return next((core for core in cores if core.name == name), None)


def _without_galnac(inner: _Sugar | None, counts: Counter[str], text: str) -> str:
    """Head group of a chain without GalNAc on its inner galactose: GM3, LacCer, Gb3, Gb4."""
    if inner is None:
        _refuse_sugars(text)
    outer = _only(inner, "gal", text)
    if outer is None:
        plain = {"hex": 2}
        return "LacCer" if counts == plain else _of_counts(counts, text)
    globo = {(3, 0): "Gb3", (3, 1): "Gb4"}.get((counts["hex"], counts["hexnac"]))
    if globo is None or counts["neuac"] or counts["neugc"]:
        _refuse_sugars(text)
    return globo + ("+dHex" if counts["dhex"] else "")


def _of_ganglio(counts: Counter[str], terminal: _Sugar | None, text: str) -> str:
    """Series of a chain on the ganglio core."""
    if counts["neuac"] + counts["neugc"] == 0 and terminal is not None:
        base = next(head for head in HEADS if head.series == "GA1")
        return base.series + _modifications(counts, base)
    return _of_counts(counts, text)


def _with_isomer(
    series: str, inner: _Sugar | None, galnac: _Sugar, terminal: _Sugar | None, counts: Counter[str]
) -> str:
    """Head group with its isomer letter, where all sialic acids stand at known places."""
    places = tuple(_sialic_acids(sugar) for sugar in (inner, terminal, galnac))
    named = re.match(r"[A-Z]+[0-9]", series, re.IGNORECASE)
    if named is None or sum(places) != counts["neuac"] + counts["neugc"]:
        return series
    isomer = next((head.isomer for head in isomers(named.group()) if _places(head) == places), None)
    return series if isomer is None else isomer + series[named.end() :]


def _places(head: Head) -> tuple[int | None, ...]:
    return head.inner, head.terminal, head.alpha


def _sialic_acids(sugar: _Sugar | None) -> int:
    """Sialic acids in the chains that begin on a sugar."""
    if sugar is None:
        return 0
    chains = [s for s in sugar.bears if s.is_sialic]
    return sum(len([s for s in chain.all() if s.is_sialic]) for chain in chains)


def _refuse_sugars(text: str) -> NoReturn:
    refuse(
        "unknown-head",
        f"The sugars {text[:60]!r} make no head group that is known.",
        "Known are those of gangliosides (ganglio series), Gb3, Gb4 and hexosylceramides: write "
        "such as GD1a or HexCer, with +Hex, +HexNAc or +dHex for one sugar more.",
    )
