"""The small chart shows the features where they are."""

from __future__ import annotations

import re
from itertools import pairwise

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.display.sketch import _APART, MOST_POINTS, retention_sketch


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    return gg.analyze(gg.example()).features


def test_each_verdict_has_its_marks(features: pd.DataFrame) -> None:
    drawn = str(retention_sketch(features))
    largest = features.sort_values("volume", ascending=False).head(MOST_POINTS)
    for verdict, count in largest["verdict"].value_counts().items():
        path = re.search(rf'class="{verdict}"[^>]* d="([^"]*)"', drawn)
        assert (path[1].count("M") if path else 0) == count


def test_later_features_are_higher_and_longer_chains_further_right(features: pd.DataFrame) -> None:
    two = features[features["name"].isin(["GD1(34:1;O2)", "GD1(38:1;O2)"])]
    two = two[two["verdict"] == "valid"].drop_duplicates("name")
    (path,) = re.findall(r'class="valid"[^>]* d="([^"]*)"', str(retention_sketch(two)))
    (x1, y1), (x2, y2) = sorted((int(x), int(y)) for x, y in re.findall(r"M(\d+),(\d+)m", path))
    assert x1 < x2
    assert y1 > y2


def test_names_do_not_cover_each_other(features: pd.DataFrame) -> None:
    heights = [
        float(y) for y in re.findall(r'<text x="510" y="([\d.]+)"', str(retention_sketch(features)))
    ]
    assert len(heights) == 7
    assert min(abs(a - b) for a, b in pairwise(heights)) >= _APART
    assert min(heights) > 0


def test_names_are_escaped(features: pd.DataFrame) -> None:
    evil = features.assign(series="<b>&")
    assert "<b>" not in str(retention_sketch(evil))


def test_nothing_is_drawn_of_nothing(features: pd.DataFrame) -> None:
    assert retention_sketch(features.iloc[:0]) == ""
    assert "<svg" in retention_sketch(features.iloc[[12]])
