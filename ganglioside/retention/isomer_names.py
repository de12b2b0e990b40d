"""Names of isomer lines: which letter fits which line."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.lipids.composition import UNITS
from ganglioside.lipids.head_groups import isomers
from ganglioside.observations.groups import Groups
from ganglioside.support.arrays import FloatArray, IntArray

#: Fragments of one kind that a fingerprint needs.
_FINGERPRINT: Final = 1.0

_POSITIONS: Final = {1: ("",), 2: ("early", "late"), 3: ("early", "middle", "late")}


def line_names(
    groups: Groups, line_group: IntArray, offset: FloatArray, seen: FloatArray
) -> tuple[str | None, ...]:
    """Name the lines: `GD1a` where fragments tell, else `GD1 early`, None for a single line.

    The end of the sugar chain is lost first, so the fragments of the inner core show how many
    sialic acids stand on the inner galactose: GM3 and GM2 mark GD1a (one), GD3 and GD2 mark
    GD1b (two). The order of elution names nothing: it is a property of the method.

    Parameters
    ----------
    groups : Groups
    line_group : numpy.ndarray of int, shape (L,)
    offset : numpy.ndarray, shape (L,)
        RT of the reference ceramide, min.
    seen : numpy.ndarray, shape (L, G)
        Fragments of each group that genuine features of each line made.
    """
    names: list[str | None] = [groups.isomer[g] for g in line_group]
    inner = _inner_sialic_acids(groups, seen)
    for group in np.flatnonzero(np.bincount(line_group) > 1):
        lines = np.flatnonzero(line_group == group)
        lines = lines[np.argsort(offset[lines])]
        letters = _letters(groups.series[group], [inner[k] for k in lines])
        for line, place, letter in zip(lines, _POSITIONS[len(lines)], letters, strict=True):
            names[line] = letter or f"{groups.isomer[group] or groups.series[group]} {place}"
    return tuple(names)


def _inner_sialic_acids(groups: Groups, seen: FloatArray) -> list[int | None]:
    """Return how many inner sialic acids the core fragments of each line show."""
    units = groups.units
    place = {unit: UNITS.index(unit) for unit in ("hex", "hexnac", "neuac", "neugc")}
    sialic = units[:, place["neuac"]] + units[:, place["neugc"]]
    others = np.delete(units, list(place.values()), axis=1)
    core = (units[:, place["hex"]] == 2) & (units[:, place["hexnac"]] <= 1)
    core &= (others == 0).all(axis=1)
    shown = seen @ (core[:, None] & (sialic[:, None] == np.arange(4))) >= _FINGERPRINT
    most = np.where(shown, np.arange(4), -1).max(axis=1)
    return [None if k < 0 else k for k in most.tolist()]


def _letters(series: str, inner: list[int | None]) -> list[str | None]:
    """Return the isomer of each line where exactly one fits and no other line claims it."""
    base, plus, modifications = series.partition("+")
    fits = [[h.isomer for h in isomers(base) if h.inner == k and not h.alpha] for k in inner]
    single = [f[0] if len(f) == 1 else None for f in fits]
    return [
        f"{name}{plus}{modifications}" if name and single.count(name) == 1 else None
        for name in single
    ]
