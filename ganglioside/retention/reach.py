"""Up to where the rows of a table have shown the gradient, and how unsure it is beyond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.support.arrays import FloatArray
from ganglioside.support.priors import Priors

#: The outermost rows at each end do not count: no row shows by itself that it is right.
_OUTERMOST: Final = 1


@dataclass(frozen=True, slots=True)
class Reach:
    """Straightened time between which rows have shown the gradient.

    Attributes
    ----------
    first, last : float
        min; infinite where nothing is known of it.

    Examples
    --------
    >>> import numpy as np
    >>> reach = Reach.of(np.array([3.0, 4.0, 9.0, 12.0]))
    >>> reach.beyond(np.array([2.0, 5.0, 10.0])).tolist()
    [2.0, 0.0, 1.0]
    """

    first: float
    last: float

    @classmethod
    def everywhere(cls) -> Reach:
        """Reach beyond which nothing lies."""
        return cls(-np.inf, np.inf)

    @classmethod
    def of(cls, straight: FloatArray) -> Reach:
        """Reach of rows by their straightened time, min, shape (n,)."""
        if len(straight) <= 2 * _OUTERMOST:
            return cls.everywhere()
        inner = np.partition(straight, [_OUTERMOST, -1 - _OUTERMOST])
        return cls(float(inner[_OUTERMOST]), float(inner[-1 - _OUTERMOST]))

    @property
    def is_known(self) -> bool:
        """Whether there were rows to show it."""
        return bool(np.isfinite(self.first) and np.isfinite(self.last))

    def beyond(self, straight: FloatArray) -> FloatArray:
        """How far each straightened time is out of reach, min, in its shape."""
        before, after = self.first - straight, straight - self.last
        return np.maximum(np.maximum(before, after), 0.0)

    def variance(self, straight: FloatArray, bend: float) -> FloatArray:
        """Variance of straightened time because the gradient may bend out of reach, min^2.

        A speed that drifts with the distance x has moved time by about `bend` x^2.

        Parameters
        ----------
        straight : numpy.ndarray
            min.
        bend : float
            Usual bend, min per squared min.
        """
        return np.asarray((bend * self.beyond(straight) ** 2) ** 2)


def usual_bend(slope: float, priors: Priors) -> float:
    """How much a gradient usually bends out of reach, min per squared min; `slope` min a carbon."""
    return priors.bend_beyond_rows.spread / slope
