"""Rule 1: the first curve is the one on which most pairs of a series agree."""

from __future__ import annotations

import known_curve
import numpy as np
import pandas as pd
import pytest
from known_curve import Method

import ganglioside as gg
from ganglioside.observations.observations import observe
from ganglioside.retention.curve import Curve, ceramide_basis
from ganglioside.retention.first_curve import NoCurve, starting_curve
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()

STEPS = np.array([[34, 1, 2], [36, 1, 2], [38, 1, 2], [40, 1, 2], [38, 2, 2], [38, 0, 2]], float)


def start(table: pd.DataFrame) -> Curve | NoCurve:
    return starting_curve(observe(gg.read_features(table)), PRIORS)


def effects(curve: Curve | NoCurve) -> np.ndarray:
    assert isinstance(curve, Curve)
    f = curve.f(ceramide_basis(STEPS))
    return f - f[1]


def expected(method: Method) -> np.ndarray:
    rt = np.array([method.rt("GM1", *ceramide.astype(int)) for ceramide in STEPS])
    return rt - rt[1]


@pytest.mark.parametrize("slope", [0.25, 0.7, 1.3])
def test_the_first_curve_is_near_the_truth(slope: float) -> None:
    method = Method(slope=slope, bend=0.017 * slope, first=10.0, noise=0.02 * slope)
    table = known_curve.draw(method, np.random.default_rng(0), anchors=0.0)
    np.testing.assert_allclose(effects(start(table)), expected(method), atol=0.1 * slope)


def test_rows_that_agree_on_nothing_do_not_move_it() -> None:
    rng = np.random.default_rng(1)
    table = known_curve.draw(Method(), rng)
    spoilt = pd.concat([table, known_curve.chance_rows(table, 0.4, rng)])
    np.testing.assert_allclose(effects(start(spoilt)), effects(start(table)), atol=0.08)


def test_fragments_of_one_parent_series_agree_as_well() -> None:
    """A table of nothing but pieces still shows the gradient."""
    table = known_curve.draw(Method(), np.random.default_rng(1), series=["GD1"])
    pieces = table.assign(Name=table["Name"].str.replace("GD1", "GM3"))
    np.testing.assert_allclose(effects(start(pieces)), expected(Method()), atol=0.08)


@pytest.mark.parametrize("slope", [0.0, -0.05, -0.2, 0.04])
def test_hilic_is_named(slope: float) -> None:
    table = known_curve.draw(Method(), np.random.default_rng(2))
    carbons = table["Name"].str.extract(r"\((\d+):")[0].astype(float)
    base = table["Name"].str.partition("(")[0].map(known_curve.OFFSETS)
    noise = np.random.default_rng(3).normal(0, 0.01, len(table))
    found = start(table.assign(RT=8 - base + slope * (carbons - 36) + noise))
    assert isinstance(found, NoCurve)
    assert "HILIC" in found.reason
    assert found.code == "no-gradient"


def test_a_few_sodium_adducts_do_not_make_a_small_table_hilic() -> None:
    """Names of two carbons more at the RT of their parents: once these outvoted the others."""
    rt = {
        "GD1(34:1;O2)": 2.51, "GD1(36:0;O2)": 3.68, "GD1(36:1;O2)": 3.31, "GD1(38:1;O2)": 4.25,
        "GD1(38:4;O2)": 3.31, "GD1+dHex(36:0;O2)": 4.25, "GD1+dHex(36:1;O2)": 3.32,
        "GM1(36:1;O2)": 3.69, "GM1(38:1;O2)": 4.63, "GM1(38:4;O2)": 3.69, "GM1(40:4;O2)": 4.62,
        "GM3(36:0;O2)": 3.68, "GM3(36:1;O2)": 3.95, "GM3(38:1;O2)": 4.23, "GQ1(34:1;O2)": 2.60,
        "GQ1(36:0;O2)": 4.46, "GQ1(36:1;O2)": 2.65, "GQ1(38:1;O2)": 3.47, "GQ1(38:4;O2)": 2.64,
        "GT1(34:1;O2)": 3.75, "GT1(36:0;O2)": 3.26, "GT1(36:1;O2)": 2.93, "GT1(38:1;O2)": 3.83,
    }  # fmt: skip
    found = start(pd.DataFrame({"Name": [*rt], "RT": [*rt.values()]}))
    assert isinstance(found, Curve)
    assert found.slope == pytest.approx(0.45, abs=0.06)


@pytest.mark.parametrize(
    "names",
    [["GM3(36:1;O2)"], ["GM3(36:1;O2)", "GM1(38:1;O2)"], ["GM3(36:1;O2)"] * 2],
)
def test_without_a_pair_there_is_no_curve(names: list[str]) -> None:
    found = start(pd.DataFrame({"Name": names, "RT": [8.0, 9.5][: len(names)]}))
    assert isinstance(found, NoCurve)
    assert "HILIC" not in found.reason


def test_many_samples_are_thinned_and_give_the_same_curve() -> None:
    table = known_curve.draw(Method(), np.random.default_rng(0))
    many = pd.concat([table.assign(Sample=f"S{k:03}") for k in range(60)])
    np.testing.assert_allclose(effects(start(many)), effects(start(table)), atol=0.02)
