"""Shapes of gradients that are not simply concave: retention over the hydrophobic scale.

Each shape is a monotone function of x, in carbons from GT1b(36:1;O2), with g(0) = 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.support.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Bend:
    """Where and how much a gradient bends.

    Attributes
    ----------
    at : float
        Carbons from GT1b(36:1;O2).
    strength : float
        From 0 (as little as the shape ever bends) to 1 (as much).
    """

    at: float
    strength: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Bend:
        """Draw a bend within the range in which species elute."""
        return cls(at=float(rng.uniform(-1.0, 4.0)), strength=float(rng.random()))

    def between(self, least: float, most: float) -> float:
        """Value between two bounds, by the strength."""
        return least + (most - least) * self.strength


#: Slope in the first step over that in the second: 2.3 and 0.6 min per carbon in a public table.
_FIRST_STEP: Final = 2.3 / 0.6


def _s_shaped(x: FloatArray, bend: Bend) -> FloatArray:
    """Isocratic start and wash: low x + (1 - low) w tanh((x - at) / w), slope 1 at `at`."""
    low = bend.between(0.45, 0.25)
    width = 4.0
    steep = width * (np.tanh((x - bend.at) / width) - np.tanh(-bend.at / width))
    return np.asarray(low * x + (1 - low) * steep)


def _two_step(x: FloatArray, bend: Bend) -> FloatArray:
    """Slope 2.3 / 0.6 before `at`, slope 1 after it."""
    return _FIRST_STEP * x + (1 - _FIRST_STEP) * _after(x, bend.at, 0.15)


def _convex(x: FloatArray, bend: Bend) -> FloatArray:
    """(exp(k x) - 1) / k, with a slope at 6 that is 1.25 to 1.7 times that at 0."""
    k = np.log(bend.between(1.25, 1.7)) / 6
    return np.asarray(np.expm1(k * x) / k)


def _kink(x: FloatArray, bend: Bend) -> FloatArray:
    """Slope 1 before `at`; after it 0.5 to 0.7, or 1.4 to 1.8."""
    weaker = 0.5 + 0.4 * bend.strength
    stronger = 1.0 + 0.8 * bend.strength
    slope = weaker if bend.strength < 0.5 else stronger
    return x + (slope - 1) * _after(x, bend.at, 0.1)


def _after(x: FloatArray, at: float, width: float) -> FloatArray:
    """max(x - at, 0) with a rounded corner, less its value at 0."""
    rounded = width * (np.logaddexp(0, (x - at) / width) - np.logaddexp(0, -at / width))
    return np.asarray(rounded)


#: Shapes by name.
GRADIENTS: Final[dict[str, Callable[[FloatArray, Bend], FloatArray]]] = {
    "s-shaped": _s_shaped,
    "two-step": _two_step,
    "convex": _convex,
    "kink": _kink,
}
