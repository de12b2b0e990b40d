"""One row a species: names, areas, shares, and what analysts decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from accepted_features import features_of, piece
from builders import build_analysis
from simulated_study import study_analysis

import ganglioside as gg
from ganglioside.amounts.species_table import BY_SAMPLE, SPECIES, Amounts
from ganglioside.ion_source.coelution import USUAL_TOLERANCE
from ganglioside.support.priors import Priors
from ganglioside.verdicts.review import accept, rename


def amounts_of(*rows: dict[str, Any], overrides: gg.Overrides | None = None) -> Amounts:
    overrides = overrides or gg.Overrides()
    return Amounts.of(features_of(*rows), overrides, USUAL_TOLERANCE, Priors.usual())


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.fixture(scope="module")
def study() -> gg.Analysis:
    return study_analysis()


def test_there_is_one_row_for_each_valid_species(example: gg.Analysis) -> None:
    species = example.species
    assert {c: str(t) for c, t in species.dtypes.items()} == SPECIES
    assert not species.duplicated(["head", "name"]).any()
    valid = example.features[example.features["verdict"] == "valid"]
    assert set(species["feature_id"]) <= set(valid["feature_id"])
    assert int(species["rows"].sum()) == len(valid)


def test_the_three_areas_make_the_consolidated_one(example: gg.Analysis) -> None:
    species = example.species
    parts = species["area"] + species["area_returned"] + species["area_unseen"]
    np.testing.assert_allclose(species["area_consolidated"], parts)
    assert (species["area_low"] <= species["area_consolidated"]).all()
    assert (species["area_consolidated"] <= species["area_high"]).all()
    assert (species["area_returned"] > 0).sum() > 20


def test_shares_make_a_hundred_percent(example: gg.Analysis, study: gg.Analysis) -> None:
    for analysis in (example, study):
        species = analysis.species
        assert species["share"].sum() == pytest.approx(100)
        assert (species["share_low"] <= species["share"]).all()
        assert (species["share"] <= species["share_high"]).all()


def test_decisions_of_analysts_change_the_species(example: gg.Analysis) -> None:
    before = example.species
    largest = before.loc[before["share"].idxmax()]
    made = rename(int(largest["feature_id"]), "GD1c(36:1;O2)", author="kh")
    after = example.with_overrides(gg.Overrides((made,))).species
    assert largest["name"] not in set(after["name"])
    (new,) = after[after["name"] == "GD1c(36:1;O2)"].itertuples()
    assert (new.decided_by, new.area) == ("analyst", largest["area"])
    assert np.isnan(new.confidence)
    rejected = gg.Override(feature_id=int(largest["feature_id"]), verdict="outlier", note="Tail.")
    assert len(example.with_overrides(gg.Overrides((rejected,))).species) == len(before) - 1


def test_a_fragment_that_an_analyst_accepts_is_a_species_and_not_given_back() -> None:
    rows = ({"name": "GM1(36:1;O2)", "volume": 5e6}, piece("GM3(36:1;O2)", 0, 1e6))
    assert amounts_of(*rows).table["area_returned"].tolist() == [1e6]
    own = amounts_of(*rows, overrides=gg.Overrides((accept(1, author="kh"),))).table
    assert own["name"].tolist() == ["GM1(36:1;O2)", "GM3(36:1;O2)"]
    assert own["area_returned"].tolist() == [0, 0]


def test_peaks_that_are_far_apart_are_not_averaged() -> None:
    gm2 = {"name": "GM2(38:1;O2)", "volume": 1e6}
    early = {**gm2, "rt": 10.693, "verdict": "fragment", "confidence": 0.999994}
    rows = (early, {**gm2, "rt": 11.919, "volume": 2e6, "confidence": 0.9995})
    species = amounts_of(*rows, overrides=gg.Overrides((accept(0, author="kh"),))).table
    assert species["name"].tolist() == ["GM2(38:1;O2)"] * 2
    assert species["head"].tolist() == ["GM2", "GM2 at 10.693 min"]
    assert species["rt"].tolist() == [11.919, 10.693]
    assert species["area"].tolist() == [2e6, 1e6]
    assert species["decided_by"].tolist() == ["model", "analyst"]
    np.testing.assert_array_equal(species["confidence"], [0.9995, np.nan])


def test_the_confidence_of_a_species_is_that_of_the_rows_that_the_model_judged() -> None:
    row = {"name": "GM1(36:1;O2)", "rt": 9.5}
    rows = ({**row, "sample": "S1", "confidence": 0.9}, {**row, "sample": "S2", "confidence": 0.4})
    (species,) = amounts_of(
        *rows, overrides=gg.Overrides((accept(1, author="kh"),))
    ).table.itertuples()
    assert (species.decided_by, species.confidence) == ("analyst", 0.9)


def test_a_missing_area_changes_no_other_species() -> None:
    gm1, gm3 = {"name": "GM1(36:1;O2)"}, {"name": "GM3(36:1;O2)"}
    rows = (
        {**gm1, "sample": "S1", "rt": 9.0, "volume": 1e6, "confidence": 0.6},
        {**gm1, "sample": "S2", "rt": 9.4, "volume": 3e6, "confidence": 1.0},
        {**gm3, "sample": "S1", "rt": 11.0, "volume": None, "confidence": 0.5},
        {**gm3, "sample": "S2", "rt": 11.2, "volume": None, "confidence": 0.7},
        {"name": "GD1(36:1;O2)", "sample": "S1", "rt": 8.0, "volume": None, "confidence": 0.5},
        {"name": "GD1(36:1;O2)", "sample": "S2", "rt": 8.2, "volume": 1e6, "confidence": 0.9},
    )
    species = amounts_of(*rows).table.set_index("name")
    assert species["feature_id"].to_dict() == {
        "GM1(36:1;O2)": 1,
        "GM3(36:1;O2)": 2,
        "GD1(36:1;O2)": 5,
    }
    np.testing.assert_allclose(species.loc["GM1(36:1;O2)", ["rt", "confidence"]], [9.3, 0.9])
    np.testing.assert_allclose(species.loc["GM3(36:1;O2)", ["rt", "confidence"]], [11.1, 0.6])
    np.testing.assert_allclose(species.loc["GD1(36:1;O2)", ["rt", "confidence"]], [8.2, 0.9])


def test_a_confidence_is_told_though_only_the_row_that_was_decided_on_has_an_area() -> None:
    row = {"name": "GM1(36:1;O2)", "rt": 9.5}
    rows = (
        {**row, "sample": "S1", "confidence": 0.9, "volume": None},
        {**row, "sample": "S2", "confidence": 0.4},
    )
    decided = gg.Overrides((accept(1, author="kh"),))
    assert amounts_of(*rows, overrides=decided).table["confidence"].tolist() == [0.9]


def test_other_ions_are_listed_and_not_added() -> None:
    rows = (
        {"name": "GD1(36:1;O2)", "adduct": "[M-2H]2-", "volume": 5e6},
        {"name": "GD1(36:1;O2)", "adduct": "[M-H]-", "volume": 2e6, "peak_id": 0},
        {
            "name": "GD1(38:4;O2)",
            "verdict": "adduct",
            "process": "+Na-H",
            "parent_id": 0,
            "volume": 1e6,
            "adduct": "[M-2H]2-",
        },
    )
    (species,) = amounts_of(*rows).table.itertuples()
    assert (species.ion, species.area, species.area_returned) == ("[M-2H]2-", 5e6, 0)
    assert (species.area_other_ions, species.rows_other_ions) == (3e6, 2)


def test_areas_of_samples_sum_to_that_of_the_species(study: gg.Analysis) -> None:
    long = study.species_by_sample
    assert {c: str(t) for c, t in long.dtypes.items()} == BY_SAMPLE
    sums = long.groupby(["head", "name"])[["area", "area_consolidated", "rows_returned"]].sum()
    of_species = study.species.set_index(["head", "name"]).reindex(sums.index)
    for column in sums:
        np.testing.assert_allclose(sums[column], of_species[column].astype(float))
    np.testing.assert_allclose(long.groupby("sample")["share"].sum(), 100)


def test_the_names_of_samples_change_no_area(study: gg.Analysis) -> None:
    names = sorted(study.features["sample"].unique())
    other = dict(zip(names, reversed(names), strict=True))
    renamed = study.features.assign(sample=study.features["sample"].map(other))
    tolerance = study.coelution_tolerance
    tables = [
        Amounts.of(features, gg.Overrides(), tolerance, study.model.priors)
        for features in (study.features, renamed)
    ]
    pd.testing.assert_frame_equal(tables[1].table, tables[0].table)
    long = tables[1].by_sample
    assert long["sample"].is_monotonic_increasing
    back = long.assign(sample=long["sample"].map(other)).sort_values("sample", kind="stable")
    pd.testing.assert_frame_equal(back.reset_index(drop=True), tables[0].by_sample)


def test_qc_pools_and_standards_do_not_count_in_sums() -> None:
    row = {"name": "GM1(36:1;O2)", "volume": 5e6}
    rows = [
        {**row, "sample": "S1", "sample_type": "sample"},
        {**row, "sample": "Q1", "sample_type": "qc", "volume": 9e6},
        {"name": "GM3(36:1;O2)", "rt": 11.0, "sample": "Q1", "sample_type": "qc"},
    ]
    amounts = amounts_of(*rows)
    assert amounts.table["name"].tolist() == ["GM1(36:1;O2)"]
    assert amounts.table["area"].tolist() == [5e6]
    assert amounts.by_sample["sample"].tolist() == ["Q1", "Q1", "S1"]
    only_qc = amounts_of(*(r for r in rows if r["sample"] == "Q1"))
    assert only_qc.table["samples"].tolist() == [1, 1]


def test_a_table_without_areas_has_species_without_areas() -> None:
    species = gg.analyze(gg.simulate(1, areas=False)).species
    assert len(species) > 100
    assert species[["area", "area_consolidated", "area_low", "share"]].isna().all(axis=None)
    assert species["rt"].notna().all()


def test_an_analysis_without_a_species_has_an_empty_table() -> None:
    amounts = amounts_of({"name": "GM1(36:1;O2)", "verdict": "outlier"})
    assert list(amounts.table.columns) == list(SPECIES)
    assert len(amounts.table) == len(amounts.by_sample) == 0
    assert len(build_analysis(0).species) == 0


def test_an_analysis_from_a_history_has_the_same_species(
    example: gg.Analysis, tmp_path: Path
) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    loaded = history.load(history.save(example))
    pd.testing.assert_frame_equal(loaded.species, example.species)


def test_a_row_that_names_nothing_is_no_species() -> None:
    rows = [{"name": "GM1(36:1;O2)"}, {"name": "GM3(36:1;O2)", "rt": 11.0}]
    features = features_of(*rows)
    features.loc[1, "name"] = "Unknown"
    amounts = Amounts.of(features, gg.Overrides(), USUAL_TOLERANCE, Priors.usual())
    assert amounts.table["name"].tolist() == ["GM1(36:1;O2)"]


def test_the_area_of_an_accepted_fragment_is_not_lost_by_its_former_parent_too(
    example: gg.Analysis,
) -> None:
    fragments = example.features.query("verdict == 'fragment'").dropna(subset="parent_id")
    row = fragments.loc[fragments["volume"].idxmax()]
    after = example.with_overrides(gg.Overrides((accept(int(row["feature_id"]), author="kh"),)))
    of_parent = after.species.set_index("feature_id").loc[row["parent_id"]]
    assert of_parent["area_unseen"] < 0.05 * row["volume"]
    sums = [a.species["area_consolidated"].sum() for a in (example, after)]
    assert sums[1] == pytest.approx(sums[0], rel=0.005)
