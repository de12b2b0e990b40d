"""Charts in the cells of a notebook."""

from __future__ import annotations

from collections.abc import Iterator

import altair as alt
import pytest
from chart_tables import example

from ganglioside import charts


@pytest.fixture(autouse=True)
def _renderer_of_before() -> Iterator[None]:
    with alt.renderers.enable("default"):
        yield


def test_a_cell_shows_the_same_picture_as_a_file() -> None:
    charts.draw_as_svg()
    chart = charts.verdicts_by_category(example())
    shown = chart._repr_mimebundle_()
    assert list(shown) == ["image/svg+xml"]
    assert shown["image/svg+xml"].count("textLength") == charts.svg(chart).count("textLength") > 5
