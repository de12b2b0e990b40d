"""The reliability diagram."""

from __future__ import annotations

import pandas as pd

from ganglioside import charts
from ganglioside.charts.files import spec, svg
from ganglioside.verdicts import calibration


def test_the_diagram_holds_the_table() -> None:
    right, confidence = pd.Series([True, True, False]), pd.Series([0.95, 0.9, 0.3])
    chart = charts.reliability_diagram(calibration.reliability(right, confidence))
    drawn = svg(chart)
    assert "3 verdicts" in drawn
    assert "Right verdicts" in drawn
    assert "0.3,0.0" in str(spec(chart))
