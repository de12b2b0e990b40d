"""Elements: formulas and what is none."""

from __future__ import annotations

import pytest

from ganglioside.lipids.elements import Elements


def test_formula_text() -> None:
    assert Elements.from_formula("C2H2O") == {"C": 2, "H": 2, "O": 1}
    assert Elements(O=1, S=1, H=2, C=1).formula == "CH2OS"
    assert Elements(O=3, S=1).formula == "O3S"


@pytest.mark.parametrize("text", ["C2h2", "2C", "Xx2", "C-1", "C 2"])
def test_formula_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Elements.from_formula(text)
