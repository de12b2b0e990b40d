"""Rules and assumptions of consolidated areas, as tables of `ganglioside/data`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Final

from ganglioside.support.fact_tables import read_facts

#: Process under which all losses of units are listed.
FRAGMENT: Final = "fragment"


@dataclass(frozen=True, slots=True)
class Rule:
    """Whether the area of a kind of row is given back to its parent (`data/given_back.csv`)."""

    process: str
    given_back: int
    why: str


@cache
def rules() -> dict[str, Rule]:
    """The rule of each process, by its name.

    Examples
    --------
    >>> rules()["+Na-H"].given_back, rules()["+Na-H"].why
    (0, 'another ion')
    """
    return {rule.process: rule for rule in read_facts("given_back.csv", Rule)}


@cache
def given_back() -> tuple[str, ...]:
    """Processes of adducts whose area is given back to the parent."""
    known = [rule.process for rule in rules().values() if rule.given_back]
    return tuple(process for process in known if process != FRAGMENT)


@dataclass(frozen=True, slots=True)
class _Number:
    """A row of `data/consolidation.csv`."""

    name: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Assumptions of consolidated areas; `data/consolidation.csv` has unit and meaning of each."""

    pathway: float
    pathway_weight: float
    pathway_alike: float
    hidden: float
    together: float
    mistaken: float
    mistaken_alike: float
    mistaken_unlike: float
    mistaken_most: float
    alike: float
    shared: float
    reading: float


@cache
def assumptions() -> Assumptions:
    """The usual assumptions.

    Examples
    --------
    >>> assumptions().reading
    0.01
    """
    values = {row.name: row.value for row in read_facts("consolidation.csv", _Number)}
    return Assumptions(**{field.name: values[field.name] for field in fields(Assumptions)})
