"""The shape of a gradient: RT straightened and bent back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.observations.gradient import Gradient, RowsInCells, tents

SPEEDS = st.lists(st.floats(-2.0, 2.0), min_size=2, max_size=12)


def gradient(log_speed: list[float]) -> Gradient:
    """A gradient over 2 to 14 min."""
    return Gradient(np.linspace(2.0, 14.0, len(log_speed)), np.array(log_speed))


@given(SPEEDS)
def test_rt_returns_from_straightened_time(log_speed: list[float]) -> None:
    """Also beyond the knots, where the speed stays as it was."""
    bent = gradient(log_speed)
    rt = np.linspace(0.0, 16.0, 50)
    assert bent.to_rt(bent.straighten(rt)) == pytest.approx(rt, abs=1e-6)


@given(SPEEDS)
def test_straightened_time_never_turns_back(log_speed: list[float]) -> None:
    straight = gradient(log_speed).straighten(np.linspace(0.0, 16.0, 200))
    assert (np.diff(straight) > 0).all()


def test_an_even_gradient_changes_nothing() -> None:
    rt = np.array([1.0, 5.5, 20.0])
    even = Gradient.even()
    assert even.is_even
    assert even.straighten(rt).tolist() == even.to_rt(rt).tolist() == rt.tolist()
    assert even.speed(rt).tolist() == [1.0, 1.0, 1.0]


def test_speed_is_the_slope_of_straightened_time() -> None:
    bent = gradient([1.0, -0.5, 0.3, 0.0])
    rt = np.linspace(3.0, 13.0, 21)
    slope = (bent.straighten(rt + 0.01) - bent.straighten(rt - 0.01)) / 0.02
    assert bent.speed(rt) == pytest.approx(slope, rel=0.02)


def test_slopes_say_by_how_much_a_knot_moves_straightened_time() -> None:
    log_speed = [0.6, -0.2, 0.1, 0.4]
    rt = np.linspace(2.0, 14.0, 13)
    cells = RowsInCells(rt, gradient(log_speed).knots)
    by_knot = cells.slopes(np.array(log_speed))
    for knot in range(4):
        more, less = log_speed.copy(), log_speed.copy()
        more[knot] += 1e-4
        less[knot] -= 1e-4
        change = (gradient(more).straighten(rt) - gradient(less).straighten(rt)) / 2e-4
        assert by_knot[:, knot] == pytest.approx(change, abs=1e-4)


def test_tents_interpolate() -> None:
    knots = np.linspace(0.0, 9.0, 4)
    weights = tents(np.array([-1.0, 0.0, 4.5, 9.0, 11.0]), knots)
    assert weights.sum(axis=1) == pytest.approx(np.ones(5))
    assert weights @ knots == pytest.approx([0.0, 0.0, 4.5, 9.0, 9.0])


def test_a_gradient_comes_back_from_json() -> None:
    bent = gradient([0.2, 0.0, -0.2])
    again = Gradient.from_dict(json.loads(json.dumps(bent.to_dict())))
    rt = np.linspace(1.0, 15.0, 9)
    assert again.straighten(rt).tolist() == bent.straighten(rt).tolist()
    assert Gradient.from_dict(None).is_even
