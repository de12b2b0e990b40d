"""Lines of a model and RT of ceramides on them."""

from __future__ import annotations

import numpy as np
import pytest

import ganglioside as gg
from ganglioside.inference.model_parameters import NamedLines, basis_of, curve_ceramides

LINES = NamedLines(
    series=("GD1", "GM3", "GD1"),
    isomer=("GD1a", None, "GD1b"),
    units=np.zeros((3, 9)),
    support=np.array([9.0, 1.0, 2.0]),
    anchors=np.zeros(3),
)


@pytest.mark.parametrize(
    ("series", "isomer", "found"),
    [
        ("GD1", None, [0, 2]),
        ("GD1", "GD1b", [2]),
        ("GD1", "GD1c", [0, 2]),  # no such line: those of the series
        ("GM3", None, [1]),
        ("GM1", None, []),
    ],
)
def test_lines_of_a_series_or_isomer(series: str, isomer: str | None, found: list[int]) -> None:
    assert LINES.find(series, isomer).tolist() == found


def test_the_basis_tells_how_many_features_a_line_has() -> None:
    bases = [basis_of(n) for n in (0.0, 0.49, 0.5, 1.49, 1.5)]
    assert bases == [*["composition only"] * 2, *["shared curve"] * 2, "own series"]


def test_ceramides_of_the_table_are_known_to_the_curve() -> None:
    curve = gg.analyze(gg.example()).model._parameters.curve
    asked = np.vstack([curve.ceramides[[3, 0]], [[59, 1, 2]]])
    assert curve_ceramides(curve, asked).known.tolist() == [3, 0, -1]
