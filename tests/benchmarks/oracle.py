"""The oracle: who knows the world but not the luck, and decides by Bayes' rule.

It knows the curve, the offsets, every width and every rate, the fragmentation and what the
tissue is expected to hold, and sees the table alone. Its errors are those that the data force
upon everybody. With areas (`use_area`) it also knows how large each kind of row should be,
which no method can learn from one table: that is the outer limit.

The effects of other tables (`ganglioside.simulation.effects`) it knows as follows.

- Exactly: gradients, drift, pathways, rounded RT of a row, scatter, missing rows, anchors, m/z with
  its calibration and faults, other ions, isotopes read as names, split peaks.
- It is told which rows show one peak again (second ions, isotope rows, duplicates, second names):
  it judges the first and gives the others what follows from that. Chain isomers are judged apart.
- Not exactly: the RT of a piece is compared with its parent's by the mean and the variance of the
  latter's true RT, so that rounding of the parent's counts as normal noise; the samples of a study
  are judged one by one; without areas the expected ones are taken for those of parents; a split
  peak without its other half is not thought of; in a table with chains all rows by chance are
  taken for d18:1.

Every explanation of a row is a candidate with the logarithm of its density: how often such a
row is reported, times how likely its RT (and area) is. A cause that makes one row at most is
taken from the other rows by as much as one of them has it; the candidates' parents count by
how surely they are genuine. Both are repeated until they stand still.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from judgement import ROWS, UNSEEN, Judgement
from scipy.special import ndtr

from ganglioside.lipids.isotopes import ISOTOPE_STEP, isotope_extents
from ganglioside.simulation import World, exported_rows, facts, names, peaks
from ganglioside.simulation.table import may_be_anchors

NAME = ["series", *facts.CERAMIDE]
SWEEPS = 6
#: Nodes over which the unknown deviation of a species' area is averaged.
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def judge(
    world: World, features: pd.DataFrame, unseen: pd.DataFrame, *, use_area: bool = False
) -> Judgement:
    """Judge a table of one sample.

    Parameters
    ----------
    world
        What the table was drawn from.
    features
        Columns sample, name, rt, volume, anchor, mz, process, series, ceramide and
        `exported_rows.BOOKKEEPING`; index 0, 1, 2, ...
    unseen
        Columns UNSEEN's rt and curve_rt of species that are not in the table.
    use_area
        Whether the area of a row is evidence.
    """
    world = _with_sample_spread(world)
    features = features.assign(volume=_known_areas(world, features), ppm=_ppm(world, features))
    features = _with_other_ions(world, features)
    first = features[features["same_as"] < 0]
    parts = [_judge_part(world, part, use_area) for _, part in first.groupby(["sample", "chain"])]
    rows = _told(features, pd.concat(parts).sort_index())
    return Judgement(rows[ROWS], _unseen(world, unseen))


def _judge_part(world: World, part: pd.DataFrame, use_area: bool) -> pd.DataFrame:
    """Verdicts on the rows of one sample and chain isomer, indexed as they are."""
    own = _world_of_part(world, int(part["sample"].iloc[0]), int(part["chain"].iloc[0]))
    rows = part.reset_index(drop=True)
    posterior = weigh(own, rows, find_candidates(own, rows, use_area))
    said = decide(own, rows, posterior).set_axis(part.index)
    position = pd.Series(part.index, dtype="Int64")
    at = position.reindex(said["parent_id"].fillna(-1)).to_numpy()
    return said.assign(parent_id=pd.array(at, dtype="Int64"))


def _world_of_part(world: World, sample: int, chain: int) -> World:
    """Return the world as one sample and chain isomer shows it.

    Its species have `curve_rt` in the sample's time, their expected area, `curve_sd` (min, of a
    species about its line, without the noise of its row) and `mass`.
    """
    scenario, species = world.scenario, world.species
    at = np.full(len(species), sample)
    rt = species["curve_rt"].to_numpy()
    expected = world.in_sample(rt, at)
    steep = (world.in_sample(rt + 1e-4, at) - world.in_sample(rt - 1e-4, at)) / 2e-4
    area = species["mean_log_area"].to_numpy()
    if scenario.chain_names:
        distance, fraction = exported_rows.chain_isomers(world)
        both = exported_rows.has_chain_isomers(species)
        expected = expected + chain * distance
        of_second = np.where(both, fraction, 0.0)
        area = area + _log(of_second if chain else 1 - of_second)
    return dataclasses.replace(
        world,
        species=species.assign(
            curve_rt=expected,
            mean_log_area=area,
            curve_sd=np.hypot(scenario.rt_scatter * steep, scenario.rt_noise),
            mass=facts.masses(species),
        ),
    )


def _with_sample_spread(world: World) -> World:
    """Return the world with the spread of areas between samples as a part of that of species."""
    scenario = world.scenario
    between = scenario.sample_spread * (scenario.n_samples > 1)
    spread = float(np.hypot(scenario.profile_spread, between))
    return dataclasses.replace(world, scenario=scenario.replace(profile_spread=spread))


def _known_areas(world: World, features: pd.DataFrame) -> pd.Series:
    """Return the areas; in a table without any, those expected of the names."""
    if world.scenario.areas:
        return features["volume"]
    expected = np.exp(world.species.groupby(NAME)["mean_log_area"].max())
    known = expected.reindex(pd.MultiIndex.from_frame(features[NAME])).to_numpy()
    return pd.Series(known, index=features.index).fillna(world.scenario.half_reported)


def _ppm(world: World, features: pd.DataFrame) -> np.ndarray:
    """Return measured m/z less that of the name's true ion, ppm, calibrated; NaN without m/z."""
    if not world.scenario.mz:
        return np.full(len(features), np.nan)
    return _ppm_as(world, features, features["ion"])


def _with_other_ions(world: World, features: pd.DataFrame) -> pd.DataFrame:
    """Return features with `misstated`, whether the m/z is that with formate, and `ppm` of that."""
    if not world.scenario.misstated_ion_share:
        return features.assign(misstated=False)
    with_formate = features["ion"].map(exported_rows.WITH_FORMATE).fillna(features["ion"])
    ppm = _ppm_as(world, features, with_formate)
    misstated = np.abs(ppm) < np.abs(features["ppm"])
    return features.assign(misstated=misstated, ppm=np.where(misstated, ppm, features["ppm"]))


def _ppm_as(world: World, features: pd.DataFrame, named: pd.Series) -> np.ndarray:
    """Return measured m/z less that of these ions, ppm, calibrated."""
    neutrons = features["neutrons"] + (world.scenario.mz_fault == "M+1")
    mass = (facts.masses(features) + neutrons * ISOTOPE_STEP).to_numpy(np.float64)
    usual = exported_rows.mz_as_named(mass, named)
    error = 1e6 * (features["mz"] - usual) / usual
    rt = features["rt"].to_numpy()
    return np.asarray(error) - exported_rows.calibration(world, usual, rt)


def _told(features: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
    """Verdicts on all rows: those that show a peak again follow from the first."""
    first = features["same_as"].where(features["same_as"] >= 0, features.index.to_series())
    rows = said.loc[first].set_axis(features.index)
    again = (features["same_as"] >= 0).to_numpy()
    genuine = (rows["verdict"] == "valid").to_numpy() & again
    other_peak = genuine & features["process"].isin(["M+1", "M+2"]).to_numpy()
    second_name = again & (features["process"] == exported_rows.SECOND_NAME).to_numpy()
    verdict = np.select([second_name, other_peak], ["outlier", "adduct"], rows["verdict"])
    parent = rows["parent"].astype(object).where(~other_peak, features["name"])
    parent_id = rows["parent_id"].where(~other_peak, first.astype("Int64"))
    return rows.assign(
        verdict=verdict,
        parent=parent.where(~second_name),
        parent_id=parent_id.where(~second_name),
    )


def find_candidates(world: World, features: pd.DataFrame, use_area: bool) -> pd.DataFrame:
    """Return every explanation of every row.

    Columns: `row`, `verdict`, `species` (of `World.species`, -1 for chance), `line`, `parent`
    (row of the co-eluting parent, -1 where it is not in the table), `cause` (text, one per
    cause that can make one row only; NA for chance) and `log_weight`.
    """
    rows = features[["rt", "volume", "ppm", "chain", *NAME]].rename_axis("row").reset_index()
    species = world.species.drop(columns="scatter").rename_axis("species").reset_index()
    genuine = rows.merge(species, on=NAME)
    found = [
        _candidates(genuine, "valid", "", _own_curve(world, genuine, 0.0, 0.0, use_area)),
        _splits(world, rows, genuine),
        _neugc(world, rows, species, use_area),
        _chance(world, rows, species, use_area),
    ]
    found += _pieces(world, rows, species, use_area)
    return pd.concat(found, ignore_index=True)


def weigh(world: World, features: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates with their posterior probability, `p`."""
    anchors = _anchor_evidence(world, features, candidates)
    anchors = anchors + _ion_evidence(world, features, candidates)
    p = _alone(candidates)
    for _ in range(SWEEPS):
        there = _log(_presence(candidates, p)) + _log(1 - _taken(candidates, p))
        p = _normalise(candidates["row"], candidates["log_weight"] + there + anchors)
    return candidates.assign(p=p)


def _alone(candidates: pd.DataFrame) -> pd.Series:
    """Return a first posterior, without parents that are rows."""
    return _normalise(candidates["row"], candidates["log_weight"].where(candidates["parent"] < 0))


def _presence(candidates: pd.DataFrame, p: pd.Series) -> np.ndarray:
    """Return how surely each candidate's parent is what and where the candidate says.

    A parent that is a row must be genuine; one that is not in the table must not be a row.
    """
    genuine = pd.Series(p.to_numpy(), index=_keys(candidates, "row"))
    genuine = genuine[(candidates["verdict"] == "valid").to_numpy()]
    as_row = genuine.reindex(_keys(candidates, "parent")).to_numpy()
    anywhere = genuine.groupby(level="species").sum().clip(upper=1.0)
    absent = 1 - anywhere.reindex(candidates["species"]).fillna(0.0).to_numpy()
    posing = candidates["co_elutes"].to_numpy()
    return np.select([candidates["parent"] >= 0, posing], [as_row, absent], 1.0)


def decide(world: World, features: pd.DataFrame, posterior: pd.DataFrame) -> pd.DataFrame:
    """Return the likeliest verdict of each row, and within it the likeliest explanation."""
    by_verdict = posterior.groupby(["row", "verdict"])["p"].sum().unstack(fill_value=0.0)
    verdict = by_verdict.idxmax(axis=1)
    chosen = posterior[posterior["verdict"] == posterior["row"].map(verdict)]
    # one parent may be in the table or not: explanations that name the same one add up
    same = ["row", "parent", "species"]
    chosen = chosen.assign(p=chosen.groupby(same)["p"].transform("sum"))
    best = chosen.sort_values("p").drop_duplicates("row", keep="last").set_index("row")
    best = best.reindex(features.index)
    posing = verdict.isin(["fragment", "adduct"]).to_numpy()
    line = pd.Series(best["line"].to_numpy(), index=features.index)
    lettered = (verdict == "valid").to_numpy() & line.str.match(r"G[A-Z]\d[a-z]", na=False)
    parent_id = best["parent"].astype("Int64").where(posing & (best["parent"] >= 0))
    answers = _nearest_line(world, features).assign(
        verdict=verdict.to_numpy(),
        confidence=by_verdict.max(axis=1).to_numpy(),
        parent_id=parent_id,
        parent=species_names(world).reindex(best["species"]).set_axis(best.index).where(posing),
        isomer=line.where(lettered),
        log_p_flag=False,
    )
    return answers[ROWS]


# --- the kinds of candidates -----------------------------------------------------------------


def _candidates(
    table: pd.DataFrame,
    verdict: str | pd.Series,
    cause: str | pd.Series,
    log_weight: np.ndarray | pd.Series,
) -> pd.DataFrame:
    """Return candidates; `cause` names what the species did, "" what it is."""
    return pd.DataFrame(
        {
            "row": table["row"],
            "verdict": verdict,
            "species": table["species"],
            "line": table["line"],
            "parent": table.get("parent", -1),
            "cause": table["species"].astype("str") + "/" + cause,
            "co_elutes": "co_elutes" in table,
            "log_weight": np.asarray(log_weight, dtype=float),
        }
    )


def _own_curve(
    world: World, table: pd.DataFrame, shift: float, log_share: float, use_area: bool
) -> np.ndarray:
    """Return the log density of rows that stand on their species' line, moved by `shift`."""
    sd = np.hypot(table["curve_sd"], world.scenario.row_noise)
    rt = _rt_density(world, table["rt"] - table["curve_rt"] - shift, sd)
    rt = rt + _mass_evidence(world, table["ppm"], 0.0) + _log_exported(world)
    mean = table["mean_log_area"] + log_share
    return rt + _reported(world, table, mean, world.scenario.profile_spread, use_area)


def _splits(world: World, rows: pd.DataFrame, genuine: pd.DataFrame) -> pd.DataFrame:
    """Return the small halves of split peaks, some hundredths of a minute beside the large ones."""
    share = world.scenario.split_share
    if share == 0:
        return pd.DataFrame()
    large = genuine[["row", "rt", "species", "line", *NAME]]
    large = large.rename(columns={"row": "parent", "rt": "parent_rt"})
    pairs = rows.merge(large, on=NAME)
    pairs = pairs[pairs["row"] != pairs["parent"]]
    off = (pairs["rt"] - pairs["parent_rt"]).abs()
    step = 10.0**-world.scenario.rt_decimals
    sd = np.sqrt(exported_rows.PICK_NOISE**2 + step**2 / 6)
    least, most = exported_rows.SPLIT_DISTANCE
    inside = ndtr((off - least) / sd) - ndtr((off - most) / sd)
    weight = _log(inside / (2 * (most - least))) + np.log(share) + _log_exported(world)
    weight = weight + _mass_evidence(world, pairs["ppm"], 0.0)
    return _candidates(pairs, "adduct", "split", weight)


def _neugc(world: World, rows: pd.DataFrame, species: pd.DataFrame, use_area: bool) -> pd.DataFrame:
    if world.scenario.neugc_share == 0:
        return pd.DataFrame()
    table = rows.merge(names.as_neugc(species), on=NAME)
    share = np.log(world.scenario.neugc_share)
    weight = _own_curve(world, table, -peaks.neugc_shift(world), share, use_area)
    return _candidates(table, "outlier", "NeuGc", weight)


def _chance(
    world: World, rows: pd.DataFrame, species: pd.DataFrame, use_area: bool
) -> pd.DataFrame:
    """Return chance, uniform over the run and more frequent for frequent names."""
    scenario = world.scenario
    n = len(rows) * scenario.chance_share * (1 - scenario.isobar_share)
    by_name = species.assign(rate=n * peaks.chance_weight(world)).groupby(NAME)["rate"].sum()
    table = rows.merge(by_name.reset_index(), on=NAME, how="left")
    span = rows["rt"].max() - rows["rt"].min()
    weight = _log(table["rate"].fillna(0.0) / span)
    weight = weight + _mass_of_chance(world, table["ppm"]) + np.log(1e-4) * (rows["chain"] == 1)
    if use_area:
        off = np.log(table["volume"] / scenario.half_reported)
        weight = weight + _log_normal(off, peaks.CHANCE_LOG_SPREAD)
    table = table.assign(species=-1, line=None)
    return _candidates(table, "outlier", "", weight).assign(cause=None)


def _posing(world: World, species: pd.DataFrame, n_rows: int) -> pd.DataFrame:
    """Return the species under all names that their pieces and adducts pose as.

    Columns beside those of the species: `verdict`, `cause`, `log_share` (expected ln(area of
    the piece / area of the species)), `spread` (its sd), `log_rate` (ln of how often it is).
    """
    scenario = world.scenario
    paths = world.pathways.assign(
        cause=world.pathways.index.astype(str), log_share=np.log(world.pathways["extent"])
    )
    fragments = species.merge(paths, on="line").assign(
        series=lambda t: t["fragment"],
        verdict="fragment",
        spread=scenario.fragment_scatter,
        log_rate=0.0,
    )
    n_isobars = n_rows * scenario.chance_share * scenario.isobar_share
    rate = _log(np.minimum(0.5 * n_isobars * peaks.isobar_weight(world), 0.5))
    log_share, spread = peaks.ISOBAR_LOG_SHARE
    isobars = species.assign(verdict="outlier", log_share=log_share, spread=spread, log_rate=rate)
    adducts = species.assign(verdict="adduct", log_rate=0.0)
    others = [
        names.as_isotope(isobars).assign(cause="isotope", gained=2 * ISOTOPE_STEP),
        names.as_propyl(isobars).assign(cause="propyl", gained=0.0),
        _other_ion(scenario.sodium_share, names.as_sodium(adducts), 0.2),
        _other_ion(scenario.water_share, names.as_water_loss(adducts), 0.6),
        *_other_ions(world, adducts),
    ]
    if scenario.isotope_share > 0:
        others.append(_isotopes(world, adducts))
    posing = pd.concat(others)
    off = (posing["mass"] + posing["gained"] - facts.masses(posing)) / posing["mass"]
    return pd.concat([fragments.assign(off_ppm=0.0), posing.assign(off_ppm=1e6 * off)])


def _other_ion(
    share: tuple[float, float], posing: pd.DataFrame, spread: float | None = None
) -> pd.DataFrame:
    """Return species under the names of one other ion, with its extent."""
    if spread is None:  # that of the logarithm of a uniform number
        spread = float(np.std(np.log(np.linspace(*share, 101))))
    gained = posing["process"].map(exported_rows.MASS_SHIFTS)
    return posing.assign(
        cause=posing["process"], log_share=np.log(np.mean(share)), spread=spread, gained=gained
    )


def _other_ions(world: World, species: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the species under the names of each other ion that the source makes."""
    scenario = world.scenario
    window, bonds = scenario.search_window, scenario.ion_double_bonds
    return [
        _other_ion(share, names.as_ion(species, ion, window, bonds))
        for ion in facts.other_ions()
        if (share := getattr(scenario, ion.share))[1] > 0
    ]


def _isotopes(world: World, species: pd.DataFrame) -> pd.DataFrame:
    """Return the species under the names that their M+2 are read as."""
    _, plus_two = isotope_extents(facts.elements(species))
    return names.as_isotope(species).assign(
        cause="M+2",
        log_share=np.log(plus_two),
        spread=0.01,
        log_rate=np.log(world.scenario.isotope_share),
        gained=2 * ISOTOPE_STEP,
    )


def _pieces(
    world: World, rows: pd.DataFrame, species: pd.DataFrame, use_area: bool
) -> list[pd.DataFrame]:
    """Return the pieces of parents that are rows, and of those that are not in the table."""
    posing = rows.merge(_posing(world, species, len(rows)), on=NAME)
    parents = rows.rename(columns={"row": "parent", "rt": "parent_rt", "volume": "parent_volume"})
    parents = parents[["parent", "parent_rt", "parent_volume", *NAME]]
    parents = species[["species", *NAME]].merge(parents, on=NAME).drop(columns=NAME)
    seen = posing.merge(parents, on="species")
    seen = seen[seen["parent"] != seen["row"]]
    at, unsure = _parents_rt(world, seen)
    rt = _coelution(world, seen, seen["rt"] - at, unsure)
    area = np.log(seen["parent_volume"]) + seen["log_share"]
    spread = seen["spread"] if world.scenario.areas else np.hypot(seen["spread"], _profile(world))
    of_rows = rt + _reported(world, seen, area, spread, use_area) + seen["log_rate"]
    unsure = np.hypot(posing["curve_sd"], world.scenario.row_noise)
    rt = _coelution(world, posing, posing["rt"] - posing["curve_rt"], unsure)
    area = posing["mean_log_area"] + posing["log_share"]
    spread = np.hypot(posing["spread"], _profile(world))
    rate = posing["log_rate"] + _log_missing(world, posing)
    of_others = rt + _reported(world, posing, area, spread, use_area) + rate
    return [
        _candidates(seen, seen["verdict"], seen["cause"], of_rows),
        _candidates(posing.assign(co_elutes=True), posing["verdict"], posing["cause"], of_others),
    ]


# --- densities -------------------------------------------------------------------------------


def _profile(world: World) -> float:
    return world.scenario.profile_spread


def _curve_sd(world: World) -> float:
    return float(np.hypot(world.scenario.rt_scatter, world.scenario.rt_noise))


def _parents_rt(world: World, pairs: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return mean and sd of where the parents of pairs truly are, seen in a piece's row.

    A parent is where its row is, as far as rows have no noise of their own; else between that and
    its line. The noise of the piece's row is added.
    """
    scenario = world.scenario
    rounding = _step(world) ** 2 / 12
    noise = scenario.row_noise**2 + rounding
    line = pairs["curve_sd"] ** 2
    trust = line / (line + noise)
    at = pairs["curve_rt"] + trust * (pairs["parent_rt"] - pairs["curve_rt"])
    return at, np.sqrt(trust * noise + scenario.row_noise**2)


def _step(world: World) -> float:
    """Return the step to which RT are rounded, min; 0 for three decimals, which no one sees."""
    decimals = world.scenario.rt_decimals
    return 10.0**-decimals if decimals < 3 else 0.0


def _rt_density(world: World, off: pd.Series, sd: float | pd.Series) -> np.ndarray:
    """Return the log density of a rounded RT at a distance from where it is expected."""
    step = _step(world)
    if step == 0:
        return _log_normal(off, sd)
    inside = ndtr((off + step / 2) / sd) - ndtr((off - step / 2) / sd)
    return np.log(np.maximum(np.asarray(inside, dtype=float) / step, 1e-300))


def _mass_evidence(world: World, ppm: pd.Series, off_ppm: float | pd.Series) -> np.ndarray:
    """Return the log density of a row's error of mass if it lies `off_ppm` from its name."""
    if not world.scenario.mz:
        return np.zeros(len(ppm))
    return _log_normal(ppm - off_ppm, world.scenario.mz_noise)


def _mass_of_chance(world: World, ppm: pd.Series) -> np.ndarray:
    """Return the log density of the error of mass of a name by chance: even over the window."""
    if not world.scenario.mz:
        return np.zeros(len(ppm))
    window, sd = world.scenario.search_window, world.scenario.mz_noise
    return _log((ndtr((ppm + window) / sd) - ndtr((ppm - window) / sd)) / (2 * window))


def _log_exported(world: World) -> float:
    """Return the log probability that a row is exported."""
    return float(np.log1p(-world.scenario.row_missing))


def _log_normal(off: pd.Series, sd: float | pd.Series) -> np.ndarray:
    return np.asarray(-0.5 * (off / sd) ** 2 - np.log(sd * np.sqrt(2 * np.pi)))


def _coelution(world: World, table: pd.DataFrame, off: pd.Series, unsure: pd.Series) -> np.ndarray:
    """Return the log density of a piece's distance from its parent, and of its mass.

    `unsure` is the sd, min, of that distance beside co-elution itself.
    """
    s = world.scenario
    off = off - table["rt_shift"].fillna(0.0)
    width = table["rt_width"].fillna(1.0)
    core = _rt_density(world, off, np.hypot(s.coelution_core * width, unsure))
    tail = _rt_density(world, off, np.hypot(s.coelution_tail * width, unsure))
    mixed = np.logaddexp(
        core + np.log1p(-s.coelution_tail_share), tail + np.log(s.coelution_tail_share)
    )
    return mixed + _mass_evidence(world, table["ppm"], table["off_ppm"]) + _log_exported(world)


def _reported(
    world: World, table: pd.DataFrame, mean: pd.Series, spread: float | pd.Series, use_area: bool
) -> np.ndarray:
    """Return the log rate at which a cause of this ln(area) is reported.

    With areas, the density of the row's area under the cause; the chance that a row of this
    area is reported is then the same for every cause, but for chance.
    """
    if use_area:
        odds = peaks.report_odds(world, table["volume"].to_numpy())
        return _log_normal(np.log(table["volume"]) - mean, spread) + _log(odds / (1 + odds))
    return _log(_report_rate(world, mean, spread))


def _report_rate(world: World, mean: pd.Series, spread: float | pd.Series) -> np.ndarray:
    log_area = np.asarray(mean)[:, None] + np.multiply.outer(
        np.broadcast_to(spread, len(mean)), NODES
    )
    odds = peaks.report_odds(world, np.exp(log_area))
    return (odds / (1 + odds)) @ WEIGHTS


def _log_missing(world: World, table: pd.DataFrame) -> np.ndarray:
    """Return the log probability that a species is not in the table."""
    spread = world.scenario.profile_spread
    rate = _report_rate(world, table["mean_log_area"], spread)
    kept = (1 - world.scenario.parent_missing) * (1 - world.scenario.row_missing)
    return _log(1 - rate * kept)


def _anchor_evidence(world: World, features: pd.DataFrame, candidates: pd.DataFrame) -> np.ndarray:
    """Return the log likelihood of each row's Anchor cell under each candidate."""
    p = _alone(candidates)
    root = np.sqrt(features["volume"].to_numpy(dtype=float)) * may_be_anchors(world, features)
    n = world.scenario.anchors
    if world.scenario.chain_names or world.scenario.row_missing > 0:
        n = min(n, int(features["anchor"].sum()))  # a part of the table has a part of them
    n_wrong = min(world.scenario.wrong_anchors, n)
    expected = {"valid": n - n_wrong, "fragment": n_wrong}
    evidence = np.full(len(candidates), np.log(1e-6))
    anchor = features["anchor"].to_numpy()[candidates["row"]]
    for verdict, n in expected.items():
        own = (candidates["verdict"] == verdict).to_numpy()
        share = np.zeros(len(features))
        np.add.at(share, candidates["row"].to_numpy()[own], p.to_numpy()[own])
        trusted = _trust(root, share if verdict == "valid" else np.maximum(share, 0.05), n)
        evidence[own] = np.log(trusted + 1e-6)[candidates["row"].to_numpy()[own]]
    return np.where(anchor, evidence, np.log1p(-np.minimum(np.exp(evidence), 0.999)))


def _ion_evidence(world: World, features: pd.DataFrame, candidates: pd.DataFrame) -> np.ndarray:
    """Return the log likelihood that each row's Adduct cell is wrong, or not."""
    share = world.scenario.misstated_ion_share
    genuine, by_chance = (candidates["verdict"] == "valid"), candidates["cause"].isna()
    often = min(exported_rows.MORE_BY_CHANCE * share, 1.0)
    likely = np.select([genuine, by_chance], [share, often], 0.0)
    misstated = features["misstated"].to_numpy()[candidates["row"]]
    return _log(np.where(misstated, likely, 1 - likely))


def _trust(root: np.ndarray, share: np.ndarray, n: float) -> np.ndarray:
    """Return 1 - exp(-k * root of area), with k such that `n` rows are expected."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        expected = (share * -np.expm1(-middle * root)).sum()
        low, high = (middle, high) if expected < n else (low, middle)
    return np.asarray(-np.expm1(-low * root))


# --- bookkeeping -----------------------------------------------------------------------------


def _log(p: np.ndarray | pd.Series) -> np.ndarray:
    return np.log(np.maximum(np.asarray(p, dtype=float), 1e-12))


def _keys(candidates: pd.DataFrame, row: str) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays(
        [candidates[row], candidates["species"]], names=["row", "species"]
    )


def _normalise(row: pd.Series, log_weight: pd.Series) -> pd.Series:
    weight = np.exp(log_weight.fillna(-np.inf) - log_weight.groupby(row).transform("max"))
    return (weight / weight.groupby(row).transform("sum")).fillna(0.0)


def _taken(candidates: pd.DataFrame, p: pd.Series) -> np.ndarray:
    """Return how surely another row has each candidate's cause."""
    free = np.log1p(-np.minimum(p, 0.999))
    per_row = free.groupby([candidates["cause"], candidates["row"]]).transform("sum")
    everyone = free.groupby(candidates["cause"]).transform("sum")
    return np.asarray(1 - np.exp(everyone - per_row).fillna(1.0))


def species_names(world: World) -> pd.Series:
    """Return the names of a world's species as tables write them."""
    parts = world.species[facts.CERAMIDE].astype(str)
    ceramide = parts["carbons"] + ":" + parts["double_bonds"] + ";O" + parts["hydroxyls"]
    return world.species["series"] + "(" + ceramide + ")"


def _nearest_line(world: World, features: pd.DataFrame) -> pd.DataFrame:
    """Return the RT of the row's name on the nearest line of its series."""
    rows = features[["rt", *NAME]].rename_axis("row").reset_index()
    table = rows.merge(world.species[[*NAME, "curve_rt"]], on=NAME)
    table["off"] = (table["rt"] - table["curve_rt"]).abs()
    nearest = table.sort_values("off").drop_duplicates("row").set_index("row")["curve_rt"]
    return _interval(world, nearest.reindex(features.index))


def _interval(world: World, rt: pd.Series) -> pd.DataFrame:
    half = 1.96 * _curve_sd(world)
    return pd.DataFrame({"predicted_rt": rt, "rt_lower": rt - half, "rt_upper": rt + half})


def _unseen(world: World, unseen: pd.DataFrame) -> pd.DataFrame:
    return _interval(world, unseen["curve_rt"]).assign(rt=unseen["rt"])[UNSEEN]
