"""The retention model: one curve over ceramides, one offset per series and isomer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.tables import FeatureTable

FloatArray = npt.NDArray[np.float64]


class RetentionModel:
    """RT = offset(series, isomer) + f(ceramide), f shared by all series."""

    def fit(self, table: FeatureTable) -> RetentionModel:
        """Fit to a feature table and return the fitted model."""
        raise NotImplementedError

    def predict(self, names: Sequence[str]) -> pd.DataFrame:
        """Return name, isomer, predicted_rt, lower, upper, basis; one row per isomer series."""
        raise NotImplementedError

    @property
    def lines(self) -> pd.DataFrame:
        """One row per series and isomer: the first columns of `columns.MODELS`."""
        raise NotImplementedError

    def line_rt(
        self,
        series: str,
        isomer: str | None,
        carbons: npt.ArrayLike,
        double_bonds: npt.ArrayLike,
        hydroxyls: npt.ArrayLike,
    ) -> FloatArray:
        """Return the RT in min of ceramides on one line (NaN where no line reaches)."""
        raise NotImplementedError

    def reduced_rt(
        self,
        rt: npt.ArrayLike,
        carbons: npt.ArrayLike,
        double_bonds: npt.ArrayLike,
        hydroxyls: npt.ArrayLike,
    ) -> FloatArray:
        """Return RT less the effect of the ceramide: what it would be for 36:1;O2, in min."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return the fitted parameters, ready for JSON."""
        raise NotImplementedError

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RetentionModel:
        """Rebuild a fitted model from `to_dict`."""
        raise NotImplementedError
