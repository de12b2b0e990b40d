"""Results go out as mzTab-M by its rules, with every row, and can be read back."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import mztab_rules
import numpy as np
import pandas as pd
import pytest
from builders import build_analysis

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.columns import IDENTIFIERS
from ganglioside.exporting import to_mztab
from ganglioside.lipids.adducts import mz as ion_mz
from ganglioside.simulation.example import example
from ganglioside.verdicts.overrides import Override, Overrides


def text_of(analysis: Analysis) -> str:
    return to_mztab(analysis).decode()


@pytest.fixture(scope="module")
def analysed() -> Analysis:
    return gg.analyze(example())


@pytest.fixture(scope="module")
def measured(analysed: Analysis) -> Analysis:
    return with_masses(analysed.features)


def with_masses(features: pd.DataFrame) -> Analysis:
    """Features with an m/z for every row, and an adduct for some, in two samples."""
    masses = features["monoisotopic_mass"].fillna(1000.0)
    charges = np.arange(len(masses)) % 2 + 1
    rows = pd.DataFrame(
        {
            "Name": features["name"],
            "RT": features["rt"],
            "Volume": features["volume"],
            "Log P": features["log_p"],
            "Anchor": features["anchor"],
            "m/z": [
                ion_mz(m, f"[M-{z if z > 1 else ''}H]{z}-")
                for m, z in zip(masses, charges, strict=True)
            ],
            "Adduct": np.where(charges == 1, "[M-H]-", None),
        }
    )
    other = rows.assign(Sample="β | two", RT=rows["RT"] + 0.01, Volume=rows["Volume"] * 2)
    return gg.analyze(pd.concat([rows.assign(Sample="one"), other], ignore_index=True))


@pytest.fixture(scope="module")
def few(analysed: Analysis) -> str:
    """The file of two series alone, which keeps to the rules."""
    text = text_of(with_masses(analysed.features.query("series in ['GM1', 'GM3']")))
    assert mztab_rules.faults(text) == []
    return text


def test_the_example_is_a_summary_by_the_rules(analysed: Analysis) -> None:
    text = text_of(analysed)
    assert mztab_rules.faults(text) == []
    file = mztab_rules.read(text)
    assert set(file.columns) == {"SML"}
    assert set(file.of("SML", "SMF_ID_REFS")) == {"null"}


def test_a_table_with_masses_is_a_whole_file_by_the_rules(measured: Analysis) -> None:
    text = text_of(measured)
    assert mztab_rules.faults(text) == []
    file = mztab_rules.read(text)
    assert set(file.columns) == {"SML", "SMF", "SME"}
    assert file.metadata["assay[2]"] == "β | two"
    assert set(file.of("SMF", "charge")) <= {"1", "2", "null"}


def test_every_feature_reads_back(measured: Analysis) -> None:
    file = mztab_rules.read(text_of(measured))
    features = measured.features
    assert [int(i) for i in file.of("SMF", "opt_global_feature_id")] == list(features["feature_id"])
    assert file.of("SMF", "opt_global_verdict") == list(features["verdict"])
    seconds = [float(rt) for rt in file.of("SMF", "retention_time_in_seconds")]
    assert np.allclose(seconds, features["rt"] * 60, rtol=1e-14)
    areas = [
        row[f"abundance_assay[{1 + (sample != 'one')}]"]
        for row, sample in zip(file.rows["SMF"], features["sample"], strict=True)
    ]
    assert [float(a) for a in areas] == list(features["volume"])
    assert [float(m) for m in file.of("SMF", "exp_mass_to_charge")] == list(features["mz"])
    error = [
        abs(float(r["exp_mass_to_charge"]) - float(r["theoretical_mass_to_charge"]))
        for r in file.rows["SME"]
    ]
    assert len(error) > 300
    assert max(error) < 1e-3


@pytest.mark.parametrize("table", ["analysed", "measured"])
def test_no_feature_is_in_two_molecules_or_none(table: str, request: pytest.FixtureRequest) -> None:
    analysis: Analysis = request.getfixturevalue(table)
    file = mztab_rules.read(text_of(analysis))
    ids = [int(i) for cell in file.of("SML", "opt_global_feature_ids") for i in cell.split("|")]
    assert sorted(ids) == list(analysis.features["feature_id"])


def test_molecules_are_the_valid_species_with_their_consolidated_areas(
    measured: Analysis,
) -> None:
    file = mztab_rules.read(text_of(measured))
    valid = measured.features[measured.features["verdict"] == "valid"]
    believed = [row for row in file.rows["SML"] if row["reliability"] == "2"]
    species = valid["name"] + valid["isomer"].fillna("")
    assert len(believed) == species.nunique()
    for number, sample in enumerate(("one", "β | two"), 1):
        total = sum(float(v) for row in believed
                    if (v := row[f"abundance_assay[{number}]"]) != "null")  # fmt: skip
        mine = valid[valid["sample"] == sample]
        assert total == pytest.approx(mine["consolidated_volume"].sum())
    for row in file.rows["SML"]:
        if row["reliability"] == "4":
            assert row["chemical_formula"] == row["chemical_name"] == "null"
            assert row["database_identifier"] == row["opt_global_lipid_maps_class"] == "null"


def identified(*names: str, **columns: list[object]) -> mztab_rules.File:
    """The file of names that are all judged valid, with an m/z."""
    table = gg.read_features(
        pd.DataFrame({"Name": names, "RT": [9.0] * len(names), "m/z": 1000.0, "Adduct": "[M-H]-"})
    )
    analysis = gg.analyze(table)
    features = analysis.features.assign(**columns)
    features["verdict"] = features["verdict"].where(features["shorthand"].isna(), "valid")
    text = text_of(dataclasses.replace(analysis, features=features))
    assert mztab_rules.faults(text) == []
    return mztab_rules.read(text)


def test_a_molecule_has_its_shorthand_and_what_lipid_maps_has_of_it() -> None:
    file = identified("gd1a d36:1", "GM3(d18:1/16:0)", "GM1(36:1;O2)", "GM3+OAc 34:1", "PC 34:1")
    given = ["gd1a d36:1", "GM3(d18:1/16:0)", "GM1(36:1;O2)", "GM3+OAc 34:1", "PC 34:1"]
    assert file.of("SML", "opt_global_name_as_given") == given
    assert file.of("SML", "chemical_name") == [
        "GD1a 36:1;O2", "GM3 18:1;O2/16:0", "GM1 36:1;O2", "GM3+OAc 34:1;O2", "null"
    ]  # fmt: skip
    identifiers = ["LM:LMSP0601AS00", "LM:LMSP0601AJ00", "LM:LMSP0601", "LM:LMSP0601"]
    assert file.of("SML", "database_identifier") == [*identifiers, "null"]
    assert file.of("SME", "database_identifier") == identifiers
    assert file.of("SML", "reliability") == ["2", "2", "2", "2", "4"]
    levels = ["species", "molecular species", "species", "species", "null"]
    assert file.of("SML", "opt_global_shorthand_level") == levels
    assert set(file.of("SML", "opt_global_swisslipids_class")) == {"SLM:000489918", "null"}


def test_a_labelled_standard_is_no_evidence_of_the_molecule_without_its_label() -> None:
    file = identified("GM3 34:1", "GM3(d18:1/18:0-d3)")
    assert file.of("SMF", "SME_ID_REFS") == ["1", "null"]
    assert file.of("SME", "chemical_name") == ["GM3 34:1;O2"]


def test_an_analysis_of_an_older_version_has_no_identifiers(measured: Analysis) -> None:
    older = measured.features.drop(columns=list(IDENTIFIERS))
    text = text_of(dataclasses.replace(measured, features=older))
    assert mztab_rules.faults(text) == []
    file = mztab_rules.read(text)
    assert set(file.of("SME", "database_identifier")) == {"LM:null"}
    assert set(file.of("SML", "database_identifier")) <= {"null"}
    valid = set(measured.features.query("verdict == 'valid'")["name"])
    assert set(file.of("SML", "chemical_name")) == {*valid, "null"}
    assert len(file.rows["SME"]) == measured.features["monoisotopic_mass"].notna().sum()


def test_hostile_text_breaks_no_line_and_is_not_executed() -> None:
    analysis = build_analysis(5, extra=pd.DataFrame({"sample": ['=cmd|" /C calc"!A0\t\r\nx'] * 5}))
    features = analysis.features.assign(name=["a|b|c", '=1+1\t"\n', "", "x\ty", "@SUM(1)"])
    object.__setattr__(analysis, "features", features)
    text = text_of(analysis)
    assert mztab_rules.faults(text) == []
    assert not re.search(r"\t[=@]", text)
    assert "\ta/b/c\t" in text


def test_what_an_analyst_said_goes_along(analysed: Analysis) -> None:
    lead = int(analysed.features.query("verdict == 'outlier'")["feature_id"].iloc[0])
    said = Overrides(
        (Override(feature_id=lead, verdict="outlier", anchor=False, note="=looked", author="Ada"),)
    )
    text = text_of(analysed.with_overrides(said))
    assert mztab_rules.faults(text) == []
    file = mztab_rules.read(text)
    assert "opt_global_analyst_verdict" not in text_of(analysed)
    assert file.of("SML", "opt_global_analyst_verdict").count("outlier") == 1
    assert set(file.of("SML", "opt_global_analyst_note")) == {"null", "'=looked"}
    assert set(file.of("SML", "opt_global_analyst_anchor")) == {"null", "False"}
    assert sum(time != "null" for time in file.of("SML", "opt_global_analyst_time")) == 1


@pytest.fixture(scope="module")
def decided(measured: Analysis) -> Analysis:
    """An outlier renamed, a fragment accepted and a valid feature rejected by an analyst."""
    features = measured.features
    outlier = int(features["feature_id"][features["verdict"] == "outlier"].iloc[0])
    piece = int(
        features["feature_id"][features["parent_id"].notna() & features["mz"].notna()].iloc[0]
    )
    valid = int(features["feature_id"][features["verdict"] == "valid"].iloc[0])
    overrides = Overrides(
        (
            Override(feature_id=outlier, verdict="valid", name="GT1(NeuGc)(38:1;O2)", note="MS/MS"),
            Override(feature_id=piece, verdict="valid", note="MS/MS"),
            Override(feature_id=valid, verdict="outlier", note="MS/MS"),
        )
    )
    return measured.with_overrides(overrides)


def by_feature(file: mztab_rules.File) -> dict[int, dict[str, str]]:
    """The small molecule of each feature."""
    return {
        int(i): row for row in file.rows["SML"] for i in row["opt_global_feature_ids"].split("|")
    }


def test_published_columns_have_the_names_that_analysts_publish(decided: Analysis) -> None:
    text = text_of(decided)
    assert mztab_rules.faults(text) == []
    molecules = by_feature(mztab_rules.read(text))
    renamed, accepted, rejected = decided.overrides
    new, old = gg.parse_name("GT1(NeuGc)(38:1;O2)"), decided.features.loc[renamed.feature_id]
    row = molecules[renamed.feature_id]
    assert row["chemical_name"] == new.shorthand
    assert row["chemical_formula"] == new.formula
    assert float(row["theoretical_neutral_mass"]) == pytest.approx(new.monoisotopic_mass)
    assert (row["reliability"], row["opt_global_verdict"]) == ("2", "outlier")
    assert row["opt_global_name_as_given"] == old["name"]
    row = molecules[accepted.feature_id]
    assert row["reliability"] == "2"
    assert row["chemical_name"] == decided.features.loc[accepted.feature_id, "shorthand"]
    row = molecules[rejected.feature_id]
    assert (row["reliability"], row["chemical_name"], row["chemical_formula"]) == (
        "4",
        "null",
        "null",
    )


def test_evidence_is_of_the_published_name(decided: Analysis) -> None:
    file = mztab_rules.read(text_of(decided))
    renamed = str(decided.overrides.entries[0].feature_id + 1)
    (row,) = [row for row in file.rows["SME"] if row["SME_ID"] == renamed]
    assert row["chemical_name"] == gg.parse_name("GT1(NeuGc)(38:1;O2)").shorthand


def test_what_an_analyst_decided_has_no_confidence_of_the_model(decided: Analysis) -> None:
    """A renamed outlier had the probability that its old name is wrong, as if of the new one."""
    file = mztab_rules.read(text_of(decided))
    ids = {str(override.feature_id) for override in decided.overrides}
    of_molecules = {
        row["best_id_confidence_value"]
        for row in file.rows["SML"]
        if row["opt_global_analyst_decision"] != "null"
    }
    assert of_molecules == {"null"}
    for row in file.rows["SME"]:
        is_decided = str(int(row["SME_ID"]) - 1) in ids
        assert (row["id_confidence_measure[1]"] == "null") == is_decided


def test_an_accepted_piece_counts_once(measured: Analysis, decided: Analysis) -> None:
    piece = decided.features.loc[decided.overrides.entries[1].feature_id]
    number = ("one", "β | two").index(piece["sample"]) + 1
    areas = [
        float(
            by_feature(mztab_rules.read(text_of(a)))[int(piece["parent_id"])][
                f"abundance_assay[{number}]"
            ]
        )
        for a in (measured, decided)
    ]
    assert areas[0] - areas[1] == pytest.approx(piece["volume"])


def test_what_analysts_decided_does_not_change_the_table_that_reads_back(
    measured: Analysis, decided: Analysis, tmp_path: Path
) -> None:
    back = []
    for number, analysis in enumerate((measured, decided)):
        path = tmp_path / f"{number}.mztab"
        path.write_bytes(to_mztab(analysis))
        back.append(gg.read_features(path).data.drop(columns="row"))
    pd.testing.assert_frame_equal(*back)


def test_very_large_and_very_small_numbers_have_no_exponent(measured: Analysis) -> None:
    features = measured.features
    large = features["volume"].where(features.index % 2 == 0, 1e-7) * 1e15
    changed = dataclasses.replace(
        measured, features=features.assign(volume=large, confidence=features["confidence"] * 1e-6)
    )
    text = text_of(changed)
    assert mztab_rules.faults(text) == []
    file = mztab_rules.read(text)
    assert [float(c) for c in file.of("SMF", "opt_global_confidence")] == pytest.approx(
        list(changed.features["confidence"]), rel=1e-15, nan_ok=True
    )


@pytest.mark.parametrize("n", [0, 1])
def test_small_tables_follow_the_rules(n: int) -> None:
    assert mztab_rules.faults(text_of(build_analysis(n))) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("MTD\tmzTab-ID", "MTD\tmzTab-id", "mzTab-ID is missing"),
        ("\tnull\t", "\t\t", "empty cell"),
        ("2.0.0-M", "1.0.0", "not version"),
        ("[MS, MS:1001844, MS1 feature area, ]", "area", "no parameter"),
        ("SML_ID\tSMF_ID_REFS", "SMF_ID_REFS\tSML_ID", "columns"),
        ("opt_global_reason", "opt reason", "column opt reason"),
        ("\nSML\t2\t", "\nSML\t1\t", "ids are there twice"),
        ("\nSMF\t1\t1", "\nSMF\t1\t99999", "SME_ID_REFS = 99999"),
        ("\nSME\t1\t", "\nSML\t1\t", "out of place"),
        ("ms_run[2]-scan_polarity[1]", "ms_run[3]-scan_polarity[1]", "has no polarity"),
        ("assay[1] | assay[2]", "assay[1] | assay[3]", "refers to"),
        ("cv[1]-label\tMS", "cv[1]-label\tUO", "is not declared"),
        ("[M-H]-", "M-H", "adduct_ion = M-H"),
        ("\n\nSFH", "\nSFH", "no blank line"),
        ("[, , LIPID MAPS, ]", "[, , no database, null]", "is none, but has a prefix"),
        ("database[1]-uri\thttps://www.lipidmaps.org", "database[1]-uri\tnull", "has no address"),
        ("\tLM:LMSP0601", "\tXX:LMSP0601", "has no prefix of a database"),
        ("\tLM:LMSP0601AJ00", "\tnull", "SME without LM:null"),
        ("cv[1]-version\t4.1.11", "cv[1]-version\tnull", "cv[1]-version is null"),
        ("MTD\tsmall_molecule_feature-quantification_unit", "COM\tunit", "unit is missing"),
    ],
)
def test_the_rules_see_a_planted_fault(few: str, old: str, new: str, said: str) -> None:
    assert old in few
    assert any(said in fault for fault in mztab_rules.faults(few.replace(old, new)))
