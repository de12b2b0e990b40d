"""Parameters of a model as JSON, those of older versions too."""

from __future__ import annotations

import base64
import json

import numpy as np

import ganglioside as gg
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.stored_model import parameters_from_dict, parameters_to_dict
from ganglioside.ion_source.coelution import USUAL_TOLERANCE
from ganglioside.retention.curve_covariance import SHARED
from ganglioside.retention.reach import Reach
from ganglioside.support.arrays import encoded

MODEL = gg.analyze(gg.example()).model


def test_parameters_come_back_as_they_were() -> None:
    values = parameters_to_dict(MODEL._parameters)
    text = json.dumps(values, allow_nan=False)
    again = parameters_from_dict(json.loads(text))
    assert json.dumps(parameters_to_dict(again)) == text
    before, after = MODEL._parameters.curve.covariance, again.curve.covariance
    np.testing.assert_array_equal(np.triu(after), np.triu(before))
    np.testing.assert_array_equal(after, after.T)
    assert again.learned_from is None
    assert again.lines.series == MODEL.line_series


def test_what_older_versions_did_not_store_has_its_usual_value() -> None:
    values = parameters_to_dict(MODEL._parameters)
    for name in ("reach", "pair_tolerance", "gradient"):
        values.pop(name, None)
    older = parameters_from_dict(values)
    assert older.reach == Reach.everywhere()
    assert older.pair_tolerance == USUAL_TOLERANCE
    assert older.gradient.is_even


def test_a_model_stored_before_there_was_a_spared_part_is_read() -> None:
    stored = MODEL.to_dict()
    whole = FittedModel.from_dict(stored)._parameters.curve
    older = np.delete(np.delete(whole.covariance, SHARED - 1, axis=0), SHARED - 1, axis=1)
    triangle = older[np.triu_indices(len(older))].astype("<f8").tobytes()
    del stored["curve"]["spared"]
    stored["curve"]["covariance"] = base64.b64encode(triangle).decode("ascii")
    curve = FittedModel.from_dict(stored)._parameters.curve
    assert curve.spared == 0
    np.testing.assert_array_equal(curve.line_var, whole.line_var)
    np.testing.assert_array_equal(curve.covariance[SHARED - 1], 0)
    assert FittedModel.from_dict(stored).predict(["GM3(36:1;O2)"])["basis"].notna().all()


def test_a_model_stored_before_phytoceramides_had_an_effect_is_read() -> None:
    stored = MODEL.to_dict()
    whole = FittedModel.from_dict(stored)._parameters.curve
    n = len(whole.shape) - 1
    without = np.delete(np.delete(whole.covariance, n, axis=0), n, axis=1)
    stored["curve"]["shape"] = whole.shape[:n].tolist()
    stored["curve"]["covariance"] = encoded(without[np.triu_indices(len(without))])
    again = FittedModel.from_dict(stored)
    curve = again._parameters.curve
    assert curve.shape.tolist() == [*whole.shape[:n], 0.0]
    np.testing.assert_array_equal(np.diagonal(curve.covariance)[n : n + 2], [0.0, without[n, n]])
    assert again.predict(["GM3(36:0;O3)"])["basis"].notna().all()
