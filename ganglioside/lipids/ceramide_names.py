"""Ceramides parsed from the part of a name that follows the head group."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NoReturn

from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.name_faults import LIMITS, check_limit, refuse
from ganglioside.support.formatting import counted

#: Letter before a chain, for its hydroxyls (`d18:1`, `h24:0`) or for carbon (`C18:0`).
CHAIN_LETTER: Final = "[mdtqhnc]"

# One chain: `d18:1`, `C18:0`, `9Z-18:1`, `18:1(4E)`, `24:1 15Z`, `24:1n-9`, `36:1;O2`, `36:1;2O`,
# `36:1;2`, `36:1:2`, `18:0;(OH)`, `18:0(2OH)`, `18:1;1OH,3OH`, `16:2;O2(4E,6E)` of RefMet; what
# follows `+` or `-` is added: `18:0+O`, `24:0-OH`, `24:0+OH`. The letter h may stand behind:
# `24h:0`, `24:0h`.
_CHAIN: Final = re.compile(
    r"(?:\(?[0-9]{1,2}[ez](?:,[0-9]{1,2}[ez]){0,9}\)?-)?"
    rf"(?P<letter>{CHAIN_LETTER})?"
    r"(?P<carbons>[0-9]{1,3})(?P<within>h)?:(?P<double_bonds>[0-9]{1,3})(?P<behind>h(?![0-9a-z]))?"
    r"(?:\([0-9ez,]{1,40}\)| [0-9]{1,2}[ez](?![0-9a-z])|n-?[0-9]{1,2}|\(n-?[0-9]{1,2}\))?"
    r"(?:[;, ]?o(?P<after>[0-9]{1,2})(?:\([0-9]{1,2}[ez](?:,[0-9]{1,2}[ez]){0,9}\))?"
    r"|[;, ](?P<before>[0-9]{1,2})o|[;, ](?P<one>o)"
    r"|[;:](?P<old>[0-9])(?![0-9oh,:])"
    r"|[;, ]?\(oh\)(?P<groups>[0-9]?)"
    r"|;?(?P<positions>\([0-9]{1,2}-?oh(?:,[0-9]{1,2}-?oh){0,5}\))"
    r"|;(?P<bare>[0-9]{1,2}oh(?:,[0-9]{1,2}oh){0,5}))?"
    r"(?P<added>(?:\+[ph]?[0-9]?o[0-9]?(?![0-9a-z])){1,3}|[-+ ]?(?:[0-9]-)?oh(?![0-9a-z]))?"
    r"(?![0-9a-z])",
    re.IGNORECASE,
)
#: A hydroxyl of an acyl chain, `16:0;OH`. Behind a base, LIPID MAPS counts free ones alone there:
#: `SM 18:1;OH/16:0` has two oxygens.
_ACYL_OH: Final = re.compile(r";oh(?![0-9a-z])", re.IGNORECASE)
#: A hydroxyl behind a sum, `38:1 (OH)`: one more than the sum has without it.
_BARE_OH: Final = re.compile(
    r"(?:(?<![;0-9])[, ]?|(?<=:[0-9])|(?<=:[0-9][0-9]))\(oh\)(?![0-9])", re.IGNORECASE
)
_ADDED: Final = re.compile(r"\+[ph]?([0-9]?)o([0-9]?)", re.IGNORECASE)

# What stands between base and acyl chain: `/`, `_`, `-` or `,` before a chain, `)(` around one.
_JOINT: Final = re.compile(
    r"[/_](?!\()|[-,](?=[a-z]?[0-9]{1,2}:)|\)\((?=[a-z]?[0-9]{1,2}:[^()/_]{1,20}\))", re.IGNORECASE
)

#: Hydroxyls by the letter before a sphingoid base (or a whole ceramide), and before an acyl chain.
_BASE_HYDROXYLS: Final = {"": 2, "c": 2, "m": 1, "d": 2, "t": 3, "q": 4}
#: Letters that only bases have.
_BASE_LETTERS: Final = ("m", "d", "t", "q")
#: Carbons of the longest usual base, and of the commonest one.
_LONGEST_BASE: Final = 20
_USUAL_BASE: Final = 18
_ACYL_HYDROXYLS: Final = {"": 0, "c": 0, "n": 0, "h": 1, "d": 2, "t": 3}


@dataclass(frozen=True, slots=True)
class CeramideName:
    """A ceramide as a name writes it.

    Attributes
    ----------
    ceramide : Ceramide
        Sum composition.
    chains : tuple of str
        Base and acyl chain, `("18:1;O2", "16:0")`; empty where the name gives their sum.
    written : bool
        Whether the name gives the number of hydroxyls of the sum as a number, `36:1;O2`.
    """

    ceramide: Ceramide
    chains: tuple[str, ...]
    written: bool


def read_ceramide(text: str) -> tuple[CeramideName, str]:
    """Ceramide at the start of a normalised text, and the rest of the text.

    Raises
    ------
    NameFormError
        If the text begins with no ceramide.

    Examples
    --------
    >>> read_ceramide("d18:1/18:0)+OAc")[0].chains
    ('18:1;O2', '18:0')
    """
    base = _CHAIN.match(text)
    if base is None:
        _bad_ceramide(text)
    end = base.end()
    joint = _JOINT.match(text, end)
    if joint is None and _BARE_OH.search(base.group()):
        total = _chain(_without_oh(base), _BASE_HYDROXYLS)
        more = Ceramide(total.carbons, total.double_bonds, total.hydroxyls + 1)
        return CeramideName(more, (), False), text[end:]
    if joint is None:
        total = _chain(base, _BASE_HYDROXYLS)
        written = not base["letter"] and _written_hydroxyls(base) is not None
        return CeramideName(total, (), written), text[end:]
    acyl = _CHAIN.match(text, joint.end())
    if acyl is None:
        _bad_ceramide(text)
    end = acyl.end()
    if _is_base_second(base, acyl, is_open=joint.group() == "_"):
        base, acyl = acyl, base
    total, added = _chain(base, _BASE_HYDROXYLS), _chain(acyl, _ACYL_HYDROXYLS)
    if hydroxyl := _ACYL_OH.match(text, end):
        added, end = added + Ceramide(0, 0, 1), hydroxyl.end()
    _check_two_chains(added, text)
    return CeramideName(total + added, (str(total), _acyl(added)), False), text[end:]


def _is_base_second(first: re.Match[str], second: re.Match[str], *, is_open: bool) -> bool:
    """Whether the second of two chains is the base.

    A letter or hydroxyls tell the base, as some write the acyl chain first (`16:0/d18:1`), or else,
    where their joint leaves the order open (`_`), what is usual.
    """
    if _has_base_letter(first):
        return False
    if _has_base_letter(second) and not is_open:
        return True
    if _written_hydroxyls(first) is not None:
        return False
    if _has_base_letter(second) or (_written_hydroxyls(second) or 0) > 1:
        return True
    return is_open and _likeness_to_base(second) > _likeness_to_base(first)


def _has_base_letter(chain: re.Match[str]) -> bool:
    """Whether a chain has a letter that only bases have."""
    return (chain["letter"] or "").lower() in _BASE_LETTERS


def _likeness_to_base(chain: re.Match[str]) -> tuple[bool, bool, bool]:
    """Whether a chain is short enough for a base, has a double bond, and 18 carbons."""
    carbons = int(chain["carbons"])
    return carbons <= _LONGEST_BASE, int(chain["double_bonds"]) > 0, carbons == _USUAL_BASE


def _without_oh(sum_of_chains: re.Match[str]) -> re.Match[str]:
    """Match of a sum without the `(OH)` behind it, which is one hydroxyl more than usual."""
    plain = _CHAIN.match(_BARE_OH.sub("", sum_of_chains.group()))
    if plain is None:
        _bad_ceramide(sum_of_chains.group())
    return plain


def parse_ceramide(text: str) -> tuple[Ceramide, str]:
    """Sum composition at the start of a normalised text, and the rest of the text.

    Raises
    ------
    NameFormError
        If the text begins with no ceramide.

    Examples
    --------
    >>> parse_ceramide("d18:1/18:0)+OAc")
    (Ceramide(carbons=36, double_bonds=1, hydroxyls=2), ')+OAc')
    """
    name, rest = read_ceramide(text)
    return name.ceramide, rest


def is_one_chain(name: CeramideName) -> bool:
    """Whether a name gives one chain alone in place of a whole ceramide.

    16 to 24 carbons are a sphingoid base or an acyl chain. From 20 carbons on, a name that
    writes the oxygens of the sum (`24:1;O2`) is believed.

    >>> [is_one_chain(read_ceramide(text)[0]) for text in ("18:0", "24:1;O2", "d18:1/2:0", "36:1")]
    [True, False, False, False]
    """
    least = LIMITS["written_sum" if name.written else "two_chains"].low
    return not name.chains and LIMITS["carbons"].low <= name.ceramide.carbons < least


def check_whole(name: CeramideName, head: str) -> None:
    """Refuse one chain alone where a name should give a whole ceramide; see `is_one_chain`.

    Raises
    ------
    NameFormError
        Code `one-chain`.

    Examples
    --------
    >>> check_whole(read_ceramide("d18:1/8:0")[0], "Cer")
    >>> check_whole(read_ceramide("18:0")[0], "GM1")
    Traceback (most recent call last):
    ganglioside.errors.NameFormError: GM1 18:0 is one chain alone: 18 carbons in all do not occur.
    """
    if is_one_chain(name):
        raise one_chain(name, head, f": {name.ceramide.carbons} carbons in all do not occur")


def one_chain(name: CeramideName, head: str, why: str) -> NameFormError:
    """Error of a name that gives one chain alone; `why` it is known to be one ends the message."""
    chain = f"{name.ceramide.carbons}:{name.ceramide.double_bonds}"
    return NameFormError(
        f"{head[:40]} {chain} is one chain alone{why}.",
        "one-chain",
        f"Write both chains, such as {head[:40]}(d18:1/18:0), or their sum, such as "
        f"{head[:40]}(36:1;O2); a lyso form as Lyso{head[:40]}.",
    )


def _acyl(chain: Ceramide) -> str:
    """Text of an acyl chain, `16:0`; its hydroxyls only where it has any."""
    return str(chain) if chain.hydroxyls else f"{chain.carbons}:{chain.double_bonds}"


def _check_two_chains(acyl: Ceramide, text: str) -> None:
    """Refuse an acyl chain without carbons: `d18:1/0:0` is a lyso form."""
    if acyl.carbons == 0:
        refuse(
            "one-chain",
            f"{text[:40]!r} has no acyl chain: it is a lyso form.",
            "Lyso forms are not judged: write the acyl chain, as in GM1(d18:1/18:0), if there is "
            "one.",
        )


def _chain(match: re.Match[str], implied: dict[str, int]) -> Ceramide:
    """Ceramide with the carbons, double bonds and hydroxyls of one match of `_CHAIN`.

    `implied` holds the number of hydroxyls by letter; a written number must agree with it.
    """
    letter = (match["letter"] or match["within"] or match["behind"] or "").lower()
    carbons, double_bonds = match["carbons"], match["double_bonds"]
    if letter not in implied:
        _bad_ceramide(match.group())
    _check_double_bonds(int(carbons), int(double_bonds))
    written = _written_hydroxyls(match)
    if letter not in ("", "c") and written is not None and written != implied[letter]:
        refuse(
            "contradiction",
            f"{match.group()!r}: {letter!r} stands for {implied[letter]} hydroxyls.",
            "Write either the letter or the number of hydroxyls.",
        )
    hydroxyls = implied[letter] if written is None else written
    return Ceramide(int(carbons), int(double_bonds), hydroxyls + _added_hydroxyls(match["added"]))


def _check_double_bonds(carbons: int, double_bonds: int) -> None:
    """Refuse more double bonds than every second carbon can have."""
    if double_bonds > carbons // 2:
        refuse(
            "impossible-double-bonds",
            f"{counted(carbons, 'carbon')} cannot hold {counted(double_bonds, 'double bond')}.",
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
    if number := match["after"] or match["before"] or match["old"]:
        return int(number)
    if positions := match["positions"] or match["bare"]:
        return positions.count(",") + 1
    if match["groups"] is not None:
        return int(match["groups"] or 1)
    return 1 if match["one"] else None


def _added_hydroxyls(text: str | None) -> int:
    """Hydroxyls beyond those of the letter: 1 for `+O`, `+pO` and `-OH`, 2 for `+O2`."""
    if not text:
        return 0
    if not text.startswith("+"):
        return 1
    return sum(int(before or after or 1) for before, after in _ADDED.findall(text))


def _bad_ceramide(text: str) -> NoReturn:
    refuse(
        "bad-ceramide",
        f"The ceramide {text[:40]!r} cannot be read.",
        "Write 36:1;O2, d36:1, 18:1;O2/18:0 or d18:1/18:0.",
    )
