"""What messages of a browser may hold: whoever opens a page can send anything."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

#: Whether a value from a browser is of one kind.
Kind = Callable[[object], bool]

#: Fields of one message, each with its kind; other fields are not looked at.
Form = Mapping[str, Kind]

#: Characters of a text that a browser may send.
LONGEST: Final = 10_000

#: JavaScript counts exactly up to this number.
_LARGEST: Final = 2**53


def is_text(value: object) -> bool:
    """Return whether a value is a text of a length that people write."""
    return isinstance(value, str) and len(value) <= LONGEST


def is_flag(value: object) -> bool:
    """Return whether a value is true or false."""
    return isinstance(value, bool)


def is_whole(value: object) -> bool:
    """Return whether a value is a whole number that JavaScript can count to."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST


def is_count(value: object) -> bool:
    """Return whether a value is a whole number from 0 on."""
    return is_whole(value) and value >= 0  # type: ignore[operator]


def is_number(value: object) -> bool:
    """Return whether a value is a finite number."""
    return is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def is_words(value: object) -> bool:
    """Return whether a value holds texts by their names."""
    return isinstance(value, dict) and all(is_text(k) and is_text(v) for k, v in value.items())


def only(word: str) -> Kind:
    """Return the kind of a value that is one word."""
    return lambda value: value == word


def fits(content: object, form: Form) -> bool:
    """Return whether a message has all the fields of a form."""
    return isinstance(content, dict) and all(
        name in content and kind(content[name]) for name, kind in form.items()
    )


def fields(content: object) -> dict[str, Any]:
    """Return the fields of a message; none where it is no message at all."""
    return content if isinstance(content, dict) else {}
