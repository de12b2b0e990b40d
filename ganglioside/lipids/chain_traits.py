"""What the chains of a name tell of its retention that their sum does not."""

from __future__ import annotations

import re
from typing import Final

from ganglioside.lipids.species import Species

_BASE: Final = re.compile(r"(?P<carbons>\d+):(?P<bonds>\d+)(?:;O(?P<hydroxyls>\d*))?")
_SPHINGOSINE_HYDROXYLS: Final = 2

#: Carbons of the bases that most sphingolipids of mammals have; others are often branched.
_USUAL_BASES: Final = (18, 20)


def moved_bonds(species: Species) -> int:
    """Number of double bonds in the base beyond what is usual for the sum of the chains.

    One double bond of a sphingolipid is usually in its base, and others in the acyl chain; bases
    with a third hydroxyl have none. -1 where all that are usual for the base are in the acyl chain,
    0 where chains are unknown.

    Examples
    --------
    >>> from ganglioside import parse_name
    >>> names = ("Cer(d18:1/24:1)", "Cer(d18:0/24:1)", "Cer(d18:2/24:0)", "Cer(t18:0/24:1)")
    >>> [moved_bonds(parse_name(name)) for name in names]
    [0, -1, 1, 0]
    """
    base = _base(species)
    if base is None:
        return 0
    usual = 0 if _is_phytosphingosine(base) else 1
    return int(base["bonds"]) - min(species.ceramide.double_bonds, usual)


def has_moved_hydroxyl(species: Species) -> bool:
    """Whether a name gives a base with a third hydroxyl though the sum has a double bond.

    The third hydroxyl of a sum without a double bond is usually that of a phytosphingosine, and
    others are in the acyl chain.

    Examples
    --------
    >>> from ganglioside import parse_name
    >>> names = ("Cer(t18:0/24:0)", "Cer(t18:0/24:1)", "Cer(d18:1/24:0(2OH))")
    >>> [has_moved_hydroxyl(parse_name(name)) for name in names]
    [False, True, False]
    """
    base = _base(species)
    return base is not None and _is_phytosphingosine(base) and species.ceramide.double_bonds > 0


def has_unusual_base(species: Species) -> bool:
    """Whether a name gives a base of other carbons than 18 or 20.

    Examples
    --------
    >>> from ganglioside import parse_name
    >>> [has_unusual_base(parse_name(f"SM({base}/22:0)")) for base in ("d18:1", "d17:1")]
    [False, True]
    """
    base = _base(species)
    return base is not None and int(base["carbons"]) not in _USUAL_BASES


def _is_phytosphingosine(base: re.Match[str]) -> bool:
    """Whether a base has a third hydroxyl."""
    return int(base["hydroxyls"] or 1) > _SPHINGOSINE_HYDROXYLS


def _base(species: Species) -> re.Match[str] | None:
    """Base of a species, None where its chains are unknown."""
    return _BASE.match(species.chains[0]) if species.chains else None
