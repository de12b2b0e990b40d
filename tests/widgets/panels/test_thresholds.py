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
