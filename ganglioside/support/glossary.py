"""The words and keys of the pages, with what they mean: `data/glossary.csv` and `data/keys.csv`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the pages; `data/glossary.csv` describes each field."""

    term: str
    labels: tuple[str, ...]
    group: str  # table, evidence, lists or words
    meaning: str
    more: str
    seen: str


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the review screen, and what it does."""

    key: str
    does: str


#: Heading of each group of terms, in the order of the help.
GROUPS: Final = {
    "table": "Columns of the results",
    "evidence": "Evidence of one feature",
    "lists": "Columns of the other pages",
    "words": "Other words",
}

TERMS: Final = read_facts("glossary.csv", Term)
KEYS: Final = read_facts("keys.csv", Key)


def term_of(label: str) -> Term | None:
    """Term that a page writes so, in a column or title; None where there is none.

    Examples
    --------
    >>> term = term_of("RT (min)")
    >>> term.meaning if term else None
    'Retention time of the feature, in minutes.'
    """
    return next((term for term in TERMS if label in (term.term, *term.labels)), None)
