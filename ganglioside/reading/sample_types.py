"""Types of samples: blank, QC, pool, standard or sample, as tools and people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from ganglioside.reading.records import header_key
from ganglioside.support.fact_tables import read_facts

#: Types of which no feature is judged: nothing in them is a ganglioside of the sample.
NOT_JUDGED: Final = frozenset({"blank"})

_WORD: Final = re.compile(r"[a-z]+", re.IGNORECASE)


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
    >>> kind_of_name("2024_Blank_01.raw"), kind_of_name("liver_3")
    ('blank', '')
    """
    for word in _WORD.findall(name):
        found = _words().get(word.casefold())
        if found and found.in_name:
            return found.kind
    return ""
