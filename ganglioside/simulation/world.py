"""Worlds that tables are drawn from: a method, a tissue and an ion source."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ganglioside.simulation import facts
from ganglioside.simulation.effects import draw_effects
from ganglioside.simulation.method import Method
from ganglioside.simulation.scenario import Scenario
from ganglioside.support.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class World:
    """All that is true of a simulated study before anything is measured.

    Attributes
    ----------
    scenario : Scenario
    seed : int
    method : Method
    species : pandas.DataFrame
        Species of the tissue, one row per line and ceramide: `line_id` (position in
        `facts.lines()`), `line`, `series`, ceramide, `mean_log_area` (expected from abundance and
        profile), `log_area` (in a mean sample), `curve_rt` (min, on its line), `scatter` (min,
        deviation from its line).
    pathways : pandas.DataFrame
        In-source fragmentations with their extent at this source setting, the mean RT of their
        pieces less that of the parents (`rt_shift`, min), and how many times as wide as others they
        co-elute (`rt_width`).
    drift : pandas.DataFrame
        One row per sample: `shift` (min), `stretch` (per min from `middle_rt`) and `bend`.
    middle_rt : float
        RT in min about which the runs stretch.
    first_rt, last_rt : float
        RT in min of the first and the last species.
    wave : float
        Phase of the drift along the run.

    Examples
    --------
    >>> from ganglioside.simulation import LEVELS
    >>> world = World.draw(1, LEVELS["middle"])
    >>> world.method.curve in ("quadratic", "exponential", "logarithmic", "bending")
    True
    """

    scenario: Scenario
    seed: int
    method: Method
    species: pd.DataFrame
    pathways: pd.DataFrame
    drift: pd.DataFrame
    middle_rt: float
    first_rt: float
    last_rt: float
    wave: float

    @classmethod
    def draw(cls, seed: int, scenario: Scenario) -> World:
        """Draw the world of a seed; each effect has random numbers of its own.

        Parameters
        ----------
        seed
            The same seed and scenario give the same world.
        scenario
            Ranges of all effects; a `wild` one decides which of them there are.

        Returns
        -------
        World
        """
        if scenario.wild:
            scenario = draw_effects(scenario, stream(seed, "wild"))
        method = Method.draw(scenario, stream(seed, "method"))
        species = _draw_species(method, scenario, stream(seed, "species"))
        return cls(
            scenario=scenario,
            seed=seed,
            method=method,
            species=species,
            pathways=_draw_pathways(scenario, stream(seed, "source")),
            drift=_draw_drift(scenario, stream(seed, "drift")),
            middle_rt=float(species["curve_rt"].median()),
            first_rt=float(species["curve_rt"].min()),
            last_rt=float(species["curve_rt"].max()),
            wave=float(stream(seed, "run drift").uniform(0, 2 * np.pi)),
        )

    def stream(self, effect: str) -> np.random.Generator:
        """Random numbers of one effect."""
        return stream(self.seed, effect)

    def in_sample(self, rt: FloatArray, sample: FloatArray) -> FloatArray:
        """RT of the study, min, with the drift of each one's sample (0-based), shape (n,).

        rt + shift + stretch (rt - middle_rt) + bend span u (u - 1) + run_drift sin(4 pi u + wave),
        where u is the part of the run, 0 at the first and 1 at the last species.
        """
        drift = self.drift.iloc[np.asarray(sample, dtype=int)]
        shift, stretch = drift["shift"].to_numpy(), drift["stretch"].to_numpy()
        moved = rt + shift + stretch * (rt - self.middle_rt)
        span = self.last_rt - self.first_rt
        part = (rt - self.first_rt) / span
        moved += drift["bend"].to_numpy() * span * part * (part - 1)
        moved += self.scenario.run_drift * np.sin(4 * np.pi * part + self.wave)
        return np.asarray(moved, dtype=np.float64)


def stream(seed: int, effect: str) -> np.random.Generator:
    """Random numbers that depend on the seed and the name of the effect alone."""
    return np.random.default_rng([seed, zlib.crc32(effect.encode())])


def _draw_species(method: Method, scenario: Scenario, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the species of a tissue: see `World.species`."""
    lines = facts.lines()
    shares = lines["abundance"] * np.exp(
        scenario.abundance_spread * rng.standard_normal(len(lines))
    )
    present = rng.random(len(lines)) < lines["presence"] ** scenario.rarity
    present &= (lines["base"] == "") | lines["base"].isin(lines["line"][present])
    kept = lines.assign(share=shares, line_id=range(len(lines)))[present]
    species = kept[["line_id", "line", "series", "share"]].merge(facts.ceramides(), how="cross")
    mean_log_area = np.log(species["share"] * species["weight"])
    spread = scenario.profile_spread * rng.standard_normal(len(species))
    mean_log_area += np.log(scenario.total_area / np.exp(mean_log_area + spread).sum())
    ceramide = species[facts.CERAMIDE].to_numpy()
    return species.drop(columns=["share", "weight"]).assign(
        mean_log_area=mean_log_area,
        log_area=mean_log_area + spread,
        curve_rt=method.rt(species["line_id"].to_numpy(), *ceramide.T),
        scatter=scenario.rt_scatter * rng.standard_normal(len(species)),
    )


def _draw_pathways(scenario: Scenario, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the in-source fragmentations: see `World.pathways`."""
    table = facts.pathways()
    strength = scenario.source_strength * rng.standard_normal()
    spread = scenario.pathway_spread * rng.standard_normal(len(table))
    shift = scenario.pathway_shift * rng.standard_normal(len(table))
    width = np.exp(scenario.pathway_width_spread * rng.standard_normal(len(table)))
    extent = table["extent"] * np.exp(strength + spread)
    return table.assign(extent=extent, rt_shift=shift, rt_width=width)


def _draw_drift(scenario: Scenario, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the drift of each sample; a single sample defines the time scale and has no drift."""
    draws = rng.standard_normal((scenario.n_samples, 2)) * (scenario.n_samples > 1)
    drift = pd.DataFrame(
        draws * [scenario.drift_shift, scenario.drift_stretch], columns=["shift", "stretch"]
    )
    later = np.arange(scenario.n_samples) % 3  # neighbours always differ: 0, bend, -bend, 0, ...
    return drift.assign(bend=scenario.sample_bend * np.array([0.0, 1.0, -1.0])[later])
