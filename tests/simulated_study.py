"""A simulated study of 20 samples and its analysis, for tests."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pandas as pd

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.reading.feature_table import FeatureTable


@cache
def study() -> FeatureTable:
    """Features of 20 samples with their truth."""
    return gg.simulate(2, n_samples=20)


@cache
def study_analysis() -> Analysis:
    return gg.analyze(study())


def raw_of(table: FeatureTable) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(table.source.content))


def right(analysis: Analysis, table: FeatureTable) -> np.ndarray:
    assert table.truth is not None
    return analysis.features["verdict"].astype(str).to_numpy() == table.truth["verdict"].to_numpy()
