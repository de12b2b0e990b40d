"""Where the rows of a table have shown the gradient, and what is said beyond."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from bent_tables import even, s_shaped, table

import ganglioside as gg
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.retention.reach import Reach


def test_the_outermost_rows_do_not_count() -> None:
    reach = Reach.of(np.array([20.0, 5.0, 1.0, 7.0, 6.0]))
    assert (reach.first, reach.last) == (5.0, 7.0)


@pytest.mark.parametrize("n", range(3))
def test_two_rows_show_no_reach(n: int) -> None:
    reach = Reach.of(np.arange(float(n)))
    assert reach == Reach.everywhere()
    assert not reach.is_known


def test_no_gradient_is_shown_without_a_reach() -> None:
    """Once its times were not a number, and findings said so."""
    model = gg.analyze(table(s_shaped)).model
    assert model.gradient_shown is not None
    parameters = replace(model._parameters, reach=Reach.everywhere())
    assert FittedModel(parameters).gradient_shown is None


def test_the_variance_grows_with_the_distance() -> None:
    reach = Reach(5.0, 7.0)
    at = np.array([3.0, 5.0, 6.0, 8.0, 9.0])
    assert reach.variance(at, 0.1) == pytest.approx([0.16, 0.0, 0.0, 0.01, 0.16])


def test_nothing_is_beyond_a_reach_without_ends() -> None:
    assert Reach.everywhere().variance(np.array([-1e9, 1e9]), 1.0).tolist() == [0.0, 0.0]


def width(model: gg.RetentionModel, name: str) -> float:
    """Width of the interval of a prediction, min."""
    prediction = model.predict([name]).iloc[0]
    return float(prediction["upper"] - prediction["lower"])


def test_intervals_widen_where_no_row_shows_the_gradient() -> None:
    model = gg.analyze(table(even)).model
    near, far, farther = (width(model, f"GM3({n}:1;O2)") for n in (43, 47, 49))
    assert near < 0.2
    assert far > 3 * near
    assert farther > 1.5 * far
    assert width(model, "GM3(29:1;O2)") > 1.2 * width(model, "GM3(33:1;O2)")


def test_a_stored_model_knows_its_reach() -> None:
    model = gg.analyze(table(even)).model
    again = type(model).from_dict(model.to_dict())
    assert width(again, "GM3(49:1;O2)") == width(model, "GM3(49:1;O2)")
    before = {key: value for key, value in model.to_dict().items() if key != "reach"}
    assert width(type(model).from_dict(before), "GM3(49:1;O2)") < width(model, "GM3(49:1;O2)")


@pytest.mark.parametrize("carbons", [47, 48])
@pytest.mark.parametrize("shift", [0.0, 0.4])
def test_no_verdict_far_beyond_the_rows_is_nearly_sure(carbons: int, shift: float) -> None:
    """A feature 3 carbons later than any other, right or wrong, is its only witness."""
    features = table(even)
    rt = 9.0 + 0.75 * (carbons - 36) + shift
    lone = features.iloc[[12]].assign(Name=f"GM3({carbons}:1;O2)", RT=rt)
    verdict = gg.analyze(pd.concat([features, lone], ignore_index=True)).features.iloc[-1]
    assert verdict["confidence"] < 0.999
