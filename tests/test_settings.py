"""Numbers that nobody means are refused in words, wherever they are given."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.errors import NameFormError, SettingsError
from ganglioside.settings import setting_specs

ODD: Final[list[Any]] = [
    10**400, -(10**400), 10**30, float("nan"), float("inf"), -float("inf"), -1, True, None, "1", [],
]  # fmt: skip


@pytest.mark.parametrize("name", setting_specs())
@pytest.mark.parametrize("odd", ODD, ids=lambda value: repr(value)[:9])
def test_a_setting_takes_no_odd_number(name: str, odd: Any) -> None:
    with pytest.raises(SettingsError, match=name) as refusal:
        gg.Settings(**{name: odd})
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_numbers_of_numpy_are_numbers(kind: Any) -> None:
    """Of `numpy.int64(1000)` it was said that a number is needed."""
    settings = gg.Settings(rt_tolerance=kind(0.25), max_rows=np.int64(1000))
    assert (settings.rt_tolerance, settings.max_rows) == (0.25, 1000)
    assert {type(settings.rt_tolerance), type(settings.max_rows)} == {float, int}
    assert json.loads(json.dumps(settings.to_dict())) == settings.to_dict()


def test_a_prediction_wants_names() -> None:
    with pytest.raises(NameFormError, match="is no name"):
        gg.analyze(gg.example()).predict([5])  # type: ignore[list-item]


def test_a_polarity_that_is_not_set_leaves_stored_settings_as_they_were() -> None:
    assert "polarity" not in gg.Settings().to_dict()
    positive = gg.Settings(polarity="positive")
    assert positive.to_dict()["polarity"] == "positive"
    assert gg.Settings.from_dict(positive.to_dict()) == positive
