"""A slider has its value, range, default and unit."""

from __future__ import annotations

from ganglioside_widgets.elements.slider import Slider


def test_the_browser_gets_range_step_unit_and_default() -> None:
    slider = Slider(
        "RT tolerance", 0.1, unit="min", low=0.01, high=0.5, step=0.005, help="Largest distance."
    )
    state = slider.get_state()
    names = ("_label", "value", "_unit", "_low", "_high", "_step", "_help")
    assert [state[name] for name in names] == [
        "RT tolerance", 0.1, "min", 0.01, 0.5, 0.005, "Largest distance.",
    ]  # fmt: skip


def test_the_default_stays_when_the_value_moves() -> None:
    slider = Slider("Outlier threshold", 2.5, low=0.5, high=6.0, step=0.1)
    slider.value = 3.0
    assert slider.get_state()["_default"] == 2.5
