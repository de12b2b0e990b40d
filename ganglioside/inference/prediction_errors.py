"""How far predictions are off: what a table leaves open of its gradient, and left-out rows."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np

from ganglioside.inference.learning import with_curve
from ganglioside.inference.state import Inference
from ganglioside.observations.gradient import Gradient, RowsInCells, tents
from ganglioside.retention.first_gradient import STEP, knots_over, roughness, without_mean
from ganglioside.retention.gradient_uncertainty import GradientUncertainty
from ganglioside.support.arrays import FloatArray, sum_by
from ganglioside.support.caches import kept_with_first
from ganglioside.support.densities import INTERVAL, OWN_TAIL, beyond_own_tail, student_weight
from ganglioside.support.priors import Prior

_KNOWN_FROM: Final = 10_000  # candidates that leave nothing open of a gradient
_FEWEST: Final = 6  # rows that have shown anything of one
_ROUNDS: Final = 20
_MOST_LEVERAGE: Final = 0.98
_EXCEED: Final = 0.05  # share of the errors beyond their bound


@dataclass(frozen=True, eq=False)
class PredictionErrors:
    """Why predictions are farther off than curve and scatter say.

    Attributes
    ----------
    unsure : GradientUncertainty
    scale : float
        Factor of the whole error, by left-out rows.
    """

    unsure: GradientUncertainty
    scale: float

    @classmethod
    def nothing(cls) -> PredictionErrors:
        """Of predictions that are off by what curve and scatter say."""
        return cls(GradientUncertainty.nothing(), 1.0)

    def to_dict(self) -> dict[str, Any]:
        """Values for JSON: `from_dict` reads them."""
        unsure = {} if self.unsure.is_nothing else {"unsure": self.unsure.to_dict()}
        return {**unsure, "error_scale": self.scale}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> PredictionErrors:
        """Errors from the values of `to_dict`, or of a model that was stored without any."""
        unsure = GradientUncertainty.from_dict(values.get("unsure"))
        return cls(unsure, values.get("error_scale", 1.0))


@kept_with_first  # asked for anew by each feature that is explained
def prediction_errors(state: Inference) -> PredictionErrors:
    """How far predictions of a state are off."""
    unsure = gradient_uncertainty(state)
    return PredictionErrors(unsure, error_scale(state, unsure))


def gradient_uncertainty(state: Inference) -> GradientUncertainty:
    """What the rows on their lines leave open of the shape of the gradient.

    With C and X the covariance and the slopes of the curve, D the change of straightened time with
    g at the knots, W the weights of the rows and R the roughness, the curve follows a change of g
    by K = C X^T W D, and the covariance of g is

        (D^T W D - D^T W X K + R / step^2)^-1

    Of a gradient that seems even, it counts with the probability that it is bent all the same.

    Parameters
    ----------
    state : Inference
    """
    n_rows, n_candidates = len(state.observed), len(state.candidates.row)
    if n_rows < _FEWEST or n_candidates > _KNOWN_FROM:
        return GradientUncertainty.nothing()
    gradient = _with_knots(state)
    c, curve, ceramides = state.candidates, state.curve, state.tabulated.ceramides
    refitted = _refitted(state)
    slopes = RowsInCells(state.observed.rt, gradient.knots).slopes(gradient.log_speed)[c.row]
    weighted = slopes * refitted.weight[:, None]
    shape = state.tabulated.variance.shape
    cells = [sum_by(c.line_ceramide, column, prod(shape)).reshape(shape) for column in weighted.T]
    pull = curve.pulls(ceramides, cells)
    followed = refitted.curve.covariance @ pull
    free = without_mean(tents(state.observed.rt, gradient.knots))
    rough = roughness(len(gradient.knots)) / STEP**2
    precision = free.T @ (weighted.T @ slopes - pull.T @ followed + rough) @ free
    changes = free @ np.linalg.inv(np.linalg.cholesky(precision)).T
    if state.observed.gradient.is_even:
        changes *= np.sqrt(state.priors.hidden_bend.value)
    return GradientUncertainty(gradient, changes, followed @ changes)


def error_scale(state: Inference, unsure: GradientUncertainty) -> float:
    """How far rows are from what all others predict, in what is expected.

    A row of weight w whose prediction has the variance v is left out by its leverage h = w v: its
    error is its distance to the line over 1 - h, with the variance v / (1 - h) beside its scatter.
    Of these errors the scale of Student's t is taken, each row counted by what the others say of
    it, 1 - h; that of their 95 % bound where a few are farther off than such a t lets them be.

    Parameters
    ----------
    state : Inference
    unsure : GradientUncertainty
        That of the state.
    """
    c, usual = state.candidates, state.priors.left_out_errors
    of_curve = state.tabulated.variance + unsure.variance(state.curve, state.tabulated.ceramides)
    variance = of_curve.take(c.line_ceramide)
    left = 1 - np.minimum(_refitted(state).weight * variance, _MOST_LEVERAGE)
    expected = np.sqrt(state.scatter**2 + variance / left)
    error = (c.rt - state.fitted) / left / expected
    weight = state.teaching * left
    squared = usual.value**2
    for _ in range(_ROUNDS):
        squares = weight * student_weight(error / np.sqrt(squared), OWN_TAIL) @ error**2
        squared = (squares + usual.weight * usual.value**2) / (weight.sum() + usual.weight)
    return max(float(np.sqrt(squared)), _bound(np.abs(error), weight, usual) / INTERVAL)


def _bound(size: FloatArray, weight: FloatArray, usual: Prior) -> float:
    """Error that 5 % exceed: of these sizes, (n,), and as many usual ones as the prior counts.

    At most the largest of these.
    """
    order = np.argsort(size)
    size, weight = size[order], weight[order]
    total = float(weight.sum())
    exceed = total - np.cumsum(weight) + usual.weight * beyond_own_tail(size / usual.value)
    return float(np.interp(_EXCEED * (total + usual.weight), exceed[::-1], size[::-1]))


@kept_with_first  # asked for by both parts of the errors
def _refitted(state: Inference) -> Inference:
    """State whose covariance and weights are those of the slopes of a state."""
    return with_curve(state)


def _with_knots(state: Inference) -> Gradient:
    """The gradient of a state; of an even one, with knots all the same."""
    gradient = state.observed.gradient
    if not gradient.is_even:
        return gradient
    knots = knots_over(state.observed.rt)
    return Gradient(knots, np.zeros(len(knots)))
