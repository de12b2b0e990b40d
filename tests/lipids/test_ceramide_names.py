"""Ceramides: parsed from the start of a text, whole or as base and acyl chain."""

from __future__ import annotations

import pytest

from ganglioside.errors import NameFormError
from ganglioside.lipids.ceramide_names import check_ceramide, parse_ceramide, read_ceramide
from ganglioside.lipids.composition import Ceramide


@pytest.mark.parametrize(
    ("text", "ceramide", "rest"),
    [
        ("36:1;O2", Ceramide(36, 1, 2), ""),
        ("36:1;O2)+OAc", Ceramide(36, 1, 2), ")+OAc"),
        ("36:1", Ceramide(36, 1, 2), ""),  # a base without a letter has two hydroxyls
        ("d18:1/24:1(15Z)", Ceramide(42, 2, 2), ""),
        ("t18:0_h24:0", Ceramide(42, 0, 4), ""),
        ("18:1;O2/18:0;(OH)", Ceramide(36, 1, 3), ""),
        ("18:1;1OH,3OH/18:0", Ceramide(36, 1, 2), ""),
        ("m18:0/16:0", Ceramide(34, 0, 1), ""),
    ],
)
def test_the_chains_are_summed_and_the_rest_is_returned(
    text: str, ceramide: Ceramide, rest: str
) -> None:
    assert parse_ceramide(text) == (ceramide, rest)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x36:1", "bad-ceramide"),
        ("36:1x", "bad-ceramide"),
        ("18:1/", "bad-ceramide"),
        ("h18:1/18:0", "bad-ceramide"),  # h is a letter of acyl chains only
        ("d18:1;O3/18:0", "contradiction"),
        ("4:3/32:0", "impossible-double-bonds"),
    ],
)
def test_what_is_no_ceramide_is_refused(text: str, code: str) -> None:
    with pytest.raises(NameFormError) as caught:
        parse_ceramide(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("ceramide", "code"),
    [
        (Ceramide(0, 0), "impossible-carbons"),
        (Ceramide(36, 13), "impossible-double-bonds"),
        (Ceramide(20, 11), "impossible-double-bonds"),
        (Ceramide(36, 1, 0), "impossible-hydroxyls"),
    ],
)
def test_a_ceramide_that_cannot_exist_is_refused(ceramide: Ceramide, code: str) -> None:
    check_ceramide(Ceramide(36, 1))
    with pytest.raises(NameFormError) as caught:
        check_ceramide(ceramide)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "chains"),
    [
        ("16:0_18:1", ("18:1;O2", "16:0")),
        ("18:1_16:0", ("18:1;O2", "16:0")),
        ("24:1_18:2", ("18:2;O2", "24:1")),
        ("24:1_17:1", ("17:1;O2", "24:1")),
        ("18:0_20:1", ("20:1;O2", "18:0")),
        ("24:1_18:0", ("18:0;O2", "24:1")),  # too long for a base, with a double bond or without
        ("22:0_21:2", ("21:2;O2", "22:0")),
        ("16:0_18:0", ("18:0;O2", "16:0")),
        ("16:0_d18:1", ("18:1;O2", "16:0")),
        ("h24:0_t18:0", ("18:0;O3", "24:0;O")),
        ("24:0_18:1;O2", ("18:1;O2", "24:0")),
        ("d16:0_18:1", ("16:0;O2", "18:1")),
        ("16:0;O2_18:1", ("16:0;O2", "18:1")),
        ("18:1_16:0;O", ("18:1;O2", "16:0;O")),
        ("16:0/18:1", ("16:0;O2", "18:1")),  # here the base stands first
    ],
)
def test_the_base_of_chains_without_an_order_is_the_usual_one(
    text: str, chains: tuple[str, str]
) -> None:
    assert read_ceramide(text)[0].chains == chains


@pytest.mark.parametrize(
    ("text", "chains"),
    [
        ("16:0/d18:1", ("18:1;O2", "16:0")),
        ("C24:1/d18:1", ("18:1;O2", "24:1")),
        ("24:0/t18:0", ("18:0;O3", "24:0")),
        ("h16:0/d18:1", ("18:1;O2", "16:0;O")),
        ("16:0(2OH)/d18:1", ("18:1;O2", "16:0;O")),
        ("16:0/18:1;O2", ("18:1;O2", "16:0")),
        ("18:1/16:0;O", ("18:1;O2", "16:0;O")),
    ],
)
def test_a_base_behind_its_acyl_chain_is_known_by_its_letter(
    text: str, chains: tuple[str, str]
) -> None:
    """Its two hydroxyls were those of an acyl chain, beside two more of a base."""
    assert read_ceramide(text)[0].chains == chains


@pytest.mark.parametrize(
    ("text", "hydroxyls"), [("34:1(OH)", 3), ("34:1(OH)2", 2), ("34:1(OH)3", 3), ("34:1;(OH)2", 2)]
)
def test_a_number_of_hydroxyls_is_no_digit_of_double_bonds(text: str, hydroxyls: int) -> None:
    assert parse_ceramide(text) == (Ceramide(34, 1, hydroxyls), "")
