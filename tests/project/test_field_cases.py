"""Small files in the shape of many tools, read without an option as their list says is right."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

import pytest
from paths import SHARED_DATA

import ganglioside as gg
from ganglioside.errors import NameFormError, ValidationError
from ganglioside.lipids.name_readings import read_name

CASES = SHARED_DATA / "field_cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the field cases are not here")


@dataclass(frozen=True)
class Right:
    """What is right for one file: rows, readable rows, samples, and codes of notes."""

    rows: int
    readable: int
    samples: tuple[str, ...] = ()
    areas: int = -1
    says: frozenset[str] = field(default_factory=frozenset)


def right(
    rows: int, readable: int = -1, samples: str = "", areas: int = -1, says: str = ""
) -> Right:
    names = tuple(samples.split("|")) if samples else ()
    return Right(
        rows,
        rows if readable < 0 else readable,
        names,
        rows if areas < 0 else areas,
        frozenset(says.split()),
    )


FILES = {
    "01_two_ions.csv": right(28),
    "02_samples_raw_data_filename.csv": right(30, samples="ctx_01.mzML|ctx_02.mzML|qc_01.mzML"),
    "03_chain_isomers.csv": right(21),
    "04_s_shaped_three_wrong.csv": right(39),
    "04_two_step_gradient.csv": right(22),
    "05_msdial_alignment_wide.txt": right(34, 28, "S_1|S_2", says="other-lipids unannotated"),
    "05_progenesis_wide.csv": right(42, samples="QC_1|S_1|S_2"),
    "06_masshunter_compounds_across.csv": right(30, samples="A_01.d|A_02.d|QC_01.d"),
    "07_header_in_line_32.txt": right(14),
    "08_two_assays.mztab": right(28, samples="assay 1|assay 2"),
    "09_species_is_the_ion.csv": right(14),
    "10_german.csv": right(14, says="encoding-guessed"),
    "10_liquid.tsv": right(14, samples="run_1"),
    "10_metaboscape.csv": right(14),
    "10_multiquant.txt": right(14, samples="run_1"),
    "12_acyl_only.csv": right(14, 0, says="one-chain"),
    "12_acyl_only_with_mz.csv": right(14, 0, says="one-chain"),
    "13_internal_standards.csv": right(17, 14, says="internal-standard"),
    "14_isotopologues.csv": right(26),
    "15_positive_ion_over_negative_mz.csv": right(14),
    "16_one_peak_two_names.csv": right(22),
    "17_class_and_species.csv": right(21, says="name-put-together"),
    "18_two_sheets.xlsx": right(21, samples="neg|pos"),
    "22_missing_codes.csv": right(14, areas=10, says="missing-words"),
    "22_rt_min_sec.csv": right(14, says="rt-form"),
    "23_alpha_gbk.csv": right(14, says="encoding-guessed"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_as_is_right(name: str) -> None:
    wanted, table = FILES[name], gg.read_features(CASES / name)
    data = table.data
    assert len(data) == wanted.rows
    assert int(data["fault"].isna().sum()) == wanted.readable
    assert tuple(data["sample"].dropna().unique()) == wanted.samples
    assert int(data["volume"].notna().sum()) == wanted.areas
    assert wanted.says <= set(table.problems["code"])
    assert data["rt"].between(4 if "s_shaped" not in name else 2, 20).all()
    if "one-chain" not in wanted.says:
        assert "error" not in set(table.problems["severity"])


#: Valid rows of the files in which every name that can be read is right.
ALL_VALID = {
    "01_two_ions.csv": 28,
    "02_samples_raw_data_filename.csv": 30,
    "03_chain_isomers.csv": 21,
    "04_two_step_gradient.csv": 22,
    "05_msdial_alignment_wide.txt": 28,
    "05_progenesis_wide.csv": 42,
    "06_masshunter_compounds_across.csv": 30,
    "07_header_in_line_32.txt": 14,
    "08_two_assays.mztab": 28,
    "09_species_is_the_ion.csv": 14,
    "10_german.csv": 14,
    "10_liquid.tsv": 14,
    "10_metaboscape.csv": 14,
    "10_multiquant.txt": 14,
    "13_internal_standards.csv": 14,
    "15_positive_ion_over_negative_mz.csv": 14,
    "17_class_and_species.csv": 21,
    "18_two_sheets.xlsx": 21,
    "22_missing_codes.csv": 14,
    "22_rt_min_sec.csv": 14,
    "23_alpha_gbk.csv": 14,
}


@pytest.mark.parametrize("name", ALL_VALID)
def test_right_names_are_valid(name: str) -> None:
    summary = gg.analyze(CASES / name).summary
    assert summary.valid == ALL_VALID[name]
    assert summary.outlier == summary.fragment == summary.adduct == 0


def test_on_an_s_shaped_gradient_the_wrong_names_are_found_and_no_others() -> None:
    features = gg.analyze(CASES / "04_s_shaped_three_wrong.csv").features
    wrong = features["name"].isin(["GM3(38:1;O2)", "GM2(38:1;O2)", "GM1(38:1;O2)"])
    assert wrong.sum() == 3
    assert (features["verdict"][wrong] == "outlier").all()
    assert (features["verdict"][~wrong] == "valid").all()


def test_both_ions_of_a_species_are_valid() -> None:
    analysis = gg.analyze(CASES / "01_two_ions.csv")
    assert analysis.summary.valid == 28
    assert analysis.features["reason"].str.contains("[M-2H]2-", regex=False).all()
    assert analysis.features["reason"].str.contains("[M-H]-", regex=False).all()
    assert "wrong-anchor" not in set(analysis.findings["code"])


def test_isotope_peaks_belong_to_their_monoisotopic_rows() -> None:
    table = gg.read_features(CASES / "14_isotopologues.csv")
    analysis = gg.analyze(table)
    first = (table.carried["Isotope"] == "M+0").to_numpy()
    assert (analysis.features["verdict"][first] == "valid").all()
    assert (analysis.features["verdict"][~first] == "adduct").all()
    assert len(analysis.findings) == 0


def test_of_two_names_of_one_peak_the_plain_ion_is_valid() -> None:
    features = gg.analyze(CASES / "16_one_peak_two_names.csv").features
    plain = (features["adduct"] == "[M-H]-").to_numpy()
    assert (features["verdict"][plain] == "valid").all()
    assert not (features["verdict"][~plain] == "valid").any()
    assert features["reason"][~plain].str.contains("same peak as row").all()


def test_formulas_that_were_never_calculated_are_told_once() -> None:
    with pytest.raises(ValidationError, match=r"14 formulas .first in row 2. that were never"):
        gg.read_features(CASES / "19_formulas_never_calculated.xlsx")


def test_the_ions_and_the_areas_of_tools_arrive() -> None:
    for name in ("10_metaboscape.csv", "07_header_in_line_32.txt", "05_progenesis_wide.csv"):
        table = gg.read_features(CASES / name)
        assert set(gg.analyze(table).features["adduct"].dropna()) == {"[M-H]-"} or name
        assert "unknown-adduct" not in set(table.problems["code"])
    progenesis = gg.read_features(CASES / "05_progenesis_wide.csv").data
    first = progenesis[progenesis["sample"] == "S_1"].iloc[0]
    assert first["volume"] == 123958  # of the block of raw abundances


def names() -> list[dict[str, str]]:
    if not CASES.is_dir():
        return []
    with (CASES / "11_names_expected.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", names(), ids=lambda row: row["name"])
def test_a_name_gives_what_is_expected(row: dict[str, str]) -> None:
    expected = row["expected"]
    if expected.startswith("refuse") or expected == "unannotated":
        with pytest.raises(NameFormError) as raised:
            read_name(row["name"])
        assert (raised.value.code == "unannotated") is (expected == "unannotated")
        return
    reading = read_name(row["name"])
    assert reading.standard is (expected == "standard")
    if expected != "standard":
        assert reading.species is not None
        assert reading.species.name == expected
    if row["ion"]:
        assert reading.ion == row["ion"]
