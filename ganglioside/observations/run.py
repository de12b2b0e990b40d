"""The run of a table, which every predicted RT keeps to: nothing elutes before the injection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from ganglioside.support.arrays import FloatArray
from ganglioside.support.densities import INTERVAL, STANDARD_DEVIATION


@dataclass(frozen=True, slots=True)
class Run:
    """The time from injection to the last feature.

    A prediction that is wider than the run shows nothing that the run itself does not show, so its
    95 % interval is at most as wide. What elutes after the last feature may be predicted there.

    Attributes
    ----------
    end : float
        RT of the last feature, min; infinite where it is unknown.
    """

    end: float = inf

    @classmethod
    def of(cls, rt: FloatArray) -> Run:
        """The run of features with these RT, min."""
        return cls(max(float(rt.max(initial=0.0)), 0.0) or inf)

    def to_dict(self) -> dict[str, float]:
        """The values, ready for JSON; none where the end is unknown."""
        return {} if self.end == inf else {"run_end": self.end}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Run:
        """The run of the values of `to_dict`; of models stored before, one without an end."""
        return cls(values.get("run_end", inf))

    @property
    def widest(self) -> float:
        """Largest standard deviation of a predicted RT, min."""
        return self.end / 2 * STANDARD_DEVIATION / INTERVAL

    def rt(self, predicted: FloatArray) -> FloatArray:
        """Predicted RT that are not before the injection, min, in the shape of `predicted`."""
        return np.maximum(predicted, 0.0)

    def sd(self, sd: FloatArray) -> FloatArray:
        """Standard deviations of predicted RT, min, no larger than `widest`, in their shape."""
        return np.minimum(sd, self.widest)

    def interval(self, predicted: FloatArray, sd: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Bounds of the 95 % intervals of predicted RT, min, each in their shape.

        Parameters
        ----------
        predicted, sd : numpy.ndarray
            Predicted RT and their standard deviations, min.

        Examples
        --------
        >>> lower, upper = Run(12.0).interval(np.array([5.0, -3.0, 9.0]), np.array([0.1, 0.1, 40]))
        >>> lower.round(1).tolist(), upper.round(1).tolist()
        ([4.8, 0.0, 3.0], [5.2, 0.2, 15.0])
        """
        centre = self.rt(predicted)
        half = INTERVAL / STANDARD_DEVIATION * self.sd(sd)
        return self.rt(centre - half), centre + half
