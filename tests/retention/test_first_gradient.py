"""The first shape of a gradient: uneven only where most neighbouring ceramides say so."""

from __future__ import annotations

import numpy as np
import pytest
from bent_tables import Bend, even, s_shaped, table, two_steps

import ganglioside as gg
from ganglioside.observations.gradient import Gradient
from ganglioside.observations.observations import observe
from ganglioside.retention.first_curve import NoCurve, starting_curve
from ganglioside.retention.first_gradient import first_gradient
from ganglioside.support.priors import Priors


def found(bend: Bend, seed: int = 1) -> Gradient:
    """Gradient of a table with this bend."""
    observed = observe(gg.read_features(table(bend, seed)))
    curve = starting_curve(observed, Priors.usual())
    assert not isinstance(curve, NoCurve)
    return first_gradient(observed, curve.slope, Priors.usual())


@pytest.mark.parametrize("seed", range(4))
def test_an_even_gradient_is_left_alone(seed: int) -> None:
    assert found(even, seed).is_even


@pytest.mark.parametrize("seed", range(3))
def test_an_isocratic_start_and_a_wash_are_seen(seed: int) -> None:
    """RT of the middle passes slowly for a carbon: straightened time passes least there."""
    bent = found(s_shaped, seed)
    early, middle, late = bent.speed(np.array([2.8, 8.5, 14.6]))
    assert early > 1.5 * middle
    assert late > 1.5 * middle


def test_two_steps_are_seen() -> None:
    bent = found(two_steps)
    early, late = bent.speed(np.array([6.0, 13.5]))
    assert late > 2 * early


def test_two_steps_are_seen_though_a_fit_begins_with_a_wrong_end() -> None:
    """Once it was refused before other ends were tried: 45 right names were outliers."""
    table = gg.simulate(3009, gradient="two-step", one_scale=True, slope=(0.55, 0.65))
    curve = starting_curve(observe(table), Priors.usual())
    assert not isinstance(curve, NoCurve)
    assert not first_gradient(observe(table), curve.slope, Priors.usual()).is_even


@pytest.mark.parametrize(("gradient", "seed"), [("two-step", 6025), ("s-shaped", 6007)])
def test_a_fit_that_predicts_no_better_leaves_the_place_to_another(
    gradient: str, seed: int
) -> None:
    """Once the one on which most pairs agree was tried alone, and the gradient taken as even."""
    table = gg.simulate(seed, gradient=gradient, slope=(0.3, 0.8))
    curve = starting_curve(observe(table), Priors.usual())
    assert not isinstance(curve, NoCurve)
    assert not first_gradient(observe(table), curve.slope, Priors.usual()).is_even


def slower_from(worth: float, more: float) -> Bend:
    """Bend at 0.75 min a carbon, and `more` beyond this worth, which few rows have."""
    return lambda at: 9.0 + 0.75 * at + more * np.maximum(at - worth, 0.0)


def slower_before(worth: float, more: float) -> Bend:
    """The same before this worth."""
    return lambda at: 12.0 + 0.75 * at - more * np.maximum(worth - at, 0.0)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    "bend",
    [slower_from(4, 0.8), slower_from(5, 0.6), slower_before(-3.5, 0.6), slower_before(-3.5, 0.9)],
    ids=["late", "later", "early", "early and slower"],
)
def test_a_step_that_few_rows_show_is_seen(bend: Bend, seed: int) -> None:
    """Once all rows beyond it were outliers, at up to 0.999."""
    analysis = gg.analyze(table(bend, seed))
    assert (analysis.features["verdict"] == "valid").all()
    assert not found(bend, seed).is_even


def test_too_few_rows_show_no_shape() -> None:
    few = table(s_shaped).iloc[:8]
    observed = observe(gg.read_features(few))
    assert first_gradient(observed, 0.8, Priors.usual()).is_even
