"""Many names are parsed at once, each distinct text once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from paths import PORCINE

from ganglioside.columns import FEATURES, IDENTIFIERS
from ganglioside.errors import NameFormError
from ganglioside.lipids.composition import UNITS
from ganglioside.lipids.name_readings import read_name
from ganglioside.lipids.parsed_names import SPECIES_COLUMNS, parse_names

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


def test_names_that_are_refused_beforehand_are_not_read() -> None:
    error = NameFormError("GM3 26:0 is one chain alone.", "one-chain", "Write both chains.")
    parsed = parse_names(["GM3 26:0", "GM3 36:1"], {"GM3 26:0": error})
    assert parsed.index.tolist() == [-1, 0]
    assert parsed.errors == {"GM3 26:0": error}


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
    read_name.cache_clear()
    parse_names(["GM3(36:1;O2)", "GM3(38:1;O2)"] * 1000)
    info = read_name.cache_info()
    assert (info.hits, info.misses) == (0, 2)


def test_ion_standard_and_chains_of_each_name() -> None:
    texts = ["GM3(d18:1/16:0)-H", None, "PC 34:1", "IS_GM3 34:1", "GM3 d34:1", "GM3(d16:1/18:0)"]
    parsed = parse_names(pd.Series(texts, dtype="str"))
    assert parsed.index.tolist() == [0, -1, -1, 0, 0, 0]
    assert parsed.ions.tolist() == ["[M-H]-", None, None, None, None, None]
    assert parsed.standard.tolist() == [False, False, False, True, False, False]
    chains = [("18:1;O2", "16:0"), (), (), (), (), ("16:1;O2", "18:0")]
    assert parsed.chains.tolist() == chains
    assert parsed.species[0].chains == ()
    assert parsed.errors["PC 34:1"].lipid_class == "PC"
    assert not any(a.flags.writeable for a in (parsed.ions, parsed.standard, parsed.chains))
    assert len(parse_names([]).ions) == 0


def test_identifiers_are_those_of_the_name_with_its_chains() -> None:
    texts = ["GM3(d18:1/16:0)-H", None, "PC 34:1", "IS_GM3 34:1", "GM3 d34:1", "GM3(d16:1/18:0)",
             "GM3 18:1;O2/16:0", "GM3+OAc 34:1"]  # fmt: skip
    parsed = parse_names(pd.Series(texts, dtype="str"))
    frame = pd.DataFrame(parsed.identifiers())
    assert {c: str(t) for c, t in frame.dtypes.items()} == IDENTIFIERS
    assert len(parsed.species) == 2
    assert len(parsed.named) == 4
    two, one = "GM3 18:1;O2/16:0", "GM3 34:1;O2"
    assert frame["shorthand"].fillna("?").tolist() == [
        two, "?", "?", "?", one, "GM3 16:1;O2/18:0", two, "GM3+OAc 34:1;O2"
    ]  # fmt: skip
    assert frame["shorthand_level"].dropna().unique().tolist() == ["molecular species", "species"]
    assert frame.iloc[1:4].isna().all(axis=None)
    assert frame["lipid_maps_entry"].isna().tolist() == [False, *[True] * 3, *[False] * 3, True]
    turned = parsed.take(np.array([6, 4]))
    assert pd.Series(turned.identifiers()["shorthand"]).tolist() == [two, one]
    assert turned.chains.tolist() == [("18:1;O2", "16:0"), ()]
    empty = pd.DataFrame(parse_names([]).identifiers())
    assert {c: str(t) for c, t in empty.dtypes.items()} == IDENTIFIERS


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


def test_what_was_parsed_is_read_only() -> None:
    parsed = parse_names(["GM3(36:1;O2)"])
    for values in (parsed.index, parsed.masses, parsed.compositions, parsed.ceramides):
        with pytest.raises(ValueError, match="read-only"):
            values[...] = 0


def test_labelled_isomers_are_one_species_under_names_of_their_own() -> None:
    parsed = parse_names(["SM 41:1 (a)", "SM 41:1 (b)", "SM d41:1 (B)", "SM 41:1", "SM 41:1_2"])
    assert len(parsed.species) == 1
    assert parsed.named_index.tolist() == [0, 1, 1, 2, 2]
    assert parsed.isomer_labels == ("a", "b", "")
