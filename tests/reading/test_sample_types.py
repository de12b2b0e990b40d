"""Types of samples."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.reading.sample_types import kind_of_name, kind_of_type, settled_kinds


@pytest.mark.parametrize(
    ("word", "kind"),
    [("Matrix Blank", "blank"), ("unknown", "sample"), ("QC", "qc"), ("Cal", "standard"),
     ("Pooled", "pool"), ("cortex", None), ("", None)],
)  # fmt: skip
def test_a_word_of_a_column_of_types(word: str, kind: str | None) -> None:
    assert kind_of_type(word) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Blank_3.raw", "blank"),
        ("2024-QC-07", "qc"),
        ("liver_3", ""),
        ("Black", ""),
        ("stdout", ""),
        ("Blankneg_170322.raw", "blank"),
        ("posBlank", "blank"),
        ("QCneg3", "qc"),
        ("negative_control", ""),
    ],
)
def test_a_word_in_the_name_of_a_sample(name: str, kind: str) -> None:
    assert kind_of_name(name) == kind


def test_the_rows_of_a_blank_are_kept_and_not_judged() -> None:
    table = gg.read_features(
        b"Name,RT,Sample,Sample type\nGM1(36:1;O2),9.9,a,Sample\nGM1(36:1;O2),9.9,b,Blank\n"
    )
    assert table.data["fault"].isna().tolist() == [True, False]
    assert table.data["sample_type"].tolist() == ["sample", "blank"]


def test_a_name_that_shows_a_blank_counts_more_than_the_default_type() -> None:
    table = gg.read_features(
        b"Name,RT,Sample,Sample type\n"
        b"GM1(36:1;O2),9.9,a,Sample\nGM1(36:1;O2),9.9,SolventBlank_2,Sample\n"
        b"GM1(36:1;O2),9.9,QC_1,Sample\n"
    )
    assert table.data["sample_type"].tolist() == ["sample", "blank", "qc"]
    assert table.data["fault"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("空白的.d", "blank"), ("样品空白1", "blank"), ("006_EBLK_01.d", "blank"),
     ("Leerwert 2", "blank"), ("质控3", "qc"), ("PooledQC", "pool"), ("ポンプ", "")],
)  # fmt: skip
def test_names_in_other_languages(name: str, kind: str) -> None:
    assert kind_of_name(name) == kind


@pytest.mark.parametrize(
    ("kinds", "names", "settled"),
    [
        (["sample", "standard"], ["Std diet 1", "Cal 1"], ["sample", "standard"]),
        (["sample", "sample"], ["Std 1", "liver"], ["standard", "sample"]),
        (["qc", "sample"], ["Blank_1", "Blank_2"], ["qc", "blank"]),
        ([None, None], ["liver", "QC"], [None, "qc"]),
        (["blank", None, None], ["x", "STD3_after", "hTAG"], ["blank", "standard", None]),
    ],
)
def test_the_table_and_the_names_together(
    kinds: list[str | None], names: list[str], settled: list[str | None]
) -> None:
    assert settled_kinds(kinds, names) == settled


def test_words_written_together() -> None:
    names = ("methodblank_1", "qcpool2", "mixQC", "extblk", "quack", "liver")
    assert [kind_of_name(name) for name in names] == ["blank", "qc", "qc", "blank", "", ""]


@pytest.mark.parametrize(
    ("names", "blank"),
    [
        (["MeOH_1.raw", "liver_1.raw", "liver_2.raw", "liver_3.raw"], ["MeOH_1.raw"]),
        (["MeOH", "a", "b", "c"], ["MeOH"]),
        (["r7_neg_methanol01", "r7_neg_a01", "r7_neg_a02", "r7_neg_b01"], ["r7_neg_methanol01"]),
        (["H2O_2", "a", "b", "c"], ["H2O_2"]),
        (["ACN", "WaterNeg", "a", "b", "c", "d", "e", "f"], ["ACN", "WaterNeg"]),
        (["solvent_1", "MeOH_1"], ["solvent_1"]),
        (["water_1", "water_2", "drug_1", "drug_2"], []),
        (["MeOH_liver", "ACN_liver", "MTBE_liver", "BuOH_liver", "MeOH_kidney", "x"], []),
        (["MeOH_1"], []),
        (["Waters_1", "a", "b", "c"], []),
        (["S1", "S2", "mQ_water"], ["mQ_water"]),
        (["S1", "S2", "H2O_1"], ["H2O_1"]),
        (["S1", "S2", "Wash"], ["Wash"]),
        (["S1", "S2", "NTC"], ["NTC"]),
        (["S1", "S2", "PB1"], ["PB1"]),
        (["S1", "S2", "Matrix_only"], ["Matrix_only"]),
        (["S1", "S2", "run_7_Milli-Q_2"], []),
        (["run_5_S1", "run_6_S2", "run_7_Milli-Q_2"], ["run_7_Milli-Q_2"]),
        (["mobile-phase 3", "S1", "S2"], ["mobile-phase 3"]),
        (["S1", "PB1"], []),
        (["PB1", "PB2", "BM1", "BM2"], []),
        (["NTC_1", "NTC_2", "KO_1", "KO_2", "KO_3"], []),
        (["washed_liver", "liver_1", "liver_2"], []),
        (["H2O2_treated", "ctrl_1", "ctrl_2"], []),
        (["H2O2_1", "ctrl_1", "ctrl_2", "ctrl_3"], []),
        (["matrix_1", "S1", "S2"], []),
        (["Blindwert", "PBMC_1", "buffered_liver"], ["Blindwert"]),
    ],
)
def test_what_is_injected_in_place_of_a_sample(names: list[str], blank: list[str]) -> None:
    kinds = settled_kinds([None] * len(names), names)
    assert [name for name, kind in zip(names, kinds, strict=True) if kind == "blank"] == blank
    assert set(kinds) <= {"blank", None}


@pytest.mark.parametrize("name", ["Biorec001", "BioRec_2", "postBiorec3", "Bioreclamation-1"])
def test_pools_of_the_west_coast_center(name: str) -> None:
    assert kind_of_name(name) == "qc"
