"""Tables of simulated worlds, as an analyst would get them, with their truth."""

from __future__ import annotations

import dataclasses
from numbers import Integral
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.errors import SettingsError
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import read_features
from ganglioside.simulation import facts, peaks
from ganglioside.simulation.exported_rows import exported
from ganglioside.simulation.scenario import LEVELS, Scenario
from ganglioside.simulation.world import World
from ganglioside.support.arrays import BoolArray

#: Columns of the truth of a simulated table.
TRUTH: Final[dict[str, str]] = {
    "feature_id": "int64",
    "verdict": "str",  # "valid", "fragment", "adduct" or "outlier"
    "isomer": "str",  # of a valid row, where its series has more than one: `GD1a`
    "parent_id": "Int64",  # of a fragment or adduct; NA where the parent is not in the table
    "parent": "str",  # name of the parent as the table writes it
    # `-NeuAc`, `+Na-H`, `-H2O`, `+HCOOH`, `M+2`, `second ion`, `split peak`; of an outlier
    # `NeuGc`, `isobar`, `chance`, `second name`
    "process": "str",
    "true_name": "str",  # the molecule that came off the column; NA for chance
    "true_rt": "float64",  # min, RT of its line in this sample; NaN for chance
    "wrong_anchor": "bool",
    "log_p_slip": "bool",  # the name has the Log P of another
    "merged": "bool",  # peaks of one name that were not resolved
    # of a valid row: its area, had no ion of it lost anything in the source; NaN for others
    "intact_area": "float64",
}

#: Columns of the file, in order; those that a scenario does not have are left out.
FILE: Final = ("Name", "RT", "Volume", "Log P", "Anchor", "Adduct", "m/z", "Sample")
#: Decimals of RT that an instrument's software shows.
_DECIMALS: Final = 3

#: Log P of a ceramide 36:1;O2, and the effects of a carbon, of no double bond, of each double bond
#: beyond the first, and of a third hydroxyl (general knowledge of calculated Log P).
_LOG_P: Final = {
    "ceramide": 13.7,
    "carbon": 0.54,
    "saturated": 0.5,
    "unsaturated": -0.93,
    "hydroxyl": -1.3,
}


#: Largest seed; `peaks` multiplies it within 64 bits.
MOST_SEED: Final = 2**32 - 1


def simulate(seed: int = 0, level: str | Scenario = "middle", **knobs: Any) -> FeatureTable:
    """Feature table of a random world, with its truth.

    Parameters
    ----------
    seed
        The same seed, level and knobs give the same table.
    level
        Key of `LEVELS`, or a `Scenario`.
    **knobs
        Fields of `Scenario` that replace those of the level.

    Returns
    -------
    FeatureTable
        Read like any other table; `truth` has the columns `TRUTH`, one row per row of `data`.
        The truth of a feature that merged several peaks is that of the largest.

    Raises
    ------
    SettingsError
        If the level or a knob does not exist, or a value is refused.

    Examples
    --------
    >>> table = simulate(seed=1, level="easy", chance_share=0.0)
    >>> len(table) == len(table.truth), "chance" in set(table.truth["process"])
    (True, False)
    """
    if isinstance(seed, bool) or not isinstance(seed, Integral) or not 0 <= seed <= MOST_SEED:
        raise SettingsError(f"seed: a whole number from 0 to {MOST_SEED:,} is needed.")
    if isinstance(level, str) and level not in LEVELS:
        raise SettingsError(f"level = {level!r} is unknown: use one of {', '.join(LEVELS)}.")
    scenario = LEVELS[level] if isinstance(level, str) else level
    return simulate_world(World.draw(seed, scenario.replace(**knobs)))


def simulate_world(world: World) -> FeatureTable:
    """Feature table of a given world, with its truth; see `simulate`.

    Parameters
    ----------
    world
        Result of `World.draw`.

    Returns
    -------
    FeatureTable

    Examples
    --------
    >>> world = World.draw(1, LEVELS["easy"])
    >>> len(simulate_world(world)) == len(simulate(1, "easy"))
    True
    """
    raw, truth = draw_table(world)
    table = read_features(raw, name=f"simulated-{world.seed}.csv")
    return dataclasses.replace(table, truth=truth)


def draw_table(world: World) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Input table of a world, with the columns of a file, and its truth, columns `TRUTH`."""
    rows = draw_rows(world)
    columns = [column for column in FILE if column in rows]
    return rows[columns], rows[list(TRUTH)].astype(TRUTH)


def draw_rows(world: World) -> pd.DataFrame:
    """Rows of a world's table: columns of the file, of the truth, and of `exported_rows`."""
    features = _order(world, _merge(world, _draw_peaks(world)))
    slips = _slipped(world, features)
    anchor, wrong = _anchors(world, features)
    raw = pd.DataFrame(
        {
            "Name": features["name"],
            "RT": features["rt"].round(_DECIMALS),
            "Volume": features["area"].round().astype("int64"),
            "Log P": (log_p(features) + _LOG_P["carbon"] * slips).round(2),
            "Anchor": np.where(anchor, "T", "F"),
        }
    )
    if world.scenario.n_samples > 1:
        raw["Sample"] = "S" + (features["sample"] + 1).astype(str).str.zfill(3)
    truth = _truth(world, features).assign(wrong_anchor=wrong, log_p_slip=slips != 0)
    rows = exported(world, raw.join(truth).assign(sample=features["sample"]))
    rows = rows.assign(RT=rows["RT"].round(min(world.scenario.rt_decimals, _DECIMALS)))
    return rows if world.scenario.areas else rows.drop(columns="Volume")


def _draw_peaks(world: World) -> pd.DataFrame:
    """All peaks that the feature finder reports, columns `peaks.PEAK`."""
    scenario = world.scenario
    tissue = peaks.genuine(world)
    named = [
        tissue[peaks.PEAK],
        peaks.fragments(world, tissue),
        peaks.sodium(world, tissue),
        peaks.water_losses(world, tissue),
        peaks.neugc(world, tissue),
        peaks.isotopes(world, tissue),
        peaks.other_ions(world, tissue),
    ]
    detected = pd.concat([table for table in named if len(table)], ignore_index=True)
    seen = detected[peaks.reported(world, detected)]
    _require_peaks(seen)
    lost = _unreported(world, seen[seen["verdict"] == "fragment"])
    seen = seen[(seen["verdict"] != "valid") | ~seen["species"].isin(lost)]
    odds = scenario.chance_share / (1 - scenario.chance_share)
    n = round(len(seen) / scenario.n_samples * odds)
    n_isobars = round(n * scenario.isobar_share)
    outliers = [
        peaks.isobars(world, tissue, n_isobars),
        peaks.chance(world, seen, n - n_isobars),
    ]
    return pd.concat([seen, *outliers], ignore_index=True)


def _require_peaks(seen: pd.DataFrame) -> None:
    """Refuse a world whose peaks are all too small, or elute at no time at all.

    Raises
    ------
    SettingsError
    """
    if seen.empty:
        raise SettingsError(
            "No peak is large enough to be reported: lower detection_limit or half_reported, or "
            "raise total_area; spreads of areas may be too large, too."
        )
    if not np.isfinite(seen["rt"]).all():
        raise SettingsError("Peaks have no RT: a spread, width or slope is too large.")


def _unreported(world: World, fragments: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Species (positions in `World.species`) with fragments in the table but no own row."""
    lost = world.stream("missing").random(len(world.species)) < world.scenario.parent_missing
    parents = np.unique(fragments["species"].to_numpy(dtype=np.int64))
    return np.asarray(parents[lost[parents]], dtype=np.int64)


def _merge(world: World, detected: pd.DataFrame) -> pd.DataFrame:
    """Features: peaks of one name that are not resolved become one, with the truth of the largest.

    The column `holds` lists the origins of the peaks of each feature.
    """
    table = detected.assign(name=_names(detected, "series")).sort_values(
        ["sample", "name", "rt", "origin"]
    )
    before = table[["name", "sample"]].shift()
    same = table["name"].eq(before["name"]) & table["sample"].eq(before["sample"])
    near = table["rt"].diff() < world.scenario.merge_width
    group = (~(same & near)).cumsum()
    table = table.assign(group=group, weighted=table["rt"] * table["area"])
    sums = table.groupby("group").agg(
        area=("area", "sum"),
        weighted=("weighted", "sum"),
        peaks=("area", "size"),
        intact_area=("intact_area", "sum"),
    )
    largest = table.sort_values(["group", "area"]).drop_duplicates("group", keep="last")
    largest = largest.drop(columns=["area", "weighted", "rt", "intact_area"]).merge(
        sums, on="group"
    )
    return largest.assign(
        rt=largest["weighted"] / largest["area"],
        merged=largest["peaks"] > 1,
        holds=table.groupby("group")["origin"].agg(tuple).to_numpy(),
    )


def _order(world: World, features: pd.DataFrame) -> pd.DataFrame:
    """Features sorted by name, as analysts do; those of one name at random, to give no hint."""
    series = facts.lines()["series"].drop_duplicates()
    ranks = dict(zip(series, range(len(series)), strict=True))
    rank = features["series"].map(ranks)
    shuffle = world.stream("order").random(len(features))
    keys = ["sample", "rank", *facts.CERAMIDE, "shuffle"]
    return (
        features.assign(rank=rank, shuffle=shuffle)
        .sort_values(keys)
        .drop(columns=["rank", "shuffle"])
        .reset_index(drop=True)
    )


def log_p(species: pd.DataFrame) -> pd.Series:
    """Log P of species by their composition.

    Parameters
    ----------
    species
        Columns `series` and `facts.CERAMIDE`.
    """
    units = facts.lines().drop_duplicates("series").set_index("series")[list(facts.UNITS)]
    head = units @ facts.units()["log_p"]
    bonds = species["double_bonds"]
    return (
        species["series"].map(head)
        + _LOG_P["ceramide"]
        + _LOG_P["carbon"] * (species["carbons"] - 36)
        + _LOG_P["saturated"] * (bonds == 0)
        + _LOG_P["unsaturated"] * (bonds - 1).clip(lower=0)
        + _LOG_P["hydroxyl"] * (species["hydroxyls"] - 2)
    )


def _slipped(world: World, features: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Draw the carbons by which the Log P of each feature is wrong: -2, 0 or 2, shape (n,).

    Features of one name have the same.
    """
    rng = world.stream("log_p")
    names = np.sort(features["name"].unique())
    n = min(rng.poisson(world.scenario.log_p_slips), len(names))
    chosen = rng.choice(names, size=n, replace=False)
    slips = dict(zip(chosen, rng.choice([-2, 2], size=n), strict=True))
    return features["name"].map(slips).fillna(0).to_numpy(dtype=np.int64)


def _anchors(world: World, features: pd.DataFrame) -> tuple[BoolArray, BoolArray]:
    """Draw the anchors: large genuine peaks, and some large fragments that are trusted wrongly.

    Returns
    -------
    anchor, wrong : numpy.ndarray of bool, shape (len(features),)
        All anchors, and those that are fragments.
    """
    rng = world.stream("anchors")
    n_wrong = min(rng.poisson(world.scenario.wrong_anchors), world.scenario.anchors)
    n_right = world.scenario.anchors - n_wrong
    there = features[may_be_anchors(world, features)]
    right = _trusted(there[there["verdict"] == "valid"], n_right, rng)
    wrong = _trusted(there[there["verdict"] == "fragment"], n_wrong, rng)
    is_wrong = features["origin"].isin(wrong).to_numpy()
    return features["origin"].isin(right).to_numpy() | is_wrong, is_wrong


def may_be_anchors(world: World, features: pd.DataFrame) -> BoolArray:
    """Whether each feature stands on the side of the run that has anchors, shape (n,)."""
    part = (features["rt"] - world.first_rt) / (world.last_rt - world.first_rt)
    sides = {"anywhere": part == part, "early": part < 1 / 3, "late": part > 2 / 3}
    return np.asarray(sides[world.scenario.anchor_side], dtype=np.bool_)


def _trusted(candidates: pd.DataFrame, n: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw the origins of n peaks, with a probability proportional to the root of the area."""
    area = candidates.groupby("origin")["area"].sum().sort_index()
    key = np.log(area) / 2 + rng.gumbel(size=len(area))
    return np.asarray(key.nlargest(n).index, dtype=np.int64)


def _truth(world: World, features: pd.DataFrame) -> pd.DataFrame:
    """Truth of features, without `wrong_anchor` and `log_p_slip`."""
    species = world.species.reindex(features["species"]).reset_index(drop=True)
    valid = features["verdict"] == "valid"
    posing = features["verdict"].isin(["fragment", "adduct"])
    neugc = features["process"] == "NeuGc"
    molecule = species["line"] + neugc.map({True: "(NeuGc)", False: ""})
    return pd.DataFrame(
        {
            "feature_id": range(len(features)),
            "verdict": features["verdict"],
            "isomer": species["line"].where(valid & (species["line"] != species["series"])),
            "parent_id": _parent_ids(features).where(posing),
            "parent": _names(species, "series").where(posing),
            "process": features["process"],
            "true_name": _names(species.assign(molecule=molecule), "molecule"),
            "true_rt": world.in_sample(
                features["study_rt"].to_numpy(), features["sample"].to_numpy()
            ),
            "merged": features["merged"],
            "intact_area": features["intact_area"].where(valid),
        }
    )


def _parent_ids(features: pd.DataFrame) -> pd.Series:
    """Feature with the genuine peak of each feature's species in the same sample, NA if absent."""
    held = features[["sample", "holds"]].explode("holds")
    keys = pd.MultiIndex.from_arrays([held["sample"], held["holds"].astype("int64")])
    rows = pd.Series(held.index, index=keys, dtype="Int64")
    # the origin of a genuine peak is the position of its species
    wanted = pd.MultiIndex.from_frame(features[["sample", "species"]])
    return rows.reindex(wanted).reset_index(drop=True)


def _names(table: pd.DataFrame, head: str) -> pd.Series:
    """Names of species, with the head group of the column `head`: `GD1a(36:1;O2)`."""
    parts = table[facts.CERAMIDE].astype("Int64").astype("str")
    ceramide = parts["carbons"] + ":" + parts["double_bonds"] + ";O" + parts["hydroxyls"]
    return table[head] + "(" + ceramide + ")"
