"""Sliders and state follow each other."""

from __future__ import annotations

from ganglioside_widgets import ThresholdsPanel


def test_sliders_and_state_move_each_other() -> None:
    panel = ThresholdsPanel()
    panel.sliders["outlier_threshold"].value = 3.0
    assert panel.state.settings.outlier_threshold == 3.0
    panel._reset.click()
    assert panel.sliders["outlier_threshold"].value == 2.5
    assert panel._reset.disabled


def test_every_slider_has_unit_range_and_default() -> None:
    panel = ThresholdsPanel()
    slider = panel.sliders["rt_tolerance"]
    assert slider._unit == "min"
    assert (
        f"{slider._low:g} to {slider._high:g} min; default {slider._default:g} min" in slider._help
    )


def test_a_value_out_of_range_is_shown_as_an_error() -> None:
    panel = ThresholdsPanel()
    panel.state.rt_tolerance = 9.0
    assert "out of range" in panel._error.value
    panel.show_changes("3 features changed.")
    assert "3 features changed." in panel.changes.value
