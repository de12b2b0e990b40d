"""Words and marks about a name are told from the name itself."""

from __future__ import annotations

import pytest

from ganglioside.errors import NameFormError
from ganglioside.lipids.adducts import adducts
from ganglioside.lipids.head_groups import is_modification
from ganglioside.lipids.name_words import is_unannotated, one_ion, strip_words, without_notes


@pytest.mark.parametrize("ion", [ion.name for ion in adducts()])
def test_every_ion_is_read_behind_a_name(ion: str) -> None:
    for text in (f"GM3 34:1 {ion}", f"GM3(34:1){ion}", f"GM3 34:1;{ion}"):
        read = strip_words(text)
        assert (read.text, read.ion, read.label) == (text.partition(ion)[0].rstrip(" ;"), ion, "")
    inside = ion.partition("]")[0].removeprefix("[M")
    if not is_modification(inside):
        assert strip_words(f"GM3(34:1){inside}").ion == ion


@pytest.mark.parametrize(
    ("text", "rest", "label"),
    [
        ("GM3 34:1(a)", "GM3 34:1", "(a)"),
        ("GM3 34:1 [264]", "GM3 34:1", "[264]"),
        ("GM3 34:1*", "GM3 34:1", "*"),
        ("GM3 34:1#2", "GM3 34:1", "#2"),
        ("GM3 34:1_1", "GM3 34:1", "1"),
        ("GM3 34:1_7.54", "GM3 34:1", "7.54"),
        ("GM3 34:1(iso 2)", "GM3 34:1", "(iso 2)"),
        ("GM3(34:1).1", "GM3(34:1)", ".1"),
        ("GM3 34:1 M+1", "GM3 34:1", "M+1"),
        ("GM3 34:1 Results", "GM3 34:1", "Results"),
        ("GM3(34:1)neg", "GM3(34:1)", "neg"),
        ("GM3(34:1)isomer 1", "GM3(34:1)", "isomer 1"),
        ("GM3 34:1?", "GM3 34:1", "?"),
        ("GM3 34:1(7.5 min)", "GM3 34:1", "(7.5 min)"),
        ("GM3 34:1 1151.7>290.1", "GM3 34:1", "1151.7>290.1"),
        ("GM3(34:1)_1151.7/290.1", "GM3(34:1)", "1151.7/290.1"),
        ("GM3 34:1 1151/290", "GM3 34:1", "1151/290"),
        ("GM3 34:1(NL 291)", "GM3 34:1", "(NL 291)"),
        ("GM3 34:1[M-H2O > 264]", "GM3 34:1", "[M-H2O > 264]"),
        ("GM3 34:1(a)[264]", "GM3 34:1", "(a) [264]"),
        ("GM3 34:1[M-2H]-", "GM3 34:1", "[M-2H]-"),  # no ion has this charge
    ],
)
def test_labels_are_left_aside_and_kept(text: str, rest: str, label: str) -> None:
    read = strip_words(text)
    assert (read.text, read.label) == (rest, label)
    assert read.ion is None
    assert not read.standard


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("GM1-d3(d18:1/18:0)", "GM1(d18:1/18:0)"),
        ("GM1(d18:1/18:0-d3)", "GM1(d18:1/18:0)"),
        ("GM1(d18:1-d7/18:0)", "GM1(d18:1/18:0)"),
        ("GM1(d18:1(d7)/18:0)", "GM1(d18:1/18:0)"),
        ("GM1 d18:1/18:0d3(IS)", "GM1 d18:1/18:0"),
        ("d3-GM1(d18:1/18:0)", "GM1(d18:1/18:0)"),
        ("[D7]GM1 36:1", "GM1 36:1"),
        ("13C16-GM1 36:1", "GM1 36:1"),
        ("GM1-d3 36:1", "GM1 36:1"),
        ("GM1 36:1(ISTD)", "GM1 36:1"),
        ("GM1 36:1 ISTD", "GM1 36:1"),
        ("IS_GM1 36:1", "GM1 36:1"),
        ("ISTD:GM1 36:1", "GM1 36:1"),
        ("GM1 36:1_IS", "GM1 36:1"),
        ("GM1 36:1 internal standard", "GM1 36:1"),
    ],
)
def test_marks_of_internal_standards(text: str, rest: str) -> None:
    read = strip_words(text)
    assert (read.text, read.standard) == (rest, True)
    assert read.label


@pytest.mark.parametrize(
    "text", ["GD3 d36:1", "GM3(d18:1/18:0)", "GD1a d18:1/18:0", "Cer d7:0/20:0", "GM3 t36:1"]
)
def test_names_without_marks_stay_as_they_are(text: str) -> None:
    read = strip_words(text)
    assert (read.text, read.standard, read.label, read.ion) == (text, False, "", None)


@pytest.mark.parametrize(
    "text",
    [
        *("Unknown", "unknown", "null", "NA", "N/A", "no match", "not identified", "Unknown 12"),
        *("1151.70_7.54", "1151.7056@7.54", "7.54_1151.7056m/z", "7.54_1152.70n", "12345"),
        *("Feature 12", "M1151T452", "FT0012", "m/z 1151.70", "?", "未知"),
        *("-", "--", "#N/A", "RT7.54_MZ1151.7", "1151.7056_7.54_neg", "pos_1151.7_7.5"),
    ],
)
def test_what_stands_in_place_of_a_name(text: str) -> None:
    assert is_unannotated(text)


@pytest.mark.parametrize("text", ["GM3 34:1", "36:1;O2", "Cer", "PC 34:1", "NANA", "caffeine"])
def test_names_are_annotations(text: str) -> None:
    assert not is_unannotated(text)


def test_notes_before_a_name() -> None:
    for note in ("w/o MS2:", "no MS2:", "Unsettled:", "Ganglioside ", "Putative ", "Similar to:"):
        assert without_notes(f"{note}GM3 34:1") == "GM3 34:1"
    assert without_notes("1_SM d18:1/17:0 iSTD") == "SM d18:1/17:0 iSTD"
    assert without_notes("1_SM d18:1/17:0") == "1_SM d18:1/17:0"


@pytest.mark.parametrize("text", ["GM3 d34_1", "GM3_d18_1_16_0", "GM3(d36_1)"])
def test_chains_with_another_sign_for_the_colon_are_no_labelled_standard(text: str) -> None:
    assert not strip_words(text).standard
    assert strip_words("GM3 d18:1/16:0-d31").standard
    assert strip_words("GM3 d18:1/16:0-d31_IS").standard


def test_two_ions_are_refused() -> None:
    assert one_ion(["[M-H]-", "[M-H]-"], "") == "[M-H]-"
    assert one_ion([], "") is None
    with pytest.raises(NameFormError, match="two ions"):
        strip_words("GM3 34:1 [M-H]- [M-2H]2-")


def test_an_ion_that_is_unknown_is_told() -> None:
    stripped = strip_words("GlcCer(47:0)_[M+Na-2H2O]+")
    assert (stripped.text, stripped.ion, stripped.unknown_ion) == (
        "GlcCer(47:0)",
        None,
        "[M+Na-2H2O]+",
    )
    assert strip_words("GM3 34:1 [M-H]- (a)").unknown_ion is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("SM d42:2 Isomer A", "a"),
        ("SM 41:1 (b)", "b"),
        ("Cer(d18:2_14:1)_B", "b"),
        ("GM3 34:1 (II)", "ii"),
        ("GM3 34:1 iso2", "2"),
        ("SM 41:1 (a) [M+H]+", "a"),
        ("GM3 34:1", ""),
        ("GM3 34:1 (2)", ""),  # a number alone may be that of a row
        ("GM3 34:1_2", ""),
        ("SM 34:1 [264]", ""),
        ("GM3 34:1 peak 2", ""),
    ],
)
def test_labels_that_tell_isomers_apart(text: str, label: str) -> None:
    assert strip_words(text).isomer_label == label


@pytest.mark.parametrize("label", ["[M>SphB]", "[M-H2O/SphB]", "[M>M-HexAll]"])
def test_a_transition_is_no_ion(label: str) -> None:
    stripped = strip_words(f"Hex4Cer d18:1/14:0 {label}")
    assert (stripped.text, stripped.label, stripped.unknown_ion) == (
        "Hex4Cer d18:1/14:0",
        label,
        None,
    )
