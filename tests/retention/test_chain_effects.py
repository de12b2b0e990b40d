"""Where ceramides of known chains elute beside the others of their sum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()
SLOPE = 0.4  # min per carbon


def sphingomyelins(in_base: float = 0.0) -> pd.DataFrame:
    """Sums of 32 to 42 carbons on a straight gradient, and d18:2 `in_base` min from their sum."""
    sums = [
        (f"SM({carbons}:{bonds};O2)", 5 + SLOPE * (carbons - 32) - 0.6 * bonds)
        for carbons in range(32, 43)
        for bonds in range(3)
    ]
    bases = [
        (f"SM(d18:2/{carbons - 18}:0)", 5 + SLOPE * (carbons - 32) - 1.2 + in_base)
        for carbons in range(34, 43, 2)
    ]
    return pd.DataFrame(sums + bases * (in_base != 0), columns=["Name", "RT"])


def predicted(*names: str) -> pd.DataFrame:
    """Predictions by a model that has seen sums only."""
    return FittedModel.fitted_to(gg.read_features(sphingomyelins())).predict(names)


def half_widths(frame: pd.DataFrame) -> np.ndarray:
    return ((frame["upper"] - frame["lower"]) / 2).to_numpy()


def test_a_second_double_bond_of_the_base_costs_less_than_one_of_the_acyl_chain() -> None:
    found = predicted("SM(38:2;O2)", "SM(d18:1/20:1)", "SM(d18:2/20:0)")
    rt, width = found["predicted_rt"].to_numpy(), half_widths(found)
    assert rt[1] == rt[0]
    assert rt[2] - rt[0] == pytest.approx(PRIORS.second_base_bond.value * SLOPE, rel=0.1)
    assert width[2] > width[1] == width[0]


def test_double_bonds_of_the_acyl_chain_alone_cost_what_both_do() -> None:
    found = predicted("SM(38:0;O2)", "SM(38:1;O2)", "SM(38:2;O2)", "SM(d18:0/20:1)")
    rt, width = found["predicted_rt"].to_numpy(), half_widths(found)
    base, acyl = rt[1] - rt[0], rt[2] - rt[1]
    assert rt[3] == pytest.approx(rt[0] + acyl, abs=0.05)
    assert rt[3] - rt[1] == pytest.approx(acyl - base, abs=0.05)
    assert width[3] > width[1]


def test_a_phytosphingosine_is_saturated_whatever_its_acyl_chain_is() -> None:
    found = predicted("SM(38:0;O2)", "SM(38:1;O2)", "SM(38:2;O2)", "SM(38:1;O3)", "SM(t18:0/20:1)")
    rt, width = found["predicted_rt"].to_numpy(), half_widths(found)
    base, acyl = rt[1] - rt[0], rt[2] - rt[1]
    in_base = PRIORS.saturated_hydroxyl.value * SLOPE
    assert rt[4] - rt[3] == pytest.approx(acyl - base + in_base, abs=0.05)
    assert width[4] > width[3]


def test_phytosphingosines_and_hydroxy_acids_of_one_sum_are_both_on_their_line() -> None:
    """Once t18:0/24:1 was an outlier beside ceramides d18:1 with a 2-hydroxy acid."""
    acids = [
        (f"SM(d18:1/{carbons - 18}:0(2OH))", 5 + SLOPE * (carbons - 33.6) - 0.6)
        for carbons in range(34, 43)
    ]
    bases = [
        (f"SM(t18:0/{carbons - 18}:{bonds})", 5 + SLOPE * (carbons - 33.8) - 0.8 * bonds)
        for carbons in range(34, 43)
        for bonds in range(2)
    ]
    named = pd.DataFrame(acids + bases, columns=["Name", "RT"])
    features = gg.analyze(pd.concat([sphingomyelins(), named])).features
    assert features["verdict"].eq("valid").all()


def test_intervals_are_wider_for_unusual_bases() -> None:
    found = predicted("SM(37:1;O2)", "SM(d18:1/19:0)", "SM(d17:1/20:0)")
    rt, width = found["predicted_rt"].to_numpy(), half_widths(found)
    assert rt[0] == rt[1] == rt[2]
    assert width[0] == width[1]
    sd = PRIORS.unusual_base_scatter.value * SLOPE
    assert width[2] > 1.9 * sd > width[1]


def test_rows_with_a_second_double_bond_in_their_base_are_on_their_line() -> None:
    """Once their sum alone gave the RT, and tables with both had a wide scatter."""
    table = sphingomyelins(PRIORS.second_base_bond.value * SLOPE)
    features = gg.analyze(table).features
    assert features["verdict"].eq("valid").all()
    assert features["residual"].abs().max() < 0.05


def test_without_the_shift_such_rows_are_away_from_their_line() -> None:
    table = gg.read_features(sphingomyelins(1.5 * SLOPE))
    none = replace(PRIORS, second_base_bond=replace(PRIORS.second_base_bond, value=0.0))
    of_base = table.data["name"].str.contains("d18:2").to_numpy()
    names = table.data["name"][of_base].tolist()
    rt = table.data["rt"][of_base].to_numpy()
    usual = FittedModel.fitted_to(table).predict_one(names)
    without = FittedModel.fitted_to(table, none).predict_one(names)
    assert np.abs(rt - usual).mean() < np.abs(rt - without).mean()
