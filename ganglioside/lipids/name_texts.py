"""Texts of names in one form: plain punctuation, single spaces."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from ganglioside.columns import FORMULA_STARTS_IN_NAMES
from ganglioside.lipids.name_faults import LIMITS, refuse
from ganglioside.support.quoting import quoted

_MAX_LENGTH: Final = LIMITS["length"].high
#: What ends a list of which a name is the last member: `GM3 d18:1_16:0 [M-H]-;` of LipiDex.
_BEHIND: Final = " ;,"
_SPACES: Final = re.compile(r"\s+")
_PUNCTUATION: Final = re.compile(r" ?([:;,/_()|+\-]) ?")
#: A raised or lowered digit behind the double bonds of a chain is a footnote, no digit of theirs.
_FOOTNOTE: Final = re.compile("(?:(?<=:[0-9])|(?<=:[0-9][0-9]))([¹²³⁰⁴-⁹₀-₉]+)")
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—−→"), "-")
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), "")
_PRIMES: Final = dict.fromkeys(map(ord, "’‘′´`"), "'")
_LOOKALIKES: Final = {**_DASHES, **_INVISIBLE, **_PRIMES, 0x2236: ":", 0x2215: "/", 0x2044: "/"}


def plain_signs(text: str) -> str:
    """Text with plain dashes and primes, digits and letters instead of raised and odd ones.

    >>> plain_signs("[M\u20132H]\u00b2\u207b")
    '[M-2H]2-'
    """
    return unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)


def normalise(text: str) -> str:
    """Text with plain punctuation and single spaces, without spaces beside punctuation.

    >>> normalise("GD1 + OAc (36:1;O2)")
    'GD1+OAc(36:1;O2)'
    """
    plain = plain_signs(_FOOTNOTE.sub(r"(\1)", text))
    return _PUNCTUATION.sub(r"\1", _SPACES.sub(" ", plain).strip()).strip()


def plain_name(text: str) -> str:
    """Normalised text of one name.

    Raises
    ------
    NameFormError
        If it is no text, empty, too long, or begins as a spreadsheet formula does.

    Examples
    --------
    >>> plain_name(" GM3 ( 36:1 ) "), plain_name("GM3 36:1;")
    ('GM3(36:1)', 'GM3 36:1')
    """
    if not isinstance(text, str):
        refuse("no-text", f"{quoted(text)} is no name: a name is text.")
    if len(text) > _MAX_LENGTH:
        refuse("too-long", f"The name has {len(text)} characters; {_MAX_LENGTH} are allowed.")
    plain = normalise(text).rstrip(_BEHIND)
    if not plain:
        refuse("empty", "The name is empty.")
    if plain.startswith(FORMULA_STARTS_IN_NAMES) and plain.strip("-"):
        refuse("formula", f"The name begins with {plain[0]!r}, as a spreadsheet formula does.")
    return plain
