"""Words and marks about a name that are no part of it: notes, labels, ions, internal standards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ganglioside.lipids.adducts import adducts, known_adduct
from ganglioside.lipids.head_groups import is_modification
from ganglioside.lipids.name_faults import refuse
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class _Word:
    """A row of `data/name_words.csv`."""

    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class StrippedName:
    """A name without what is written about it.

    Attributes
    ----------
    text : str
        What is left.
    ion : str or None
        Normalised name of the ion, where one was written that is known.
    standard : bool
        Whether a mark of an internal standard was written.
    label : str
        What was left aside: labels of peaks and of isotopes, words, ions that are unknown.
    unknown_ion : str or None
        The first ion of the label.
    isomer_label : str
        Letter or number by which the label tells isomers of one name apart, empty without.
    """

    text: str
    ion: str | None
    standard: bool
    label: str
    unknown_ion: str | None = None
    isomer_label: str = ""


_WORDS: Final = read_facts("name_words.csv", _Word)


def _any_of(words: Iterable[str]) -> str:
    """Regular expression of some words, longest first, spaces in any form."""
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", "[-_ ]?") for word in longest_first)


def _of_kind(kind: str) -> str:
    return _any_of(w.word for w in _WORDS if w.kind == kind)


def _ion_endings() -> str:
    """Regular expression of ions behind a name, `-H`, `+HCOO`; none that is a modification."""
    spellings = [spelling for ion in adducts() for spelling in (ion.name, *ion.aliases)]
    endings = {spelling.partition("]")[0].removeprefix("[M") for spelling in spellings}
    return _any_of(ending for ending in endings if not is_modification(ending))


# What stands in place of a name: a word, or numbers such as `1151.70_7.54`, `M1151T452`.
_NUMBER: Final = r"(?:rt|m/z|mz)?[-_ =]?[0-9]{1,6}(?:[.,][0-9]{1,8})?(?:m/z|mz|n|da|min|s)?"
_UNANNOTATED: Final = re.compile(
    rf"(?:{_of_kind('unannotated')})|#n/a|-{{1,3}}|_"
    r"|unk(?:nown)?[-_ #:(\[]*[0-9][-0-9._ )@/\]]*"
    r"|(?:feature|feat|peak|compound|cpd|cmpd|metabolite|ft|id|row|mz|m/z|alignment[-_ ]?id)"
    r"[-_ #:.]*[0-9][-0-9._]*|m[0-9]{2,5}(?:\.[0-9]+)?t[0-9]+(?:\.[0-9]+)?(?:_[0-9]+)?"
    rf"|(?:(?:pos|neg)[-_ ])?{_NUMBER}(?:[_@/| ]{{1,3}}{_NUMBER}){{0,2}}(?:[-_ ](?:pos|neg))?",
    re.IGNORECASE,
)
_SUMMARY: Final = re.compile(rf"(?:{_of_kind('summary')})[ :=]*", re.IGNORECASE)
_NOTE: Final = re.compile(
    rf"(?:{_of_kind('note')})(?::|[-_ ]+)"
    r"|(?:compound|cpd|cmpd|peak|feature)[-_ #]?[0-9]{1,6} ?[:;] ?(?=[^0-9 ])"  # of MassHunter
    r"|[0-9]{1,3}[a-z]?\. ?(?=[a-z][^.|]{1,80}[ (])(?!o-?ac)"  # `03.Cer(d18:1/17:0)` of a list
    r"|[0-9]{1,3}_(?=[a-z][^|]{1,80}[-_ (]i\.?std)"  # `1_SM d18:1/17:0 iSTD` of the Fiehn lab
    # Ranks of LipidMatch: `1_Cer-NS(d18:1/22:0)+HCO2`, `5_NoID`.
    r"|[1-5]_(?=msdial_|noid\Z|[^|]{2,60}\)(?:[-+][a-z0-9]{1,8}){1,3}(?:\||\Z))",
    re.IGNORECASE,
)

# What stands behind a name, from its end.
_PEAK: Final = r"(?:iso(?:mer)?|peak|pk)[-_ =]?[0-9a-z]?|i{1,3}|iv|[a-z]|[0-9]|[0-9][+-]|m\+[0-9]"
_MINUTES: Final = r"[0-9]{1,3}(?:\.[0-9]{1,4})?"
_TIME: Final = rf"(?:(?:rt|@)[ =:]?{_MINUTES}(?: ?min)?|{_MINUTES} ?min)"
_MASS: Final = r"[0-9]{2,4}(?:\.[0-9]{1,4})?"
_TRANSITION: Final = (
    rf"(?:{_MASS} ?)?-?> ?{_MASS}|nl ?{_MASS}|[0-9]{{3,4}}(?:\.[0-9]{{1,4}})?/{_MASS}"
)
_AFTER_CHAINS: Final = r"(?:(?<=\))|(?<=:[0-9])|(?<=:[0-9]{2})|(?<=;o[0-9])|(?<=;[0-9]o))"
_BEHIND: Final = re.compile(
    r"(?:[-_ ;,]*(?P<ion>\[m[^\[\]>/]{1,30}\][0-9]{0,2}[+-]{0,4}[0-9]?)"
    r"|[_ ;,]*\((?P<round>m[+-][^()\[\]]{1,30})\)(?P<charge>[0-9]?[+-]{0,4}[0-9]?)"
    r"|(?:^|[_ ;,]+|(?<=\)))(?P<bare>m(?:[+-][0-9]?[a-z][a-z0-9]{0,8}){1,4})"
    rf"|(?<=[0-9a-z)\]])[_ ]?(?P<ending>{_ion_endings()})"
    r"|(?P<label>[_ ]*\[[^\[\]:]{1,40}\]"
    rf"|[_ ]*\((?:{_PEAK}|{_TIME}|{_TRANSITION})\)"
    rf"|(?:[_ ;,]+|(?<=\)))(?:{_TRANSITION}|{_PEAK.replace('|i{1,3}|iv|[a-z]|[0-9]|', '|')})"
    rf"|[_ ;,]*{_TIME}|;[0-9]{{1,3}}\.[0-9]{{1,4}}|(?:[_ ]+|(?<=\)))id ?[0-9]{{2,5}}"
    r"|[_ ]*[*'?†‡§]{1,3}|[_ ]*#[0-9]{1,3}"
    rf"|(?<![dtm][0-9]{{2}})_[0-9]{{1,5}}(?:\.[0-9]{{1,6}})?"
    r"|(?<=\))\.[0-9]{1,2}"
    rf"|{_AFTER_CHAINS}[-_ ][a-d]"
    rf"|(?:[-_ ;,]+|(?<=\)))(?:{_of_kind('label')})|[-_ ;,]*\((?:{_of_kind('label')})\)))\Z",
    re.IGNORECASE,
)

# Marks of internal standards: `-d3`, `(d7)`, `16:0d3`, `13C16`, `(ISTD)`, `IS_`; no chains, whose
# colon may be written `_`: `d34_1`.
_ISOTOPE: Final = (
    r"(?:d[1-9]|d[1-9][0-9](?!_[0-9])|13c[1-9]?[0-9]?|c13|15n[1-9]?|2h[1-9][0-9]?|\[2h\][1-9][0-9]?"
    r"|\[13c\][0-9]{0,2})(?!:)"
)
_MARK: Final = rf"(?:{_ISOTOPE}|{_of_kind('standard')})"
_STANDARD: Final = re.compile(
    rf"[-_ ;,]?[(\[](?P<bracketed>{_MARK}(?:[-_ ,;]{{1,2}}{_MARK})?)[)\]]"
    rf"|(?:^|[-_ ;,+]|(?<=:[0-9])|(?<=:[0-9][0-9])|(?<=[)\]]))(?P<free>{_MARK})"
    r"(?=\Z|[-_ )/\](\[;,:|*])",
    re.IGNORECASE,
)
_LOOSE_ENDS: Final = "-_ ;,:"

# Labels by which an analyst tells isomers of one name apart: `Isomer A`, `(a)`, `_A`, `(II)`; no
# numbers alone, which number peaks or rows.
_ISOMER: Final = re.compile(
    r"[-_ (\[]*(?:iso(?:mer)?[-_ =]?(?P<named>[0-9a-z])|(?P<alone>[a-d]|i{1,3}|iv))[)\]]?",
    re.IGNORECASE,
)


def is_unannotated(text: str) -> bool:
    """Whether a normalised text stands where there is no name.

    >>> [is_unannotated(t) for t in ("Unknown", "1151.70_7.54", "Feature 12", "GM3 34:1")]
    [True, True, True, False]
    """
    return _UNANNOTATED.fullmatch(text) is not None


def is_summary(text: str) -> bool:
    """Whether a normalised text is that of a row which sums up the others.

    >>> [is_summary(t) for t in ("Total", "Mittelwert:", "合计", "GM3 34:1")]
    [True, True, True, False]
    """
    return _SUMMARY.fullmatch(text) is not None


def without_notes(text: str) -> str:
    """Normalised text without notes before the name: `w/o MS2:`, `Ganglioside`.

    >>> without_notes("w/o MS2:Ganglioside GM3(d18:1/16:0)")
    'GM3(d18:1/16:0)'
    """
    while note := _NOTE.match(text):
        text = text[note.end() :].strip()
    return text


@lru_cache(maxsize=4096)
def strip_words(text: str) -> StrippedName:
    """Normalised name without ion, labels and marks of a standard (cached).

    Raises
    ------
    NameFormError
        If the name gives two ions.

    Examples
    --------
    >>> stripped = strip_words("GM3 d18:1/16:0 d3(ISTD)[M-H]-")
    >>> stripped.text, stripped.ion, stripped.standard, stripped.label
    ('GM3 d18:1/16:0', '[M-H]-', True, 'd3 ISTD')
    >>> strip_words("GlcCer(47:0)_[M+Na-2H2O]+").unknown_ion
    '[M+Na-2H2O]+'
    >>> strip_words("SM d42:2 Isomer A").isomer_label
    'a'
    """
    whole = text
    ions: list[str] = []
    unknown: str | None = None
    labels: list[str] = []
    marks: list[str] = []
    while True:
        text = _without_marks(text, marks)
        match = _BEHIND.search(text)
        if match is None:
            label, ion = " ".join([*marks, *labels]), one_ion(ions, whole)
            return StrippedName(text, ion, bool(marks), label, unknown, _isomer_among(labels))
        text = text[: match.start()].rstrip(_LOOSE_ENDS)
        written = _written_ion(match)
        if known := known_adduct(written):
            ions.append(known.name)
        else:
            unknown = written or unknown
            labels.insert(0, match.group().lstrip(_LOOSE_ENDS))


def _isomer_among(labels: Iterable[str]) -> str:
    """Letter or number of the first label that is one of isomers, empty where none is."""
    found = (_ISOMER.fullmatch(label) for label in labels)
    return next(((m["named"] or m["alone"]).lower() for m in found if m), "")


def one_ion(ions: Iterable[str], text: str) -> str | None:
    """The one ion among those that a name gives, None if it gives none; two are refused."""
    distinct = list(dict.fromkeys(ions))
    if len(distinct) > 1:
        refuse(
            "contradiction",
            f"{text[:60]!r} names two ions: {distinct[0]} and {distinct[1]}.",
            "Write the ion of this row alone, best in a column Adduct.",
        )
    return distinct[0] if distinct else None


def _without_marks(text: str, marks: list[str]) -> str:
    """Text without marks of an internal standard, which are appended to `marks`."""

    def note(match: re.Match[str]) -> str:
        marks.append(match["bracketed"] or match["free"])
        around = text[max(match.start() - 1, 0) : match.start()] + text[match.end() :][:1]
        return " " if len(around) == 2 and around.isalnum() else ""

    return _STANDARD.sub(note, text).lstrip(_LOOSE_ENDS)


def _written_ion(match: re.Match[str]) -> str:
    """Ion in one match of `_BEHIND` as it is written; empty where there is none."""
    if match["round"]:
        return f"[{match['round']}]{match['charge']}"
    if match["ending"]:
        return f"M{match['ending']}"
    return match["ion"] or match["bare"] or ""
