"""The retention model behaves as scikit-learn expects of an estimator.

It is imported where it is used: else each worker would, which takes longer than these tests.
"""

from __future__ import annotations

import known_curve
import numpy as np
import pandas as pd
import pytest
from known_curve import Method

import ganglioside as gg
from ganglioside.errors import ModelError, NameFormError
from ganglioside.support.priors import Priors


def anchors() -> pd.DataFrame:
    data = gg.example().data
    return data[data["anchor"]].reset_index(drop=True)


def test_fit_sets_the_object_and_returns_it() -> None:
    model = gg.RetentionModel()
    fitted = model.fit(gg.example())
    assert fitted is model
    analysis = gg.analyze(gg.example())
    names = ["GM3(36:1;O2)", "GD1(36:1;O2)", "GD1a(38:1;O2)", "GT3(36:1;O2)"]
    pd.testing.assert_frame_equal(model.predict_lines(names), analysis.predict(names))
    pd.testing.assert_frame_equal(model.lines_, analysis.model.lines)
    assert model.slope_ == analysis.model.slope
    assert model.sigma_ == analysis.model.sigma


@pytest.mark.parametrize("ask", ["predict", "predict_lines"])
def test_before_fit_nothing_is_predicted(ask: str) -> None:
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError, match="not fitted"):
        getattr(gg.RetentionModel(), ask)(["GM3(36:1;O2)"])


def test_of_several_isomers_the_line_with_most_features_is_predicted() -> None:
    model = gg.RetentionModel().fit(gg.example())
    lines = model.lines_[model.lines_["series"] == "GD1"]
    assert len(lines) > 1
    best = lines.loc[lines["n"].idxmax(), "isomer"]
    table = model.predict_lines(["GD1(36:1;O2)"]).set_index("isomer")
    assert model.predict(["GD1(36:1;O2)"])[0] == table.loc[best, "predicted_rt"]


@pytest.mark.parametrize(
    "form", [list, pd.Series, np.array, lambda names: pd.DataFrame({"Name": names})]
)
def test_names_come_in_any_form_and_give_one_rt_each(form: object) -> None:
    from sklearn.metrics import r2_score

    assert callable(form)
    names, rt = anchors()["name"].tolist(), anchors()["rt"].to_numpy()
    found = gg.RetentionModel().fit(form(names), rt).predict(form(names))
    assert found.shape == rt.shape
    assert r2_score(rt, found) > 0.97  # two of its anchors are wrong


def test_anchors_of_the_example_are_cross_validated() -> None:
    from sklearn.model_selection import KFold, cross_val_predict, cross_val_score

    known = anchors()
    folds = KFold(5, shuffle=True, random_state=0)
    found = cross_val_predict(gg.RetentionModel(), known["name"], known["rt"], cv=folds)
    assert found.shape == known["rt"].shape
    scatter = np.median(np.abs(found - known["rt"]))
    assert scatter < 0.2  # min, of a run of about a quarter of an hour
    scores = cross_val_score(gg.RetentionModel(), known["name"], known["rt"], cv=2)
    assert scores.shape == (2,)


def test_an_anchor_column_beside_the_names_counts() -> None:
    table = known_curve.draw(Method(), np.random.default_rng(0))
    model = gg.RetentionModel().fit(table.drop(columns="RT"), table["RT"])
    whole = gg.RetentionModel().fit(table)
    pd.testing.assert_frame_equal(model.lines_, whole.lines_)


def test_parameters_are_those_of_scikit_learn() -> None:
    from sklearn.base import clone, is_regressor

    priors = Priors.usual().varied(double_bond={"value": -2.0})
    model = gg.RetentionModel(priors=priors)
    assert model.get_params() == {"priors": priors}
    assert clone(model).priors == priors
    assert clone(model.fit(gg.example())).set_params(priors=None).priors is None
    assert is_regressor(model)
    assert "RetentionModel(priors=" in repr(model)


def test_priors_are_searched_for() -> None:
    from sklearn.model_selection import GridSearchCV

    known = anchors()
    choices = [Priors.usual(), Priors.usual().varied(double_bond={"value": 3.0, "spread": 0.001})]
    search = GridSearchCV(gg.RetentionModel(), {"priors": choices}, cv=3)
    search.fit(known["name"], known["rt"])
    assert search.best_params_["priors"] == choices[0]


def test_it_is_the_last_step_of_a_pipeline() -> None:
    from sklearn.pipeline import make_pipeline

    known = anchors()
    pipeline = make_pipeline("passthrough", gg.RetentionModel()).fit(known["name"], known["rt"])
    assert pipeline.score(known["name"], known["rt"]) > 0.97  # two of its anchors are wrong


@pytest.mark.parametrize(
    "check",
    [
        "estimators_unfitted",
        "get_params_invariance",
        "no_attributes_set_in_init",
        "parameters_default_constructible",
        "set_params",
    ],
)
def test_the_checks_of_scikit_learn_that_apply_to_names_hold(check: str) -> None:
    from sklearn.utils import estimator_checks

    getattr(estimator_checks, f"check_{check}")("RetentionModel", gg.RetentionModel())


def test_a_table_without_a_curve_is_refused_with_the_reason() -> None:
    with pytest.raises(ModelError, match="differ in carbons"):
        gg.RetentionModel().fit(["GM3(36:1;O2)", "GM1(36:1;O2)"], [8.0, 7.0])


def test_a_name_that_cannot_be_read_is_refused() -> None:
    model = gg.RetentionModel().fit(gg.example())
    with pytest.raises(NameFormError):
        model.predict(["GM3(36:1;O2)", "phlogiston"])
