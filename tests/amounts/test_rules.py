"""Every kind of piece has its rule, and every assumption its number."""

from __future__ import annotations

from ganglioside.amounts.rules import FRAGMENT, assumptions, given_back, rules
from ganglioside.lipids.artefacts import artefacts


def test_every_artefact_has_a_rule() -> None:
    assert set(rules()) == {FRAGMENT, *(artefact.process for artefact in artefacts())}


def test_what_an_ion_lost_is_given_back_and_other_ions_are_not() -> None:
    assert set(given_back()) == {"-H2O", "-CO2", "split peak"}
    gains = [artefact.process for artefact in artefacts() if artefact.gained]
    assert len(gains) > 8
    assert not any(rules()[process].given_back for process in [*gains, "M+2"])


def test_every_rule_says_why() -> None:
    assert all(rule.why for rule in rules().values())


def test_probabilities_are_such() -> None:
    assumed = assumptions()
    shares = (assumed.pathway, assumed.mistaken, assumed.mistaken_alike, assumed.shared)
    assert all(0 < share < 1 for share in shares)
    assert assumed.mistaken_unlike < assumed.mistaken < assumed.mistaken_alike
    assert assumed.together < assumed.hidden
