"""Names of isomer lines, from the fragments of their features."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.lipids.composition import UNITS
from ganglioside.lipids.head_groups import isomers
from ganglioside.observations.groups import Groups
from ganglioside.support.arrays import FloatArray, IntArray

#: Number of fragments with one count of sialic acids from which a line shows it.
_FINGERPRINT: Final = 1.0

_POSITIONS: Final = {1: ("",), 2: ("early", "late"), 3: ("early", "middle", "late")}

_MOST_INNER: Final = 3  # sialic acids on the inner galactose


def line_names(
    groups: Groups, line_group: IntArray, offset: FloatArray, seen: FloatArray
) -> tuple[str | None, ...]:
    """Name of each line: `GD1a` where fragments show it, else `GD1 early`; None for a single line.

    The end of the sugar chain is lost first, so the fragments of the inner core show how many
    sialic acids the inner galactose carries: GM3 and GM2 mark GD1a (one), GD3 and GD2 mark GD1b
    (two). The order of elution decides no letter: it is a property of the method.

    Parameters
    ----------
    groups : Groups
    line_group : numpy.ndarray of int, shape (L,)
    offset : numpy.ndarray, shape (L,)
        RT of the reference ceramide, min.
    seen : numpy.ndarray, shape (L, G)
        Number of fragments of each group that genuine features of each line made.
    """
    names: list[str | None] = [groups.isomer[g] for g in line_group]
    inner = _inner_sialic_acids(groups, seen)
    for group in np.flatnonzero(np.bincount(line_group) > 1):
        lines = np.flatnonzero(line_group == group)
        lines = lines[np.argsort(offset[lines])]
        letters = _letters(groups.series[group], [inner[k] for k in lines])
        fallback = groups.isomer[group] or groups.series[group]
        positions = _POSITIONS[len(lines)]
        for line, position, letter in zip(lines, positions, letters, strict=True):
            names[line] = letter or f"{fallback} {position}"
    return tuple(names)


def _inner_sialic_acids(groups: Groups, seen: FloatArray) -> list[int | None]:
    """Largest number of inner sialic acids that the core fragments of each line show.

    A core fragment has two hexoses, at most one HexNAc, and nothing but sialic acids besides.
    """
    units = groups.units
    hexoses, hexnacs, neuac, neugc = (
        UNITS.index(unit) for unit in ("hex", "hexnac", "neuac", "neugc")
    )
    others = np.delete(units, [hexoses, hexnacs, neuac, neugc], axis=1)
    is_core = (units[:, hexoses] == 2) & (units[:, hexnacs] <= 1)
    is_core = is_core & (others == 0).all(axis=1)
    sialic = units[:, neuac] + units[:, neugc]
    numbers = np.arange(_MOST_INNER + 1)
    core_with_number = is_core[:, None] & (sialic[:, None] == numbers)
    shown = seen @ core_with_number >= _FINGERPRINT
    most = np.where(shown, numbers, -1).max(axis=1)
    return [None if number < 0 else number for number in most.tolist()]


def _letters(series: str, inner: list[int | None]) -> list[str | None]:
    """Isomer of each line where exactly one fits and no other line claims it, else None."""
    base, plus, modifications = series.partition("+")
    only_fits = [_only_isomer(base, number) for number in inner]
    letters: list[str | None] = []
    for isomer in only_fits:
        unique = isomer is not None and only_fits.count(isomer) == 1
        letters.append(f"{isomer}{plus}{modifications}" if unique else None)
    return letters


def _only_isomer(base: str, inner: int | None) -> str | None:
    """The one isomer of a series with this number of inner sialic acids; None for 0 or several."""
    fits = [head.isomer for head in isomers(base) if head.inner == inner and not head.alpha]
    return fits[0] if len(fits) == 1 else None
