"""Real tables whose names were checked by those who published them, beside the project."""

from __future__ import annotations

import pandas as pd
import pytest
from paths import SHARED_DATA

import ganglioside as gg

pytestmark = pytest.mark.skipif(
    not SHARED_DATA.is_dir(), reason="the real tables are not beside the project"
)

#: Names of the panel whose integration its authors doubt.
DOUBTED = ("SM 38:2", "SM 40:1", "SM 40:2")


def judged(file: str) -> pd.DataFrame:
    """Rows of a real table that the model judged."""
    features = gg.analyze(gg.read_features(SHARED_DATA / "real" / file)).features
    return features[features["predicted_rt"].notna()]


def test_the_names_of_a_panel_are_valid() -> None:
    rows = judged("mrmkit_panel.csv")
    rows = rows[~rows["name"].isin(DOUBTED)]
    assert len(rows) == 396
    assert (rows["verdict"] == "valid").mean() >= 0.95


def test_the_names_of_an_untargeted_table_on_two_steps_are_no_outliers() -> None:
    rows = judged("lipidsearch_two_step.csv")
    assert (rows["verdict"] != "outlier").mean() >= 0.8
    largest = rows[rows["name"].str.match(r"(?:SM|Cer)\(d18:1/16:0\)")]
    largest = largest.sort_values("volume").groupby("series").last()
    assert largest["verdict"].tolist() == ["valid", "valid"]
