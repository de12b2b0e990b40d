"""Facts about artefacts: mass, polarity, and what each is."""

from __future__ import annotations

import pytest

from ganglioside.columns import VERDICTS
from ganglioside.lipids.artefacts import artefact, artefacts

_H, _C, _O = 1.00782503207, 12.0, 15.99491461956
_N, _NA, _K, _CL = 14.0030740048, 22.9897692809, 38.96370668, 34.96885268


SHIFTS = [
    ("+Na-H", _NA - _H),
    ("+K-H", _K - _H),
    ("-H2O", -2 * _H - _O),
    ("M+2", 2 * 1.0033548),
    ("+HCOOH", _C + 2 * _H + 2 * _O),
    ("+CH3COOH", 2 * _C + 4 * _H + 2 * _O),
    ("+HCl", _H + _CL),
    ("+HCOONa", 67.98742),
    ("+2Na-2H", 2 * (_NA - _H)),
    ("+3Na-3H", 3 * (_NA - _H)),
    ("+NH3", _N + 3 * _H),
    ("-CO2", -_C - 2 * _O),
    ("lactone", -2 * _H - _O),
    ("NeuGc", _O),
    ("split peak", 0.0),
]


@pytest.mark.parametrize(("process", "shift"), SHIFTS)
def test_mass_shifts_are_those_of_the_elements(process: str, shift: float) -> None:
    assert artefact(process).mass_shift == pytest.approx(shift, abs=1e-5)


def test_mass_shifts_of_all_artefacts_are_tested() -> None:
    assert sorted(a.process for a in artefacts()) == sorted(process for process, _ in SHIFTS)


@pytest.mark.parametrize(
    ("process", "negative", "positive"),
    [
        ("+HCOOH", True, False),
        ("+CH3COOH", True, False),
        ("+HCl", True, False),
        ("-CO2", True, False),
        ("+NH3", False, True),
        ("+Na-H", True, True),
        ("M+2", True, True),
    ],
)
def test_each_polarity_shows_its_own_ions(process: str, negative: bool, positive: bool) -> None:
    assert artefact(process).is_seen_in("negative") == negative
    assert artefact(process).is_seen_in("positive") == positive


def test_facts_are_in_range() -> None:
    for known in artefacts():
        assert known.polarity in ("negative", "positive", "both")
        assert known.verdict in VERDICTS
        assert 0 < known.rate < 1
        assert known.log10_spread > 0
        assert known.coelutes == (known.rt_spread == 0)
        assert known.is_isotope == (known.neutrons > 0)
    assert [a.process for a in artefacts() if a.is_split] == ["split peak"]


def test_an_unknown_process_is_refused() -> None:
    with pytest.raises(KeyError):
        artefact("+Xe")


def test_several_are_called_as_people_say() -> None:
    labels = {a.process: a.labels for a in artefacts()}
    assert labels["+Na-H"] == "sodium adducts"
    assert labels["-CO2"] == "losses of carbon dioxide"
    assert labels["+2Na-2H"] == "adducts of two sodium"
    assert labels["split peak"] == "split peaks"
