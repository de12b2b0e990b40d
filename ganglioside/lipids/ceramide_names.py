"""Ceramides parsed from the part of a name that follows the head group."""

from __future__ import annotations

import re
from typing import Final, NoReturn

from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.name_faults import check_limit, refuse

# One chain: `d18:1`, `18:1(4E)`, `36:1;O2`, `36:1;2O`, `18:0;(OH)`, `18:0(2OH)`, `18:1;1OH,3OH`.
_CHAIN: Final = re.compile(
    r"(?P<letter>[mdtqhn])?(?P<carbons>[0-9]{1,3}):(?P<double_bonds>[0-9]{1,3})"
    r"(?:\([0-9ez,]{1,40}\))?"
    r"(?:[;, ]?o(?P<after>[0-9]{1,2})|[;, ](?P<before>[0-9]{1,2})o|[;, ](?P<one>o)"
    r"|[;, ]?\(oh\)(?P<groups>[0-9]?)"
    r"|;?(?P<positions>\([0-9]{1,2}oh(?:,[0-9]{1,2}oh){0,5}\))"
    r"|;(?P<bare>[0-9]{1,2}oh(?:,[0-9]{1,2}oh){0,5}))?"
    r"(?![0-9a-z])",
    re.IGNORECASE,
)

#: Hydroxyls by the letter before a sphingoid base (or a whole ceramide), and before an acyl chain.
_BASE_HYDROXYLS: Final = {"": 2, "m": 1, "d": 2, "t": 3, "q": 4}
_ACYL_HYDROXYLS: Final = {"": 0, "n": 0, "h": 1, "d": 2, "t": 3}


def parse_ceramide(text: str) -> tuple[Ceramide, str]:
    """Ceramide at the start of a normalised text, and the rest of the text.

    Raises
    ------
    NameFormError
        If the text begins with no ceramide.

    Examples
    --------
    >>> parse_ceramide("d18:1/18:0)+OAc")
    (Ceramide(carbons=36, double_bonds=1, hydroxyls=2), ')+OAc')
    """
    base = _CHAIN.match(text)
    if base is None:
        _bad_ceramide(text)
    end = base.end()
    total = _chain(base, _BASE_HYDROXYLS)
    if text[end : end + 1] in ("/", "_"):
        acyl = _CHAIN.match(text, end + 1)
        if acyl is None:
            _bad_ceramide(text)
        end = acyl.end()
        total = total + _chain(acyl, _ACYL_HYDROXYLS)
    return total, text[end:]


def _chain(match: re.Match[str], implied: dict[str, int]) -> Ceramide:
    """Ceramide with the carbons, double bonds and hydroxyls of one match of `_CHAIN`.

    `implied` holds the number of hydroxyls by letter; a written number must agree with it.
    """
    letter = (match["letter"] or "").lower()
    carbons, double_bonds = match["carbons"], match["double_bonds"]
    if letter not in implied:
        _bad_ceramide(match.group())
    _check_double_bonds(int(carbons), int(double_bonds))
    written = _written_hydroxyls(match)
    if letter and written is not None and written != implied[letter]:
        refuse(
            "contradiction",
            f"{match.group()!r}: {letter!r} stands for {implied[letter]} hydroxyls.",
            "Write either the letter or the number of hydroxyls.",
        )
    hydroxyls = implied[letter] if written is None else written
    return Ceramide(int(carbons), int(double_bonds), hydroxyls)


def _check_double_bonds(carbons: int, double_bonds: int) -> None:
    """Refuse more double bonds than every second carbon can have."""
    if double_bonds > carbons // 2:
        refuse(
            "impossible-double-bonds",
            f"{carbons} carbons cannot hold {double_bonds} double bonds.",
            "Check the numbers of the name.",
        )


def check_ceramide(ceramide: Ceramide) -> None:
    """Refuse a ceramide that cannot exist."""
    check_limit("carbons", ceramide.carbons, "Carbons of the ceramide")
    check_limit("double_bonds", ceramide.double_bonds, "Double bonds of the ceramide")
    _check_double_bonds(ceramide.carbons, ceramide.double_bonds)
    check_limit("hydroxyls", ceramide.hydroxyls, "Hydroxyls of the ceramide")


def _written_hydroxyls(match: re.Match[str]) -> int | None:
    """Hydroxyls that a chain writes out, None if it leaves them to its letter."""
    if number := match["after"] or match["before"]:
        return int(number)
    if positions := match["positions"] or match["bare"]:
        return positions.count(",") + 1
    if match["groups"] is not None:
        return int(match["groups"] or 1)
    return 1 if match["one"] else None


def _bad_ceramide(text: str) -> NoReturn:
    refuse(
        "bad-ceramide",
        f"The ceramide {text[:40]!r} cannot be read.",
        "Write 36:1;O2, d36:1, 18:1;O2/18:0 or d18:1/18:0.",
    )
