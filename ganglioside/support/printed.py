"""What may be printed and listed: which characters a name never holds.

Written for the regular expressions of Python, of the API's checks, and of its callers alike.
"""

from __future__ import annotations

import re
from typing import Final

#: Characters that control a terminal or the direction of writing, and line separators, as they
#: stand within the brackets of a pattern.
CONTROLLING: Final = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"

#: The same and halves of characters, which cannot be encoded.
UNPRINTED: Final = re.compile(rf"[{CONTROLLING}\ud800-\udfff]")

#: The same but ends of lines and tabs, which texts of several lines have.
_OBEYED: Final = re.compile(rf"(?![\t\n]){UNPRINTED.pattern}")

#: Most characters in the name of a person or group.
LONGEST: Final = 200


def is_printed(text: str) -> bool:
    r"""Whether a text is one line, and obeyed by no terminal.

    Examples
    --------
    >>> is_printed("mouse 3"), is_printed("mouse\n3"), is_printed("mouse\u202e3")
    (True, False, False)
    """
    return UNPRINTED.search(text) is None


def is_name(text: str) -> bool:
    r"""Whether a text can be the name of a person or group: printed, not blank, and not too long.

    Examples
    --------
    >>> is_name("ann"), is_name(" "), is_name("ann\u202e"), is_name("a" * 201)
    (True, False, False, False)
    """
    return bool(text.strip()) and len(text) <= LONGEST and is_printed(text)


def printable(text: str) -> str:
    r"""Text as one line, with the codes of what is not printed.

    Examples
    --------
    >>> print(printable("mouse\n3"))
    mouse\n3
    """
    return UNPRINTED.sub(_code, text)


def printable_lines(text: str) -> str:
    r"""Text of several lines, with the codes of what controls a terminal.

    Examples
    --------
    >>> print(printable_lines("GM1\x1b[31m\nGM2"))
    GM1\x1b[31m
    GM2
    """
    return _OBEYED.sub(_code, text)


def printable_json(document: str) -> str:
    """JSON document of one line that reads back as the same, and holds nothing unprinted."""
    return UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def _code(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]
