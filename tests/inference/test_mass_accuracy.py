"""Measured m/z as evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.inference.mass_accuracy import mass_accuracy
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()
COLUMNS = {"name": "Name", "rt": "RT", "volume": "Volume", "anchor": "Anchor"}


def test_the_accuracy_of_the_table_is_learned_and_wrong_names_do_not_spoil_it() -> None:
    rng = np.random.default_rng(0)
    error = np.concatenate([rng.normal(0.0, 1.0, 200), rng.uniform(-10, 10, 30), [np.nan, 500.0]])
    accuracy = mass_accuracy(error, PRIORS)
    assert accuracy.sd == pytest.approx(1.2, abs=0.4)
    errors = np.array([2.0, -2.0, 5.0, -5.0, np.nan])
    assert accuracy.contradicts(errors).tolist() == [False, False, True, True, False]


def test_coarse_mz_are_told_by_most_of_them() -> None:
    rng = np.random.default_rng(0)
    assert mass_accuracy(rng.uniform(-600, 0, 30), PRIORS).sd > 300
    one_of_few = mass_accuracy(np.array([0.5, -0.4, 0.2, 850.0]), PRIORS)
    assert one_of_few.sd < 3
    assert one_of_few.contradicts(np.array([850.0])).all()


def test_a_missing_mz_is_no_evidence() -> None:
    accuracy = mass_accuracy(np.array([np.nan]), PRIORS)
    missing = np.array([np.nan])
    assert accuracy.right(missing) == accuracy.by_chance(missing) == 1.0


def test_a_few_right_names_are_measured_less_well() -> None:
    """Once 5 standard deviations were as good as impossible (a factor of 4e-6)."""
    accuracy = mass_accuracy(np.random.default_rng(0).normal(0.0, 1.0, 200), PRIORS)
    far = 5 * accuracy.sd * np.ones(1)
    assert 0.001 < accuracy.right(far) / accuracy.right(0 * far) < 0.01
    at = np.linspace(-2000, 2000, 2_000_001)
    assert np.sum(accuracy.right(at)) * (at[1] - at[0]) == pytest.approx(1, abs=1e-3)


def with_mz(table: pd.DataFrame, wrong: int | None = None) -> pd.DataFrame:
    """Return the table with the m/z of its names, one of them 25 ppm off."""
    names = gg.parse_names(table["Name"])
    charge = np.maximum(names.frame()["sialic_acids"].to_numpy(float), 1)
    mz = (names.masses[names.index] - 1.00727646688 * charge) / charge
    if wrong is not None:
        mz[wrong] *= 1 + 25e-6
    return table.assign(**{"m/z": mz})


def test_an_mz_far_from_the_name_refuses_it() -> None:
    source = gg.example()
    table = source.data[["name", "rt", "volume", "log_p", "anchor"]]
    table.columns = ["Name", "RT", "Volume", "Log P", "Anchor"]
    plain = gg.analyze(with_mz(table)).features
    sure = plain[(plain["verdict"] == "valid") & ~plain["anchor"] & (plain["confidence"] > 0.99)]
    row = int(sure.index[0])
    analysis = gg.analyze(with_mz(table, wrong=row))
    assert analysis.features["verdict"][row] != "valid"
    assert (analysis.features["verdict"] != plain["verdict"]).sum() <= 4
    assert "ppm from that of the name" in analysis.features["reason"][row]
    assert "ppm from the name" in str(analysis.explain(row))


def test_an_mz_a_little_off_does_not_refuse_a_name_on_its_line() -> None:
    """Once such a row was `outlier` at up to 0.9985, though it eluted where it should."""
    table = with_mz(gg.example().data.rename(columns=COLUMNS)[[*COLUMNS.values()]])
    rng = np.random.default_rng(1)
    valid = gg.analyze(table).features.query("verdict == 'valid' and confidence > 0.99").index
    off = rng.normal(0.0, 1.0, len(table))
    off[valid[::20]] = 5.0
    features = gg.analyze(table.assign(**{"m/z": table["m/z"] * (1 + 1e-6 * off)})).features
    judged = features.loc[valid[::20]]
    assert len(judged) >= 5
    assert not ((judged["verdict"] != "valid") & (judged["confidence"] > 0.9)).any()
    assert (judged["verdict"] == "valid").mean() > 0.7


def test_an_mz_of_another_molecule_refuses_the_name() -> None:
    source = gg.example()
    table = source.data[["name", "rt", "volume", "log_p", "anchor"]]
    table.columns = ["Name", "RT", "Volume", "Log P", "Anchor"]
    row = int(gg.analyze(table).features.query("verdict == 'valid'").index[0])
    table = table.assign(**{"m/z": np.nan, "Adduct": None}).astype({"Adduct": "str"})
    table.loc[row, ["m/z", "Adduct"]] = [300.1, "[M-H]-"]
    analysis = gg.analyze(table)
    feature = analysis.features.loc[row]
    assert sum(h.probability for h in analysis.explain(row).hypotheses) == pytest.approx(1.0)
    assert feature["verdict"] == "outlier"
    assert "ppm from that of the name" in feature["reason"]
