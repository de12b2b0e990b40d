"""RT by linear solvent strength: ln k falls in proportion to the organic share of a gradient."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
from independent_species import COSTS, HEADS, Ceramide, chain

FloatArray = npt.NDArray[np.float64]

GRADIENTS: Final = ("straight", "curved", "hold", "two steps", "flattening")

#: Organic share at the start, and what one carbon more needs to elute alike.
_START: Final = 0.62
_PER_CARBON: Final = 0.012
#: Equivalent carbons that are given back, so that usual gangliosides of 36 carbons are near 36.
_USUAL_HEAD: Final = 2.1
#: SDs in equivalent carbons: of a pair of chains, and of one molecule. Of the slope of a head.
_CHAINS_SD: Final = 0.03
_MOLECULE_SD: Final = 0.018
_SLOPE_SD: Final = 0.012
#: Step of integration, in units of the minutes per carbon.
_STEP: Final = 0.05


@dataclass(frozen=True, eq=False)
class Gradient:
    """Organic share over time, and the dead time of the column, in min."""

    times: FloatArray
    organic: FloatArray
    dead_time: float


@dataclass(frozen=True)
class SolventStrength:
    """How a molecule answers to the eluent: ln k = S (organic share at which k is 1 - eluent's)."""

    organic: float  # share at which k is 1 at 36 equivalent carbons
    bend: float  # by how much less than in proportion further carbons add to it
    steepness: float  # S at 36 equivalent carbons
    steepness_per_carbon: float


@dataclass(frozen=True, eq=False)
class Column:
    """A column with its gradient: tells the RT of any molecule.

    Deviations of one head, chain pair or molecule are drawn by its name, so that no RT depends on
    what was asked before.
    """

    seed: int
    minutes_per_carbon: float
    costs: dict[str, float]  # what parts of a molecule add, in equivalent carbons
    gradient: Gradient
    strength: SolventStrength
    _drawn: dict[str, float] = field(default_factory=dict, repr=False)

    def rt(self, head: str, molecule: Ceramide) -> float:
        """RT of a molecule in min."""
        slope = 1 + self._deviation(f"slope {HEADS[head].modifies or head}", _SLOPE_SD)
        carbons = (self.carbons_of(molecule) - 36) * slope
        carbons += self.carbons_of_head(head) + _USUAL_HEAD
        carbons += self._deviation(f"{head} {molecule.base}/{molecule.acyl}", _MOLECULE_SD)
        curved = np.clip(carbons, -40, 14) ** 2 * (1 if carbons > 0 else 0.5)
        organic = self.strength.organic + _PER_CARBON * carbons - self.strength.bend * curved
        steepness = self.strength.steepness + self.strength.steepness_per_carbon * carbons
        return elution_time(self.gradient, organic, steepness)

    def carbons_of(self, molecule: Ceramide) -> float:
        """Equivalent carbons of a ceramide; 36 of d18:1/18:0."""
        costs = self.costs
        carbons, base_bonds, base_more = chain(molecule.base)
        _, acyl_bonds, acyl_more = chain(molecule.acyl)
        equivalent = molecule.carbons + costs["carbon_in_base"] * (carbons - 18)
        equivalent += costs["saturated_base"] * (base_bonds == 0)
        equivalent += costs["second_bond_of_base"] * (base_bonds >= 2)
        equivalent += costs["bond_of_acyl"] * (acyl_bonds >= 1)
        equivalent += costs["further_bond_of_acyl"] * max(acyl_bonds - 1, 0)
        equivalent += costs["hydroxyl_of_base"] * base_more
        equivalent += costs["hydroxyl_of_acyl"] * acyl_more
        return equivalent + self._deviation(f"{molecule.base}/{molecule.acyl}", _CHAINS_SD)

    def carbons_of_head(self, head: str) -> float:
        """Equivalent carbons that a head adds (mostly takes)."""
        group, costs = HEADS[head], self.costs
        residues = group.residues
        if group.modifies:
            longer = residues["hexnac"] - HEADS[group.modifies].residues["hexnac"]
            change = costs["fucose"] * residues["fuc"]
            change += longer * (costs["hexnac"] + self._deviation(head, 0.1))
            change += costs["acetyl"] * residues["oac"] * (1 + self._deviation(head, 0.17))
            return self.carbons_of_head(group.modifies) + change
        added = costs["hexose"] * residues["hex"] + costs["hexnac"] * residues["hexnac"]
        for length, first in (
            (group.inner_chain, "first_sialic_inner"),
            (group.terminal_chain, "first_sialic_terminal"),
        ):
            if length:
                added += costs[first] + costs["further_sialic"] * (length - 1)
        return added + group.extra_carbons + self._deviation(head, group.extra_sd)

    def _deviation(self, name: str, sd: float) -> float:
        if name not in self._drawn:
            rng = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
            self._drawn[name] = float(rng.standard_normal())
        return sd * self._drawn[name]


def elution_time(gradient: Gradient, organic: float, steepness: float) -> float:
    """RT in min: the dead time, and the time in which the integral of dt / k reaches it."""
    log_k = steepness * (organic - gradient.organic)
    speed = np.exp(np.minimum(-log_k, 50))
    step = gradient.times[1] - gradient.times[0]
    covered = np.cumsum(speed) * step - (speed + speed[0]) * step / 2
    return float(np.interp(gradient.dead_time, covered, gradient.times) + gradient.dead_time)


def draw_column(rng: np.random.Generator, shape: str, minutes_per_carbon: float) -> Column:
    """A column whose gradient has one of the shapes `GRADIENTS`."""
    costs = draw_costs(rng)
    rate = _PER_CARBON / minutes_per_carbon  # of the organic share, per min
    organic = _START + rate * rng.uniform(6, 9) * max(minutes_per_carbon / 0.7, 0.6)
    gradient = draw_gradient(rng, shape, minutes_per_carbon, organic)
    straight = shape == "straight"
    strength = SolventStrength(
        organic=organic,
        bend=_PER_CARBON * (0.002 if straight else 0.015 * rng.uniform(0.3, 1.4)),
        steepness=rng.uniform(22, 35),
        steepness_per_carbon=0.0 if straight else rng.uniform(0, 0.4),
    )
    return Column(int(rng.integers(2**32)), minutes_per_carbon, costs, gradient, strength)


def draw_costs(rng: np.random.Generator) -> dict[str, float]:
    """Costs of one column; on some of them the two kinds of sialic chain change places."""
    costs = {row.cost: rng.normal(row.mean, row.sd) for row in COSTS.itertuples()}
    if rng.random() < 0.3:
        further, terminal = costs["further_sialic"], costs["first_sialic_terminal"]
        costs |= {"further_sialic": terminal - 0.05, "first_sialic_terminal": further}
    return costs | {"acetyl": abs(costs["acetyl"])}


def draw_gradient(
    rng: np.random.Generator, shape: str, minutes_per_carbon: float, organic: float
) -> Gradient:
    """A gradient around the organic share that 36 carbons need."""
    rate = _PER_CARBON / minutes_per_carbon
    end = 57 * minutes_per_carbon + 15
    times = np.arange(0, end, _STEP * minutes_per_carbon)
    if shape == "flattening":
        slowing = rng.uniform(11, 20) * minutes_per_carbon
        risen = (organic - _START) * 1.9 * (1 - np.exp(-times / slowing))
        shares = _START + risen + 0.15 * rate * times
    else:
        corners = _corners(rng, shape, rate, organic, end)
        shares = np.interp(times, *zip(*corners, strict=True))
    return Gradient(times, shares, rng.uniform(0.5, 1.1))


def _corners(
    rng: np.random.Generator, shape: str, rate: float, organic: float, end: float
) -> list[tuple[float, float]]:
    """Times and organic shares between which a gradient is linear."""
    if shape == "hold":  # then a ramp, then a wash
        held = organic - _PER_CARBON * rng.uniform(0.5, 2.5)
        ramp = rng.uniform(4, 8)
        risen = organic + 6 * _PER_CARBON - _START
        wash = ramp + risen / (1.3 * rate)
        washed = held + risen + 4 * rate * (end - wash)
        return [(0, held), (ramp, held), (wash, held + risen), (end, washed)]
    if shape == "two steps":
        aimed = organic + rng.uniform(0, 3) * _PER_CARBON - _START
        bend = aimed / (rate * rng.uniform(1.3, 2))
        reached = organic + 1.5 * _PER_CARBON
        slower = rate * rng.uniform(0.5, 0.7)
        return [(0, _START), (bend, reached), (end, reached + slower * (end - bend))]
    return [(0, _START), (end, _START + rate * end)]
