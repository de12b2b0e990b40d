"""Types of samples: blank, QC, pool, standard or sample, as tools and people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Final

from ganglioside.reading.records import header_key
from ganglioside.support.fact_tables import read_facts

#: Types of which no feature is judged: nothing in them is a ganglioside of the sample.
NOT_JUDGED: Final = frozenset({"blank"})

#: First code point of the scripts of Chinese, Japanese and Korean.
_UNSPACED: Final = 0x2E80
#: Words in the name of a sample: `SolventBlank_2` has two.
_WORD: Final = re.compile(r"[^\W\d_]+")
#: The polarity of a run, written onto the word for its type: `Blankneg`, `negQC`.
_WITHOUT_POLARITY: Final = re.compile(r"^(?:neg|pos)|(?:negative|positive|neg|pos)$")
#: Words that stand in no other words, so that they are known when written together with others.
_IN_COMPOUNDS: Final = ("blank", "blk", "qc", "biorec")
#: Parts of a name, `H2O` whole, and the number behind one.
_PART: Final = re.compile(r"[^\W_]+")
_NUMBER_BEHIND: Final = re.compile(r"(?<=[^\W\d_])[0-9]+$")
#: `in_name` of words for what is injected in place of a sample.
_INSTEAD: Final = 2
#: Most of the samples of a table that such words make blanks: one of so many.
_INSTEAD_SHARE: Final = 4
#: Least samples of a table of which one alone can be such a blank.
_BESIDE_ONE: Final = 3
_NEW_WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class SampleWord:
    """A row of `data/sample_types.csv`."""

    word: str
    kind: str
    in_name: int


@cache
def _words() -> dict[str, SampleWord]:
    """Known words by their key."""
    return {header_key(row.word): row for row in read_facts("sample_types.csv", SampleWord)}


def kind_of_type(text: str) -> str | None:
    """Type of a sample from a cell that says it, None if the word is unknown.

    Examples
    --------
    >>> [kind_of_type(text) for text in ("Matrix Blank", "QC Sample", "SPL", "liver")]
    ['blank', 'qc', 'sample', None]
    """
    key = header_key(text)
    found = _words().get(key) or _words().get(key.removesuffix("sample"))  # Blank Sample
    return found.kind if found else None


def kind_of_name(name: str) -> str:
    """Type of a sample that its name shows, empty if it shows none.

    Examples
    --------
    >>> kind_of_name("2024_Blank_01.raw"), kind_of_name("Blankneg.raw"), kind_of_name("liver_3")
    ('blank', 'blank', '')
    """
    for word in (*_WORD.findall(_NEW_WORD.sub(" ", name)), *_WORD.findall(name)):
        key = word.casefold()
        found = _words().get(key) or _words().get(_WITHOUT_POLARITY.sub("", key))
        if found and found.in_name == 1:
            return found.kind
        if kind := _kind_of_compound(key):
            return kind
    written_together = (word for word in _unspaced() if word.word in name)
    return next((word.kind for word in written_together), "")


def _kind_of_compound(word: str) -> str:
    """Type that a word written together shows, empty if none: `methodblank`, `qcpool`."""
    parts = (part for part in _IN_COMPOUNDS if word.startswith(part) or word.endswith(part))
    return next((_words()[part].kind for part in parts), "")


@cache
def _unspaced() -> tuple[SampleWord, ...]:
    """Words of languages that are written without blanks, as they stand in names."""
    rows = read_facts("sample_types.csv", SampleWord)
    return tuple(row for row in rows if row.in_name == 1 and ord(row.word[0]) >= _UNSPACED)


def settled_kinds(kinds: Sequence[str | None], names: Sequence[str]) -> list[str | None]:
    """Types of samples from what a table says of each, and from their names.

    `sample` is what programs write where nobody chose a type. So a name that shows a blank counts
    more; one that shows another type does if the table gives no sample a type of its own.

    Parameters
    ----------
    kinds
        Type of each sample in the table, None where it says none.
    names
        Names of the samples.

    Examples
    --------
    >>> settled_kinds(["sample", "sample", "sample"], ["liver", "Blank_1", "QC_1"])
    ['sample', 'blank', 'qc']
    >>> settled_kinds(["sample", "qc"], ["Std 7 diet", "QC_1"])
    ['sample', 'qc']
    >>> settled_kinds([None] * 4, ["r1_MeOH_1.raw", "r1_A_2.raw", "r1_B_3.raw", "r1_B_4.raw"])
    ['blank', None, None, None]
    """
    given = set(kinds) - {None}
    instead = _instead_of_samples(names)
    shown = [kind_of_name(name) or instead.get(name, "") for name in names]
    return [
        by_name if by_name and _counts_more(by_name, kind, given) else kind
        for kind, by_name in zip(kinds, shown, strict=True)
    ]


def _instead_of_samples(names: Sequence[str]) -> dict[str, str]:
    """Types of what was injected in place of a sample, by name: `MeOH_2.raw`, `run3_water`.

    What all names have in common tells nothing; many samples are no blanks but of a treatment.
    """
    parts = {name: _parts(name) for name in names}
    common = set.intersection(*map(set, parts.values())) if len(parts) > 1 else set()
    kinds = {
        name: _kind_instead([p for p in own if p not in common]) for name, own in parts.items()
    }
    found = {name: kind for name, kind in kinds.items() if kind}
    is_one = len(found) == 1 and len(parts) >= _BESIDE_ONE
    return found if is_one or _INSTEAD_SHARE * len(found) <= len(parts) else {}


def _kind_instead(parts: Sequence[str]) -> str:
    """Type that parts of a name show, alone or together, if all are of an injection; else empty."""
    together = [_words().get("".join(parts))]
    for found in (together, [_words().get(part) for part in parts]):
        words = [word for word in found if word is not None and word.in_name == _INSTEAD]
        if words and len(words) == len(found):
            return words[0].kind
    return ""


def _parts(name: str) -> tuple[str, ...]:
    """Parts of a name in lower case, each once, without numbers and polarities."""
    parts = [part.casefold() for part in _PART.findall(name)]
    known = [part if part in _words() else _NUMBER_BEHIND.sub("", part) for part in parts]
    left = map(_without_polarity, known)
    return tuple(dict.fromkeys(part for part in left if part and not part.isdecimal()))


def _without_polarity(word: str) -> str:
    """Word without the polarity of a run."""
    return _WITHOUT_POLARITY.sub("", word)


def _counts_more(by_name: str, kind: str | None, given: Set[str | None]) -> bool:
    """Whether the type that a name shows is taken instead of that of the table."""
    if kind is None:
        return True
    return kind == "sample" and (by_name in NOT_JUDGED or given <= {kind})
