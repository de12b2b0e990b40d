"""Many species predicted at once, as each of them alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.inference import predictions
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.model_parameters import Parameters

MODEL = gg.analyze(gg.example()).model

#: Own series with one line and with several, isomers with and without a line, shared curve, no row.
HEADS = ("GM3", "GM2", "GD1", "GD1a", "GD1c", "GT1", "GQ1", "GP1", "GM3+OAc", "SM", "Hex2Cer")
CERAMIDES = ("36:1;O2", "42:2;O2", "37:0;O3", "60:1;O2")
CHAINS = ("d18:1/18:0", "d18:0/18:1", "d18:2/18:0", "d17:1/19:0")
NAMES = [f"{head}({ceramide})" for ceramide in (*CERAMIDES, *CHAINS) for head in HEADS]


def one_by_one(names: list[str]) -> pd.DataFrame:
    return pd.concat([MODEL.predict(name) for name in names], ignore_index=True)


def test_many_names_are_predicted_as_each_alone() -> None:
    names = [*NAMES, *NAMES[:5]]
    found = MODEL.predict(names)
    assert set(found["basis"].str.removesuffix(", extrapolated")) == {
        "own series", "shared curve", "composition only",
    }  # fmt: skip
    assert found["basis"].str.endswith("extrapolated").any()
    assert len(found) > len(names)
    pd.testing.assert_frame_equal(found, one_by_one(names), rtol=0, atol=1e-12)


def test_ceramides_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = MODEL.predict(NAMES)
    monkeypatch.setattr(predictions, "_AT_ONCE", 3)
    pd.testing.assert_frame_equal(MODEL.predict(NAMES), whole, rtol=0, atol=1e-12)


def test_species_of_one_head_group_are_predicted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    expect = Parameters.expect

    def counted(self: Parameters, curve: Any, ceramides: Any, *chains: Any) -> Any:
        asked.append(len(ceramides.known))
        return expect(self, curve, ceramides, *chains)

    monkeypatch.setattr(Parameters, "expect", counted)
    sums = [f"{head}({c}:{b};O2)" for c in range(32, 46) for b in range(3) for head in HEADS[:3]]
    MODEL.predict([*sums, *sums])
    assert asked == [14 * 3] * 3


def test_the_line_with_most_features_gives_the_one_prediction() -> None:
    species = [gg.parse_name(name) for name in ("GM3(36:1;O2)", "GD1(36:1;O2)")]
    found = predictions.predictions(MODEL._parameters, species)
    assert found.species.tolist() == [0, 1, 1]
    best = found.of_most_features
    assert best[0] == 0
    assert found.support[best[1]] == max(found.support[1:])
    one = MODEL.predict_one([s.name for s in species])
    np.testing.assert_array_equal(one, found.rt[best])


def test_of_lines_with_equally_many_features_the_first_one_counts() -> None:
    found = predictions.Predictions(
        species=np.array([0, 0, 1, 1, 1]),
        isomer=[None] * 5,
        rt=np.arange(5.0),
        lower=np.zeros(5),
        upper=np.zeros(5),
        basis=["own series"] * 5,
        support=np.array([2.0, 2.0, 1.0, 3.0, 3.0]),
    )
    assert found.of_most_features.tolist() == [0, 3]


def test_without_a_model_each_name_has_a_row_without_numbers() -> None:
    nothing = FittedModel(None, "Too few rows.")
    found = nothing.predict(["GD1(36:1;O2)", "GM3(36:1;O2)"])
    assert found["basis"].tolist() == ["no model"] * 2
    assert found[["isomer", "predicted_rt", "lower", "upper"]].isna().all(axis=None)
    assert np.isnan(nothing.predict_one(["GM3(36:1;O2)"])).tolist() == [True]
    assert nothing.predict_one([]).shape == (0,) == MODEL.predict_one([]).shape
