"""Disputed pathways: a line upon that of a larger series is told from the pieces of that series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.inference.disputed_pathways import disputed_lines
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.observations.observations import observe

CERAMIDES = [
    (34, 1),
    (35, 1),
    (36, 1),
    (36, 2),
    (37, 1),
    (38, 1),
    (38, 2),
    (40, 1),
    (42, 1),
    (42, 2),
]
LINES = {"GM3": 12.0, "GM1": 11.2, "GD1": 10.0, "GT1": 9.2, "GQ1+OAc": 8.5}
LEVELS = {"GM3": 6.0, "GM1": 7.0, "GD1": 7.2, "GT1": 7.0, "GQ1+OAc": 6.4}


@dataclass(frozen=True)
class Upon:
    """Rows named GT1 that co-elute with GQ1+OAc: pieces of it, or a late isomer of GT1."""

    scatter: float  # log10 of their area beside that of GQ1+OAc
    rt_scatter: float
    level: float
    count: int


ISOMER = Upon(scatter=0.3, rt_scatter=0.012, level=-0.6, count=6)
PIECES = Upon(scatter=0.05, rt_scatter=0.004, level=-1.6, count=6)


def rt(line: float, carbons: int, double_bonds: int) -> float:
    return line + 0.75 * (carbons - 36) - 0.005 * (carbons - 36) ** 2 - 1.1 * (double_bonds - 1)


def table(upon: Upon, seed: int) -> pd.DataFrame:
    """Five clean series, and further rows of GT1 at the RT of GQ1+OAc."""
    rng = np.random.default_rng(seed)
    of_ceramide = dict(zip(CERAMIDES, 0.4 * rng.standard_normal(len(CERAMIDES)), strict=True))
    rows = []
    for series, line in LINES.items():
        for number, (carbons, double_bonds) in enumerate(CERAMIDES):
            log_area = LEVELS[series] + of_ceramide[carbons, double_bonds]
            log_area += 0.2 * rng.standard_normal()
            place = rt(line, carbons, double_bonds)
            at = place + 0.01 * rng.standard_normal()
            rows.append((f"{series}({carbons}:{double_bonds};O2)", at, 10**log_area, number < 3))
            if series == "GQ1+OAc" and number < upon.count:
                # A piece is where its parent is, a row of another line where that line is.
                from_parent = upon is PIECES
                where = at if from_parent else place
                where += upon.rt_scatter * rng.standard_normal()
                area = (
                    log_area if from_parent else LEVELS[series] + of_ceramide[carbons, double_bonds]
                )
                area += upon.level + upon.scatter * rng.standard_normal()
                rows.append((f"GT1({carbons}:{double_bonds};O2)", where, 10**area, False))
    return pd.DataFrame(rows, columns=["name", "rt", "volume", "anchor"])


def called(upon: Upon, seed: int) -> pd.Series:
    """Verdicts on the rows of GT1 that co-elute with GQ1+OAc."""
    frame = table(upon, seed)
    features = gg.analyze(frame).features
    place = features["rt"] - [
        rt(0.0, c, d) for c, d in features[["carbons", "double_bonds"]].values
    ]
    return features.loc[features["series"].eq("GT1") & place.lt(8.9), "verdict"]


def test_a_late_isomer_upon_a_larger_series_is_a_line() -> None:
    """Without a word for the line, all of them were fragments, at 0.98 and more."""
    valid = [called(ISOMER, seed).eq("valid").mean() for seed in range(8)]
    assert sum(share >= 0.8 for share in valid) >= 5


def test_pieces_of_that_series_stay_fragments() -> None:
    for seed in range(8):
        assert called(PIECES, seed).eq("fragment").all()


def test_no_line_is_disputed_where_all_pathways_are_usual() -> None:
    frame = table(PIECES, seed=0)
    state = infer(observe(gg.read_features(frame)))
    assert isinstance(state, Inference)
    assert state.shares.pair.sum() > 4
    assert len(disputed_lines(state).group) == 0


def test_pieces_whose_parents_mostly_have_no_row_are_no_line_of_their_own() -> None:
    """Once twenty of them stood on a line of GM3 that lay upon that of GM1."""
    drawn = gg.simulate(3042, "extreme")
    assert drawn.truth is not None
    features = gg.analyze(drawn).features
    pieces = drawn.truth["verdict"].eq("fragment") & features["series"].eq("GM3")
    verdict = features.loc[pieces, "verdict"]
    assert len(verdict) > 40
    assert verdict.eq("valid").mean() < 0.2
    assert verdict.eq("fragment").mean() > 0.7


def test_right_masses_speak_for_fragments_as_for_lines() -> None:
    """Once lines of a hundred rows were tried as fragments where tables had m/z."""
    drawn = gg.simulate(1002, "wild")
    assert drawn.truth is not None
    verdict = gg.analyze(drawn).features["verdict"].astype("str")
    assert drawn.truth["verdict"].eq(verdict).mean() > 0.95


def with_a_close_isomer(apart: float, share: float, only_gd1: bool = True) -> pd.DataFrame:
    """Clean series, and beside rows of GD1, or of each, a second row `apart`, min, later."""
    rng = np.random.default_rng(0)
    rows = []
    for series, line in LINES.items():
        for number, (carbons, double_bonds) in enumerate(CERAMIDES):
            at = rt(line, carbons, double_bonds) + 0.004 * rng.standard_normal()
            area = 10 ** (LEVELS[series] + 0.3 * rng.standard_normal())
            name = f"{series}({carbons}:{double_bonds};O2)"
            rows.append((name, at, area, number < 3))
            if series == "GD1" if only_gd1 else number % 5 == 0:
                side = 1 if only_gd1 or rng.random() < 0.5 else -1
                rows.append((name, at + side * apart, share * area, False))
    return pd.DataFrame(rows, columns=["name", "rt", "volume", "anchor"])


@pytest.mark.parametrize("apart", [0.13, 0.15])
def test_a_second_row_beside_each_of_one_series_is_an_isomer(apart: float) -> None:
    """Once they were parts of split peaks, though no other series had any."""
    features = gg.analyze(with_a_close_isomer(apart, share=0.1)).features
    assert features.loc[features["series"].eq("GD1"), "verdict"].eq("valid").all()


def test_a_second_row_beside_some_of_each_series_is_a_part_of_the_peak() -> None:
    frame = with_a_close_isomer(0.11, share=0.14, only_gd1=False)
    features = gg.analyze(frame).features
    parts = features["volume"] < 0.2 * features.groupby("name")["volume"].transform("max")
    assert features.loc[parts, "process"].eq("split peak").mean() > 0.8
