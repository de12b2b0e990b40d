"""Chromatographic methods of simulated worlds: RT of each ceramide on each line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ganglioside.simulation import facts
from ganglioside.simulation.gradients import GRADIENTS, Bend
from ganglioside.simulation.scenario import Scenario
from ganglioside.support.arrays import FloatArray, read_only

#: Slope per carbon, in min, of the method on which effects in min were measured.
MEASURED_SLOPE: Final = 0.77

#: Carbons that 0, 1, 2, ... double bonds are worth, against one double bond (measured to 2:
#: 1>0 +0.58 min, 1>2 -1.04 min; further ones assumed a little smaller).
_DOUBLE_BOND_CARBONS: Final = read_only(np.array([0.76, 0.0, -1.36, -2.6, -3.7, -4.7, -5.6]))
#: Carbons that the third hydroxyl is worth (measured: -1.29 min).
_HYDROXYL_CARBONS: Final = -1.67
#: On a bent gradient: RT before which nothing elutes, min, and carbons of the most polar species.
_DEAD_TIME: Final = 1.5
_MOST_POLAR: Final = -8.0


def _quadratic(z: FloatArray, ratio: float) -> FloatArray:
    """Z - (1 - ratio) z^2 / 12."""
    return z - (1 - ratio) / 12 * z**2


def _exponential(z: FloatArray, ratio: float) -> FloatArray:
    """(1 - exp(-k z)) / k with k = -ln(ratio) / 6."""
    k = -np.log(ratio) / 6
    return z if k == 0 else np.asarray(-np.expm1(-k * z) / k)


def _logarithmic(z: FloatArray, ratio: float) -> FloatArray:
    """ln(1 + k z) / k with k = (1 / ratio - 1) / 6."""
    k = (1 / ratio - 1) / 6
    return z if k == 0 else np.asarray(np.log1p(k * z) / k)


def _bending(z: FloatArray, ratio: float) -> FloatArray:
    """Straight up to C30, then ever flatter, as near the end of a gradient."""
    bend = (1 - ratio) / (1.44 - 0.36 * ratio)  # the slope is 1 - bend * ((z + 6) / 10) ** 2
    area = z - bend * (np.maximum(z + 6, 0) ** 3 - 6**3) / 300
    return area / (1 - 0.36 * bend)


#: Curves over equivalent carbons z = C - 36 with slope 1 at 0 and `ratio` at 6.
CURVES: Final[dict[str, Callable[[FloatArray, float], FloatArray]]] = {
    "quadratic": _quadratic,
    "exponential": _exponential,
    "logarithmic": _logarithmic,
    "bending": _bending,
}


@dataclass(frozen=True, eq=False)
class Method:
    """Chromatographic method, from which the RT of any species follows.

    RT = first_rt + slope curve(z) + offset(line) shrink(z), where

    - z is the ceramide's number of carbons less 36, with double bonds and the third hydroxyl
      expressed in carbons;
    - shrink(z) = 1 - (1 - offset_ratio) z / 6, from 0.3 to 1.3.

    With `one_scale` the gradient acts on head group and ceramide together; lines shift along it:
    RT = first_rt + slope curve(z + offset(line) / slope).

    Attributes
    ----------
    first_rt : float
        RT in min of GT1b(36:1;O2).
    slope : float
        min per carbon at C36.
    slope_ratio, offset_ratio : float
        Slope, and distance between lines, at C42 relative to C36.
    curve : str
        Key of `CURVES`; the shape where `gradient` is concave.
    gradient : str
        Key of `GRADIENTS`, or `concave`.
    bend : Bend
        Where and how much such a gradient bends.
    one_scale : bool
    double_bond_carbons : numpy.ndarray
        Carbons that 0, 1, 2, ... double bonds are worth.
    hydroxyl_carbons : float
        Carbons that each hydroxyl above two is worth.
    offsets : numpy.ndarray, shape (len(facts.lines()),)
        RT of each line at 36:1;O2 less that of GT1b, min.
    """

    first_rt: float
    slope: float
    slope_ratio: float
    offset_ratio: float
    curve: str
    gradient: str
    bend: Bend
    one_scale: bool
    double_bond_carbons: FloatArray
    hydroxyl_carbons: float
    offsets: FloatArray

    @classmethod
    def draw(cls, scenario: Scenario, rng: np.random.Generator) -> Method:
        """Draw a method at random within the ranges of a scenario."""
        slope = rng.uniform(*scenario.slope)
        jitter = 1 + scenario.double_bond_spread * rng.standard_normal(2)
        method = cls(
            first_rt=rng.uniform(*scenario.first_rt),
            slope=slope,
            slope_ratio=rng.uniform(*scenario.slope_ratio),
            offset_ratio=rng.uniform(*scenario.offset_ratio),
            curve=str(rng.choice(list(CURVES))),
            gradient=scenario.gradient,
            bend=Bend(0.0, 0.0),
            one_scale=scenario.one_scale,
            double_bond_carbons=_DOUBLE_BOND_CARBONS * jitter[0],
            hydroxyl_carbons=_HYDROXYL_CARBONS * float(jitter[1]),
            offsets=_draw_offsets(scenario, slope / MEASURED_SLOPE, rng),
        )
        method = dataclasses.replace(method, bend=Bend.draw(rng))
        return dataclasses.replace(method, first_rt=max(method.first_rt, method._least_first_rt))

    @property
    def _least_first_rt(self) -> float:
        """`first_rt` with which the most polar species elute after the dead time, min."""
        if self.gradient == "concave":
            return 0.0
        return float(_DEAD_TIME - self.slope * self.effect(np.array(_MOST_POLAR)))

    def effect(self, z: FloatArray) -> FloatArray:
        """Retention of z equivalent carbons less that of none, in carbons, of the shape of `z`."""
        if self.gradient == "concave":
            return CURVES[self.curve](z, self.slope_ratio)
        return GRADIENTS[self.gradient](z, self.bend)

    def equivalent_carbons(self, carbons: Any, double_bonds: Any, hydroxyls: Any) -> FloatArray:
        """Equivalent carbons z of ceramides, broadcast over the arguments."""
        bonds = self.double_bond_carbons[np.asarray(double_bonds, dtype=int)]
        more = np.asarray(hydroxyls, dtype=float) - 2
        z = np.asarray(carbons, dtype=float) - 36 + bonds + more * self.hydroxyl_carbons
        return np.asarray(z, dtype=np.float64)

    def rt(self, line: Any, carbons: Any, double_bonds: Any, hydroxyls: Any) -> FloatArray:
        """RT in min of ceramides on lines, broadcast over the arguments.

        Parameters
        ----------
        line
            Positions in `facts.lines()`.
        carbons, double_bonds, hydroxyls
            Of the ceramides.
        """
        z = self.equivalent_carbons(carbons, double_bonds, hydroxyls)
        shrink = np.clip(1 - (1 - self.offset_ratio) * z / 6, 0.3, 1.3)
        if self.one_scale:
            rt = self.first_rt + self.slope * self.effect(z + self.offsets[line] / self.slope)
        else:
            rt = self.first_rt + self.slope * self.effect(z) + self.offsets[line] * shrink
        return np.asarray(rt, dtype=np.float64)


def _draw_offsets(scenario: Scenario, scale: float, rng: np.random.Generator) -> FloatArray:
    """Draw the offsets of the lines, min: the distance of each line from that of GT1b.

    Sum of the effects of a head group's units, a deviation of each series, the distance of
    isomers and the shift of acetyls.

    Parameters
    ----------
    scenario, rng
        Ranges, and random numbers.
    scale
        Slope per carbon over that of the measured method.
    """
    lines = facts.lines()
    effects = facts.units()["offset"].to_numpy()
    effects = effects * (1 + scenario.unit_spread * rng.standard_normal(len(effects)))
    offset = lines[list(facts.UNITS)].to_numpy() @ effects
    series = lines["series"].astype("category").cat.codes.to_numpy()
    offset += (scenario.series_spread * rng.standard_normal(series.max() + 1))[series]
    offset += _draw_isomer_shifts(lines["series"].duplicated().to_numpy(), scenario, rng)
    shifts = rng.uniform(*scenario.acetyl_shift, size=len(lines)) * lines["oac"].to_numpy()
    position = dict(zip(lines["line"], range(len(lines)), strict=True))
    base_line = lines["base"].where(lines["base"] != "", lines["line"])
    offset = offset[base_line.map(position).to_numpy()] + shifts
    relative = offset - offset[position["GT1b"]]
    return np.asarray(relative * scale, dtype=np.float64)


def _draw_isomer_shifts(
    second: npt.NDArray[np.bool_], scenario: Scenario, rng: np.random.Generator
) -> FloatArray:
    """Draw the distance of each second isomer from the first one, min; 0 for other lines.

    `second` marks the lines that are a second isomer; they elute before or after the first.
    """
    distance = rng.uniform(*scenario.isomer_distance, size=len(second))
    return np.where(second, distance * rng.choice([-1.0, 1.0], size=len(second)), 0.0)
