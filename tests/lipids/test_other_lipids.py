"""Other lipids are recognised by the beginning of their names, ours never."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from ganglioside.errors import NameFormError
from ganglioside.lipids.head_groups import HEADS
from ganglioside.lipids.other_lipids import OTHER_LIPIDS, class_of_other, refuse_other


@pytest.mark.parametrize(
    ("text", "lipid_class"),
    [
        ("PC 34:1", "PC"),
        ("PC(16:0/18:1(9Z))", "PC"),
        ("PC O-34:1", "PC"),
        ("PE-P 36:2", "PE"),
        ("LysoPC(18:0/0:0)", "LPC"),
        ("TAG 54:3", "TG"),
        ("TG54:3", "TG"),
        ("CerP34:1", "CerP"),
        ("CerPd18:1/16:0", "CerP"),
        ("Hex2DG 34:1", "DGDG"),
        ("CE 18:1", "CE"),
        ("FA 18:1", "FA"),
        ("AcCa(16:0)", "CAR"),
        ("AC 16:0", "CAR"),
        ("Alkanyl-TG 50:1", "TG"),
        ("SPB 18:1;O2", "SPB"),
        ("PE-Cer 34:1;O2", "PE-Cer"),
        ("LHexCer 18:1;O2", "HexSph"),
        ("AHexCer(O-16:0)18:1;2O/24:0;O", "ACer"),
        ("cholesterol", "ST"),
        ("CoQ10", "CoQ"),
        ("LysoGM1(d18:1)", "LysoGM1"),
        ("lyso-GM3 18:1;O2", "LysoGM3"),
    ],
)
def test_classes(text: str, lipid_class: str) -> None:
    other = class_of_other(text)
    assert other is not None
    assert other.lipid_class == lipid_class
    with pytest.raises(NameFormError) as caught:
        refuse_other(text)
    assert (caught.value.code, caught.value.lipid_class) == ("other-lipid", lipid_class)
    assert lipid_class in str(caught.value)


def test_no_spelling_of_ours_is_another_lipid() -> None:
    for head in HEADS:
        for spelling in head.spellings:
            for chains in ("", " 36:1", "(d18:1/18:0)", "36:1", "d18:1/18:0"):
                text = spelling + chains
                assert class_of_other(text) is None, text
    for text in ("Ac-O-9-GT1b 36:1", "SO3-GM1 36:1", "Fuc-GM1 36:1", "caffeine"):
        assert class_of_other(text) is None


def test_each_spelling_is_of_one_class_and_each_class_of_lipid_maps() -> None:
    spellings = [s.lower().replace("_", "-") for o in OTHER_LIPIDS for s in o.spellings]
    assert len(spellings) == len(set(spellings))
    for other in OTHER_LIPIDS:
        assert re.fullmatch(r"(?:(?:GP|GL|SP|ST|FA|PR|SL)[0-9]{0,4})?", other.lipid_maps), other
        for spelling in other.spellings:
            assert class_of_other(f"{spelling} 18:1") == other


def test_the_table_names_its_source() -> None:
    text = files("ganglioside").joinpath("data", "other_lipids.csv").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if not line.startswith("#")]
    assert rows[0].endswith(",source")
    assert not any(row.endswith(",") for row in rows)
