"""Texts of pictures are as wide as they were measured, in whatever font they are drawn."""

from __future__ import annotations

import re

import pytest
import vl_convert

from ganglioside.charts.files import VEGA_LITE
from ganglioside.charts.text_widths import text_width, with_fixed_widths

WORDS = "GD1+dHex+OAc(38:1;O2) undetermined 0.03 −1.5 late"


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_widths_are_those_with_which_pictures_are_laid_out(weight: str) -> None:
    text = {"type": "text", "font": "Liberation Sans", "fontSize": 100, "fontWeight": weight}
    chart = {
        "data": {"values": [{"words": WORDS}]},
        "mark": {**text, "align": "left", "limit": 0},
        "encoding": {"text": {"field": "words"}, "x": {"value": 0}},
        "config": {"view": {"stroke": None}, "padding": 0},
        "padding": 0,
        "width": 1,
        "height": 1,
    }
    picture = vl_convert.vegalite_to_svg(chart, vl_version=VEGA_LITE)
    found = re.search(r' width="([\d.]+)"', picture)
    assert found
    assert text_width(WORDS, 100, bold=weight == "bold") == pytest.approx(float(found[1]), rel=0.01)


def test_each_text_gets_its_width_and_unknown_characters_are_left_alone() -> None:
    known = '<text font-size="11px" font-weight="bold">a &lt; b</text>'
    width = text_width("a < b", 11, bold=True)
    assert f'textLength="{width:g}"' in with_fixed_widths(known)
    for other in ('<text font-size="11px">語</text>', "<text >a</text>"):
        assert with_fixed_widths(other) == other


def test_each_line_of_a_text_gets_its_own_width() -> None:
    lines = '<text font-size="10px"><tspan>GM1</tspan><tspan x="0" dy="13">GM3</tspan></text>'
    fixed = with_fixed_widths(lines)
    width = text_width("GM1", 10)
    assert fixed.count(f'textLength="{width:g}"') == 2
    assert re.sub(r' textLength="[^"]*" lengthAdjust="[^"]*"', "", fixed) == lines


def test_an_empty_text_is_left_as_it_is() -> None:
    empty, full = '<text font-size="10px"/>', '<text font-size="10px">GM1</text>'
    assert with_fixed_widths(empty + full) == empty + with_fixed_widths(full)
