"""Charts in the cells of a notebook."""

from __future__ import annotations

import base64
import re
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
    assert list(shown) == ["image/svg+xml", "text/html"]
    assert shown["image/svg+xml"].count("textLength") == charts.svg(chart).count("textLength") > 5


def test_a_picture_fits_into_its_cell_and_has_a_name() -> None:
    charts.draw_as_svg()
    chart = charts.verdicts_by_category(example())
    shown = chart._repr_mimebundle_()
    found = re.fullmatch(
        r'<img alt="([^"]+)" style="max-width: 100%; height: auto" '
        r'src="data:image/svg\+xml;base64,([^"]+)">',
        shown["text/html"],
    )
    assert found is not None
    assert found[1] == chart.to_dict()["title"]["text"]
    assert base64.b64decode(found[2]).decode() == shown["image/svg+xml"]
