"""All that one name says: species, ion, whether it is an internal standard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NoReturn

from ganglioside.errors import NameFormError
from ganglioside.lipids.ceramide_names import (
    CHAIN_LETTER,
    CeramideName,
    check_whole,
    is_one_chain,
    read_ceramide,
)
from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.head_groups import HEAD_PATTERN, head_of, known_glycan, parse_glycan
from ganglioside.lipids.name_faults import refuse
from ganglioside.lipids.name_texts import plain_name
from ganglioside.lipids.name_words import (
    StrippedName,
    is_summary,
    is_unannotated,
    one_ion,
    strip_words,
    without_notes,
)
from ganglioside.lipids.other_lipids import class_of_other, refuse_other
from ganglioside.lipids.species import Species, combine
from ganglioside.lipids.sugar_names import head_of_sugars, is_bare_chain
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class NameReading:
    """What one name says.

    Attributes
    ----------
    species : Species or None
        The species; of an internal standard, the one without its label, None where the name
        gives no ceramide (`GM1-d3`).
    ion : str or None
        Normalised name of the ion that the name gives, `[M-H]-`; one that is unknown as it is
        written.
    standard : bool
        Whether the name is that of an internal standard.
    label : str
        What the name says besides, as it is written: `d3 ISTD`, `[264]`, `(a)`.
    isomer_label : str
        Letter or number that tells isomers of one name apart, `a` of `(a)`, empty without.
    """

    species: Species | None
    ion: str | None = None
    standard: bool = False
    label: str = ""
    isomer_label: str = ""


@dataclass(frozen=True, slots=True)
class BareName:
    """A name that says no more of its chains than carbons and double bonds: `Cer 24:1`.

    Attributes
    ----------
    series, head : str
        Head group, normalised and as it is written.
    ceramide : CeramideName
    """

    series: str
    head: str
    ceramide: CeramideName


@dataclass(frozen=True, slots=True)
class _Tag:
    """A row of `data/ceramide_tags.csv`."""

    tag: str
    least_hydroxyls: int
    chains: int


@dataclass(frozen=True, slots=True)
class _Synonym:
    """A row of `data/head_synonyms.csv`."""

    symbol: str
    name: str


@dataclass(frozen=True, slots=True)
class _HeadName:
    """A head group as a name writes it, with the tag of its ceramide."""

    text: str
    tag: _Tag | None = None


_SYNONYMS: Final = {s.symbol: s.name for s in read_facts("head_synonyms.csv", _Synonym)}
_TAGS: Final = {t.tag.lower(): t for t in read_facts("ceramide_tags.csv", _Tag)}

# Most names: a head group and a ceramide, with nothing about them.
_PLAIN: Final = re.compile(
    r"(?P<head>[^:;|\[\]]{1,80}?)(?:(?P<open>\()|[ _-])?"
    rf"(?P<ceramide>{CHAIN_LETTER}?"
    r"[0-9]{1,2}:[0-9]{1,2}(?:;[o0-9]{1,2})?"
    r"(?:[/_][a-z]?[0-9]{1,2}:[0-9]{1,2}(?:;[o0-9]{1,2})?)?)(?(open)\))",
    re.IGNORECASE,
)
_CERAMIDE_START: Final = re.compile(r"(?:^|(?<=\))|[ (_\-:])(?=[a-z]?[0-9]{1,9}:)", re.IGNORECASE)
_CERAMIDE_FIRST: Final = re.compile(
    r"\(?(?P<ceramide>[a-z]?[0-9]{1,2}:[0-9]{1,2}(?:;[o0-9]{1,2})?"
    r"(?:[-/_][a-z]?[0-9]{1,2}:[0-9]{1,2}(?:;[o0-9]{1,2})?)?)\)?[ -]?(?P<head>[a-z][^:]{1,60})",
    re.IGNORECASE,
)
_HOLDS_CHAIN: Final = re.compile(r"[0-9]:[0-9]")
_SQUARE: Final = re.compile(r" ?\[([a-z]?[0-9]{1,2}:[^\[\]]{1,40})\]", re.IGNORECASE)
# A head group and chains with nothing between, with a letter of the chains (`GM3d34:1`) or without
# (`Cer34:1`, `SM34:1`); a letter alone is none of the head group (`GD1 c36:1`).
_ATTACHED: Final = (
    re.compile(
        rf"(?P<head>[^:]*[0-9a-zα])(?P<ceramide>{CHAIN_LETTER}[0-9]{{2}}:.*)", re.IGNORECASE
    ),
    re.compile(
        rf"(?P<head>[^:]*[0-9a-zα])(?<![-_ (]{CHAIN_LETTER})(?P<ceramide>[0-9]{{2}}:.*)",
        re.IGNORECASE,
    ),
)
_BARE: Final = re.compile(r"\(?c?[0-9]{1,2}:[0-9]{1,2}(?:\(oh\))?\)?", re.IGNORECASE)
# Chains behind their sum: `42:2 (d18:1/24:1)`, `42:2 d18:1/24:1`.
_CHAIN: Final = r"[a-z]?[0-9]{1,2}:[0-9]{1,2}"
_PAIR: Final = rf"{_CHAIN}/{_CHAIN}"
_CHAINS_BEHIND: Final = re.compile(
    rf"[ _]?(?P<open>\()(?={_CHAIN})| (?={_CHAIN}(?:;[o0-9]{{1,2}})?[/_])", re.IGNORECASE
)
_DOTTED_CHAIN: Final = r"[a-z]?[0-9]{2}\.[0-9](?:\.(?:[0-9]?o[0-9]?))?"
# Chains in which `_` stands for the colon: `d34_1`, `d18_1_16_0`.
_NO_COLON: Final = re.compile(
    r"(?<=[ _(-])(?P<base>[dt][0-9]{2})_(?P<base_bonds>[0-9])"
    r"(?:_(?P<carbons>[0-9]{2})_(?P<bonds>[0-9]))?(?![0-9:])"
)
# A name whose brackets, colons, `;`, `/` and `+` R has made dots of: `SM.34.1`, `Cer.d18.1.16.0.`.
_DOTTED: Final = re.compile(
    r"(?P<head>[a-z](?:[a-z0-9]|[._](?![._]*[a-z]?[0-9]{2}\.)){0,40})\.{1,2}"
    rf"(?P<base>{_DOTTED_CHAIN})(?:[._](?P<acyl>{_DOTTED_CHAIN}))?\.{{0,2}}",
    re.IGNORECASE,
)
# `Cer(OH) d18:1/16:0`, where the hydroxyl of the acyl chain is written behind the head group; the
# sum may stand before the chains, `SM(OH) 36:1 d18:1/18:0`.
_HYDROXYLATED: Final = re.compile(
    r"(?P<head>[^()\[\]:]{1,30}?) ?\((?:[2-3α]-?)?oh\)[- ]?"
    rf"(?:(?P<sum>{_CHAIN})(?: |(?=\()))?(?P<open>\()?"
    rf"(?P<ceramide>{_CHAIN}(?:[/_]{_CHAIN})?)(?(open)\))",
    re.IGNORECASE,
)
# `SM 36:1(OH) d18:1/18:0`, where it is written behind the sum and the chains follow without it.
_SUM_HYDROXYLATED: Final = re.compile(
    rf"(?P<head>[^()\[\]:]{{1,30}}?)[ (](?P<sum>{_CHAIN}) ?\(oh\)\)?"
    rf"(?P<open>\()?(?P<ceramide>{_CHAIN}[/_]{_CHAIN})(?(open)\))",
    re.IGNORECASE,
)
# `16:0(2OH[R])` of LIPID MAPS: which mirror image it is, which takes no part.
_STEREO: Final = re.compile(r"(?<=oh)\[[0-9]?[rs]\]", re.IGNORECASE)
# `16:0 SM (d18:1/16:0)`, `C16 Ceramide (d18:1/16:0)`, where the acyl chain stands before the whole
# name too.
_ACYL_TOO: Final = re.compile(
    r"(?:c?(?P<acyl>[0-9]{1,2}:[0-9]{1,2})|c(?P<carbons>[0-9]{1,2}))[- ]"
    r"(?P<name>[a-z][^:]{1,30}[0-9]{1,2}:[0-9]{1,2}[-/_]"
    r"(?(acyl)(?P=acyl)|(?P=carbons):0)(?![0-9]).{0,40})",
    re.IGNORECASE,
)
# `sphingomyelin (d18:1/18:1, d18:2/18:0)`: pairs of chains of one name, which cannot be told apart.
_PAIRS: Final = re.compile(
    rf"(?P<head>[^()|;:,]{{1,60}})\((?P<pairs>{_PAIR}(?:,{_PAIR}){{1,5}})\)", re.IGNORECASE
)
# `SM(1) 18:1(4E);3OH/16:0` of LIPID MAPS: free hydroxyls of the base; the one at C1 bears the head.
_FREE_HYDROXYLS: Final = re.compile(
    r"(?P<head>[^:;]{1,60}?)(?:\(1\)[ (]?|(?P<between>[ (]))"
    r"(?P<base>[0-9]{1,2}:[0-9]{1,2}(?:\([0-9ez,]{1,40}\))?);(?P<free>[2-9]oh(?:,[2-9]oh){0,3})(?=/)",
    re.IGNORECASE,
)
# `Cer d18:1 (16:0)` of the Shotgun Lipidomics Assistant: the acyl chain in brackets.
_ACYL_BEHIND: Final = re.compile(
    r"(?P<head>[^:]{1,60}[ _])(?P<base>[dtm](?:1[4-9]|2[0-2]):[0-9]) ?"
    r"\((?P<acyl>[0-9]{1,2}:[0-9])\)",
    re.IGNORECASE,
)
_OXYGEN_BEHIND: Final = re.compile(
    r"\)((?:\+[ph]?[0-9]?o[0-9]?){1,3}|[-+]oh|\((?:[23α]-?)?oh\))\Z", re.IGNORECASE
)
# A fatty acid bound to the lipid: `HexCer 34:1;O2(FA 16:0)`, `ASG 27:1;O;Hex;FA 2:0`.
_BOUND_ACID: Final = re.compile(r"[;(](?:o-)?fa ?[0-9]{1,2}:", re.IGNORECASE)
_KDN: Final = re.compile(r"(?<![a-z])kdn", re.IGNORECASE)

# What libraries write behind ion: `[M+HCOO]-;SMILES;InChIKey;formula`.
_BEHIND_ION: Final = re.compile(r"(;\[m[^\[\];|]{1,30}\][0-9]?[+-]);[^:|]*", re.IGNORECASE)
# Candidates as a list of a programming language: `["Cer 34:1;O2", "Cer 16:1;O2/18:0"]`.
_LIST: Final = re.compile(
    r"""\[(?P<names>["']?[^"'\[\]]{2,80}["'](?:,["'][^"'\[\]]{2,80}["']?)*)\]"""
)
# A sum without a letter or oxygens.
_OPEN_SUM: Final = re.compile(r"[^:]{1,80}[-_ (][0-9]{1,2}:[0-9]{1,2}\)?")
# Sum and chains as LipidIN joins them, `Cer 34:1_CAH_Cer 18:1;2O/16:0`.
_LEVELS: Final = re.compile(r"_cah_", re.IGNORECASE)
# Where one name ends and the next begins: behind `;` a bracket, an ion or a word that is no
# oxygen; behind `,` `/` `&` `+` another head group.
_BETWEEN: Final = re.compile(
    r";(?=\[|m[+-]|(?!oh?(?![a-z])|o[0-9])[a-z]{2})"
    rf"|(?:[,/&+]| (?:or|and|&) )(?={HEAD_PATTERN})",
    re.IGNORECASE,
)
_TAGGED: Final = re.compile(
    rf"(?P<head>.{{0,60}}cer(?:amide)?)[-_ ]?[(\[]?(?P<tag>{'|'.join(_TAGS)})[)\]]?", re.IGNORECASE
)
#: A base, or a whole ceramide, with the letter of its hydroxyls.
_LETTERED: Final = re.compile(r"\(?[dt][0-9]", re.IGNORECASE)
#: First letters of tags of ceramides whose acyl chain has a hydroxyl.
_HYDROXYLATED_ACYLS: Final = "ABHO"
_TWO_LETTERS: Final = re.compile(r"(g[mdtqp]1)([a-c])[/+&]([a-c])", re.IGNORECASE)  # GT1a/b
_JOINED: Final = re.compile(r"[+/&,]| or | and ", re.IGNORECASE)
_REWRITTEN: Final = (
    (re.compile(r"ac-o-([4-9])-", re.IGNORECASE), r"\1-O-Ac-"),  # Ac-O-9-GT1b of SwissLipids
    (re.compile(r"(?<![0-9])([789])oac", re.IGNORECASE), r"\1-OAc"),  # a place, no count
    (re.compile(r"[- ]ganglioside\Z", re.IGNORECASE), ""),
    (re.compile(r"\b(g[amdtqp][1-4][a-cα]{0,2})[- ](?:cer|ceramide)\Z", re.IGNORECASE), r"\1"),
    (re.compile(r"dh(?=(?:Cer|SM)\Z)|(?i:dihydro-?(?=(?:ceramide|sphingomyelin)\Z))"), ""),
    (re.compile(r"([a-z]+)\(([a-z]+)\)-(?=g[amdtqp][1-4])", re.IGNORECASE), r"\1-\2-"),
)


@lru_cache(maxsize=1 << 16)
def read_name(text: str) -> NameReading:
    """All that one name says (cached).

    Names are read as labs and their tools write them: every spelling that `parse_name` reads,
    the ion behind the name, sum and chains together, head groups written as their sugars,
    labels of peaks and transitions, internal standards.

    Parameters
    ----------
    text
        Name of one lipid.

    Returns
    -------
    NameReading

    Raises
    ------
    NameFormError
        If the text does not denote one possible lipid. Code `unannotated` where there is no name,
        `other-lipid` for lipids of other classes (its `lipid_class` says which), `one-chain` for
        a base or an acyl chain alone, `contradiction` where two parts of the name disagree.

    Examples
    --------
    >>> reading = read_name("GM3 d34:1; GM3 d18:1/16:0; [M-H]-")
    >>> reading.species.name, reading.species.chains, reading.ion
    ('GM3(34:1;O2)', ('18:1;O2', '16:0'), '[M-H]-')
    >>> read_name("GM3 d18:1/16:0 d3 (ISTD)").standard
    True
    """
    plain = plain_name(text)
    species = _plain_species(plain)
    return _read_all(plain) if species is None else NameReading(species)


def bare_name(text: str) -> BareName | None:
    """Head group and chains of a name that gives carbons and double bonds alone, else None.

    Whether they are those of one chain or of the sum, such a name does not say.

    Examples
    --------
    >>> bare_name("Cer 24:1 [M-H]-").series, bare_name("Cer 24:1;O2"), bare_name("Cer d42:1")
    ('Cer', None, None)
    """
    try:
        stripped = strip_words(_with_colons(without_notes(plain_name(text))))
        head, chains = _split(_rewritten(stripped.text))
        glycan = known_glycan(_head_name(head).text)
        if stripped.standard or glycan is None or not _BARE.fullmatch(chains):
            return None
        ceramide, _ = read_ceramide(chains.removeprefix("("))
    except NameFormError:
        return None
    return BareName(glycan.series, head, ceramide)


def _plain_species(text: str) -> Species | None:
    """Species of a name that is a head group and a ceramide alone, None for any other."""
    match = _PLAIN.fullmatch(text)
    glycan = known_glycan(match["head"]) if match else None
    if match is None or glycan is None or is_bare_chain(match["head"]):
        return None
    ceramide, rest = read_ceramide(match["ceramide"])
    if rest:
        return None
    check_whole(ceramide, match["head"])
    return combine(glycan, ceramide.ceramide, ceramide.chains)


def _read_all(text: str) -> NameReading:
    """Reading of any normalised name: notes, levels, ions, labels, marks of standards."""
    plain = _with_colons(_STEREO.sub("", _annotated(without_notes(_annotated(text)))))
    plain = _BEHIND_ION.sub(r"\1", _LEVELS.sub("|", _without_list(plain)))
    _refuse_bound_acid(plain)
    plain = _PAIRS.sub(_each_pair, _SQUARE.sub(r"(\1)", plain))
    parts = [_stripped(part) for part in _parts(plain)]
    if all(_names_nothing(part) for part in parts):
        _refuse_unannotated(text)
    named, beside = _named_parts(parts, plain)
    _refuse_others(named, plain)
    standard = any(part.standard for part in parts)
    known = [name for name in named if not (standard and _lacks_ceramide(name))]
    species = _without_open_sums(known, [_species_of(name) for name in known])
    if not species and not standard:
        refuse("no-ceramide", f"{text[:40]!r} names no lipid.")
    return NameReading(
        species=_common(species, plain) if species else None,
        ion=_ion(parts, plain),
        standard=standard,
        label=" ".join([*(part.label for part in parts if part.label), *beside]),
        isomer_label=next((part.isomer_label for part in parts if part.isomer_label), ""),
    )


def _names_nothing(part: StrippedName) -> bool:
    """Whether nothing is left of a part beside ion, m/z and the like, or a word for no name."""
    return not part.standard and (not part.text or is_unannotated(part.text))


def _ion(parts: Sequence[StrippedName], text: str) -> str | None:
    """The ion that the parts of a name give; an unknown one where they give no other."""
    unknown = [part.unknown_ion for part in parts if part.unknown_ion]
    return one_ion([part.ion for part in parts if part.ion], text) or next(iter(unknown), None)


def _with_colons(text: str) -> str:
    """Text with the colons of its chains, for which names of files and sheets have other signs.

    >>> _with_colons("GM3 d34_1"), _with_colons("GM3_d18_1_16_0")
    ('GM3 d34:1', 'GM3_d18:1/16:0')
    >>> _with_colons("GD1a.OAc.36.1.O2."), _with_colons("Cer.d18.1.16.0.")
    ('GD1a OAc(36:1;O2)', 'Cer(d18:1/16:0)')
    """
    if match := _DOTTED.fullmatch(text):
        head = re.sub(r"[._]+", " ", match["head"])
        chains = "/".join(_chain_of_dots(chain) for chain in match.group("base", "acyl") if chain)
        return f"{head}({chains})"
    return _NO_COLON.sub(_chain_with_colons, text)


def _without_list(text: str) -> str:
    """Text with `|` between the names that it lists.

    >>> _without_list('["Cer 34:1","Cer 16:1/18:0"]')
    'Cer 34:1|Cer 16:1/18:0'
    """
    match = _LIST.fullmatch(text)
    if match is None:
        return text
    return "|".join(name.strip("\"'") for name in match["names"].split(","))


def _chain_of_dots(chain: str) -> str:
    """One chain of a match of `_DOTTED` with its colon, and `;` before its oxygens."""
    carbons, bonds, *oxygens = chain.split(".")
    return ";".join([f"{carbons}:{bonds}", *oxygens])


def _chain_with_colons(match: re.Match[str]) -> str:
    """Chains of one match of `_NO_COLON` with colons."""
    acyl = f"/{match['carbons']}:{match['bonds']}" if match["carbons"] else ""
    return f"{match['base']}:{match['base_bonds']}{acyl}"


def _each_pair(match: re.Match[str]) -> str:
    """A name for each pair of chains of one match of `_PAIRS`."""
    return ";".join(f"{match['head']}({pair})" for pair in match["pairs"].split(","))


def _stripped(text: str) -> StrippedName:
    """Part of a name without the words about it; a plain part has none."""
    plain = _PLAIN.fullmatch(text)
    if plain and known_glycan(plain["head"]):
        return StrippedName(text, None, False, "")
    return strip_words(text)


def _annotated(text: str) -> str:
    """The text itself; refused where it stands in place of a name."""
    if is_summary(text):
        refuse(
            "summary-row",
            f"{text[:40]!r} sums up other rows: this row takes no part.",
            "Nothing to do.",
        )
    if is_unannotated(text):
        _refuse_unannotated(text)
    return text


def _refuse_unannotated(text: str) -> NoReturn:
    refuse(
        "unannotated",
        f"The feature is not annotated: {text[:40]!r}.",
        "Nothing to do: rows without a name are kept and take no part.",
    )


def _parts(text: str) -> Iterator[str]:
    """Names that one text joins: its levels (`|`), sum and chains (`;`), isomers."""
    for level in map(without_notes, text.split("|")):
        start = 0
        for match in _BETWEEN.finditer(level):
            if _HOLDS_CHAIN.search(level, start, match.start()):
                yield level[start : match.start()]
                start = match.end()
        yield level[start:]


def _lacks_ceramide(text: str) -> bool:
    """Whether a name gives no ceramide, or one chain of it: enough for an internal standard."""
    if not _HOLDS_CHAIN.search(text):
        return True
    _, rest = _split(_rewritten(text))
    ceramide, _ = read_ceramide(rest.removeprefix("("))
    return is_one_chain(ceramide)


def _named_parts(parts: Sequence[StrippedName], text: str) -> tuple[list[str], list[str]]:
    """Parts that are names, and those beside them that are none (a formula, an identifier)."""
    texts = [part.text for part in parts if part.text or not part.ion]
    if "|" in text:
        return texts, []
    names = [t for t in texts if _HOLDS_CHAIN.search(t)] or texts[:1]
    return names, [t for t in texts if t not in names]


def _refuse_others(names: Sequence[str], text: str) -> None:
    """Refuse names of other lipids, and names of which only some are."""
    others = [class_of_other(name) for name in names]
    for name, other in zip(names, others, strict=True):
        if other is not None and None not in others:
            refuse_other(name)
        if other is not None:
            _refuse_two(names, text)


def _refuse_bound_acid(text: str) -> None:
    """Refuse lipids to which a fatty acid is bound, as a third chain or to a sugar."""
    if _BOUND_ACID.search(text) is not None:
        refuse(
            "other-lipid",
            f"{text[:40]!r} is another lipid: a fatty acid is bound to it.",
            "Nothing to do: rows of other lipids are kept and take no part.",
            "acylated",
        )


def _rewritten(text: str) -> str:
    """Name in the usual order: hydroxyls behind the chain that has them, no chain twice.

    >>> _rewritten("Cer(OH) d18:1/16:0"), _rewritten("16:0 SM(d18:1/16:0)")
    ('Cer(d18:1/16:0(OH))', 'SM(d18:1/16:0)')
    """
    if match := _ACYL_TOO.fullmatch(text):
        text = match["name"]
    if match := _ACYL_BEHIND.fullmatch(text):
        return f"{match['head']}{match['base']}/{match['acyl']}"
    text = _FREE_HYDROXYLS.sub(_with_bound_hydroxyl, text, count=1)
    if match := _HYDROXYLATED.fullmatch(text):
        total = f"({match['sum']}(OH))" if match["sum"] else ""
        return f"{match['head']}{total}({match['ceramide']}(OH))"
    if match := _SUM_HYDROXYLATED.fullmatch(text):
        return f"{match['head']}({match['sum']}(OH))({match['ceramide']}(OH))"
    return _OXYGEN_BEHIND.sub(r"\1)", text)


def _with_bound_hydroxyl(match: re.Match[str]) -> str:
    """A name that counts the oxygen of its base that bears the head group too; no ceramide has one.

    >>> _rewritten("SM(1)18:1(4E);3OH/16:0"), _rewritten("Cer 18:1;3OH/16:0")
    ('SM 18:1(4E);O2/16:0', 'Cer 18:1;3OH/16:0')
    """
    head = known_glycan(_head_name(match["head"]).text)
    if head is None or head.series == "Cer":
        return match.group()
    oxygens = match["free"].count(",") + 2
    return f"{match['head']}{match['between'] or ' '}{match['base']};O{oxygens}"


def _species_of(text: str) -> Species:
    """Species of a name without ion, labels and marks."""
    text = _rewritten(text)
    if (plain := _plain_species(text)) is not None:
        return plain
    if _KDN.search(text):
        refuse(
            "unknown-modification",
            f"{text[:40]!r} has KDN (deaminoneuraminic acid), which is not among the known sugars.",
            "Known sialic acids are NeuAc and NeuGc: rows of KDN forms are kept and take no part.",
        )
    head, rest = _split(text)
    named = _head_name(head)
    _refuse_third_chain(named.tag, text)
    opened = rest.startswith("(")
    lettered = _LETTERED.match(rest) is not None
    ceramide, rest = read_ceramide(rest.removeprefix("("))
    if opened != rest.startswith(")"):
        _refuse_chains(named.text, text)
    ceramide, rest = _with_chains_behind(ceramide, rest.removeprefix(")"), text)
    if lettered:
        ceramide = _with_hydroxyl_of_tag(named.tag, ceramide)
    _check_tag(named.tag, ceramide, text)
    glycan = parse_glycan(named.text, rest)
    check_whole(ceramide, head)
    return combine(glycan, ceramide.ceramide, ceramide.chains)


def _refuse_chains(head: str, text: str) -> NoReturn:
    """Refuse a name in which no ceramide ends where its bracket does."""
    if text.count("(") != text.count(")"):
        refuse("brackets", f"{text[:60]!r}: a bracket is opened or closed alone.")
    if known_glycan(name := head.partition("(")[0]) is None:
        parse_glycan(name)  # refused
    refuse(
        "brackets",
        f"{text[:60]!r}: what stands in brackets is no ceramide.",
        "Write GM1(36:1;O2), GM1(d36:1), GM1(18:1;O2/18:0) or GM1(d18:1/18:0).",
    )


def _split(text: str) -> tuple[str, str]:
    """Head group and ceramide of a normalised name; the ceramide keeps its opening bracket.

    `GD1+OAc(36:1;O2)` gives `("GD1+OAc", "(36:1;O2)")`, `GD1 36:1;O2` and `36:1;O2 GD1` give
    `("GD1", "36:1;O2")`. The M of `SM34:1` is no letter of its chains, since S is no head group.
    """
    if first := _CERAMIDE_FIRST.fullmatch(text):
        return first["head"], first["ceramide"]
    attached = [match for pattern in _ATTACHED if (match := pattern.fullmatch(text))]
    for match in attached:
        if known_glycan(_head_name(match["head"]).text):
            return match["head"], match["ceramide"]
    start = _CERAMIDE_START.search(text)
    if start is None and attached:
        return attached[-1]["head"], attached[-1]["ceramide"]
    if start is None:
        refuse(
            "no-ceramide",
            f"{text[:40]!r} names no ceramide: write it in brackets, as in GM1(36:1;O2).",
        )
    head, ceramide = text[: start.start()], text[start.end() :]
    if not head:
        refuse("no-head", f"{text[:40]!r} names no head group.")
    return head.rstrip("-_ :"), ("(" if start.group() == "(" else "") + ceramide


def _with_chains_behind(ceramide: CeramideName, rest: str, text: str) -> tuple[CeramideName, str]:
    """Ceramide with the chains that follow its sum, `36:1 (d18:1/18:0)`, and the rest."""
    opening = _CHAINS_BEHIND.match(rest)
    if opening is None:
        return ceramide, rest
    chains, behind = read_ceramide(rest[opening.end() :])
    if opening["open"] and not behind.startswith(")"):
        refuse("brackets", f"{text[:60]!r}: a bracket is opened or closed alone.")
    if chains.ceramide != ceramide.ceramide or not chains.chains:
        refuse(
            "contradiction",
            f"{text[:60]!r} gives the ceramides {ceramide.ceramide} and {chains.ceramide}.",
            "Write the sum or the chains alone.",
        )
    return chains, behind.removeprefix(")")


@lru_cache(maxsize=4096)
def _head_name(text: str) -> _HeadName:
    """Head group as `parse_glycan` reads it, and the tag of its ceramide (cached)."""
    if head_of(text) is not None:
        return _HeadName(text)
    if (name := _SYNONYMS.get(text)) is not None:
        return _HeadName(name)
    text = _TWO_LETTERS.sub(r"\1\2/\1\3", text)
    if tagged := _TAGGED.fullmatch(text):
        return _HeadName(tagged["head"], _TAGS[tagged["tag"].lower()])
    heads = _JOINED.split(text)
    if len(heads) > 1 and (series := _joined(heads, text)):
        return _HeadName(series)
    for pattern, form in _REWRITTEN:
        text = pattern.sub(form, text, count=1)
    return _HeadName(head_of_sugars(text) or text)


def _joined(heads: Sequence[str], text: str) -> str | None:
    """Series of several isomers, `GD1a+GD1b`; None where not all are known head groups."""
    known = [head for part in heads if (head := head_of(part)) is not None]
    if len(known) < len(heads):
        return None
    series = {head.series for head in known}
    if len(series) > 1:
        _refuse_two(sorted(series), text)
    return known[0].series


def _refuse_third_chain(tag: _Tag | None, text: str) -> None:
    """Refuse subclasses of ceramides in which an ester adds a third chain."""
    if tag is not None and tag.chains > 2:
        refuse(
            "other-lipid",
            f"{text[:40]!r} is another lipid: {tag.tag} has a third chain.",
            "Nothing to do: rows of other lipids are kept and take no part.",
            f"Cer-{tag.tag}",
        )


def _with_hydroxyl_of_tag(tag: _Tag | None, name: CeramideName) -> CeramideName:
    """Ceramide with the hydroxyl of its acyl chain that only the tag tells.

    In `Cer[AP] t40:0` and `HexCer-AP(t18:0/16:0)` the letter is that of the base alone.
    """
    if tag is None or tag.tag[0] not in _HYDROXYLATED_ACYLS:
        return name
    if tag.least_hydroxyls != name.ceramide.hydroxyls + 1:
        return name
    chains = (name.chains[0], f"{name.chains[1]};O") if name.chains else ()
    return CeramideName(name.ceramide + Ceramide(0, 0, 1), chains, name.written)


def _check_tag(tag: _Tag | None, ceramide: CeramideName, text: str) -> None:
    """Refuse a subclass tag that asks for more hydroxyls than the chains have."""
    if tag is not None and ceramide.ceramide.hydroxyls < tag.least_hydroxyls:
        refuse(
            "contradiction",
            f"{text[:40]!r}: {tag.tag} has {tag.least_hydroxyls} hydroxyls, the chains give "
            f"{ceramide.ceramide.hydroxyls}.",
            "Write the hydroxyls of the chains, such as Cer(d18:1/16:0;O), or leave the tag out.",
        )


def _without_open_sums(names: Sequence[str], species: Sequence[Species]) -> list[Species]:
    """Species without the sums that write no oxygens, where the chains beside them have others.

    `HexCer 42:1|HexCer 16:1;2O/26:0;O` is HexCer(42:1;O3).
    """

    def size(s: Species) -> tuple[str, int, int]:
        return s.series, s.ceramide.carbons, s.ceramide.double_bonds

    oxygens = {size(s): s.ceramide.hydroxyls for s in species if s.chains}
    return [
        s
        for name, s in zip(names, species, strict=True)
        if not _OPEN_SUM.fullmatch(name)
        or oxygens.get(size(s), s.ceramide.hydroxyls) == s.ceramide.hydroxyls
    ]


def _common(species: Sequence[Species], text: str) -> Species:
    """Species in which all parts of a name agree.

    Several isomers give their series, several pairs of chains their sum.
    """
    first = species[0]
    if len(species) == 1:
        return first
    for other in species[1:]:
        if (other.series, other.ceramide) != (first.series, first.ceramide):
            _refuse_two([first.name, other.name], text)
    isomers = {s.isomer for s in species}
    chains = {s.chains for s in species if s.chains}
    head = first.head if len(isomers) == 1 else first.series
    return combine(parse_glycan(head), first.ceramide, chains.pop() if len(chains) == 1 else ())


def _refuse_two(names: Sequence[str], text: str) -> NoReturn:
    refuse(
        "contradiction",
        f"{text[:60]!r} names different lipids: {names[0][:30]} and {names[1][:30]}.",
        "Write one of them, or their common series and sum where they are isomers.",
    )
