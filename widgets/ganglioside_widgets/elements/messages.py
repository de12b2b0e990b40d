"""Checks of messages from browsers: whoever opens a page can send anything."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

#: A check of one value from a browser.
Kind = Callable[[object], bool]

#: The fields that a message must have, each with the check of its value; others are ignored.
Form = Mapping[str, Kind]

#: Most characters in a text from a browser.
LONGEST: Final = 10_000

#: Half of a character, which JSON can hold and nothing can encode.
_HALF: Final = re.compile("[\ud800-\udfff]")

#: JavaScript counts exactly up to this number.
_LARGEST: Final = 2**53


def is_text(value: object) -> bool:
    """Whether a value is a text of at most `LONGEST` characters, all of them whole."""
    return isinstance(value, str) and len(value) <= LONGEST and _HALF.search(value) is None


def is_flag(value: object) -> bool:
    """Whether a value is true or false."""
    return isinstance(value, bool)


def is_whole(value: object) -> bool:
    """Whether a value is a whole number that JavaScript represents exactly."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST


def is_count(value: object) -> bool:
    """Whether a value is a whole number of at least 0."""
    return is_whole(value) and value >= 0  # type: ignore[operator]


def is_number(value: object) -> bool:
    """Whether a value is a finite number."""
    return is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def is_words(value: object) -> bool:
    """Whether a value is a dict of texts by text keys."""
    return isinstance(value, dict) and all(is_text(k) and is_text(v) for k, v in value.items())


def only(word: str) -> Kind:
    """Check that passes for one word alone."""
    return lambda value: value == word


def fits(content: object, form: Form) -> bool:
    """Whether a message has all the fields of a form, with values that pass their checks."""
    if not isinstance(content, dict):
        return False
    return all(name in content and check(content[name]) for name, check in form.items())


def fields(content: object) -> dict[str, Any]:
    """Fields of a message; an empty dict for anything else."""
    return content if isinstance(content, dict) else {}
