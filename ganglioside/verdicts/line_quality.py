"""Quality of lines: the fit to their features, and to features left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ganglioside.inference.state import Inference
from ganglioside.support.arrays import BoolArray, FloatArray, sum_by

#: Genuine features among all that nothing else explains, below which lines show no order: they
#: rest on a few rows that may be on them by chance.
_ORDERLY: Final = 0.2


@dataclass(frozen=True, eq=False)
class LineQuality:
    """Fit of each line to the features on it, each shape (L,); NaN with fewer than two features.

    Attributes
    ----------
    r2 : numpy.ndarray
        Share of the variance of RT that the line explains.
    r2_left_out : numpy.ndarray
        The same for predictions without the feature itself.
    rmse_left_out : numpy.ndarray
        Root mean square error of those predictions, min.
    may_judge : numpy.ndarray of bool
        Whether the line may reject a name.
    genuine, names : float
        Number of features that are on lines, and of these and all that nothing explains.
    """

    r2: FloatArray
    r2_left_out: FloatArray
    rmse_left_out: FloatArray
    may_judge: BoolArray
    genuine: float
    names: float

    @property
    def is_orderly(self) -> bool:
        """Whether so many names follow an order of retention that it can reject others."""
        return self.genuine >= _ORDERLY * self.names


def line_quality(state: Inference, r2_threshold: float) -> LineQuality:
    """Quality of each line over its candidates, weighted by their probability w to be on it.

        R2      = 1 - sum w (RT - fitted)^2    / sum w (RT - mean)^2
        R2_loo  = 1 - sum w (RT - predicted)^2 / sum w (RT - mean)^2
        RMSE    = sqrt(sum w (RT - predicted)^2 / sum w)

    where the prediction leaves the feature out. A line may judge if its R2_loo reaches the
    threshold; a line with too few features, if that of all lines together does. None may where
    most names follow no order at all.

    Parameters
    ----------
    state : Inference
    r2_threshold : float
    """
    c, n_lines = state.candidates, len(state.line_group)
    weight, rt = state.shares.own, c.rt

    def total(values: FloatArray) -> FloatArray:
        """Weighted sum over each line, shape (L,)."""
        return sum_by(c.line, weight * values, n_lines)

    count = total(np.ones(len(rt)))
    mean = total(rt) / np.maximum(count, 1e-9)
    about_mean = total((rt - mean[c.line]) ** 2)
    about_fit = total((rt - state.fitted) ** 2)
    left_out = total((rt - state.shares.predicted) ** 2)
    enough = (count >= 1.5) & (about_mean > 1e-9)
    variance = np.maximum(about_mean, 1e-9)
    r2_left_out = np.where(enough, 1 - left_out / variance, np.nan)
    mean_square = total((state.predicted_rt - state.observed.rt[c.row]) ** 2)
    mean_square = mean_square / np.maximum(count, 1e-9)
    r2_of_all = 1 - left_out.sum() / max(float(about_mean.sum()), 1e-9)
    genuine = float(state.shares.genuine.sum())
    quality = LineQuality(
        r2=np.where(enough, 1 - about_fit / variance, np.nan),
        r2_left_out=r2_left_out,
        rmse_left_out=np.where(enough, np.sqrt(mean_square), np.nan),
        may_judge=np.where(enough, r2_left_out, r2_of_all) >= r2_threshold,
        genuine=genuine,
        names=genuine + float(state.shares.chance.sum()),
    )
    return quality if quality.is_orderly else replace(quality, may_judge=np.zeros_like(enough))
