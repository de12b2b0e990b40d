"""No pattern takes quadratic time: no two repetitions in a row match the same text."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
import string
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any, Final

import pytest

import ganglioside
import ganglioside_widgets
from ganglioside.reading.formats.format import PerSample

#: Characters of which texts are made.
ALPHABET: Final = string.printable + "°µ±–⁹’\u00a0"

#: Repetitions of more are as good as without an end.
BOUNDED: Final = 200

PARSER: Final[Any] = importlib.import_module("re._parser")
COMPILER: Final[Any] = importlib.import_module("re._compiler")

#: Characters that each node matches, once looked at.
MATCHED: Final[dict[tuple[str, str, int], frozenset[str]]] = {}


@dataclasses.dataclass
class Positions:
    """The positions of a pattern that match one character each, and which may follow which.

    Some follow one in two ways: `twice`.
    """

    matching: list[frozenset[str]] = dataclasses.field(default_factory=list)
    following: list[set[int]] = dataclasses.field(default_factory=list)
    twice: set[int] = dataclasses.field(default_factory=set)

    def add(self, matching: Iterable[str]) -> int:
        self.matching.append(frozenset(matching))
        self.following.append(set())
        return len(self.matching) - 1


@dataclasses.dataclass(frozen=True)
class Part:
    """A part of a pattern: where it begins and ends, and whether it may be empty."""

    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()
    empty: bool = True


def in_a_row(positions: Positions, one: Part, other: Part) -> Part:
    for position in one.last:
        positions.twice |= positions.following[position] & other.first
        positions.following[position] |= other.first
    return Part(
        one.first | other.first if one.empty else one.first,
        one.last | other.last if other.empty else other.last,
        one.empty and other.empty,
    )


def part_of(positions: Positions, nodes: Iterable[Any], flags: int) -> Part:
    whole = Part()
    for name, value in nodes:
        whole = in_a_row(positions, whole, one_part(positions, str(name), value, flags))
    return whole


def one_part(positions: Positions, name: str, value: Any, flags: int) -> Part:
    if name in ("LITERAL", "NOT_LITERAL", "IN", "ANY", "GROUPREF"):
        at = frozenset((positions.add(matched(name, value, flags)),))
        return Part(at, at, empty=False)
    if name == "SUBPATTERN":
        return part_of(positions, value[-1], flags | value[1])
    if name in ("BRANCH", "GROUPREF_EXISTS"):
        branches = value[1] if name == "BRANCH" else value[1:]
        parts = [part_of(positions, branch or [], flags) for branch in branches]
        return Part(
            frozenset().union(*(part.first for part in parts)),
            frozenset().union(*(part.last for part in parts)),
            any(part.empty for part in parts),
        )
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        return repeated(positions, *value, flags)
    if name == "POSSESSIVE_REPEAT":  # what it has matched is never tried again
        return dataclasses.replace(part_of(positions, value[-1], flags), empty=value[0] == 0)
    if name == "ATOMIC_GROUP":
        return part_of(positions, value, flags)
    assert name in ("AT", "ASSERT", "ASSERT_NOT"), name
    return Part()


def repeated(positions: Positions, low: int, high: int, nodes: Any, flags: int) -> Part:
    if high > BOUNDED:
        part = part_of(positions, nodes, flags)
        part = dataclasses.replace(part, empty=part.empty or low == 0)
        return in_a_row(positions, part, part)
    whole = Part()
    for number in range(min(high, 2)):
        part = part_of(positions, nodes, flags)
        part = dataclasses.replace(part, empty=part.empty or number >= low)
        whole = in_a_row(positions, whole, part)
    return whole


def matched(name: str, value: Any, flags: int) -> frozenset[str]:
    """Characters of the alphabet that a node matches; all for a group that is repeated."""
    if name == "GROUPREF":
        return frozenset(ALPHABET)
    key = (name, repr(value), flags)
    if key not in MATCHED:
        fits = compiled(name, value, flags).fullmatch
        MATCHED[key] = frozenset(character for character in ALPHABET if fits(character))
    return MATCHED[key]


def compiled(name: str, value: Any, flags: int) -> re.Pattern[str]:
    """Pattern of one node alone."""
    state = PARSER.State()
    state.flags = flags
    constants = importlib.import_module("re._constants")
    node = (getattr(constants, name), value)
    pattern: re.Pattern[str] = COMPILER.compile(PARSER.SubPattern(state, [node]), flags)
    return pattern


def ambiguous(pattern: re.Pattern[Any] | str, flags: int = 0) -> str:
    """Character of which two repetitions in a row take any share; empty where none is."""
    if isinstance(pattern, re.Pattern):
        text, flags = pattern.pattern, pattern.flags
    else:
        text = pattern
    if isinstance(text, bytes):
        text, flags = text.decode("latin-1"), flags | re.ASCII
    positions = Positions()
    part_of(positions, PARSER.parse(text, flags), flags)
    for character in ALPHABET:
        after = within(positions, character)
        loops = [at for at, reached in after.items() if at in reached]
        if positions.twice.intersection(loops) or any(
            other in after[at] and (at not in after[other] or after_twice(positions, after, at))
            for at in loops
            for other in loops
            if at != other
        ):
            return character
    return ""


def after_twice(positions: Positions, after: dict[int, set[int]], at: int) -> bool:
    """Whether a position goes on in two ways that both come back to it."""
    back = [b for b in positions.following[at] if b in after and at in after[b]]
    return len(back) > 1


def within(positions: Positions, character: str) -> dict[int, set[int]]:
    """Positions that a text of one character reaches from each that matches it."""
    some = {at for at, chars in enumerate(positions.matching) if character in chars}
    found = {}
    for at in some:
        reached: set[int] = set()
        waiting = [at]
        while waiting:
            new = (positions.following[waiting.pop()] & some) - reached
            reached |= new
            waiting += new
        found[at] = reached
    return found


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns_in(value: Any, depth: int = 0) -> Iterator[tuple[Any, int]]:
    """Patterns in a value of a module: itself, in a tuple, a mapping or a field."""
    if isinstance(value, re.Pattern):
        yield value, value.flags
    elif isinstance(value, PerSample):
        yield value.pattern, re.IGNORECASE
    elif depth < 5:
        for inner in inside(value):
            yield from patterns_in(inner, depth + 1)


def inside(value: Any) -> Iterable[Any]:
    if isinstance(value, tuple | list):
        return value
    if isinstance(value, dict):
        return [*value.values()]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name, None) for field in dataclasses.fields(value)]
    return []


def values_of(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Values of a module, and those of its tables that are read once."""
    for name, value in vars(module).items():
        is_table = hasattr(value, "cache_info") and value.__module__ == module.__name__
        if is_table and not inspect.signature(value).parameters:
            yield name, value()
        elif not name.startswith("__"):
            yield name, value


@pytest.mark.parametrize(
    "pattern",
    [
        r"[0-9]+[.,]?[0-9]*",
        r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[0-9]+)?",
        r"\s*(?P<a>x?)\s+y",
        r"(?:a+)+",
        r"(?:a|.b?)*c",
        r"(?:.*)?(?:.*)",
    ],
)
def test_repetitions_of_the_same_text_are_found(pattern: str) -> None:
    assert ambiguous(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"[0-9]+(?:[.,][0-9]*)?", r"(?:,[0-9]+)*", r"[^a]*a.*", r"a{1,9}a{1,9}", r'(?:"[^"]*"|[^"])*'],
)
def test_repetitions_of_other_texts_are_fine(pattern: str) -> None:
    assert not ambiguous(pattern)


def test_no_pattern_repeats_the_same_text_twice_in_a_row() -> None:
    found = {}
    count = 0
    for package in (ganglioside, ganglioside_widgets):
        for module in modules(package):
            for name, value in values_of(module):
                for pattern, flags in patterns_in(value):
                    count += 1
                    if character := ambiguous(pattern, flags):
                        found[f"{module.__name__}.{name}"] = (pattern, character)
    assert count > 200
    assert found == {}
