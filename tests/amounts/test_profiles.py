"""Shares of series, ceramides and categories."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from accepted_features import features_of
from simulated_study import study_analysis

import ganglioside as gg
from ganglioside.amounts.profiles import PROFILE, PROFILE_BY_SAMPLE, By, profile_of
from ganglioside.amounts.species_table import Amounts
from ganglioside.errors import SettingsError
from ganglioside.ion_source.coelution import USUAL_TOLERANCE
from ganglioside.support.priors import Priors


@pytest.fixture(scope="module")
def study() -> gg.Analysis:
    return study_analysis()


@pytest.mark.parametrize("by", get_args(By))
def test_parts_sum_to_the_species(study: gg.Analysis, by: By) -> None:
    profile = study.profile(by)
    assert profile.by == by
    assert {c: str(t) for c, t in profile.table.dtypes.items()} == PROFILE
    column = {"series": "head"}.get(by, by)
    sums = study.species.groupby(column)[["area_consolidated", "share"]].sum()
    table = profile.table.set_index("name").loc[sums.index]
    for name in sums:
        np.testing.assert_allclose(table[name], sums[name])
    assert table["species"].sum() == len(study.species)
    assert (table["share_low"] <= table["share"]).all()
    assert (table["share"] <= table["share_high"]).all()


def test_series_are_those_that_are_named(study: gg.Analysis) -> None:
    names = study.profile().table["name"].tolist()
    assert names == list(dict.fromkeys(study.species["head"]))
    assert len(names) > study.species["series"].nunique()  # isomers apart


def test_categories_and_ceramides_stand_in_their_order(study: gg.Analysis) -> None:
    assert study.profile("category").table["name"].tolist() == ["GM", "GD", "GT", "GQ"]
    carbons = [int(name.split(":")[0]) for name in study.profile("ceramide").table["name"]]
    assert carbons == sorted(carbons)


def test_each_sample_has_a_share_of_every_part(study: gg.Analysis) -> None:
    profile = study.profile("series")
    long = profile.by_sample
    assert {c: str(t) for c, t in long.dtypes.items()} == PROFILE_BY_SAMPLE
    wide = long.pivot(index="sample", columns="name", values="share")
    np.testing.assert_allclose(wide.sum(axis=1), 100)
    table = profile.table.set_index("name")
    np.testing.assert_allclose(table["sample_mean"], wide.mean()[table.index])
    np.testing.assert_allclose(table["sample_sd"], wide.std(ddof=1)[table.index])


def test_a_single_table_has_no_scatter_of_samples() -> None:
    assert gg.analyze(gg.example()).profile().table["sample_sd"].isna().all()


def test_a_sample_without_areas_is_left_out_of_the_mean_over_samples() -> None:
    rows = [
        {"name": name, "sample": sample, "volume": area, "rt": rt}
        for name, rt, areas in (
            ("GM1(36:1;O2)", 9.0, (1e6, 3e6, None)),
            ("GM3(38:1;O2)", 11.0, (1e6, 1e6, None)),
        )
        for sample, area in zip(("S1", "S2", "S3"), areas, strict=True)
    ]
    amounts = Amounts.of(features_of(*rows), gg.Overrides(), USUAL_TOLERANCE, Priors.usual())
    table = profile_of(amounts).table.set_index("name")
    np.testing.assert_allclose(table["sample_mean"], [62.5, 37.5])
    np.testing.assert_allclose(table["sample_sd"], np.std([50, 75], ddof=1))


def test_another_word_is_refused(study: gg.Analysis) -> None:
    with pytest.raises(SettingsError, match="by = 'colour' is unknown: use one of series"):
        study.profile("colour")  # type: ignore[arg-type]
