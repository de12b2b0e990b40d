"""Simulated tables: reproducible, true to what they say of themselves, and like a real one."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paths import PORCINE

import ganglioside as gg
from ganglioside.errors import SettingsError
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.simulation import LEVELS, Scenario, World, facts, names, peaks
from ganglioside.simulation.example import write_example
from ganglioside.simulation.method import CURVES, Method
from ganglioside.simulation.table import TRUTH, draw_table

DATA = Path(gg.__file__).parent / "data"
CERAMIDE = ["carbons", "double_bonds", "hydroxyls"]


def draw(seed: int, level: str = "middle", **knobs: object) -> pd.DataFrame:
    """Return a table joined with its truth and its parsed names."""
    raw, truth = draw_table(World.draw(seed, LEVELS[level].replace(**knobs)))
    species = parse_names(raw["Name"]).frame().reset_index(drop=True)
    columns = ["series", *CERAMIDE, *facts.UNITS, "monoisotopic_mass"]
    return raw.join(truth).join(species[columns])


@pytest.fixture(scope="module")
def middles() -> pd.DataFrame:
    """Ten tables of the middle level; `seed` tells them apart."""
    return pd.concat([draw(seed).assign(seed=seed) for seed in range(10)], ignore_index=True)


def with_parents(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have a parent in the table, with its columns as `*_parent`."""
    pieces = table[table["parent_id"].notna()].assign(at=lambda t: t["parent_id"].astype(int))
    return pieces.merge(
        table, left_on=["seed", "at"], right_on=["seed", "feature_id"], suffixes=("", "_parent")
    )


def test_a_seed_gives_the_same_table_and_another_seed_another() -> None:
    one, same, other = gg.simulate(seed=5), gg.simulate(seed=5), gg.simulate(seed=6)
    pd.testing.assert_frame_equal(one.data, same.data)
    assert one.truth is not None
    assert same.truth is not None
    pd.testing.assert_frame_equal(one.truth, same.truth)
    assert one.source.content == same.source.content
    assert one.source.content != other.source.content


def test_one_knob_leaves_the_other_effects_as_they_were() -> None:
    plain, trusted = draw(3), draw(3, anchors=10, log_p_slips=0.0)
    assert not plain["Anchor"].equals(trusted["Anchor"])
    pd.testing.assert_frame_equal(
        plain[["Name", "RT", "Volume"]], trusted[["Name", "RT", "Volume"]]
    )


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_read_without_a_fault(level: str) -> None:
    table = gg.simulate(seed=2, level=level)
    assert isinstance(table, FeatureTable)
    assert table.truth is not None
    assert len(table.problems) == 0
    assert table.data["fault"].isna().all()
    assert {c: str(t) for c, t in table.truth.dtypes.items()} == TRUTH
    assert table.truth["feature_id"].tolist() == table.data["feature_id"].tolist()


def test_levels_grow_harder() -> None:
    outliers = {
        level: np.mean([(draw(seed, level)["verdict"] == "outlier").mean() for seed in range(4)])
        for level in LEVELS
    }
    assert list(outliers.values()) == sorted(outliers.values())
    anchors = [scenario.anchors for scenario in LEVELS.values()]
    assert anchors == sorted(anchors, reverse=True)


def test_every_knob_is_documented() -> None:
    for knob in dataclasses.fields(Scenario):
        assert set(knob.metadata) == {"unit", "help", "source"}, knob.name
        assert knob.metadata["help"], knob.name
        assert knob.metadata["source"], knob.name


def test_an_unknown_knob_or_level_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"'chanse_share'.*chance_share"):
        gg.simulate(chanse_share=0.1)
    with pytest.raises(SettingsError, match=r"'moderate'.*easy, middle, hard, extreme"):
        gg.simulate(level="moderate")


@pytest.mark.parametrize(
    "knobs", [{"rt_scatter": -0.1}, {"slope": (0.8, 0.4)}, {"n_samples": 0}, {"anchors": -1}]
)
def test_an_impossible_value_is_refused(knobs: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=next(iter(knobs))):
        gg.simulate(**knobs)


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


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    level=st.sampled_from(sorted(LEVELS)),
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


def test_fragments_are_pieces_of_a_parent_at_its_rt(middles: pd.DataFrame) -> None:
    pairs = with_parents(middles)
    pairs = pairs[pairs["verdict"] == "fragment"]
    units = list(facts.UNITS)
    lost = pairs[[f"{u}_parent" for u in units]].to_numpy() - pairs[units].to_numpy()
    assert len(pairs) > 300
    assert (lost >= 0).all()
    assert (lost.sum(axis=1) > 0).all()
    assert (pairs[CERAMIDE].to_numpy() == pairs[[f"{c}_parent" for c in CERAMIDE]]).all(axis=None)


def test_pieces_co_elute_as_measured(middles: pd.DataFrame) -> None:
    pairs = with_parents(middles)
    alone = pairs[~pairs["merged"] & ~pairs["merged_parent"]]
    off = (alone["RT"] - alone["RT_parent"]).abs()
    assert off.median() == pytest.approx(0.005, abs=0.0015)
    assert off.quantile(0.95) == pytest.approx(0.032, abs=0.008)


def test_adducts_have_the_mass_of_the_name_they_pose_as(middles: pd.DataFrame) -> None:
    pairs = with_parents(middles)
    adducts = pairs[pairs["verdict"] == "adduct"]
    shift = {"+Na-H": 21.98194, "-H2O": -18.01056}
    off = (
        adducts["monoisotopic_mass"]
        - adducts["monoisotopic_mass_parent"]
        - adducts["process"].map(shift)
    )
    assert set(adducts["process"]) == set(shift)
    assert off.abs().max() < 0.0026


@pytest.mark.parametrize(
    ("read", "change", "within"),
    [
        (names.as_neugc, 15.99491, 1e-4),  # the same formula
        (names.as_isotope, 2.00671, 0.01),  # two 13C
        (names.as_propyl, 0.0, 0.04),  # read as the same mass
    ],
)
def test_wrong_names_have_nearly_the_right_mass(read: object, change: float, within: float) -> None:
    species = facts.lines()[["series"]].drop_duplicates().merge(facts.ceramides(), how="cross")
    named = read(species)  # type: ignore[operator]
    named = named[names.in_library(named, 3)]
    assert len(named) > 100
    off = _mass(named) - _mass(species).loc[named.index] - change
    assert off.abs().max() < within


def _mass(table: pd.DataFrame) -> pd.Series:
    text = table["series"] + "(" + table["carbons"].astype(str) + ":"
    text += table["double_bonds"].astype(str) + ";O" + table["hydroxyls"].astype(str) + ")"
    return parse_names(text).frame()["monoisotopic_mass"].set_axis(table.index)


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


def test_some_fragments_outweigh_the_genuine_peak_of_their_name(middles: pd.DataFrame) -> None:
    largest = middles.pivot_table(
        index=["seed", "Name"], columns="verdict", values="Volume", aggfunc="max", observed=True
    )
    heavier = largest["fragment"] > largest["valid"]
    assert (heavier.groupby("seed").sum() > 0).all()


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


def test_nothing_is_below_the_limit_of_detection(middles: pd.DataFrame) -> None:
    assert middles["Volume"].min() >= LEVELS["middle"].detection_limit


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("ratio", [0.5, 0.8, 1.0])
def test_every_curve_has_the_slopes_it_is_asked_for(curve: str, ratio: float) -> None:
    z = np.array([-1e-4, 0.0, 1e-4, 6 - 1e-4, 6 + 1e-4])
    y = CURVES[curve](z, ratio)
    assert y[1] == pytest.approx(0, abs=1e-12)
    assert (y[2] - y[0]) / 2e-4 == pytest.approx(1, abs=1e-4)
    assert (y[4] - y[3]) / 2e-4 == pytest.approx(ratio, abs=1e-4)


@pytest.mark.parametrize("level", LEVELS)
def test_longer_ceramides_elute_later_and_unsaturated_ones_earlier(level: str) -> None:
    for seed in range(10):
        method = Method.draw(LEVELS[level], np.random.default_rng(seed))
        rt = method.rt(3, np.arange(32, 45)[:, None], np.arange(4), 2)
        assert (np.diff(rt, axis=0) > 0).all()
        assert (np.diff(rt, axis=1) < 0).all()


def test_isomers_and_acetyls_stand_where_they_may() -> None:
    lines = facts.lines()["line"].tolist()
    place = {line: lines.index(line) for line in ("GD1a", "GD1b", "GT1b", "GT1b+OAc")}
    scenario = LEVELS["middle"].replace(slope=(0.77, 0.77))
    offsets = np.array([Method.draw(scenario, np.random.default_rng(s)).offsets for s in range(60)])
    isomers = offsets[:, place["GD1b"]] - offsets[:, place["GD1a"]]
    acetyls = offsets[:, place["GT1b+OAc"]] - offsets[:, place["GT1b"]]
    assert np.abs(isomers).min() >= 0.28
    assert np.abs(isomers).max() <= 0.56
    assert 15 < (isomers > 0).sum() < 45  # either may be first
    assert acetyls.min() >= 0.02
    assert acetyls.max() <= 0.10


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


def test_drift_moves_samples_and_is_part_of_the_true_rt() -> None:
    table = draw(7, n_samples=6, drift_shift=0.2)
    genuine = table[(table["verdict"] == "valid") & ~table["merged"]]
    means = genuine.pivot_table(index="true_name", columns="Sample", values="RT").dropna().mean()
    assert means.std() > 0.05
    assert (genuine["RT"] - genuine["true_rt"]).std() < 0.025


def test_reporting_is_a_matter_of_the_cause_not_of_the_draw() -> None:
    world = World.draw(0, LEVELS["middle"])
    found = peaks.genuine(world)
    half = found.sample(frac=0.5, random_state=1)
    again = pd.Series(peaks.reported(world, found), index=found.index)
    assert peaks.reported(world, half).tolist() == again[half.index].tolist()


def test_the_example_is_written_the_same_again(tmp_path: Path) -> None:
    for written in write_example(tmp_path):
        assert written.read_bytes() == (DATA / written.name).read_bytes()


def test_the_example_does_not_depend_on_the_process(tmp_path: Path) -> None:
    code = """
import sys, pathlib
from ganglioside.simulation.example import write_example
write_example(pathlib.Path(sys.argv[1]))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "17", "LC_ALL": "C"})
    assert (tmp_path / "example.csv").read_bytes() == (DATA / "example.csv").read_bytes()


def test_the_example_holds_every_difficulty() -> None:
    table = gg.example()
    truth = table.truth
    assert truth is not None
    assert 200 <= len(table) <= 335
    assert len(truth) == len(table)
    assert {"GD1a", "GD1b", "GT1a", "GT1b"} <= set(truth["isomer"].dropna())
    assert {"+Na-H", "-H2O", "NeuGc", "chance"} <= set(truth["process"].dropna())
    assert truth["wrong_anchor"].sum() >= 1
    assert truth["log_p_slip"].any()
    missing = truth["parent"].notna() & truth["parent_id"].isna()
    assert missing.any()
    joined = truth.assign(name=table.data["name"], volume=table.data["volume"])
    largest = joined.pivot_table(index="name", columns="verdict", values="volume", aggfunc="max")
    assert (largest["fragment"] > largest["valid"]).any()
    assert len(table.problems) == 0


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
