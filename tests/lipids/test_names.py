from __future__ import annotations

import ast
import itertools
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from paths import PORCINE

import ganglioside.lipids.names
from ganglioside.columns import FEATURES
from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import UNITS, Ceramide
from ganglioside.lipids.head_groups import HEADS, isomers
from ganglioside.lipids.names import parse_name, species
from ganglioside.lipids.parsed_names import SPECIES_COLUMNS, parse_names


def code_of(text: str) -> str:
    with pytest.raises(NameFormError) as caught:
        parse_name(text)
    assert str(caught.value)
    assert caught.value.advice
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("GD1+OAc(36:1;O2)", "GD1+OAc(36:1;O2)"),
        ("GQ1+2OAc(36:1;O2)", "GQ1+2OAc(36:1;O2)"),
        ("GQ1+OAc+OAc(36:1;O2)", "GQ1+2OAc(36:1;O2)"),
        ("GD1+Hex+HexNAc+OAc(36:1;O2)", "GD1+Hex+HexNAc+OAc(36:1;O2)"),
        ("GD1+OAc+dHex(36:1;O2)", "GD1+dHex+OAc(36:1;O2)"),
        ("GD1(36:1;O2)+OAc", "GD1+OAc(36:1;O2)"),
        ("GD1 36:1;O2 OAc", "GD1+OAc(36:1;O2)"),
        ("GD1a 36:1;O2", "GD1a(36:1;O2)"),
        ("GM3 18:1;O2/18:0", "GM3(36:1;O2)"),
        ("GM3 18:1;O2_18:0", "GM3(36:1;O2)"),
        ("GM3(d18:1/18:0)", "GM3(36:1;O2)"),
        ("GM3(18:1/18:0)", "GM3(36:1;O2)"),
        ("GM3(d18:1/24:1(15Z))", "GM3(42:2;O2)"),
        ("GM3(d18:1(4E)/24:1(15Z))", "GM3(42:2;O2)"),
        ("GM3 18:1(4E);1OH,3OH/18:0;(2OH)", "GM3(36:1;O3)"),
        ("GM3 18:1;(OH)2/18:0;(OH)", "GM3(36:1;O3)"),
        ("GM3(t18:0/h24:0)", "GM3(42:0;O4)"),
        ("GM3(d18:1/18:0(2OH))", "GM3(36:1;O3)"),
        ("GM3 d36:1", "GM3(36:1;O2)"),
        ("GM3 t36:0", "GM3(36:0;O3)"),
        ("GM3 m36:1", "GM3(36:1;O)"),
        ("GM3 36:1;O", "GM3(36:1;O)"),
        ("GM3(d36:1;O2)", "GM3(36:1;O2)"),
        ("GM3(36:1;2O)", "GM3(36:1;O2)"),
        ("GM3(36:1,O2)", "GM3(36:1;O2)"),
        ("GM3(36:1O2)", "GM3(36:1;O2)"),
        ("GM3(36:1 O2)", "GM3(36:1;O2)"),
        ("GM3(36:1 3O)", "GM3(36:1;O3)"),
        ("GM3(36:1)", "GM3(36:1;O2)"),
        ("GM3 36:1", "GM3(36:1;O2)"),
        ("GM3-36:1", "GM3(36:1;O2)"),
        ("GM3_36:1", "GM3(36:1;O2)"),
        ("Fuc-GM1(36:1;O2)", "GM1+dHex(36:1;O2)"),
        ("FucGM1(36:1;O2)", "GM1+dHex(36:1;O2)"),
        ("Fucosyl GM1(36:1;O2)", "GM1+dHex(36:1;O2)"),
        ("GM1(Fuc)(36:1;O2)", "GM1+dHex(36:1;O2)"),
        ("GalNAc-GD1a(36:1;O2)", "GD1a+HexNAc(36:1;O2)"),
        ("GM3(NeuGc)(36:1;O2)", "GM3(NeuGc)(36:1;O2)"),
        ("GM3(NeuGc)36:1;O2", "GM3(NeuGc)(36:1;O2)"),
        ("GM3 (NeuGc) 36:1;O2", "GM3(NeuGc)(36:1;O2)"),
        ("NGcGM3 36:1;O2", "GM3(NeuGc)(36:1;O2)"),
        ("GM3(NeuAc)(36:1;O2)", "GM3(36:1;O2)"),
        ("GD1a(NeuAc/NeuGc)(36:1;O2)", "GD1a(NeuGc)(36:1;O2)"),
        ("GD1a(NeuGc/NeuGc)(36:1;O2)", "GD1a(2NeuGc)(36:1;O2)"),
        ("GD3(NeuGc)2(36:1;O2)", "GD3(2NeuGc)(36:1;O2)"),
        ("GD3(NeuGc)+OAc+Hex(36:1;O2)", "GD3+Hex(NeuGc)+OAc(36:1;O2)"),
        ("9-O-Ac-GD3(36:1;O2)", "GD3+OAc(36:1;O2)"),
        ("9-OAc-GD3(36:1;O2)", "GD3+OAc(36:1;O2)"),
        ("9-O-acetyl GD3(36:1;O2)", "GD3+OAc(36:1;O2)"),
        ("O-acetyl-GD3(36:1;O2)", "GD3+OAc(36:1;O2)"),
        ("OAcGD3(36:1;O2)", "GD3+OAc(36:1;O2)"),
        ("7,9-di-O-Ac-GD3(36:1;O2)", "GD3+2OAc(36:1;O2)"),
        ("GD3(9-O-Ac)(36:1;O2)", "GD3+OAc(36:1;O2)"),
        ("GD3+9-O-Ac(36:1;O2)", "GD3+OAc(36:1;O2)"),
        ("GD1a-AC(36:1;O2)", "GD1a+OAc(36:1;O2)"),
        ("GD1a-lactone(36:1;O2)", "GD1a-H2O(36:1;O2)"),
        ("GD1a-H2O(36:1;O2)", "GD1a-H2O(36:1;O2)"),
        ("GM1b 36:1", "GM1b(36:1;O2)"),
        ("GD1c 36:1", "GD1c(36:1;O2)"),
        ("GD1 a 36:1", "GD1a(36:1;O2)"),
        ("GD1A 36:1", "GD1a(36:1;O2)"),
        ("GD1a/b 36:1", "GD1(36:1;O2)"),
        ("GD1alpha 36:1", "GD1α(36:1;O2)"),
        ("GD1α 36:1", "GD1α(36:1;O2)"),
        ("GD1Α 36:1", "GD1α(36:1;O2)"),  # capital alpha
        ("GT1aα 36:1", "GT1aα(36:1;O2)"),
        ("GT1a-alpha 36:1", "GT1aα(36:1;O2)"),
        ("GQ1bα 36:1", "GQ1bα(36:1;O2)"),
        ("GP1cα+OAc 36:1", "GP1cα+OAc(36:1;O2)"),
        ("ＧＭ３（３６：１；Ｏ２）", "GM3(36:1;O2)"),
        ("gm3\u00a036:1;o2", "GM3(36:1;O2)"),
        ("  GM3 ( 36 : 1 ; O2 )\t", "GM3(36:1;O2)"),
        ("\ufeffGM3(36:1;O2)", "GM3(36:1;O2)"),
        ("GD1 + OAc (36:1;O2)", "GD1+OAc(36:1;O2)"),
        ("GD1+2 OAc(36:1;O2)", "GD1+2OAc(36:1;O2)"),
        ("GD1a–lactone(36:1;O2)", "GD1a-H2O(36:1;O2)"),  # en dash
        ("HexCer 34:1;2O|HexCer 18:1;2O/16:0", "HexCer(34:1;O2)"),
        ("w/o MS2:GM3 34:1;2O", "GM3(34:1;O2)"),
        ("w/o MS2: GM3 34:1;2O", "GM3(34:1;O2)"),
        ("HexCer 42:2;O2", "HexCer(42:2;O2)"),
        ("GlcCer(d18:1/16:0)", "GlcCer(34:1;O2)"),
        ("Hex-Cer 34:1", "HexCer(34:1;O2)"),
        ("Hex2Cer 34:1", "Hex2Cer(34:1;O2)"),
        ("LacCer 34:1", "LacCer(34:1;O2)"),
        ("SM 34:1;O2", "SM(34:1;O2)"),
        ("SM4 34:1;O2", "SHexCer(34:1;O2)"),
        ("sulfatide(d18:1/24:1)", "SHexCer(42:2;O2)"),
        ("asialo-GM1 36:1", "GA1(36:1;O2)"),
        ("asialo GM2 36:1", "GA2(36:1;O2)"),
    ],
)
def test_forms(text: str, name: str) -> None:
    read = parse_name(text)
    assert read.name == name
    assert parse_name(name) == read


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   \u200b", "empty"),
        ("=cmd|'/c calc'!A0", "formula"),
        ("＝GM3(36:1;O2)", "formula"),
        ("@SUM(A1)", "formula"),
        ("+GM3(36:1;O2)", "formula"),
        ("-GM3(36:1;O2)", "formula"),
        ("GM3" * 100, "too-long"),
        ("GM3", "no-ceramide"),
        ("Unknown", "no-ceramide"),
        ("12345", "no-ceramide"),
        ("(36:1;O2)", "no-head"),
        ("36:1;O2", "no-head"),
        ("GX9(36:1;O2)", "unknown-head"),
        ("GD9(36:1;O2)", "unknown-head"),
        ("GD1z(36:1;O2)", "unknown-head"),
        ("GM3a(36:1;O2)", "unknown-head"),
        ("GM33(36:1;O2)", "unknown-head"),
        ("PC 34:1", "unknown-head"),
        ("Hex(36:1;O2) 2Cer", "unknown-head"),
        ("GD1+Foo(36:1;O2)", "unknown-modification"),
        ("GD1++OAc(36:1;O2)", "unknown-modification"),
        ("GD1+0OAc(36:1;O2)", "unknown-modification"),
        ("GD1+12OAc(36:1;O2)", "unknown-modification"),
        ("GD1(36:1;O2)a", "unknown-modification"),
        ("GM1(36:1;O2) junk", "unknown-modification"),
        ("GM3 36:1;O2+", "unknown-modification"),
        ("GM3+NeuAc(36:1;O2)", "wrong-sign"),
        ("GM3+NeuGc(36:1;O2)", "wrong-sign"),
        ("GM1-Hex(36:1;O2)", "wrong-sign"),
        ("GM1-NeuAc(36:1;O2)", "wrong-sign"),
        ("GM1+H2O(36:1;O2)", "wrong-sign"),
        ("LacCer+OAc(36:1;O2)", "impossible-modification"),
        ("GA1+OAc(36:1;O2)", "impossible-modification"),
        ("GA1-lactone(36:1;O2)", "impossible-modification"),
        ("GA1(NeuGc)(36:1;O2)", "impossible-modification"),
        ("GM3+5OAc(36:1;O2)", "impossible-modification"),
        ("GM3(2NeuGc)(36:1;O2)", "impossible-modification"),
        ("GD3(NeuAc/NeuGc/NeuGc)(36:1;O2)", "impossible-modification"),
        ("GM3(NeuGc)(NeuAc)(36:1;O2)", "impossible-modification"),
        ("GM3-3H2O(36:1;O2)", "impossible-modification"),
        ("GM3-lactone-2H2O(36:1;O2)", "impossible-modification"),
        ("Cer+Hex(36:1;O2)", "impossible-modification"),
        ("SM+dHex(34:1;O2)", "impossible-modification"),
        ("GM3+9Hex+Hex(36:1;O2)", "impossible-modification"),
        ("GM3(0:0;O2)", "impossible-carbons"),
        ("GM3(999:1;O2)", "impossible-carbons"),
        ("GM3(81:1;O2)", "impossible-carbons"),
        ("GM3(20:21;O2)", "impossible-double-bonds"),
        ("GM3(36:19;O2)", "impossible-double-bonds"),
        ("GM3(2:5;O2/34:1)", "impossible-double-bonds"),
        ("GM3(20:11;O2)", "impossible-double-bonds"),
        ("GM3(d4:3/32:0)", "impossible-double-bonds"),
        ("Cer(12:0;O2)", "impossible-mass"),
        ("GP1+2Hex+9HexNAc(80:0;O6)", "impossible-mass"),
        ("GM3(36:13;O2)", "impossible-double-bonds"),
        ("GM3(36:1;O0)", "impossible-hydroxyls"),
        ("GM3(36:1;O9)", "impossible-hydroxyls"),
        ("GM1+9Hex+9HexNAc(36:1;O2)", "impossible-sugars"),
        ("GM3(x36:1)", "bad-ceramide"),
        ("GM3(h36:1)", "bad-ceramide"),
        ("GM3(36:)", "bad-ceramide"),
        ("GM3(-36:1)", "brackets"),
        ("GM3(36.5:1)", "no-ceramide"),
        ("GM3(36:1;O2/18:0/4:0)", "brackets"),
        ("GM3(36:1;O2", "brackets"),
        ("GM3 36:1;O2)", "brackets"),
        ("GM3 t36:1;O2", "contradiction"),
        ("HexCer 34:1;2O|HexCer 18:1;2O/18:0", "contradiction"),
        ("GM3 34:1|GM2 34:1", "contradiction"),
        ("GM3 34:1|", "no-ceramide"),
    ],
)
def test_refused(text: str, code: str) -> None:
    assert code_of(text) == code


def test_messages_keep_the_case_of_the_text() -> None:
    with pytest.raises(NameFormError, match="'GX9'"):
        parse_name("GX9(36:1;O2)")


@pytest.mark.parametrize(
    ("text", "series", "isomer", "category", "sugars", "sialic"),
    [
        ("GD1a+OAc(36:1;O2)", "GD1+OAc", "GD1a+OAc", "GD", 6, 2),
        ("GM1(36:1;O2)", "GM1", None, "GM", 5, 1),
        ("GalNAc-GD1a(36:1;O2)", "GD1+HexNAc", "GD1a+HexNAc", "GD", 7, 2),
        ("GP1+2OAc(36:1;O2)", "GP1+2OAc", None, "GP", 9, 5),
        ("GA1(36:1;O2)", "GA1", None, "GA", 4, 0),
        ("GD3(NeuGc)(36:1;O2)", "GD3(NeuGc)", None, "GD", 4, 2),
        ("GM1-lactone(36:1;O2)", "GM1-H2O", None, "GM", 5, 1),
        ("LacCer(36:1;O2)", "Hex2Cer", "LacCer", None, 2, 0),
        ("SM(36:1;O2)", "SM", None, None, 0, 0),
    ],
)
def test_what_a_name_tells(
    text: str, series: str, isomer: str | None, category: str | None, sugars: int, sialic: int
) -> None:
    read = parse_name(text)
    assert (read.series, read.isomer, read.category) == (series, isomer, category)
    assert (read.sugar_count, read.composition.sialic_acids) == (sugars, sialic)


@pytest.mark.parametrize(
    ("head", "hex_", "hexnac", "neuac"),
    [
        ("GM4", 1, 0, 1),
        ("GM3", 2, 0, 1),
        ("GD3", 2, 0, 2),
        ("GT3", 2, 0, 3),
        ("GA2", 2, 1, 0),
        ("GM2", 2, 1, 1),
        ("GD2", 2, 1, 2),
        ("GT2", 2, 1, 3),
        ("GA1", 3, 1, 0),
        ("GM1", 3, 1, 1),
        ("GD1", 3, 1, 2),
        ("GT1", 3, 1, 3),
        ("GQ1", 3, 1, 4),
        ("GP1", 3, 1, 5),
        ("GalNAc-GD1a", 3, 2, 2),
    ],
)
def test_compositions(head: str, hex_: int, hexnac: int, neuac: int) -> None:
    units = parse_name(f"{head}(36:1;O2)").composition
    assert (units.hex, units.hexnac, units.neuac) == (hex_, hexnac, neuac)


def test_the_number_of_neutral_sugars_is_five_less_the_digit() -> None:
    for head in HEADS:
        if head.category:
            assert head.hex + head.hexnac == 5 - int(head.series[2])


def test_known_isomers() -> None:
    assert [h.isomer for h in isomers("GD1")] == ["GD1a", "GD1b", "GD1c", "GD1α"]
    assert [h.inner for h in isomers("GD1")] == [1, 2, 0, 0]
    assert isomers("GM3") == ()


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["+Hex", "+HexNAc", "+dHex", "(NeuGc)", "+OAc"]))
)
def test_the_order_of_modifications_does_not_matter(order: tuple[str, ...]) -> None:
    assert parse_name(f"GD1{''.join(order)}(36:1;O2)").series == "GD1+Hex+HexNAc+dHex(NeuGc)+OAc"


# --- properties ----------------------------------------------------------------------------

heads = st.sampled_from([h.isomer or h.series for h in HEADS])
gangliosides = st.sampled_from([h.isomer or h.series for h in HEADS if h.neuac])
modifications = st.lists(
    st.sampled_from(
        ["+Hex", "+2HexNAc", "+dHex", "(NeuGc)", "+OAc", "+2OAc", "-H2O", "-lactone", "(NeuAc)"]
    ),
    max_size=5,
)
ceramides = st.builds(
    Ceramide,
    carbons=st.integers(24, 60),
    double_bonds=st.integers(0, 6),
    hydroxyls=st.integers(1, 6),
)


@given(heads, modifications, ceramides)
@example("GP1cα", ["-lactone"] * 5 + ["-H2O"], Ceramide(36, 1, 2))
@example("GP1", ["+2OAc"] * 4 + ["+OAc"], Ceramide(36, 1, 2))
def test_the_normalised_name_reads_back(head: str, added: list[str], ceramide: Ceramide) -> None:
    try:
        read = parse_name(head + "".join(added) + f"({ceramide})")
    except NameFormError as error:
        assume(error.code != "impossible-modification")
        raise
    again = parse_name(read.name)
    assert again == read
    assert again.composition == read.composition
    assert again.name == read.name
    assert species(read.series, read.ceramide, read.isomer) == read
    assert parse_name(f"{read.series}({ceramide})").composition == read.composition


def _noisy(text: str, rng: np.random.Generator) -> str:
    """Return the text with full-width characters, other case and spaces about punctuation."""
    out = ""
    for char in text:
        plain = char if rng.random() < 0.5 else char.swapcase()
        if char.isascii() and rng.random() < 0.3:
            plain = chr(ord(plain) + 0xFEE0)
        out += f" {plain}\u00a0" if char in "():;+" and rng.random() < 0.5 else plain
    return out


@given(gangliosides, modifications, ceramides, st.integers(0, 2**32 - 1))
def test_case_width_and_spaces_do_not_matter(
    head: str, added: list[str], ceramide: Ceramide, seed: int
) -> None:
    text = head + "".join(added) + f"({ceramide})"
    parsed = parse_names([text, _noisy(text, np.random.default_rng(seed))])
    assert parsed.index[0] == parsed.index[1]
    assert len({error.code for error in parsed.errors.values()}) <= 1


alphabet = st.sampled_from("GMDTQP13abcα+-()/|:;,OoAacHexNuF 0123456789dtm_=@\t\u00a0（")


@given(st.one_of(st.text(max_size=60), st.text(alphabet, max_size=40)))
@example("GM3(" + "(" * 150)
@example("GM3 " + "1" * 150 + ":1")
@example("\ufdfa" * 150)
@example("٣٦:١ GM3(٣٦:١)")
def test_any_text_is_a_possible_species_or_an_error_with_advice(text: str) -> None:
    parsed = parse_names([text])
    for error in parsed.errors.values():
        assert error.code
        assert error.advice
        assert len(str(error)) < 200
    assert len(parsed.species) + len(parsed.errors) == 1
    for read in parsed.species:
        assert 250 <= read.monoisotopic_mass <= 5000
        assert "-" not in read.formula
        assert all(count >= 0 for count in read.composition)
        assert parse_name(read.name) == read


@given(ceramides, ceramides)
def test_equal_species_are_one_key(a: Ceramide, b: Ceramide) -> None:
    one, other = species("GD1", a, "GD1a"), parse_name(f"gd1a {b}")
    assert (one == other) == (a == b)
    assert len({one, other}) == (1 if a == b else 2)
    assert one != species("GD1", a)


def test_an_isomer_of_another_series_is_refused() -> None:
    with pytest.raises(NameFormError, match="no isomer"):
        species("GD1", Ceramide(36, 1, 2), "GT1b")
    with pytest.raises(NameFormError, match="no isomer"):
        species("GD1+OAc", Ceramide(36, 1, 2), "GD1a")


def test_the_helper_checks_as_the_parser_does() -> None:
    with pytest.raises(NameFormError, match="Carbons"):
        species("GD1", Ceramide(0, 0, 2))
    with pytest.raises(NameFormError, match="known mod"):
        species("GD1 early", Ceramide(36, 1, 2))


# --- many names ----------------------------------------------------------------------------

MANY = ["GD1a(36:1;O2)", "GX9(36:1;O2)", None, "gd1a d36:1", "GM3(38:1;O2)", "GX9(36:1;O2)"]


def test_many_names() -> None:
    parsed = parse_names(pd.Series(MANY))
    assert [s.name for s in parsed.species] == ["GD1a(36:1;O2)", "GM3(38:1;O2)"]
    assert parsed.index.tolist() == [0, -1, -1, 0, 1, -1]
    assert parsed.index.dtype == np.int64
    assert {text: error.code for text, error in parsed.errors.items()} == {
        "GX9(36:1;O2)": "unknown-head",
        "": "empty",
    }
    assert parsed.compositions.shape == (2, len(UNITS))
    assert parsed.compositions.tolist() == [list(s.composition) for s in parsed.species]


@pytest.mark.parametrize("container", [list, tuple, pd.Series, pd.Index, np.array, pd.Categorical])
def test_containers_of_names(container: type) -> None:
    parsed = parse_names(container(["GM3(36:1;O2)", "junk", "GM3 d36:1"]))
    assert parsed.index.tolist() == [0, -1, 0]


def test_the_frame_follows_the_rows() -> None:
    frame = parse_names(pd.Series(MANY, index=[9, 9, 7, 7, 5, 5])).frame()
    assert frame.index.tolist() == list(range(6))
    assert tuple(frame.columns) == SPECIES_COLUMNS
    assert {c: str(t) for c, t in frame.dtypes.items()} == {c: FEATURES[c] for c in SPECIES_COLUMNS}
    assert frame["series"].fillna("?").tolist() == ["GD1", "?", "?", "GD1", "GM3", "?"]
    assert frame["isomer"].isna().tolist() == [False, True, True, False, True, True]
    assert frame["carbons"].fillna(-1).tolist() == [36, -1, -1, 36, 38, -1]
    assert frame["monoisotopic_mass"].isna().tolist() == [False, True, True, False, False, True]
    row = frame.iloc[0]
    assert (row["hex"], row["hexnac"], row["neuac"], row["oac"]) == (3, 1, 2, 0)
    assert (row["sugar_count"], row["sialic_acids"], row["category"]) == (6, 2, "GD")
    assert row["formula"] == "C84H148N4O39"


@pytest.mark.parametrize("texts", [[], ["junk"], ["SM 34:1"]])
def test_small_tables_keep_their_types(texts: list[str]) -> None:
    frame = parse_names(texts).frame()
    assert len(frame) == len(texts)
    assert {c: str(t) for c, t in frame.dtypes.items()} == {c: FEATURES[c] for c in SPECIES_COLUMNS}
    assert frame["category"].isna().all()


def test_each_distinct_text_is_parsed_once() -> None:
    parse_name.cache_clear()
    parse_names(["GM3(36:1;O2)", "GM3(38:1;O2)"] * 1000)
    info = parse_name.cache_info()
    assert (info.hits, info.misses) == (0, 2)


def test_kept_errors_hold_no_frames() -> None:
    (error,) = parse_names(["junk"]).errors.values()
    assert error.__traceback__ is None


@pytest.mark.skipif(not PORCINE.exists(), reason="the porcine table is not beside the project")
def test_the_porcine_table_is_read_as_it_is_written() -> None:
    names = pd.read_csv(PORCINE)["Name"]
    parsed = parse_names(names)
    assert len(names) == 323
    assert parsed.errors == {}
    assert [parsed.species[i].name for i in parsed.index] == names.tolist()


def test_only_light_imports() -> None:
    allowed = {*sys.stdlib_module_names, "numpy", "pandas", "ganglioside"}
    seen = set()
    for path in Path(ganglioside.lipids.names.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                seen |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                seen.add(node.module or "")
    assert "ganglioside.lipids.composition" in seen
    assert {name.partition(".")[0] for name in seen} <= allowed
    inner = {name.split(".")[1] for name in seen if name.startswith("ganglioside.")}
    assert inner <= {"lipids", "support", "columns", "errors"}


def test_normalised_names_are_stable_under_unicode_forms() -> None:
    for head in HEADS:
        name = species(head.isomer or head.series, Ceramide(36, 1, 2)).name
        assert unicodedata.normalize("NFKC", name) == name
