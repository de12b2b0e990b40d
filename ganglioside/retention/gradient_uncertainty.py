"""What a table leaves open of the shape of its gradient, and how unsure that makes a prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganglioside.observations.gradient import Gradient, RowsInCells
from ganglioside.retention.curve import Ceramides, Curve
from ganglioside.retention.curve_covariance import SHARED
from ganglioside.support.arrays import FloatArray, decoded, encoded


@dataclass(frozen=True, eq=False)
class GradientUncertainty:
    """Independent changes of the speed of a gradient by one standard deviation each.

    The curve follows a change, since it must still meet the features: where there are features, the
    two cancel.

    Attributes
    ----------
    gradient : Gradient
    changes : numpy.ndarray, shape (k, m)
        Changes of g at the knots of the gradient.
    followed : numpy.ndarray, shape (P, m)
        Those of the parameters of the curve that follow.
    """

    gradient: Gradient
    changes: FloatArray
    followed: FloatArray

    @classmethod
    def nothing(cls) -> GradientUncertainty:
        """Of a gradient that is known."""
        return cls(Gradient.even(), np.zeros((0, 0)), np.zeros((0, 0)))

    @property
    def is_nothing(self) -> bool:
        """Whether the gradient is known."""
        return self.changes.size == 0

    def to_dict(self) -> dict[str, Any]:
        """Values for JSON: `from_dict` reads them."""
        return {
            "gradient": self.gradient.to_dict(),
            "changes": encoded(self.changes),
            "followed": encoded(self.followed),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any] | None) -> GradientUncertainty:
        """Uncertainty from the values of `to_dict`; nothing from None."""
        if values is None:
            return cls.nothing()
        gradient = Gradient.from_dict(values["gradient"])
        changes = decoded(values["changes"]).reshape(len(gradient.knots), -1)
        followed = decoded(values["followed"]).reshape(-1, changes.shape[1])
        return cls(gradient, changes, followed)

    def variance(self, curve: Curve, ceramides: Ceramides) -> FloatArray:
        """Variance of the RT of each line at each ceramide, straightened min^2, shape (L, c).

        With s the straightened time at the RT where the curve stands,

            sum over changes of (d(curve) - d(s))^2

        Parameters
        ----------
        curve : Curve
            That of `followed`, or the same with a further line.
        ceramides : Ceramides
        """
        straight = curve.predict(ceramides)
        if self.is_nothing:
            return np.zeros_like(straight)
        rt = self.gradient.to_rt(straight).ravel()
        cells = RowsInCells(rt, self.gradient.knots)
        of_time = cells.slopes(self.gradient.log_speed) @ self.changes
        of_curve = curve.change(ceramides, self._following(curve))
        return np.asarray(((of_curve - of_time.reshape(of_curve.shape)) ** 2).sum(axis=-1))

    def _following(self, curve: Curve) -> FloatArray:
        """`followed` of a curve; a line that was added at its end follows as the others do."""
        if len(curve.covariance) == len(self.followed):
            return self.followed
        n_lines = len(curve.lines) - 1
        lines = self.followed[SHARED : SHARED + n_lines]
        added = np.vstack([lines.mean(axis=0), np.zeros(lines.shape[1])])
        return np.insert(self.followed, SHARED + np.array([n_lines, 2 * n_lines]), added, axis=0)
