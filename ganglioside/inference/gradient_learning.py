"""The shape of the gradient, learned again from the rows on their lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ganglioside.inference.learning import with_curve
from ganglioside.inference.state import Inference
from ganglioside.observations.gradient import Gradient, RowsInCells, tents
from ganglioside.retention.curve import ceramide_basis, ceramide_effect_jacobian
from ganglioside.retention.curve_covariance import SHAPE
from ganglioside.retention.first_gradient import STEP, roughness, without_mean
from ganglioside.support.arrays import FloatArray, sum_by
from ganglioside.support.densities import OWN_TAIL, student_weight

_LARGEST_STEP: Final = 0.3  # of g in one round
_LEAST_SHARE: Final = 0.01  # of a row on a line, to count


def learn_gradient(state: Inference) -> Inference:
    """State with a gradient on which its rows lie closer to their lines; an even one stays.

    One Gauss-Newton step. With r the distance of a row to its line over its scatter, D the change
    of r with g at the knots once lines and shape of f have followed, W the weights of the rows and
    R the roughness,

        g -= (D^T W D + R / step^2)^-1 (D^T W r + R g / step^2)
    """
    if state.observed.gradient.is_even:
        return state
    moved = with_curve(with_curve(_on(state, _nearer(state))))
    return moved if _misfit(moved) < _misfit(state) else state


def _misfit(state: Inference) -> float:
    """Sum of the bounded squared distances of rows to their lines, in scatters, and roughness."""
    gradient = state.observed.gradient
    squares = ((state.candidates.rt - state.fitted) / state.scatter) ** 2
    misfit = (OWN_TAIL + 1) * np.log1p(squares / OWN_TAIL)
    steps = np.diff(gradient.log_speed) / STEP
    return float(state.teaching @ misfit + steps @ steps)


def _nearer(state: Inference) -> Gradient:
    """The gradient after one step."""
    gradient = state.observed.gradient
    c = state.candidates
    counts = np.flatnonzero(state.teaching > _LEAST_SHARE)
    line, ceramide = c.line[counts], c.ceramide[counts]
    row = c.row[counts]
    scatter = state.scatter[counts]
    residual = (c.rt - state.fitted)[counts] / scatter
    weight = state.teaching[counts] * student_weight(residual, OWN_TAIL)
    basis = ceramide_basis(state.observed.ceramides)[ceramide]
    followed = ceramide_effect_jacobian(state.curve.shape, basis) / scatter[:, None]
    cells = RowsInCells(state.observed.rt[row], gradient.knots)
    change = cells.slopes(gradient.log_speed) / scatter[:, None]
    change = _unexplained(change, followed, line, 1 / scatter, weight, len(state.line_group))
    free = without_mean(tents(state.observed.rt, gradient.knots))
    rough = roughness(len(gradient.knots)) / STEP**2
    weighted = change * weight[:, None]
    normal = free.T @ (weighted.T @ change + rough) @ free
    pull = free.T @ (weighted.T @ residual + rough @ gradient.log_speed)
    step = -free @ np.linalg.solve(normal, pull)
    moved = gradient.log_speed + np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
    return Gradient(gradient.knots, moved)


def _unexplained(
    change: FloatArray,
    followed: FloatArray,
    line: np.ndarray[tuple[int], np.dtype[np.int64]],
    level: FloatArray,
    weight: FloatArray,
    n_lines: int,
) -> FloatArray:
    """Part of `change`, (m, k), that neither lines nor shape of f, (m, 6), can follow.

    A weighted regression. `level` is the change of each row with its line, shape (m,).
    """
    both = np.hstack([followed, change])
    own = np.maximum(sum_by(line, weight * level**2, n_lines), 1e-12)
    for column in both.T:
        mean = sum_by(line, weight * level * column, n_lines) / own
        column -= mean[line] * level
    free, rest = both[:, :SHAPE], both[:, SHAPE:]
    weighted = free * weight[:, None]
    ridge = 1e-9 * np.eye(SHAPE)
    return np.asarray(rest - free @ np.linalg.solve(weighted.T @ free + ridge, weighted.T @ rest))


def _on(state: Inference, gradient: Gradient) -> Inference:
    """State with its rows in the straightened time of another gradient."""
    observed = replace(state.observed, gradient=gradient)
    c = state.candidates
    rt, speed = observed.straight_rt[c.row], observed.speed[c.row]
    return replace(state, observed=observed, candidates=replace(c, rt=rt, speed=speed))
