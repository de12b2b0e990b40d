"""The oracle: who knows the world but not the luck, and decides by Bayes' rule.

It knows the curve, the offsets, every width and every rate, the fragmentation and what the
tissue is expected to hold, and sees the table alone. Its errors are those that the data force
upon everybody. With areas (`use_area`) it also knows how large each kind of row should be,
which no method can learn from one table: that is the outer limit.

Every explanation of a row is a candidate with the logarithm of its density: how often such a
row is reported, times how likely its RT (and area) is. A cause that makes one row at most is
taken from the other rows by as much as one of them has it; the candidates' parents count by
how surely they are genuine. Both are repeated until they stand still.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from judgement import ROWS, UNSEEN, Judgement

from ganglioside.simulation import World, facts, names, peaks

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
        Columns name, rt, volume, anchor, series, ceramide; index 0, 1, 2, ...
    unseen
        Columns UNSEEN's rt and curve_rt of species that are not in the table.
    use_area
        Whether the area of a row is evidence.
    """
    candidates = find_candidates(world, features, use_area)
    posterior = weigh(world, features, candidates)
    return Judgement(decide(world, features, posterior), _unseen(world, unseen))


def find_candidates(world: World, features: pd.DataFrame, use_area: bool) -> pd.DataFrame:
    """Return every explanation of every row.

    Columns: `row`, `verdict`, `species` (of `World.species`, -1 for chance), `line`, `parent`
    (row of the co-eluting parent, -1 where it is not in the table), `cause` (text, one per
    cause that can make one row only; NA for chance) and `log_weight`.
    """
    rows = features[["rt", "volume", *NAME]].rename_axis("row").reset_index()
    species = world.species.drop(columns="scatter").rename_axis("species").reset_index()
    genuine = rows.merge(species, on=NAME)
    found = [
        _candidates(genuine, "valid", "", _own_curve(world, genuine, 0.0, 0.0, use_area)),
        _neugc(world, rows, species, use_area),
        _chance(world, rows, species, use_area),
    ]
    found += _pieces(world, rows, species, use_area)
    return pd.concat(found, ignore_index=True)


def weigh(world: World, features: pd.DataFrame, candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the candidates with their posterior probability, `p`."""
    anchors = _anchor_evidence(world, features, candidates)
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
    sd = _curve_sd(world)
    rt = _log_normal(table["rt"] - table["curve_rt"] - shift, sd)
    mean = table["mean_log_area"] + log_share
    return rt + _reported(world, table, mean, world.scenario.profile_spread, use_area)


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
    return pd.concat(
        [
            fragments,
            names.as_isotope(isobars).assign(cause="isotope"),
            names.as_propyl(isobars).assign(cause="propyl"),
            names.as_sodium(adducts).assign(
                cause="Na", log_share=np.log(np.mean(scenario.sodium_share)), spread=0.2
            ),
            names.as_water_loss(adducts).assign(
                cause="H2O", log_share=np.log(np.mean(scenario.water_share)), spread=0.6
            ),
        ]
    )


def _pieces(
    world: World, rows: pd.DataFrame, species: pd.DataFrame, use_area: bool
) -> list[pd.DataFrame]:
    """Return the pieces of parents that are rows, and of those that are not in the table."""
    posing = rows.merge(_posing(world, species, len(rows)), on=NAME)
    parents = rows.rename(columns={"row": "parent", "rt": "parent_rt", "volume": "parent_volume"})
    parents = species[["species", *NAME]].merge(parents, on=NAME).drop(columns=NAME)
    seen = posing.merge(parents, on="species")
    seen = seen[seen["parent"] != seen["row"]]
    rt = _coelution(world, seen["rt"] - seen["parent_rt"])
    area = np.log(seen["parent_volume"]) + seen["log_share"]
    of_rows = rt + _reported(world, seen, area, seen["spread"], use_area) + seen["log_rate"]
    rt = _coelution(world, posing["rt"] - posing["curve_rt"], _curve_sd(world))
    area = posing["mean_log_area"] + posing["log_share"]
    spread = np.hypot(posing["spread"], world.scenario.profile_spread)
    rate = posing["log_rate"] + _log_missing(world, posing)
    of_others = rt + _reported(world, posing, area, spread, use_area) + rate
    return [
        _candidates(seen, seen["verdict"], seen["cause"], of_rows),
        _candidates(posing.assign(co_elutes=True), posing["verdict"], posing["cause"], of_others),
    ]


# --- densities -------------------------------------------------------------------------------


def _curve_sd(world: World) -> float:
    return float(np.hypot(world.scenario.rt_scatter, world.scenario.rt_noise))


def _log_normal(off: pd.Series, sd: float | pd.Series) -> np.ndarray:
    return np.asarray(-0.5 * (off / sd) ** 2 - np.log(sd * np.sqrt(2 * np.pi)))


def _coelution(world: World, off: pd.Series, more: float = 0.0) -> np.ndarray:
    """Return the log density of a piece's distance from its parent."""
    s = world.scenario
    core = _log_normal(off, np.hypot(s.coelution_core, more)) + np.log1p(-s.coelution_tail_share)
    tail = _log_normal(off, np.hypot(s.coelution_tail, more)) + np.log(s.coelution_tail_share)
    return np.logaddexp(core, tail)


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
    return _log(1 - rate * (1 - world.scenario.parent_missing))


def _anchor_evidence(world: World, features: pd.DataFrame, candidates: pd.DataFrame) -> np.ndarray:
    """Return the log likelihood of each row's Anchor cell under each candidate."""
    p = _alone(candidates)
    root = np.sqrt(features["volume"].to_numpy(dtype=float))
    n_wrong = min(world.scenario.wrong_anchors, world.scenario.anchors)
    expected = {"valid": world.scenario.anchors - n_wrong, "fragment": n_wrong}
    evidence = np.full(len(candidates), np.log(1e-6))
    anchor = features["anchor"].to_numpy()[candidates["row"]]
    for verdict, n in expected.items():
        own = (candidates["verdict"] == verdict).to_numpy()
        share = np.zeros(len(features))
        np.add.at(share, candidates["row"].to_numpy()[own], p.to_numpy()[own])
        trusted = _trust(root, share if verdict == "valid" else np.maximum(share, 0.05), n)
        evidence[own] = np.log(trusted + 1e-6)[candidates["row"].to_numpy()[own]]
    return np.where(anchor, evidence, np.log1p(-np.minimum(np.exp(evidence), 0.999)))


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
