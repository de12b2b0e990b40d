"""The species list: every accepted species, in a workbook or as CSV."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from openpyxl import load_workbook

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.exporting import to_species_csv, to_species_xlsx


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return gg.analyze(gg.example())


def test_the_csv_has_one_row_a_species(analysis: Analysis) -> None:
    back = pd.read_csv(io.BytesIO(to_species_csv(analysis)))
    assert back["name"].tolist() == analysis.species["name"].tolist()
    assert back["share"].sum() == pytest.approx(100)


def test_the_workbook_has_species_samples_and_shares(analysis: Analysis) -> None:
    book = load_workbook(io.BytesIO(to_species_xlsx(analysis)))
    assert book["species"].max_row == len(analysis.species) + 1
    assert book["species"].freeze_panes == "B2"
    assert book["series"].max_row == len(analysis.profile().table) + 1


def test_a_study_has_the_areas_of_each_sample() -> None:
    study = gg.analyze(gg.simulate(1, n_samples=3))
    back = pd.read_csv(io.BytesIO(to_species_csv(study)))
    assert [c for c in back if c.startswith("area S")] == ["area S001", "area S002", "area S003"]
