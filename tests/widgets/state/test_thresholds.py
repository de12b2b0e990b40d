"""Values move settings, or are refused."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.settings import setting_specs
from ganglioside_widgets.state.thresholds import STEPS, ThresholdsState, shown_range


def test_a_moved_value_moves_the_settings_and_reset_brings_the_defaults_back() -> None:
    state = ThresholdsState()
    assert state.is_default
    state.outlier_threshold = 3.0
    state.sample_type = "human"
    assert state.settings == gg.Settings(outlier_threshold=3.0, sample_type="human")
    assert not state.is_default
    state.reset()
    assert state.settings == gg.Settings()
    assert state.is_default


def test_a_value_out_of_range_is_refused_and_the_settings_stay() -> None:
    state = ThresholdsState()
    state.rt_tolerance = 9.0
    assert "out of range" in state.error
    assert state.settings == gg.Settings()
    state.rt_tolerance = 0.2
    assert state.error == ""
    assert state.settings.rt_tolerance == 0.2


def test_settings_are_taken_at_once() -> None:
    state, seen = ThresholdsState(), []
    state.observe(lambda change: seen.append(change["new"]), "settings")
    wanted = gg.Settings(r2_threshold=0.9, outlier_threshold=1.5, rt_tolerance=0.05)
    state.take(wanted)
    assert state.settings == wanted
    assert seen[-1] == wanted


def test_settings_without_a_field_stay_when_a_value_moves_or_all_are_reset() -> None:
    state = ThresholdsState()
    state.take(gg.Settings(polarity="positive", max_rows=77, rt_tolerance=0.05))
    assert state.settings == gg.Settings(polarity="positive", max_rows=77, rt_tolerance=0.05)
    state.outlier_threshold = 3.0
    assert (state.settings.polarity, state.settings.max_rows) == ("positive", 77)
    state.reset()
    assert state.settings == gg.Settings(polarity="positive", max_rows=77)


def test_texts_of_what_differs_set_the_same_again() -> None:
    state, again = ThresholdsState(), ThresholdsState()
    state.take(gg.Settings(outlier_threshold=3.0, rt_tolerance=0.05, sample_type="human"))
    texts = state.other_than(gg.Settings())
    assert texts == {"outlier_threshold": "3", "rt_tolerance": "0.05", "sample_type": "human"}
    for name, text in texts.items():
        again.set_text(name, text)
    assert again.settings == state.settings
    assert state.other_than(state.settings) == {}


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [("rt_tolerance", "wide", "not a number"), ("sample_type", "unicorn", "none of porcine, ")],
)
def test_a_text_that_is_no_value_is_refused(name: str, text: str, why: str) -> None:
    state = ThresholdsState()
    with pytest.raises(ValueError, match=why):
        state.set_text(name, text)
    assert state.settings == gg.Settings()


def test_every_step_divides_its_range() -> None:
    for name, step in STEPS.items():
        spec = setting_specs()[name]
        assert step < (spec.high - spec.low) / 10
        assert f"{spec.low:g} to {spec.high:g}" in shown_range(name)
