"""Peaks of a world in its samples: genuine ones, and all that are read as one by mistake.

Functions that return peaks return a DataFrame with the columns `PEAK`, one row per peak and sample.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.lipids.isotopes import isotope_extents
from ganglioside.simulation import facts, names
from ganglioside.simulation.method import MEASURED_SLOPE
from ganglioside.simulation.world import World
from ganglioside.support.arrays import FloatArray

#: Columns of peaks. `origin`: one number per physical cause, the same in all samples. `species`:
#: position in `World.species` of the true species (-1: none). `series` and ceramide: the name of
#: the peak. `study_rt`: RT of the true species on its line, min, without drift. `intact_area`: area
#: of a genuine peak, had none of its ions broken in the source; 0 for all other peaks.
PEAK: Final[list[str]] = [
    "sample",
    "origin",
    "species",
    "series",
    *facts.CERAMIDE,
    "rt",
    "area",
    "verdict",
    "process",
    "study_rt",
    "intact_area",
]


def genuine(world: World) -> pd.DataFrame:
    """Genuine peaks: those of the species themselves."""
    scenario, rng = world.scenario, world.stream("samples")
    n = len(world.species)
    species = np.tile(np.arange(n), scenario.n_samples)
    peaks = world.species.iloc[species].reset_index(drop=True)
    peaks = peaks.assign(sample=np.repeat(np.arange(scenario.n_samples), n), species=species)
    spread = scenario.sample_spread * (scenario.n_samples > 1)
    log_area = peaks["log_area"] + spread * rng.standard_normal(len(peaks))
    study_rt = (peaks["curve_rt"] + peaks["scatter"]).to_numpy()
    rt = world.in_sample(study_rt, peaks["sample"].to_numpy())
    rt += scenario.rt_noise * rng.standard_normal(len(peaks))
    peaks = peaks.assign(
        origin=species,
        rt=rt,
        area=np.exp(log_area),
        verdict="valid",
        process=None,
        study_rt=peaks["curve_rt"],
    )
    lost = _lost_to_fragments(world, peaks) + _lost_water(world, peaks)
    return peaks.assign(intact_area=peaks["area"] + lost)


def fragments(world: World, parents: pd.DataFrame) -> pd.DataFrame:
    """Peaks of the in-source fragments of genuine peaks, at their parents' RT."""
    rng = world.stream("fragments")
    pairs = _broken(world, parents, rng)
    posing = pairs.assign(series=pairs["fragment"], block=_FIRST_PATHWAY + pairs["path"])
    posing = posing.assign(rt=posing["rt"] + pairs["rt_shift"], width=pairs["rt_width"])
    return _posing(world, posing, rng, "fragment", pairs["extent"])


def _broken(world: World, parents: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Pairs of genuine peaks and the pathways by which they break, with each one's own extent."""
    paths = world.pathways.assign(path=np.arange(len(world.pathways)))
    pairs = parents.drop(columns="process").merge(paths, on="line")
    scatter = world.scenario.fragment_scatter * rng.standard_normal(len(pairs))
    return pairs.assign(extent=pairs["extent"] * np.exp(scatter))


def _lost_to_fragments(world: World, parents: pd.DataFrame) -> FloatArray:
    """Area of all fragments of each genuine peak, whether reported or not, shape (n,)."""
    numbered = parents.assign(number=np.arange(len(parents)))
    return _lost(_broken(world, numbered, world.stream("fragments")), len(parents))


def _lost_water(world: World, parents: pd.DataFrame) -> FloatArray:
    """Area of the water loss of each genuine peak, 0 where none is modelled, shape (n,)."""
    numbered = parents.assign(number=np.arange(len(parents)))
    return _lost(_dehydrated(world, numbered, world.stream("water")), len(parents))


def _lost(pairs: pd.DataFrame, n: int) -> FloatArray:
    """Area of all pieces of each of n peaks, by their `number`."""
    lost = (pairs["area"] * pairs["extent"]).groupby(pairs["number"]).sum()
    return lost.reindex(range(n), fill_value=0.0).to_numpy(np.float64)


def sodium(world: World, parents: pd.DataFrame) -> pd.DataFrame:
    """Peaks of the sodium adducts that have the mass of a name."""
    rng = world.stream("sodium")
    share = rng.uniform(*world.scenario.sodium_share, size=len(parents))
    return _posing(world, names.as_sodium(parents), rng, "adduct", share, block="sodium")


def water_losses(world: World, parents: pd.DataFrame) -> pd.DataFrame:
    """Peaks of the water losses that have the mass of a name."""
    rng = world.stream("water")
    posing = _dehydrated(world, parents, rng)
    return _posing(world, posing, rng, "adduct", posing["extent"], block="water")


def _dehydrated(world: World, parents: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Genuine peaks under the names of their water losses, with the extent of each."""
    posing = names.as_water_loss(parents)
    return posing.assign(extent=rng.uniform(*world.scenario.water_share, size=len(posing)))


def isotopes(world: World, parents: pd.DataFrame) -> pd.DataFrame:
    """Peaks of M+2 that are read as two hydrogens more: GX(n:d) as GX(n:d-1), at its RT."""
    scenario, rng = world.scenario, world.stream("isotopes")
    read = rng.random(len(world.species)) < scenario.isotope_share
    large = parents[read[parents["species"].to_numpy()]]
    _, plus_two = isotope_extents(facts.elements(large))
    posing = names.as_isotope(large).assign(process="M+2")
    posing = posing.assign(block=_first_ion_block(world) - 1)
    return _posing(world, posing, rng, "adduct", pd.Series(plus_two, large.index))


def other_ions(world: World, parents: pd.DataFrame) -> pd.DataFrame:
    """Peaks of other ions that have the mass of a name: formate, acetate and the like."""
    scenario = world.scenario
    found = [
        _ions(world, parents, ion, block)
        for block, ion in enumerate(facts.other_ions(), start=_first_ion_block(world))
        if getattr(scenario, ion.share)[1] > 0
    ]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=PEAK)


def _ions(world: World, parents: pd.DataFrame, ion: facts.OtherIon, block: int) -> pd.DataFrame:
    """Peaks of one other ion that have the mass of a name."""
    scenario, rng = world.scenario, world.stream(ion.process)
    most = scenario.ion_double_bonds
    posing = names.as_ion(parents, ion, scenario.search_window, most).assign(block=block)
    least, most_share = getattr(scenario, ion.share)
    share = rng.uniform(least, most_share, size=len(posing))
    return _posing(world, posing, rng, "adduct", share, most_double_bonds=most)


def neugc(world: World, parents: pd.DataFrame) -> pd.DataFrame:
    """Peaks of the NeuGc forms that are read as acetyls.

    They elute a little before the NeuAc form of their ceramide, each with a scatter of its own.
    """
    scenario, rng = world.scenario, world.stream("neugc")
    scatter = scenario.rt_scatter * rng.standard_normal(len(world.species))
    study_rt = parents["study_rt"].to_numpy() - neugc_shift(world)
    own_rt = study_rt + scatter[parents["species"].to_numpy()]
    rt = world.in_sample(own_rt, parents["sample"].to_numpy())
    posing = names.as_neugc(parents).assign(
        rt=rt + scenario.rt_noise * rng.standard_normal(len(parents)),
        area=parents["area"] * scenario.neugc_share,
        study_rt=study_rt,
        verdict="outlier",
    )
    return _named(world, posing, "neugc")


def isobars(world: World, parents: pd.DataFrame, n: int) -> pd.DataFrame:
    """Peaks of up to `n` species that were read as a name of nearly their mass.

    Large species are more likely; each has a peak in all samples of its species.
    """
    rng = world.stream("isobars")
    weight = isobar_weight(world)
    chosen = rng.choice(len(weight), size=n, replace=False, p=weight)
    acetyl = rng.random(len(weight)) < 0.5
    species = parents["species"].to_numpy()
    isotopes = names.as_isotope(parents[np.isin(species, chosen) & ~acetyl[species]])
    acetyls = names.as_propyl(parents[np.isin(species, chosen) & acetyl[species]])
    posing = pd.concat([isotopes, acetyls])
    share = np.exp(rng.normal(*ISOBAR_LOG_SHARE, size=len(posing)))
    return _posing(world, posing, rng, "outlier", share, block="isobar")


def chance(world: World, parents: pd.DataFrame, n: int) -> pd.DataFrame:
    """Peaks of `n` causes that got a name by chance, anywhere in the run.

    Names of frequent series and ceramides are more likely, as in any search by mass; each cause
    has a peak in about 7 of 10 samples.
    """
    scenario, rng = world.scenario, world.stream("chance")
    weight = chance_weight(world)
    named = world.species.iloc[rng.choice(len(weight), size=n, p=weight)]
    first, last = parents["rt"].min(), parents["rt"].max()
    causes = named[["series", *facts.CERAMIDE]].assign(
        origin=-1 - np.arange(n),
        study_at=rng.uniform(first, last, size=n),
        log_area=rng.normal(np.log(scenario.half_reported), CHANCE_LOG_SPREAD, size=n),
    )
    peaks = causes.merge(pd.DataFrame({"sample": range(scenario.n_samples)}), how="cross")
    seen = rng.random(len(peaks)) < (0.7 if scenario.n_samples > 1 else 1.0)
    rt = world.in_sample(peaks["study_at"].to_numpy(), peaks["sample"].to_numpy())
    peaks = peaks.assign(
        species=-1,
        rt=rt + scenario.rt_noise * rng.standard_normal(len(peaks)),
        area=np.exp(peaks["log_area"]),
        verdict="outlier",
        process="chance",
        study_rt=np.nan,
        intact_area=0.0,
    )
    return peaks.loc[seen & (peaks["area"] >= scenario.detection_limit), PEAK]


def reported(world: World, peaks: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether the feature finder reports each peak; large ones are more likely.

    The luck of a peak is that of its cause, so that a study reports it in many samples or in few.
    """
    odds = report_odds(world, peaks["area"].to_numpy(dtype=np.float64))
    luck = _luck(world.seed, peaks["origin"].to_numpy(dtype=np.int64))
    return np.asarray(luck < odds / (1 + odds))


def coelution(world: World, n: int, rng: np.random.Generator) -> FloatArray:
    """RT of `n` fragments or adducts less that of their parents, min, shape (n,)."""
    scenario = world.scenario
    tail = rng.random(n) < scenario.coelution_tail_share
    sd = np.where(tail, scenario.coelution_tail, scenario.coelution_core)
    return np.asarray(sd * rng.standard_normal(n), dtype=np.float64)


def neugc_shift(world: World) -> float:
    """RT of NeuAc less that of NeuGc with this method, min."""
    return world.scenario.neugc_shift * world.method.slope / MEASURED_SLOPE


def isobar_weight(world: World) -> FloatArray:
    """Probability of each species to be the one that is read as an isobar."""
    weight = np.exp(world.species["mean_log_area"].to_numpy() / 2)
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def chance_weight(world: World) -> FloatArray:
    """Probability of each species that a name by chance is its name."""
    weight = np.exp(world.species["mean_log_area"].to_numpy() * 0.4)
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def report_odds(world: World, area: FloatArray) -> FloatArray:
    """Odds that a peak of each area is reported; 0 below the limit of detection."""
    scenario = world.scenario
    return np.where(area < scenario.detection_limit, 0.0, area / scenario.half_reported)


#: Mean and sd of ln(area of an isobar's row / area of the species).
ISOBAR_LOG_SHARE: Final = (float(np.log(0.05)), 0.8)
#: sd of ln(area) of chance rows about `Scenario.half_reported`.
CHANCE_LOG_SPREAD: Final = 1.0

#: Blocks of `origin`: one number per cause and species; genuine peaks are block 0.
_BLOCKS: Final = {"sodium": 1, "water": 2, "neugc": 3, "isobar": 4}
_FIRST_PATHWAY: Final = 5


def _first_ion_block(world: World) -> int:
    """The first block of the other ions: those behind the pathways, M+2 first."""
    return _FIRST_PATHWAY + len(world.pathways) + 1


def _posing(
    world: World,
    posing: pd.DataFrame,
    rng: np.random.Generator,
    verdict: str,
    share: FloatArray | pd.Series,
    block: str | None = None,
    most_double_bonds: int | None = None,
) -> pd.DataFrame:
    """Peaks that co-elute with their parents and have `share` of their areas.

    Parameters
    ----------
    world, rng
        The world, and random numbers of the effect.
    posing
        Peaks of the parents under their wrong names.
    verdict
        Their true verdict.
    share
        Area over that of the parent.
    block
        Key of `_BLOCKS`; None if `posing` has a column `block`.
    most_double_bonds
        Of names in the library; by default as the scenario says.
    """
    width = posing.get("width", 1.0)
    peaks = posing.assign(
        rt=posing["rt"] + width * coelution(world, len(posing), rng),
        area=posing["area"] * share,
        verdict=verdict,
    )
    return _named(world, peaks, block, most_double_bonds)


def _named(
    world: World, peaks: pd.DataFrame, block: str | None, most_double_bonds: int | None = None
) -> pd.DataFrame:
    """Peaks that can be detected and whose name is in the library, with their origin."""
    most = world.scenario.most_double_bonds if most_double_bonds is None else most_double_bonds
    known = names.in_library(peaks, most)
    named = peaks[known & (peaks["area"] >= world.scenario.detection_limit)]
    blocks = named["block"] if block is None else _BLOCKS[block]
    origin = named["species"] + blocks * len(world.species)
    return named.assign(origin=origin, intact_area=0.0)[PEAK]


def _luck(seed: int, origin: npt.NDArray[np.int64]) -> FloatArray:
    """Uniform number of each cause, independent of all other draws (SplitMix64)."""
    z = (origin + (seed + 1) * 1_000_003).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))).astype(np.float64) / 2.0**64
