"""Colours and shapes that everybody can tell apart."""

from __future__ import annotations

import colorsys
import itertools
import json
import re

import numpy as np
import pytest

from ganglioside import analyze, charts
from ganglioside.columns import CATEGORIES, VERDICT_KINDS, VERDICTS
from ganglioside.reports.figures import PLANNED
from ganglioside.simulation.example import example


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


#: Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]),
}  # fmt: skip


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b* (D65) of linear RGB."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("palette", [charts.VERDICT_COLOURS, charts.CATEGORY_COLOURS])
def test_colours_stand_out_from_paper(palette: dict[str, str]) -> None:
    contrast = {name: 1.05 / (luminance(colour) + 0.05) for name, colour in palette.items()}
    assert min(contrast.values()) >= 3, contrast


@pytest.mark.parametrize("vision", VISIONS)
def test_verdicts_differ_in_colour_for_every_vision(vision: str) -> None:
    seen = {v: lab(VISIONS[vision] @ linear(c)) for v, c in charts.VERDICT_COLOURS.items()}
    apart = {(a, b): np.linalg.norm(seen[a] - seen[b]) for a, b in itertools.combinations(seen, 2)}
    assert min(apart.values()) > 10, apart


@pytest.mark.parametrize("vision", VISIONS)
def test_cells_of_a_workbook_have_the_hues_of_charts(vision: str) -> None:
    """Fragments were blue there, which valid features are in charts and pages."""
    fills = {kind.name: f"#{kind.fill}" for kind in VERDICT_KINDS}
    seen = {verdict: lab(VISIONS[vision] @ linear(fill)) for verdict, fill in fills.items()}
    apart = {(a, b): np.linalg.norm(seen[a] - seen[b]) for a, b in itertools.combinations(seen, 2)}
    assert min(apart.values()) > 10, apart
    for kind in VERDICT_KINDS:
        hues = [hue(colour) for colour in (kind.mark, fills[kind.name])]
        assert abs(hues[0] - hues[1]) < 0.03, kind.name


def hue(colour: str) -> float:
    """Hue of a colour, 0 to 1; 0 of grey."""
    return colorsys.rgb_to_hsv(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))[0]


def test_every_verdict_has_a_shape_of_its_own_and_every_category_a_colour() -> None:
    assert set(charts.VERDICT_SHAPES) == set(charts.VERDICT_COLOURS) == set(VERDICTS)
    assert len(set(charts.VERDICT_SHAPES.values())) == len(VERDICTS)
    assert set(charts.CATEGORY_COLOURS) == set(CATEGORIES)
    assert len(set(charts.CATEGORY_COLOURS.values())) == len(CATEGORIES)


def test_colours_of_samples_stand_out_on_both_pages() -> None:
    samples = charts.palette.SAMPLE_COLOURS
    assert len(set(samples)) == len(samples) == 10
    dark_page = luminance("#1b2029")
    for colour in samples:
        assert 1.05 / (luminance(colour) + 0.05) >= 3, colour
        dark = charts.palette.DARK[colour]
        assert (luminance(dark) + 0.05) / (dark_page + 0.05) >= 3, dark


def test_colours_of_categories_stand_out_on_a_dark_page() -> None:
    """Those of GQ and GP had less than 3:1 there."""
    dark_page = luminance("#1b2029")
    dark = {name: charts.palette.DARK[c] for name, c in charts.CATEGORY_COLOURS.items()}
    contrast = {name: (luminance(c) + 0.05) / (dark_page + 0.05) for name, c in dark.items()}
    assert min(contrast.values()) >= 3, contrast
    assert len(set(dark.values())) == len(dark)


def test_every_colour_of_a_chart_is_another_on_a_dark_page() -> None:
    """Bands of the chart of fragments stayed light there, under light numbers."""
    analysis = analyze(example())
    same = {charts.palette.WRONG_ANCHOR}
    for plan in PLANNED:
        text = json.dumps(getattr(charts, plan.chart).spec(analysis))
        drawn = set(re.findall(r'"(#[0-9A-Fa-f]{6})"', text))
        assert drawn <= {*charts.palette.DARK, *same}, plan.name
