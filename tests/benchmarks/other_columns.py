"""Simulated tables of lipid classes on columns whose curves are not the model's.

Each column turns an equivalent number of carbons into RT by one of four curves: straight,
exponential, logarithmic or logistic. Each class enters with a distance and a slope of its own,
each double bond and hydroxyl with a cost of its own, each ceramide with a small deviation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]

#: Equivalent carbons that a head group takes away, before a column changes them.
CLASSES: Final = {
    "Cer": 0.0,
    "HexCer": 2.6,
    "Hex2Cer": 3.4,
    "SM": 3.8,
    "SHexCer": 4.6,
    "GM3": 5.2,
}

#: RT over equivalent carbons x from 36, both in units of `bend` carbons; slope 1 at 0.
CURVES: Final[dict[str, Callable[[FloatArray], FloatArray]]] = {
    "straight": lambda x: x,
    "exponential": lambda x: -np.expm1(-x),
    "logarithmic": np.log1p,
    "logistic": lambda x: 4 / (1 + np.exp(-x)) - 2,
}
BENDS: Final = {"straight": 1.0, "exponential": 16.0, "logarithmic": 26.0, "logistic": 9.0}

CARBONS: Final = tuple(range(30, 47))


@dataclass(frozen=True)
class Case:
    """What kind of tables to draw.

    Attributes
    ----------
    members : tuple of int
        Fewest and most members of a class.
    classes : int
        How many of `CLASSES`.
    gapped : bool
        Carbons 33 to 35 and 40 to 44 only, as where short and long acyl chains prevail.
    ladder : bool
        One double bond and two hydroxyls only: what a quadratic in carbons is made for.
    wrong : float
        Share of rows at an RT that is not theirs; all rows are anchors.
    """

    members: tuple[int, int]
    classes: int = 6
    gapped: bool = False
    ladder: bool = False
    wrong: float = 0.0


CASES: Final = {
    "big classes": Case((12, 20)),
    "small classes": Case((2, 5)),
    "big and small": Case((2, 20)),
    "gapped carbons": Case((4, 10), gapped=True),
    "big ladders": Case((10, 15), ladder=True),
    "one class": Case((16, 20), classes=1),
    "5 % wrong anchors": Case((4, 16), wrong=0.05),
    "10 % wrong anchors": Case((4, 16), wrong=0.10),
}


@dataclass(frozen=True, eq=False)
class Column:
    """One column and gradient.

    Attributes
    ----------
    curve : str
        One of `CURVES`.
    slope : float
        min per carbon of a ceramide at C36.
    bend : float
        Carbons over which the curve bends.
    cost : dict of str to float
        Carbons that the first, second and third double bond and a further hydroxyl take away.
    distance, stretch : dict of str to float
        Of each class: equivalent carbons that it takes away, and factor of its carbons.
    noise : float
        min.
    deviations : dict
        Equivalent carbons by which a ceramide deviates on every class alike.
    """

    curve: str
    slope: float
    bend: float
    cost: tuple[float, float, float, float]
    distance: dict[str, float]
    stretch: dict[str, float]
    noise: float
    deviations: dict[tuple[int, int, int], float]

    @classmethod
    def draw(cls, curve: str, rng: np.random.Generator) -> Column:
        """Draw a column: 0.4 to 1.6 min per two carbons, classes 5 % apart in slope."""
        slope = float(np.exp(rng.uniform(np.log(0.2), np.log(0.8))))
        ceramides = [(n, d, h) for n in CARBONS for d in range(4) for h in (2, 3)]
        return cls(
            curve=curve,
            slope=slope,
            bend=BENDS[curve] * float(rng.uniform(0.8, 1.4)),
            cost=tuple(rng.normal([0.7, 1.5, 1.3, 1.4], [0.15, 0.2, 0.2, 0.3])),
            distance={c: x + float(rng.normal(0, 0.4)) for c, x in CLASSES.items()},
            stretch={c: float(rng.normal(1, 0.05)) for c in CLASSES},
            noise=slope * float(rng.uniform(0.02, 0.06)),
            deviations=dict(zip(ceramides, rng.normal(0, 0.04, len(ceramides)), strict=True)),
        )

    def rt(self, series: str, ceramide: tuple[int, int, int]) -> float:
        """Return the RT of a species, min."""
        carbons, bonds, hydroxyls = ceramide
        cost = sum(self.cost[:bonds]) - self.cost[0] + self.cost[3] * (hydroxyls - 2)
        x = self.stretch[series] * (carbons - 36) - cost + self.deviations[ceramide]
        reduced = (x - self.distance[series]) / self.bend
        return 12.0 + self.slope * self.bend * float(CURVES[self.curve](np.asarray(reduced)))


def draw(case: Case, curve: str, seed: int) -> pd.DataFrame:
    """Return one table: Name, RT, Anchor, right (not at a wrong RT)."""
    rng = np.random.default_rng([seed, list(CURVES).index(curve)])
    column = Column.draw(curve, rng)
    used = rng.choice(list(CLASSES), case.classes, replace=False)
    species = [(s, c) for s in sorted(used) for c in _members(case, rng)]
    rt = np.array([column.rt(s, c) for s, c in species])
    rt += column.noise * rng.standard_normal(len(rt))
    wrong = rng.random(len(rt)) < case.wrong
    away = rng.choice([-1, 1], len(rt)) * rng.uniform(0.5, 4.0, len(rt)) * column.slope
    names = [f"{s} {n}:{d};O{h}" for s, (n, d, h) in species]
    return pd.DataFrame(
        {"Name": names, "RT": (rt + wrong * away).round(3), "Anchor": "T", "right": ~wrong}
    )


def _members(case: Case, rng: np.random.Generator) -> list[tuple[int, int, int]]:
    """Return the ceramides of one class: even carbons and one double bond are the usual ones."""
    ceramides = [
        (n, d, h)
        for n in CARBONS
        if not case.gapped or n in (33, 34, 35, *range(40, 45))
        for d in ((1,) if case.ladder else range(4))
        for h in ((2,) if case.ladder else (2, 3))
        if d < 3 or n > 36
    ]
    weight = np.array(
        [
            (1.0 if n % 2 == 0 else 0.35) * (0.3, 1.0, 0.6, 0.15)[d] * (1.0 if h == 2 else 0.15)
            for n, d, h in ceramides
        ]
    )
    n = int(rng.integers(case.members[0], case.members[1] + 1))
    chosen = rng.choice(len(ceramides), n, replace=False, p=weight / weight.sum())
    return [ceramides[k] for k in sorted(chosen)]


HILIC_DISTANCE: Final = {"Cer": 0.0, "HexCer": 1.2, "SM": 4.5, "Hex2Cer": 2.8, "GM3": 5.5}


def draw_hilic(seed: int) -> pd.DataFrame:
    """Return a table of a HILIC column: classes stand apart, carbons hardly matter."""
    rng = np.random.default_rng(seed)
    slope = rng.uniform(-0.06, 0.0)
    species = [(s, c) for s in HILIC_DISTANCE for c in _members(CASES["big classes"], rng)]
    rt = [2 + HILIC_DISTANCE[s] + slope * (c[0] - 36) + rng.normal(0, 0.02) for s, c in species]
    names = [f"{s} {n}:{d};O{h}" for s, (n, d, h) in species]
    return pd.DataFrame({"Name": names, "RT": np.round(rt, 3), "Anchor": "T"})
