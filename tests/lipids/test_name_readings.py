"""One name, read as labs and their tools write it: species, ion, standard, label."""

from __future__ import annotations

import csv
import itertools
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from paths import SHARED_DATA

from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.head_groups import HEADS
from ganglioside.lipids.name_readings import bare_name, read_name
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.parsed_names import parse_names

CASES = SHARED_DATA / "field_cases" / "11_names_expected.csv"


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("GM3 d34_1", "GM3(34:1;O2)"),
        ("GM3_d34_1", "GM3(34:1;O2)"),
        ("GM3(d18_1_16_0)", "GM3(34:1;O2)"),
        ("GM1 t36_0 [M-H]-", "GM1(36:0;O3)"),
    ],
)
def test_chains_of_names_of_files_have_another_sign_for_the_colon(name: str, species: str) -> None:
    read = read_name(name)
    assert read.species is not None
    assert (read.species.name, read.standard) == (species, False)


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("GM3-Cer(d18:1/16:0)", "GM3(34:1;O2)"),
        ("GM3 Cer34:1", "GM3(34:1;O2)"),
        ("GD1a ceramide 36:1", "GD1a(36:1;O2)"),
        ("GalNAc-GD1a-Cer(d36:1)", "GD1a+HexNAc(36:1;O2)"),
        ("9OAcGD3(d36:1)", "GD3+OAc(36:1;O2)"),
        ("GD3 9OAc d36:1", "GD3+OAc(36:1;O2)"),
        ("GT3 2OAc d36:1", "GT3+2OAc(36:1;O2)"),
    ],
)
def test_a_head_with_the_word_ceramide_or_the_place_of_its_acetyl(name: str, species: str) -> None:
    read = read_name(name)
    assert read.species is not None
    assert read.species.name == species


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("SM.34.1", "SM 34:1;O2"),
        ("Cer.42.2", "Cer 42:2;O2"),
        ("GM3.34.1.O2", "GM3 34:1;O2"),
        ("Cer.d18.1.16.0.", "Cer 18:1;O2/16:0"),
        ("HexCer.18.1.2O.24.1", "HexCer 18:1;O2/24:1"),
        ("SM..d34.1.", "SM 34:1;O2"),
        ("GD1a.OAc.36.1.", "GD1a+OAc 36:1;O2"),
        ("GM3.NeuGc..36.1.", "GM3(NeuGc) 36:1;O2"),
        ("Fuc.GM1.36.1", "GM1+dHex 36:1;O2"),
    ],
)
def test_names_of_which_r_made_dots(name: str, species: str) -> None:
    read = read_name(name)
    assert read.species is not None
    assert (read.species.shorthand, read.label) == (species, "")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("TG.52.2", "other-lipid"),
        ("Cer.24.1", "one-chain"),
        ("SM.34.1.1", "no-ceramide"),
        ("GM3 34.1", "no-ceramide"),  # minutes, perhaps
        ("Feature.34.1", "unannotated"),
    ],
)
def test_dots_that_stand_for_no_ceramide(name: str, code: str) -> None:
    with pytest.raises(NameFormError) as caught:
        read_name(name)
    assert caught.value.code == code


def test_a_name_with_dots_may_be_that_of_one_chain() -> None:
    bare = bare_name("Cer.24.1")
    assert bare is not None
    assert bare.series == "Cer"


@pytest.mark.parametrize(
    ("name", "shorthand"),
    [
        ("Cer 33:1_CAH_Cer 18:1;2O/15:0", "Cer 18:1;O2/15:0"),
        ("HexCer 42:1_CAH_HexCer 16:1;2O/26:0;O", "HexCer 16:1;O2/26:0;O"),
        ("HexCer 42:1|HexCer 16:1;2O/26:0;O", "HexCer 16:1;O2/26:0;O"),
        ('["Hex3Cer 41:2;O2", "Hex3Cer 18:0;O2/23:2"]', "Hex3Cer 18:0;O2/23:2"),
        ('[GM3 18:1;O2/16:0", "GM3 16:1;O2/18:0"]', "GM3 34:1;O2"),
        ("['GM3 34:1;O2']", "GM3 34:1;O2"),
        ("03.Cer(d18:1/17:0)", "Cer 18:1;O2/17:0"),
        ("9b. GM3 34:1", "GM3 34:1;O2"),
        ("1_Cer-NS(d18:1/22:0)+HCO2", "Cer 18:1;O2/22:0"),
        ("1_Cer-NS(d18:2/24:0)+HCO2 | 1_Cer-NS(d18:1/24:1)+HCO2", "Cer 42:2;O2"),
        (
            "1_Cer-NS(d18:1/16:0)+HCO2 | 3_MSDIAL_Cer 34:1;2O;[M+HCOO]-;CCCC(=O)NC;ABC-N;C34H67NO3",
            "Cer 18:1;O2/16:0",
        ),
    ],
)
def test_sums_chains_and_numbers_of_lists(name: str, shorthand: str) -> None:
    read = read_name(name)
    assert read.species is not None
    assert read.species.shorthand == shorthand


@pytest.mark.parametrize(
    "name",
    [
        "HexCer 42:1;2O|HexCer 16:1;2O/26:0;O",
        "HexCer d42:1|HexCer 16:1;2O/26:0;O",
        "HexCer 42:2|HexCer 16:1;2O/26:0;O",
        '["Hex3Cer 18:0;O2/22:3;O", "Hex3Cer 18:0;O2/23:2"]',
    ],
)
def test_candidates_that_differ_are_refused(name: str) -> None:
    with pytest.raises(NameFormError, match="names different lipids") as caught:
        read_name(name)
    assert caught.value.code == "contradiction"


@pytest.mark.parametrize(
    "name",
    [
        "___725.52058_4.13",
        "_[M+H-H2O]+__794.68515_4.98",
        "[M-H]-",
        "Unknown [M-H]-",
        "565.0478",
        "5_NoID",
    ],
)
def test_an_ion_and_numbers_alone_are_no_name(name: str) -> None:
    with pytest.raises(NameFormError) as caught:
        read_name(name)
    assert caught.value.code == "unannotated"


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("AEG(o-16:2/16:0)", "unknown-head", "The head group 'AEG' is unknown."),
        ("GM3(O-34:1)", "brackets", "what stands in brackets is no ceramide"),
        ("GM3(d18:1/16:0", "brackets", "opened or closed alone"),
    ],
)
def test_brackets_are_said_to_be_open_only_where_they_are(name: str, code: str, told: str) -> None:
    with pytest.raises(NameFormError, match=re.escape(told)) as caught:
        read_name(name)
    assert caught.value.code == code


@pytest.mark.skipif(not CASES.exists(), reason="the field cases are not beside the project")
def test_the_names_of_the_field_cases() -> None:
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 47
    for row in rows:
        name, expected = row["name"], row["expected"]
        if expected in ("refuse", "refuse or warn", "unannotated"):
            with pytest.raises(NameFormError) as caught:
                read_name(name)
            assert (caught.value.code == "unannotated") == (expected == "unannotated"), name
            assert "KDN" in str(caught.value) or not name.startswith("KDN")
        elif expected == "standard":
            assert read_name(name).standard, name
        else:
            read = read_name(name)
            assert (read.species.name, read.ion or "") == (expected, row["ion"])
            assert not read.standard


@pytest.mark.parametrize(
    ("text", "name", "ion"),
    [
        # MS-DIAL 4 and 5
        ("GM1 d36:1; GM1 d18:1/18:0; [M-2H]2-", "GM1(36:1;O2)", "[M-2H]2-"),
        ("GM3 34:1;2O|GM3 18:1;2O/16:0", "GM3(34:1;O2)", None),
        ("no MS2: GD1a 36:1;O2", "GD1a(36:1;O2)", None),
        ("Cer-NS d34:1; Cer-NS d18:1/16:0; [M+HCOO]-", "Cer(34:1;O2)", "[M+HCOO]-"),
        ("HexCer_NS 18:1;2O/16:0", "HexCer(34:1;O2)", None),
        ("Cer_AP 18:0;3O/24:0;(2OH)", "Cer(42:0;O4)", None),
        # LipiDex, MassHunter panels
        ("GM3 d18:1_16:0 [M-H]-;", "GM3(34:1;O2)", "[M-H]-"),
        ("Cer[NS] d18:1_16:0 [M+Ac-H]-;", "Cer(34:1;O2)", "[M+CH3COO]-"),
        ("SM 42:2 d18:1/24:1", "SM(42:2;O2)", None),
        ("GM3 34:1;O2 d18:1/16:0", "GM3(34:1;O2)", None),
        # LipidSearch
        ("GD1a(d18:1/18:0)-2H", "GD1a(36:1;O2)", "[M-2H]2-"),
        ("GD1a(d18:1/18:0)+OAc-2H", "GD1a+OAc(36:1;O2)", "[M-2H]2-"),
        ("SM(d18:1_16:0)+H", "SM(34:1;O2)", "[M+H]+"),
        ("Cer(d18:0+pO/22:0)", "Cer(40:0;O3)", None),
        ("Cer(d36:2+pO+O)", "Cer(36:2;O4)", None),
        ("GM3(d18:1)(16:0)", "GM3(34:1;O2)", None),
        ("Hex1Cer(d18:1/16:0)", "HexCer(34:1;O2)", None),
        # LDA, Skyline, LipidXplorer, Goslin
        ("GM1 36:1_-H", "GM1(36:1;O2)", "[M-H]-"),
        ("GM3 34:1_7.54", "GM3(34:1;O2)", None),
        ("GM3 34:1:2", "GM3(34:1;O2)", None),
        ("GM3 [34:1:2]", "GM3(34:1;O2)", None),
        ("GM4 18:1;2/24:0;1", "GM4(42:1;O3)", None),
        ("GM3 18:1;2/16:0 [M-H]1-", "GM3(34:1;O2)", "[M-H]-"),
        ("MHC d18:1/24:1 Results", "HexCer(42:2;O2)", None),
        # HMDB, SwissLipids, LIPID MAPS
        ("Ganglioside GM1 (18:1/9Z-18:1)", "GM1(36:2;O2)", None),
        ("Trihexosylceramide (d18:1/24:1(15Z))", "Hex3Cer(42:2;O2)", None),
        ("SM(d18:0/24:1(15Z)(OH))", "SM(42:1;O3)", None),
        ("GD1a alpha(d18:1(4E)/24:0)", "GD1α(42:1;O2)", None),
        ("Gal(Fuc)-GD1b (t18:0/15:0)", "GD1b+Hex+dHex(33:0;O3)", None),
        ("GD1a(NeuGc/NeuAc) (d18:1/16:0)", "GD1a(NeuGc)(34:1;O2)", None),
        ("Galβ1-3GalNAcβ1-4(NeuAcα2-3)Galβ1-4Glcβ-Cer(d18:1/18:0)", "GM1a(36:1;O2)", None),
        # papers
        ("GT1b C36:1", "GT1b(36:1;O2)", None),
        ("GM1 (d18:1-C18:0)", "GM1(36:1;O2)", None),
        ("GM1 ganglioside 36:1", "GM1(36:1;O2)", None),
        ("36:1 GM1", "GM1(36:1;O2)", None),
        ("d18:1/18:0-GM1", "GM1(36:1;O2)", None),
        ("C36:1 GD1a", "GD1a(36:1;O2)", None),
        ("GM3 d18:1/24:1n-9", "GM3(42:2;O2)", None),
        ("GM3 d18:1/24:1(n-9)", "GM3(42:2;O2)", None),
        ("GM3 d18:1/24:0-OH", "GM3(42:1;O3)", None),
        ("GM3 34:1-OH", "GM3(34:1;O3)", None),
        ("N-glycolyl-GM3 34:1", "GM3(NeuGc)(34:1;O2)", None),
        ("dhCer d18:0/16:0", "Cer(34:0;O2)", None),
        ("GD1a(36:1)(d18:1/18:0)", "GD1a(36:1;O2)", None),
        ("GM3 d34:1 (M-H)-", "GM3(34:1;O2)", "[M-H]-"),
        ("GM3 d34:1; M-H", "GM3(34:1;O2)", "[M-H]-"),
        # several isomers
        ("GD1a or GD1b 36:1", "GD1(36:1;O2)", None),
        ("GM1a/GM1b 36:1", "GM1(36:1;O2)", None),
        ("GD1a 36:1; GD1b 36:1", "GD1(36:1;O2)", None),
        ("GM3(d18:1/20:0), GM3(d20:1/18:0)", "GM3(38:1;O2)", None),
        ("GM3(d18:1/20:0)+GM3(d20:1/18:0)", "GM3(38:1;O2)", None),
    ],
)
def test_spellings_of_tools_and_papers(text: str, name: str, ion: str | None) -> None:
    read = read_name(text)
    assert read.species is not None
    assert (read.species.name, read.ion) == (name, ion)
    assert not read.standard
    assert parse_name(text) == read.species == parse_name(name)


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("GM3(d18:1)", "one-chain", "GM3(d18:1/18:0)"),
        ("GM3(24:1)", "one-chain", "LysoGM3"),
        ("GM1(18:0;O2)", "one-chain", "36:1;O2"),
        ("GM3(d18:1/0:0)", "one-chain", "acyl"),
        ("LysoGM3(d18:1)", "other-lipid", "Nothing to do"),
        ("Cer[EOS](d18:1/32:0-O-18:2)", "other-lipid", "Nothing to do"),
        ("KDN-GM3 d34:1", "unknown-modification", "NeuGc"),
        ("(KDN,Neu5Ac)GD1a(d18:1/16:0)", "unknown-modification", "NeuGc"),
        ("Unknown", "unannotated", "Nothing to do"),
        ("w/o MS2: Unknown", "unannotated", "Nothing to do"),
        ("GM1/GD1a 36:1", "contradiction", "one of them"),
        ("GM3 38:1; GM2 38:1", "contradiction", "one of them"),
        ("GM3(d18:1/20:0); GM3(d18:1/18:0)", "contradiction", "one of them"),
        ("GM3 36:1 (d18:1/16:0)", "contradiction", "sum or the chains"),
        ("SM 38:3|PC 33:1 d7 M+2", "contradiction", "one of them"),
        ("Cer[AP](d18:1/16:0)", "contradiction", "hydroxyls"),
        ("GM3 34:1 [M-H]-; GM3 34:1 [M-2H]2-", "contradiction", "Adduct"),
        ("SO3-GM1 36:1", "unknown-head", "GM1"),
        ("Galβ1-4GlcNAcβ1-3Galβ1-4Glcβ-Cer(d18:1/16:0)", "unknown-head", "GD1a"),
    ],
)
def test_refusals_say_the_cure(text: str, code: str, word: str) -> None:
    with pytest.raises(NameFormError) as caught:
        read_name(text)
    assert caught.value.code == code
    assert word in caught.value.advice


def test_a_bare_name_may_be_one_chain_or_a_sum() -> None:
    for text in ("SM 26:0", "SM C16:0", "SM(24:1)", "SM24:1", "SM(OH) C22:1", "SM 34:1; [M+H]+"):
        name = bare_name(text)
        assert name is not None, text
        assert name.series == "SM"
    for text in (
        "SM d26:0",
        "SM 26:0;O2",
        "SM(d18:1/8:0)",
        "XYZ 26:0",
        "SM 26:0 (ISTD)",
        "PC 34:1",
    ):
        assert bare_name(text) is None, text


def test_a_standard_is_of_the_species_without_its_label() -> None:
    read = read_name("GM3 d18:1/16:0 d3 (ISTD) [M-H]-")
    assert read.species == parse_name("GM3(34:1;O2)")
    assert (read.standard, read.ion, read.label) == (True, "[M-H]-", "d3 ISTD")
    with pytest.raises(NameFormError) as caught:
        parse_name("GM3 d18:1/16:0 d3 (ISTD)")
    assert caught.value.code == "standard"


@pytest.mark.parametrize("text", ["GM1-d3", "GM3 (ISTD)", "IS_GM1", "GM1(18:0-d3)", "C17:0-GM1 IS"])
def test_a_standard_may_lack_its_ceramide(text: str) -> None:
    read = read_name(text)
    assert (read.species, read.standard) == (None, True)
    parsed = parse_names([text, "GM1 36:1"])
    assert (parsed.index.tolist(), parsed.standard.tolist()) == ([-1, 0], [True, False])
    assert not parsed.errors


@pytest.mark.parametrize(
    ("name", "ion"),
    [
        ("GlcCer(47:00)_[M+Na-2H2O]+", "[M+Na-2H2O]+"),
        ("GM3 34:1 (M+Xe)-", "[M+Xe]-"),
        ("GM3 34:1; M+Xe", "M+Xe"),
        ("GM3 34:1 [M-H]- [M+1]", "[M-H]-"),  # a known one counts more than a label
        ("GM3 34:1 [264]", None),
    ],
)
def test_an_unknown_ion_is_given_as_it_is_written(name: str, ion: str | None) -> None:
    assert read_name(name).ion == ion


def test_chains_are_kept_where_the_name_gives_one_pair() -> None:
    assert read_name("GM3 d34:1; GM3 d18:1/16:0").species.chains == ("18:1;O2", "16:0")
    assert read_name("GM3(t18:0/h24:0)").species.shorthand == "GM3 18:0;O3/24:0;O"
    assert read_name("GD1a 36:1 (d18:1/18:0)").species.chains == ("18:1;O2", "18:0")
    assert read_name("GM3(d18:1/20:0); GM3(d20:1/18:0)").species.chains == ()
    assert read_name("GM3 d34:1").species.chains == ()


#: Ways to write a ceramide, and the sum that each has always meant.
CERAMIDES = {
    "(36:1;O2)": (36, 1, 2), " 36:1;O2": (36, 1, 2), "(d36:1)": (36, 1, 2), " t36:0": (36, 0, 3),
    "(d18:1/18:0)": (36, 1, 2), " 18:1;O2/18:0": (36, 1, 2), " 18:1;O2_18:0": (36, 1, 2),
    "(18:1/18:0)": (36, 1, 2), "-36:1": (36, 1, 2), "_36:1": (36, 1, 2), " m36:1": (36, 1, 1),
    "(36:1,O2)": (36, 1, 2), "(36:1O2)": (36, 1, 2), "(36:1;2O)": (36, 1, 2),
    "(d18:1(4E)/24:1(15Z))": (42, 2, 2), " 18:1(4E);1OH,3OH/18:0;(2OH)": (36, 1, 3),
    "(t18:0/h24:0)": (42, 0, 4), "(d16:1/4:0)": (20, 1, 2), "(26:0;O4)": (26, 0, 4),
}  # fmt: skip


def spellings() -> list[tuple[str, str]]:
    """Each spelling of each head group, and the name that it has always meant."""
    return [
        (form(spelling), head.isomer or head.series)
        for head in HEADS
        for spelling in head.spellings
        for form in (str, str.lower, lambda s: s.replace("-", " "), lambda s: s.replace("-", ""))
    ]


def test_plain_names_mean_what_they_always_did() -> None:
    for (head, name), (text, ceramide) in itertools.product(spellings(), CERAMIDES.items()):
        for note in ("", "w/o MS2:"):
            read = read_name(f"{note}{head}{text}")
            assert read.species.name == f"{name}({Ceramide(*ceramide)})"
            assert (read.ion, read.standard, read.label) == (None, False, "")


def test_nothing_need_stand_between_head_group_and_chains() -> None:
    ambiguous = ("GD1c", "GT1c", "GQ1c", "GP1c")  # GD1c36:1 may be GD1 C36:1
    for spelling, name in (pair for pair in spellings() if pair[1] not in ambiguous):
        for chains in ("36:1", "d36:1", "18:1/18:0", "36:1;O2", "36:1 (d18:1/18:0)"):
            assert read_name(spelling + chains).species.name == f"{name}(36:1;O2)", spelling


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("SM16:0", "one-chain", "SM 16:0 is one chain"),
        ("SM24:1", "one-chain", "SM 24:1 is one chain"),
        ("XYZ34:1", "unknown-head", "'XYZ'"),
        ("CerP34:1", "other-lipid", "(CerP"),
    ],
)
def test_refusals_without_a_space_name_the_whole_head_group(
    text: str, code: str, word: str
) -> None:
    with pytest.raises(NameFormError, match=re.escape(word)) as caught:
        read_name(text)
    assert caught.value.code == code


names = st.builds(
    "{}{}".format,
    st.sampled_from(["GM3", "GD1a", "Fuc-GM1", "HexCer-NS", "NeuAcHex2Cer", "Ac-O-9-GT1b"]),
    st.sampled_from(["(d18:1/18:0)", " d36:1", "(36:1;O2)", " 36:1;2", " C36:1"]),
)
ions = st.sampled_from(["", " [M-H]-", "; [M-2H]2-", " (M-H)-"])
labels = st.lists(st.sampled_from([" [264]", " (a)", "*", " #2", "_1", " (iso 2)"]), max_size=3)
marks = st.sampled_from(["", " (ISTD)", "-d3", " IS", " d7 (IS)"])


@given(names, ions, labels, marks)
def test_what_stands_about_a_name_does_not_change_its_species(
    name: str, ion: str, labels: list[str], mark: str
) -> None:
    plain, read = read_name(name), read_name(name + mark + "".join(labels) + ion)
    assert read.species == plain.species
    assert read.standard == bool(mark)
    assert read.ion == {"": None, "; [M-2H]2-": "[M-2H]2-"}.get(ion, "[M-H]-")
    assert all(label.strip(" _") in read.label for label in labels)


alphabet = st.sampled_from("GMDTabαβ+-()[]/|:;,*#_@ 0123456789dtHOCIS&NeuAcGlx'")


@given(st.text(alphabet, max_size=60))
@example("GM3 " + "[264]" * 39)
@example("GM3 34:1" + "*" * 190)
@example("NeuAc" * 40)
@example("(Hex)" * 40)
@example("GM3 34:1" + "+O" * 90)
@example("[" * 200)
def test_any_text_is_read_or_refused_with_advice(text: str) -> None:
    parsed = parse_names([text])
    for error in parsed.errors.values():
        assert error.code
        assert error.advice
        assert len(str(error)) < 250
    assert len(parsed.species) + len(parsed.errors) == 1
    for species in parsed.species:
        assert parse_name(species.name) == species


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("GM3 38:1 (OH)", "GM3(38:1;O3)"),
        ("SM d36:1(OH)", "SM(36:1;O3)"),
        ("GM3 38:1;(OH)2", "GM3(38:1;O2)"),
        ("Cer(OH) d16:1/16:0 [M-H2O/SphB]", "Cer(32:1;O3)"),
        ("SM(OH) 32:1", "SM(32:1;O3)"),
        ("HexCer(d18:1/16:0)(OH)", "HexCer(34:1;O3)"),
        ("Cer(d18:1_16:0)+O", "Cer(34:1;O3)"),
        ("Hex1Cer(d18:2_24:0)+2O", "HexCer(42:2;O4)"),
        ("Hex1Cer(d42:2)+2O+H", "HexCer(42:2;O4)"),
        ("Cer(d18:0_22:0)+pO", "Cer(40:0;O3)"),
        ("SM(OH) 36:1 d18:1/18:0", "SM(36:1;O3)"),
        ("SM(OH) 36:1 (d18:1/18:0)", "SM(36:1;O3)"),
        ("SM 36:1(OH) d18:1/18:0", "SM(36:1;O3)"),
        ("SM(36:1(OH))(d18:1/18:0)", "SM(36:1;O3)"),
        ("Cer_40:1_(18:1_22:0)", "Cer(40:1;O2)"),
        ("GlcCer(d18:2(4E,8E)/16:0(2OH[R]))", "GlcCer(34:2;O3)"),
        ("16:0 SM (d18:1/16:0)", "SM(34:1;O2)"),
        ("C24:1 GM3 (d18:1/24:1(15Z))", "GM3(42:2;O2)"),
        ("d18:1-18:1 SM", "SM(36:2;O2)"),
        ("GM3 (d18:1, 16:0)", "GM3(34:1;O2)"),
        ("Cpd 399: GM3 18:1;O2/24:1; 9.888", "GM3(42:2;O2)"),
        ("GM3(d34:1) ID264", "GM3(34:1;O2)"),
        ("DiHexCer 34:1", "Hex2Cer(34:1;O2)"),
        ("HexCer 18:1;O2/24:0;OH", "HexCer(42:1;O3)"),
        ("GlcCer d18:1/24h:0", "GlcCer(42:1;O3)"),
        ("GM3(d18:1/16:0)(2OH)", "GM3(34:1;O3)"),
        ("GM3(d18:1/24:1)+OH", "GM3(42:2;O3)"),
        ("GM3 d18:1/24:1 +OH", "GM3(42:2;O3)"),
        ("GM3 34:1+OH", "GM3(34:1;O3)"),
        ("GalCer(d18:1/24:0h)", "GalCer(42:1;O3)"),
        ("GlcCer 16:2;O2(4E,6E)/18:0", "GlcCer(34:2;O2)"),
        ("Lactosylceramide d18:1/24:1 15Z", "LacCer(42:2;O2)"),
        ("C16 Ceramide (d18:1/16:0)", "Cer(34:1;O2)"),
        ("C16 Lactosyl(ß) Ceramide (d18:1/16:0)", "LacCer(34:1;O2)"),
    ],
)
def test_hydroxyls_and_chains_in_other_places(name: str, species: str) -> None:
    assert str(read_name(name).species) == species


def test_a_hydroxyl_behind_the_head_group_is_of_the_acyl_chain_and_of_the_sum() -> None:
    assert read_name("SM(OH) 36:1 d18:1/18:0").species.chains == ("18:1;O2", "18:0;O")
    with pytest.raises(NameFormError) as caught:
        read_name("SM(OH) 36:2 d18:1/18:0")
    assert caught.value.code == "contradiction"


def test_a_hydroxyl_behind_the_sum_is_of_the_acyl_chain() -> None:
    assert read_name("SM 36:1(OH) d18:1/18:0").species.chains == ("18:1;O2", "18:0;O")
    with pytest.raises(NameFormError) as caught:
        read_name("SM 36:2(OH) d18:1/18:0")
    assert caught.value.code == "contradiction"


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("Gal-Glc-Cer 34:1", "LacCer(34:1;O2)"),
        ("Gal-GalNAc-Gal-Glc-Cer(d18:1/18:0)", "GA1(36:1;O2)"),
        ("Hex-Hex-Cer 34:1", "Hex2Cer(34:1;O2)"),
        ("HexNAc-Hex2Cer 34:1", "GA2(34:1;O2)"),  # as HexNAcHex2Cer
        ("Gal-GM1 36:1", "GM1+Hex(36:1;O2)"),
    ],
)
def test_a_chain_of_sugars_is_one_head_group(name: str, species: str) -> None:
    assert str(read_name(name).species) == species


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("(3'-sulfo)Galbeta-Cer(d18:1/16:0(2OH))", "SHexCer(34:1;O3)"),
        ("(3'-sulfo)Galβ1-4Glcβ-Cer(d18:1/16:0)", "SHex2Cer(34:1;O2)"),
        ("Sulfo2HexCer(d34:1)", "SHex2Cer(34:1;O2)"),
        ("SHexHexCer 18:1;O2/16:0", "SHex2Cer(34:1;O2)"),
        ("II³NeuAc-LacCer(d18:1/16:0)", "GM3(34:1;O2)"),
        ("IV3NeuAc, II3NeuAc-GgOse4Cer 36:1", "GD1a(36:1;O2)"),
        ("GT1a/b 36:1", "GT1(36:1;O2)"),
        ("GluCer(d18:1/16:0)", "GlcCer(34:1;O2)"),
        ("GL-3 (d18:1)(C24:0)", "Gb3(42:1;O2)"),
        ("ceramide trihexoside d18:1/16:0", "Hex3Cer(34:1;O2)"),
        ("Glc/GalCer 42:1", "HexCer(42:1;O2)"),
    ],
)
def test_head_groups_of_databases_and_the_nomenclature(name: str, species: str) -> None:
    assert str(read_name(name).species) == species


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("sphingomyelin (d18:1/18:1, d18:2/18:0)", "SM(36:2;O2)"),
        ("glycosyl ceramide (d18:2/24:1, d18:1/24:2)*", "HexCer(42:3;O2)"),
    ],
)
def test_pairs_of_chains_in_one_bracket_are_their_sum(name: str, species: str) -> None:
    read = read_name(name).species
    assert (str(read), read.chains) == (species, ())
    with pytest.raises(NameFormError) as caught:
        read_name("GM3 (d18:1/20:0, d18:1/22:0)")
    assert caught.value.code == "contradiction"


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("SM(1) 18:1(4E);3OH/16:0", "SM(34:1;O2)"),
        ("SM 18:1(4E);3OH/16:0", "SM(34:1;O2)"),
        ("GlcCer(1) 18:0;3OH,4OH/24:0;2OH", "GlcCer(42:0;O4)"),
        ("HexCer 18:1(4E);1OH,3OH/24:0", "HexCer(42:1;O2)"),
        ("Cer 18:1(4E);3OH/16:0", "Cer(34:1;O)"),  # a 1-deoxyceramide
    ],
)
def test_the_oxygen_that_bears_the_head_group_is_counted(name: str, species: str) -> None:
    assert str(read_name(name).species) == species


@pytest.mark.parametrize(
    ("name", "species", "chains"),
    [
        ("Cer[AP] t40:0", "Cer(40:0;O4)", ()),  # C40H81NO5 in MS-DIAL
        ("HexCer-AP(t14:0/12:0)+HCO2", "HexCer(26:0;O4)", ("14:0;O3", "12:0;O")),  # LipidMatch
        ("Cer-ADS d42:0", "Cer(42:0;O3)", ()),
        ("Cer-AP t18:0/24:0+O", "Cer(42:0;O4)", ("18:0;O3", "24:0;O")),
    ],
)
def test_a_tag_tells_the_hydroxyl_of_the_acyl_chain(
    name: str, species: str, chains: tuple[str, ...]
) -> None:
    read = read_name(name).species
    assert (str(read), read.chains) == (species, chains)
    for contradiction in ("Cer-AP 18:0;O3/24:0", "Cer-NP d18:0/24:0"):
        with pytest.raises(NameFormError, match="hydroxyls"):
            read_name(contradiction)


@pytest.mark.parametrize(
    ("name", "species"),
    [("Cer d18:1 (16:0)", "Cer(34:1;O2)"), ("LacCER d18:1 (14:0)", "LacCer(32:1;O2)")],
)
def test_the_acyl_chain_may_stand_in_brackets_behind_the_base(name: str, species: str) -> None:
    assert str(read_name(name).species) == species
    with pytest.raises(NameFormError, match="gives the ceramides"):
        read_name("SM d36:1 (18:1)")


def test_a_free_hydroxyl_of_the_base_alone_is_not_guessed() -> None:
    with pytest.raises(NameFormError):  # its second oxygen bears the head group
        read_name("SM 18:1;OH/16:0")


@pytest.mark.parametrize(
    "name",
    ["HexCer 38:1;O2_[M+HCOO]-_MS2_800.62495_4.14", "HexCer 38:1;O2_[M+HCOOH-H]-_MS2_800.6249_4.1"],
)
def test_names_of_metaboscape_give_ion_mass_and_time_behind(name: str) -> None:
    read = read_name(name)
    assert (str(read.species), read.ion) == ("HexCer(38:1;O2)", "[M+HCOO]-")


@pytest.mark.parametrize("name", ["Ga2 d18:1/16:0", "Ga2(34:1;O2)", "LacCer/Ga2 d18:1/16:0"])
def test_galabiosylceramide_is_not_read_as_asialo_gm2(name: str) -> None:
    with pytest.raises(NameFormError, match="asialo-GM2") as caught:
        read_name(name)
    assert caught.value.code == "unclear-head"


@pytest.mark.parametrize(
    ("head", "series"),
    [
        ("Ga2Cer", "Hex2Cer"),
        ("Gg3Cer", "GA2"),
        ("Gg4", "GA1"),
        ("iGb3", "Hex3Cer"),
        ("SM4s", "SHexCer"),
        ("Lc3Cer", "Hex2Cer+HexNAc"),
        ("nLc4", "Hex3Cer+HexNAc"),
        ("nLc6Cer", "Hex3Cer+Hex+2HexNAc"),
    ],
)
def test_symbols_of_glycosphingolipids(head: str, series: str) -> None:
    for chains in (" 36:1;O2", "(d18:1/18:0)"):
        assert read_name(head + chains).species.series == series


@pytest.mark.parametrize(
    "name",
    [
        "SM(d36:1)+D9",
        "d18:1-15:0(d7) Cer",
        "Cer d18:1-15:0(d7)",
        "C16:1 Ceramide-d7 (d18:1-d7/16:1)",
        "SIL_C15 Dihydroceramide (d18:0/15:0)",
    ],
)
def test_labels_of_standards_in_other_places(name: str) -> None:
    assert read_name(name).standard


@pytest.mark.parametrize(
    ("name", "lipid_class"),
    [
        ("15:0-18:1 PC", "PC"),
        ("18:1 Lyso PE", "LPE"),
        ("15:0-18:1-15:0 TAG", "TG"),
        ("BisMePA(36:2)", "PA"),
        ("Ch()", "ST"),
        ("(1,2) DG 24:0", "DG"),
        ("HexCer 34:1;O2(FA 16:0)", "acylated"),
        ("ASG 27:1;O;Hex;FA 2:0", "acylated"),
        ("LysylPG 36:1", "PG"),
        ("Ac2PIM1 37:0", "PIM"),
        ("LPIP2(18:1)", "PIP"),
        ("CerPG(d36:1)", "CerPG"),
    ],
)
def test_other_lipids_in_other_spellings(name: str, lipid_class: str) -> None:
    with pytest.raises(NameFormError) as caught:
        read_name(name)
    assert (caught.value.code, caught.value.lipid_class) == ("other-lipid", lipid_class)


@pytest.mark.parametrize(
    "name",
    ["GM3(d18:1/16:0)_B", "GM3 d18:1/16:0_a", "GM3 34:1;O2_C", "GM3 34:1;2O A", "GM3(34:1;O2)-b"],
)
def test_letters_behind_the_chains_tell_isomers_apart(name: str) -> None:
    read = read_name(name)
    assert (read.species.series, read.species.isomer, read.species.ceramide.carbons) == (
        "GM3",
        None,
        34,
    )
    assert read.label in ("A", "B", "C", "a", "b")


@pytest.mark.parametrize("name", ["GM1(36:1;O2)a", "GM1(36:1;O2)_h", "GM1_a"])
def test_letters_that_may_say_more_are_refused(name: str) -> None:
    with pytest.raises(NameFormError):
        read_name(name)
