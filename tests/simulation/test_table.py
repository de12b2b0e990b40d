"""Simulated tables: reproducible, true to what they say of themselves, and like a real one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from paths import PORCINE
from simulated_tables import CERAMIDE, PLAIN_LEVELS, draw

import ganglioside as gg
from ganglioside.errors import SettingsError
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.simulation import LEVELS
from ganglioside.simulation.table import TRUTH


def test_a_seed_gives_the_same_table_and_another_seed_another() -> None:
    one, same, other = gg.simulate(seed=5), gg.simulate(seed=5), gg.simulate(seed=6)
    pd.testing.assert_frame_equal(one.data, same.data)
    assert one.truth is not None
    assert same.truth is not None
    pd.testing.assert_frame_equal(one.truth, same.truth)
    assert one.source.content == same.source.content
    assert one.source.content != other.source.content


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_read_without_a_fault(level: str) -> None:
    table = gg.simulate(seed=2, level=level)
    assert isinstance(table, FeatureTable)
    assert table.truth is not None
    assert "error" not in set(table.problems["severity"])
    assert len(table.problems) == 0 or level == "wild"
    assert table.data["fault"].isna().all()
    assert {c: str(t) for c, t in table.truth.dtypes.items()} == TRUTH
    assert table.truth["feature_id"].tolist() == table.data["feature_id"].tolist()


def test_what_is_turned_off_does_not_appear() -> None:
    quiet = {
        "chance_share": 0.0,
        "neugc_share": 0.0,
        "sodium_share": (0.0, 0.0),
        "water_share": (0.0, 0.0),
        "wrong_anchors": 0.0,
        "log_p_slips": 0.0,
        "merge_width": 0.0,
    }
    table = draw(4, **quiet)
    assert set(table["verdict"]) == {"valid", "fragment"}
    assert not table[["wrong_anchor", "log_p_slip", "merged"]].to_numpy().any()


def test_no_anchor_can_be_asked_for() -> None:
    assert (draw(0, anchors=0)["Anchor"] == "F").all()


@examples(25)
@given(
    seed=st.integers(0, 2**32),
    level=st.sampled_from(sorted(PLAIN_LEVELS)),
    chance=st.floats(0.0, 0.6),
    missing=st.floats(0.0, 1.0),
    width=st.floats(0.0, 0.3),
    samples=st.integers(1, 3),
)
def test_any_table_is_whole(
    seed: int, level: str, chance: float, missing: float, width: float, samples: int
) -> None:
    table = draw(
        seed,
        level,
        chance_share=chance,
        parent_missing=missing,
        merge_width=width,
        n_samples=samples,
    )
    posing = table["verdict"].isin(["fragment", "adduct"])
    assert table["feature_id"].tolist() == list(range(len(table)))
    assert table["parent"].notna().equals(posing)
    assert not (table["parent_id"].notna() & ~posing).any()
    named = table.loc[table["parent_id"].dropna().astype(int), "Name"].tolist()
    assert named == table.loc[table["parent_id"].notna(), "parent"].tolist()
    assert not table[["RT", "Volume", "Log P"]].isna().to_numpy().any()
    assert (table["true_rt"].isna() == table["true_name"].isna()).all()
    assert table.loc[table["verdict"] != "outlier", "true_name"].notna().all()


def test_genuine_rows_stand_on_the_line_of_the_molecule_they_are_named_after(
    middles: pd.DataFrame,
) -> None:
    genuine = middles[middles["verdict"] == "valid"]
    true = [parse_name(name) for name in genuine["true_name"]]
    assert [s.series for s in true] == genuine["series"].tolist()
    assert [s.isomer for s in true if s.isomer] == genuine["isomer"].dropna().tolist()
    off = (genuine["RT"] - genuine["true_rt"])[~genuine["merged"]]
    assert 0.017 < off.std() < 0.022
    assert off.abs().max() < 0.1


def test_wrong_anchors_are_trusted_fragments(middles: pd.DataFrame) -> None:
    trusted = middles["Anchor"] == "T"
    assert (middles["verdict"][middles["wrong_anchor"]] == "fragment").all()
    assert (middles["verdict"][trusted & ~middles["wrong_anchor"]] == "valid").all()
    assert trusted[middles["wrong_anchor"]].all()
    assert middles.groupby("seed")["wrong_anchor"].sum().mean() == pytest.approx(2, abs=1)


def test_log_p_follows_composition_but_for_slips(middles: pd.DataFrame) -> None:
    known = middles[~middles["log_p_slip"]]
    assert (known.groupby("Name")["Log P"].nunique() == 1).all()
    slipped = middles[middles["log_p_slip"]]
    off = slipped["Log P"] - slipped["Name"].map(known.groupby("Name")["Log P"].first())
    assert len(off.dropna()) > 5
    assert (off.dropna().abs().round(2) == 1.08).all()


def test_peaks_nearer_than_the_merge_width_are_one_feature() -> None:
    table = pd.concat([draw(seed, merge_width=0.15).assign(seed=seed) for seed in range(4)])
    gaps = table.sort_values("RT").groupby(["seed", "Name"])["RT"].diff().dropna()
    assert table["merged"].sum() > 20
    assert gaps.min() > 0.1  # merged features stand at the mean of their peaks


def test_the_largest_of_merged_peaks_decides_what_the_feature_is() -> None:
    resolved, merged = draw(0, merge_width=0.0), draw(0, merge_width=0.15)
    merged = merged[merged["merged"]].assign(feature=range(int(merged["merged"].sum())))
    pairs = merged.merge(resolved, on="Name", suffixes=("", "_peak"))
    pairs = pairs[(pairs["RT"] - pairs["RT_peak"]).abs() < 0.15]
    whole = pairs.groupby("feature").filter(
        lambda g: abs(g["Volume_peak"].sum() - g["Volume"].iloc[0]) < 5
    )
    largest = whole.sort_values("Volume_peak").drop_duplicates("feature", keep="last")
    assert len(largest) > 8
    assert largest["verdict"].tolist() == largest["verdict_peak"].tolist()
    assert (whole.groupby("feature")["verdict_peak"].nunique() > 1).any()


def test_missing_parents_leave_fragments_behind() -> None:
    table = draw(1, parent_missing=1.0)
    fragments = table[table["verdict"] == "fragment"]
    assert fragments["parent"].notna().all()
    assert fragments["parent_id"].isna().mean() > 0.95


def test_a_study_shows_the_same_species_in_its_samples() -> None:
    table = draw(7, n_samples=8)
    assert sorted(table["Sample"].unique()) == [f"S00{i}" for i in range(1, 9)]
    genuine = table[(table["verdict"] == "valid") & ~table["merged"]]
    seen = genuine.groupby("true_name")["Sample"].nunique()
    assert (seen == 8).sum() > 100
    assert (seen < 8).sum() > 20


def test_parents_are_in_the_sample_of_their_fragments() -> None:
    table = draw(7, n_samples=3)
    pieces = table[table["parent_id"].notna()]
    parents = table.loc[pieces["parent_id"].astype(int)]
    assert pieces["Sample"].tolist() == parents["Sample"].tolist()


@pytest.mark.skipif(not PORCINE.exists(), reason="needs ../shared/data/porcine_features.csv")
def test_the_middle_level_looks_like_a_real_table(middles: pd.DataFrame) -> None:
    real = pd.read_csv(PORCINE)
    real = real.join(
        parse_names(real["Name"]).frame().reset_index(drop=True)[["series", *CERAMIDE]]
    )
    tables = middles["seed"].nunique()
    assert len(middles) / tables == pytest.approx(len(real), rel=0.1)
    assert (middles["Anchor"] == "T").sum() / tables == pytest.approx(49, abs=1)
    log_volume = np.log10(real["Volume"].quantile([0.05, 0.5, 0.95]))
    assert np.log10(middles["Volume"].quantile([0.05, 0.5, 0.95])).to_numpy() == pytest.approx(
        log_volume.to_numpy(), abs=0.4
    )
    for column in ("series", "carbons", "double_bonds"):
        shares = pd.DataFrame(
            {
                "real": real[column].value_counts(normalize=True),
                "simulated": middles[column].value_counts(normalize=True),
            }
        ).fillna(0.0)
        assert shares.diff(axis=1)["simulated"].abs().sum() / 2 < 0.25, column


@pytest.mark.parametrize("seed", [-1, 10**30, 1.5, "1", None, True])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(SettingsError, match="seed"):
        gg.simulate(seed)


@pytest.mark.parametrize("decimals", [1, 2])
def test_rt_have_the_decimals_of_the_export(decimals: int) -> None:
    plain, rounded = draw(2), draw(2, rt_decimals=decimals)
    assert rounded["RT"].tolist() == plain["RT"].round(decimals).tolist()


def test_a_table_may_have_no_areas() -> None:
    assert "Volume" not in draw(2, areas=False)
    assert draw(2, areas=False)["RT"].tolist() == draw(2)["RT"].tolist()


@pytest.mark.parametrize("side", ["early", "late"])
def test_anchors_may_stand_on_one_side_of_the_run(side: str) -> None:
    table = draw(2, anchors=15, wrong_anchors=0.0, anchor_side=side)
    part = (table["RT"] - table["true_rt"].min()) / np.ptp(table["true_rt"].dropna())
    trusted = part[table["Anchor"] == "T"]
    assert len(trusted) > 10
    assert (trusted < 0.4).all() if side == "early" else (trusted > 0.6).all()
