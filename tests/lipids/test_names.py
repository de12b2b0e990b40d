"""Names are read in all usual spellings; what is no possible lipid is refused with advice."""

from __future__ import annotations

import ast
import sys
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import ganglioside.lipids.names
from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.head_groups import HEADS
from ganglioside.lipids.names import parse_name, species
from ganglioside.lipids.parsed_names import parse_names


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
        ("Unknown", "unannotated"),
        ("12345", "unannotated"),
        ("(36:1;O2)", "no-head"),
        ("36:1;O2", "no-head"),
        ("GX9(36:1;O2)", "unknown-head"),
        ("GD9(36:1;O2)", "unknown-head"),
        ("GD1z(36:1;O2)", "unknown-head"),
        ("GM3a(36:1;O2)", "unknown-head"),
        ("GM33(36:1;O2)", "unknown-head"),
        ("PC 34:1", "other-lipid"),
        ("GM1-d3(d18:1/18:0)", "standard"),
        ("GM1(18:0)", "one-chain"),
        ("GM1 18:0;O2", "one-chain"),
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


def test_a_normalised_name_is_believed_however_short_its_ceramide() -> None:
    short = parse_name("GM3(d16:1/2:0)")
    assert short.name == "GM3(18:1;O2)"
    assert parse_name(short.name) == short


def test_messages_keep_the_case_of_the_text() -> None:
    with pytest.raises(NameFormError, match="'GX9'"):
        parse_name("GX9(36:1;O2)")


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


@pytest.mark.parametrize("name", [5, None, 1.5, b"GM1(36:1;O2)"])
def test_a_name_is_text(name: Any) -> None:
    with pytest.raises(NameFormError, match="is no name"):
        parse_name(name)
