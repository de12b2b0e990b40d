"""Texts of names come into one form, or are refused before they are read."""

from __future__ import annotations

import pytest

from ganglioside.errors import NameFormError
from ganglioside.lipids.name_readings import read_name
from ganglioside.lipids.name_texts import normalise, plain_name


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  GM3 ( 36 : 1 ; O2 )\t", "GM3(36:1;O2)"),
        ("ＧＭ３（３６：１）", "GM3(36:1)"),
        ("GD1a–lactone 36:1", "GD1a-lactone 36:1"),
        ("Glcβ1→1′Cer", "Glcβ1-1'Cer"),
        ("GM3(d18:1\u221516:0)", "GM3(d18:1/16:0)"),
        ("GM3(d18:1\u204416:0)", "GM3(d18:1/16:0)"),
        ("\ufeffGM3\u00a036:1", "GM3 36:1"),
    ],
)
def test_dashes_widths_and_spaces_do_not_matter(text: str, plain: str) -> None:
    assert normalise(text) == plain_name(text) == plain


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty"), ("=1+1", "formula"), ("G" * 201, "too-long")]
)
def test_what_is_no_name_is_refused(text: str, code: str) -> None:
    with pytest.raises(NameFormError) as caught:
        plain_name(text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["GM3 34:1²", "GM3 d18:1/16:1¹²", "GM3(34:1₂)", "GM3 36:12³"])
def test_the_sign_of_a_footnote_is_no_digit_of_double_bonds(text: str) -> None:
    plain = text.translate(dict.fromkeys(map(ord, "¹²³₂")))
    assert read_name(text).species == read_name(plain).species
