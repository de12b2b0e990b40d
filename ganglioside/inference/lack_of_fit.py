"""Whether rows on their lines elute early or late together, where the curve does not follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.state import Inference
from ganglioside.support.arrays import FloatArray, IntArray

#: Misfit from which a curve clearly misses rows. About 1 is usual; where the gradient was what it
#: was taken for, simulated tables stay below.
CLEAR_MISFIT: Final = 2.0

_LEAST_ROWS: Final = 20
_ROWS_IN_PART: Final = 10
_MOST_PARTS: Final = 12
_LARGEST: Final = 3.0  # scatters that a row counts as away, at most
_PART_ERRORS: Final = 3.3  # standard errors


@dataclass(frozen=True, slots=True)
class LackOfFit:
    """What the mean residuals of parts of the run say.

    Attributes
    ----------
    misfit : float
        Mean square of the mean residual of each part over its standard error: about 1 or less
        where a curve fits.
    first, last : float
        RT of the part that is worst, min.
    away : float
        Mean residual there, in the unit of `residual`.
    errors : float
        The same in standard errors.
    """

    misfit: float
    first: float
    last: float
    away: float
    errors: float

    @property
    def is_clear(self) -> bool:
        """Whether the curve clearly misses the rows somewhere."""
        return self.misfit > CLEAR_MISFIT and abs(self.errors) > _PART_ERRORS


def lack_of_fit(
    rt: FloatArray, residual: FloatArray, scale: FloatArray, species: IntArray | None = None
) -> LackOfFit | None:
    """How well a curve fits in the parts of a run; None for fewer than 20 rows, or all alike.

    Parameters
    ----------
    rt, residual, scale : numpy.ndarray, shape (n,)
        Of the rows on their lines, min: RT, its difference from what the others predict, and the
        scale of that difference.
    species : numpy.ndarray of int, shape (n,), optional
        Number of the species of each row: what its rows in several samples have in common is
        counted once. Where omitted, each row is a species of its own.

    Examples
    --------
    >>> import numpy as np
    >>> rt, scale = np.arange(40.0), np.ones(40)
    >>> found = lack_of_fit(rt, np.where(rt < 10, 2.0, 0.0) + np.sin(rt * 7), scale)
    >>> found.is_clear, found.first, found.last
    (True, 0.0, 9.0)
    """
    if len(rt) < _LEAST_ROWS:
        return None
    order = np.argsort(rt, kind="stable")
    away = np.clip(residual / scale, -_LARGEST, _LARGEST)[order]
    away = away - np.median(away)
    border, size = _parts(len(rt))
    spread = float(away.std())
    if species is not None:
        within = away - np.repeat(np.add.reduceat(away, border) / size, size)
        spread = _spread_of_species(within, species[order])
    if spread == 0:
        return None  # all rows are as far away: nothing is left inside the series
    errors = np.add.reduceat(away, border) / np.sqrt(size) / spread
    worst = int(np.argmax(np.abs(errors)))
    part = order[border[worst] : border[worst] + size[worst]]
    return LackOfFit(
        misfit=float(np.mean(errors**2)),
        first=float(rt[part[0]]),
        last=float(rt[part[-1]]),
        away=float(np.median(residual[part])),
        errors=float(errors[worst]),
    )


def scale_of(residual: FloatArray, sigma: FloatArray) -> FloatArray:
    """Scale of residuals that are given in sigma too, min, shape (n,).

    Where a residual is 0, any scale says the same, and 1 is taken.

    Examples
    --------
    >>> import numpy as np
    >>> scale_of(np.array([0.04, 0.0]), np.array([2.0, 0.0])).tolist()
    [0.02, 1.0]
    """
    is_none = (residual == 0) | (sigma == 0)
    return np.divide(residual, sigma, out=np.ones(len(residual)), where=~is_none)


def _spread_of_species(away: FloatArray, species: IntArray) -> float:
    """Spread of n rows such that a mean of n has the standard error spread / sqrt(n).

    With S the sum of a species' rows it is sqrt(sum(S^2) / n): the standard deviation where rows
    are independent, sqrt(m) times it where m of them are alike.
    """
    return float(np.sqrt(np.sum(np.bincount(species, weights=away) ** 2) / len(away)))


def _parts(n: int) -> tuple[IntArray, IntArray]:
    """First row and number of rows of each part of n rows."""
    number = min(_MOST_PARTS, n // _ROWS_IN_PART)
    border = np.arange(number) * n // number
    return border, np.diff(np.append(border, n))


def unexplained_part(state: Inference) -> float:
    """Largest share of rows that nothing explains in one part of the run; 0 for too few rows."""
    n = len(state.observed)
    if n < _LEAST_ROWS:
        return 0.0
    by_rt = state.shares.chance[np.argsort(state.observed.rt, kind="stable")]
    border, size = _parts(n)
    return float((np.add.reduceat(by_rt, border) / size).max())


def misfit_of(state: Inference) -> float:
    """Misfit of the curve of a state, see `LackOfFit`; 0 for too few rows."""
    c, shares = state.candidates, state.shares
    on = state.on_its_line
    residual = (c.rt - shares.predicted)[on]
    found = lack_of_fit(c.rt[on], residual, shares.scale[on])
    return found.misfit if found else 0.0
