"""Quality of lines: how well each is supported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganglioside.inference.state import Inference
from ganglioside.support.arrays import BoolArray, FloatArray, sum_by


@dataclass(frozen=True, eq=False)
class LineQuality:
    """How well lines predict features that were left out, each shape (L,).

    Attributes
    ----------
    r2, r2_left_out, rmse_left_out : numpy.ndarray
        NaN where fewer than two features stand on the line; RMSE in min.
    may_judge : numpy.ndarray of bool
        Whether the line may reject a name.
    """

    r2: FloatArray
    r2_left_out: FloatArray
    rmse_left_out: FloatArray
    may_judge: BoolArray


def line_quality(state: Inference, r2_threshold: float) -> LineQuality:
    """Return how well each line predicts the features that stand on it."""
    c, n_lines = state.candidates, len(state.line_group)
    weight, rt = state.shares.own, c.rt

    def total(values: FloatArray) -> FloatArray:
        return sum_by(c.line, weight * values, n_lines)

    count = total(np.ones(len(rt)))
    mean = total(rt) / np.maximum(count, 1e-9)
    about_mean = total((rt - mean[c.line]) ** 2)
    left_out = total((rt - state.shares.predicted) ** 2)
    enough = (count >= 1.5) & (about_mean > 1e-9)
    r2_left_out = np.where(enough, 1 - left_out / np.maximum(about_mean, 1e-9), np.nan)
    whole = 1 - left_out.sum() / max(float(about_mean.sum()), 1e-9)
    return LineQuality(
        r2=np.where(
            enough, 1 - total((rt - state.fitted) ** 2) / np.maximum(about_mean, 1e-9), np.nan
        ),
        r2_left_out=r2_left_out,
        rmse_left_out=np.where(enough, np.sqrt(left_out / np.maximum(count, 1e-9)), np.nan),
        may_judge=np.where(enough, r2_left_out, whole) >= r2_threshold,
    )
