"""The two tables of a result, and what to measure next."""

from __future__ import annotations

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.reports.results import species_rows, wrong_names
from ganglioside.verdicts.review import accept, reject


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return gg.analyze(gg.example())


def test_each_feature_is_in_one_of_the_two_tables(analysis: Analysis) -> None:
    wrong = wrong_names(analysis)
    assert len(wrong) + analysis.summary.valid == len(analysis)
    assert species_rows(analysis)["rows"].sum() <= analysis.summary.valid


def test_a_fragment_counts_to_the_isomer_that_it_comes_from(analysis: Analysis) -> None:
    fragment = wrong_names(analysis).set_index("feature_id").loc[11]
    assert fragment["why"] == "loss of Hex + HexNAc + NeuAc"
    assert fragment["instead"] == "part of GD1a(36:1;O2)"


@pytest.mark.parametrize("form", ["{} {}", "{}({})", "{} {}; [M-2H]2-"])
def test_a_parent_keeps_its_ceramide_however_names_are_written(form: str) -> None:
    """Of GD1 36:1;O2, without brackets, `part of GD1a(` was left."""
    data = gg.example().data
    parts = [name.rstrip(")").rpartition("(") for name in data["name"]]
    names = [form.format(head, ceramide) for head, _, ceramide in parts]
    table = pd.DataFrame({"Name": names, "RT": data["rt"], "Volume": data["volume"]})
    told = wrong_names(gg.analyze(table))["instead"]
    assert "part of GD1a(36:1;O2)" in set(told)
    assert not told.str.endswith("(").any()


def test_a_parent_with_chains_is_named_as_in_the_species_list() -> None:
    """Its chains were left out, so that it could be another species of the same sum."""
    data = gg.example().data
    usual = data[data["name"].str.contains(":1;O2")]
    acyl = usual["name"].str.extract(r"\((\d+):1")[0].astype(int) - 18
    names = usual["name"].str.partition("(")[0] + " d18:1/" + acyl.astype(str) + ":0"
    table = pd.DataFrame({"Name": names, "RT": usual["rt"], "Volume": usual["volume"]})
    analysis = gg.analyze(table)
    told = wrong_names(analysis)["instead"]
    parts = told[told.str.startswith("part of GD1a")].str.removeprefix("part of ")
    assert len(parts) > 5
    assert set(parts) <= set(analysis.species["name"])


def test_another_ion_counts_to_its_species_and_is_no_part_of_it(analysis: Analysis) -> None:
    wrong = wrong_names(analysis)
    adducts = wrong[wrong["verdict"] == "adduct"]
    assert len(adducts)
    assert adducts["instead"].str.startswith("ion of ").all()


def test_outliers_say_how_far_off_they_are_and_what_fits(analysis: Analysis) -> None:
    wrong = wrong_names(analysis).set_index("feature_id")
    suggested = analysis.suggested_names.iloc[0]
    outlier = wrong.loc[int(suggested["feature_id"])]
    assert outlier["why"].startswith("elutes ")
    assert outlier["instead"].startswith(suggested["suggested_name"])


def test_what_an_analyst_decided_comes_first(analysis: Analysis) -> None:
    features = analysis.features
    valid = int(features.index[features["verdict"] == "valid"][0])
    outlier = int(features.index[features["verdict"] == "outlier"][0])
    made = (
        reject(features.loc[valid], author="kh"),
        accept(outlier, author="kh"),
    )
    wrong = wrong_names(analysis.with_overrides(gg.Overrides(made))).set_index("feature_id")
    assert wrong.loc[valid, "why"] == "rejected by an analyst"
    assert outlier not in wrong.index


def test_a_shared_peak_is_listed_once() -> None:
    study = gg.analyze(gg.simulate(1, n_samples=3))
    wrong = wrong_names(study)
    peaks = study.shared_peak[wrong["feature_id"].to_numpy("int64")]
    assert len(set(peaks)) == len(wrong)


def test_a_table_without_a_wrong_name_has_an_empty_table() -> None:
    rows = [f"GM1({n}:1;O2),{9 + n / 8},1000" for n in range(34, 46)]
    table = gg.read_features("\n".join(["Name,RT,Volume", *rows]).encode())
    assert wrong_names(gg.analyze(table)).empty
