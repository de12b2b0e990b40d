"""The species list holds every accepted species, and its areas of each sample."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from simulated_study import study_analysis

import ganglioside as gg
from ganglioside.exporting import to_species_csv, to_species_xlsx


@pytest.fixture(scope="module")
def analysis() -> gg.Analysis:
    return study_analysis()


def test_a_single_table_gives_the_species_alone() -> None:
    example = gg.analyze(gg.example())
    back = pd.read_csv(io.BytesIO(to_species_csv(example)))
    assert list(back.columns) == list(example.species.columns)
    assert back["name"].tolist() == example.species["name"].tolist()
    np.testing.assert_array_equal(back["area_consolidated"], example.species["area_consolidated"])


def test_a_study_has_a_column_of_areas_for_each_sample(analysis: gg.Analysis) -> None:
    back = pd.read_csv(io.BytesIO(to_species_csv(analysis)))
    samples = sorted(set(analysis.features["sample"]))
    areas = back[[f"area {sample}" for sample in samples]]
    assert list(back.columns)[-len(samples) :] == list(areas.columns)
    np.testing.assert_allclose(areas.sum(axis=1), back["area_consolidated"])
    assert (areas.notna().sum(axis=1) == back["samples"]).all()


def test_the_workbook_has_species_samples_and_profiles(analysis: gg.Analysis) -> None:
    sheets = pd.read_excel(io.BytesIO(to_species_xlsx(analysis)), sheet_name=None)
    assert len(sheets["species"]) == len(analysis.species)
    assert len(sheets["samples"]) == len(analysis.species_by_sample)
    for sheet in ("series", "ceramides", "categories"):
        assert sheets[sheet]["share"].sum() == pytest.approx(100)
    explained = set(sheets["notes"]["item"])
    assert {"area_returned", "area_unseen", "area_other_ions", "share"} <= explained


def test_the_same_analysis_gives_the_same_list(analysis: gg.Analysis) -> None:
    assert to_species_csv(analysis) == to_species_csv(study_analysis())
