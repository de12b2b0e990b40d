"""Ceramides: parsed from the start of a text, whole or as base and acyl chain."""

from __future__ import annotations

import pytest

from ganglioside.errors import NameFormError
from ganglioside.lipids.ceramide_names import check_ceramide, parse_ceramide
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
