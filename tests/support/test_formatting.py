"""Numbers are written one way, and nothing uncertain looks certain."""

from __future__ import annotations

import re
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paths import ROOT

from ganglioside.support.formatting import area, confidence, minutes, percent, ratio_percent, share


@given(st.floats(0, 1))
def test_only_certainty_reads_as_certainty(probability: float) -> None:
    text = percent(probability)
    assert text != "100.0 %"
    assert (text == "0.0 %") == (probability == 0)


@pytest.mark.parametrize("write", [percent, confidence, minutes, area, ratio_percent])
def test_a_missing_number_is_no_number(write: object) -> None:
    assert callable(write)
    assert write(nan) == "–"
    assert write(nan, "") == ""


def test_shares_of_nothing_are_missing() -> None:
    assert share(0, 0) == "–"
    assert share(1, 3) == "33 %"


@given(st.floats(0, 1))
def test_only_all_reads_as_all(part: float) -> None:
    """With 0.4 % of it in outliers, 100 % of the area was explained."""
    text = share(part, 1)
    assert (text == "100 %") == (part > 1 - 1e-11)
    assert (text == "0 %") == (part <= 1e-11)


def test_sums_in_another_order_are_all() -> None:
    assert share(0.1 + 0.2, 0.3) == share(0.3, 0.1 + 0.2) == "100 %"


def test_minutes_have_three_decimals() -> None:
    assert minutes(7) == "7.000 min"
    assert minutes(-0.0004, signed=True, unit="") == "+0.000"
    assert minutes(-1.2345, signed=True) == "−1.234 min"


def test_the_grid_writes_percentages_alike() -> None:
    script = (ROOT / "widgets/ganglioside_widgets/elements/grid.js").read_text(encoding="utf-8")
    function = re.search(r"function percent\(value\) \{(.*?)\n\}", script, flags=re.DOTALL)
    assert function is not None
    for piece in ("0.9995", percent(0.9999), "0.001", percent(0.0001)):
        assert piece in function[1]
    assert f'return value > 0 ? percent(value) : "{confidence(0.0)}";' in script


def test_a_sign_is_written_by_one_formatter() -> None:
    sources = [*(ROOT / "ganglioside").rglob("*.py"), *(ROOT / "widgets").rglob("*.py")]
    assert len(sources) > 100
    own = ROOT / "ganglioside" / "support" / "formatting.py"
    # A form of Vega has no brace before it, and Vega writes the same sign.
    signed = re.compile(
        r"""\{[^{}"]*:[<>]?\+[,.]?\d*[fgd]?\}|(?<!format=)["'][<>]?\+\.\d+[fg]["']"""
    )
    found = [
        path.name for path in sources if path != own and signed.search(path.read_text("utf-8"))
    ]
    assert found == []
