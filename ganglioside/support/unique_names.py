"""Names that differ."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count


def unique(names: Sequence[str]) -> list[str]:
    """Distinct names in the same order; repeated ones are numbered.

    Examples
    --------
    >>> unique(["liver", "brain", "liver"])
    ['liver', 'brain', 'liver (2)']
    """
    taken: dict[str, None] = {}
    for name in names:
        numbered = (f"{name} ({number})" for number in count(2))
        free = next(wanted for wanted in chain([name], numbered) if wanted not in taken)
        taken[free] = None
    return list(taken)
