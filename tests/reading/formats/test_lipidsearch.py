"""LipidSearch: alignments of versions 4 and 5, and results of one file."""

from __future__ import annotations

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from reading.formats.content import (
    BLANK,
    FEATURES,
    FILES,
    SAMPLES,
    Feature,
    assert_content,
    by_sample,
    read,
)
from reading.formats.mutated import assert_survives

from ganglioside.errors import GangliosideError

KEYS = dict(zip(("c-1", "s1-1", "s2-1", "s3-1"), FILES, strict=True))


def name(feature: Feature) -> str:
    return f"{feature.head}(d{feature.chains})"


def rows(*columns: str) -> list[list[str]]:
    """Rows of an alignment of version 4: per-file columns in blocks, each ends with a tab."""
    header = ["Rej.", "LipidIon", "LipidGroup", "Class", "FattyAcid", "CalcMz", "IonFormula"]
    table = [[*header, *(f"{c}[{key}]" for c in columns for key in KEYS), ""]]
    for f in FEATURES:
        values = {
            "Area": [f"{f.area(file):g}" for file in FILES],
            "Height": [f"{f.area(file) / 9:g}" for file in FILES],
            "NormArea": ["1"] * 4,
            "Rt": [str(f.rt_in(file)) for file in FILES],
            "ObsMz": [str(f.mz) for _ in FILES],
            "TopPos": [str(f.rt_in(file)) for file in FILES],
            "Gaps": ["0", str(f.rt), "0", "0"],
            "Grade": list("ABCA"),
            "Hwhm(L)": ["0.05"] * 4,
        }
        own = [value for column in columns for value in values[column]]
        first = ["0", f"{name(f)}-H", name(f), f.head, f"(d{f.chains})", "1.0", "C1 H1"]
        table.append([*first, *own, ""])
    return table


def version_4(*columns: str) -> str:
    above = [f"#[{key}]:{file}.raw" for key, file in KEYS.items()]
    above += [
        "#normalize base:",
        "#control group:c",
        "#toprank filter:true",
        "#mScoreThreshold:5.0",
    ]
    return "\r\n".join([*above, "", *("\t".join(row) for row in rows(*columns))])


def version_4_molecules() -> str:
    """CSV of the alignment of molecules: main ion, areas of groups, a list of files above."""
    groups = ("c", "s1", "s2", "s3")
    lines = ["Job Name,demo", "", "Sample"]
    lines += [f"{key},demo,{file}.raw" for key, file in KEYS.items()]
    lines += ["", "Parameters", "RT tolerance,0.1", ""]
    blocks = ("APValue", "ARatio", "MainArea", "MainGrade")
    own = [f"{b}[{g}{'/c' if b == 'ARatio' else ''}]" for b in blocks for g in groups]
    lines.append(",".join(["Rej", "LipidMolec", "Class", "Calc Mass", "BaseRt", "MainIon", *own]))
    for f in FEATURES:
        areas = [f"{f.area(file):.3E}" for file in FILES]
        values = ["0.05"] * 4 + ["2.2", "3.3", "4.4", "5.5"] + areas + ["-", "A", "B", "A"]
        lines.append(",".join(["0", name(f), f.head, "1000.5", str(f.rt), "-H", *values]))
    return "\n".join(lines)


def version_5() -> str:
    """Text of version 5: no lines above, areas of single files, `NP` where not present."""
    columns = ("OrgMeanArea", "ObsMz", "ObsRt", "Grade", "Area", "Height", "IDScore")
    keys = ("s1-1", "s2-1")
    header = ["Rej", "ID", "LipidID", "LipidGroup", "Charge", "CalcMz", "BaseRt", "AdductIon"]
    own = [f"OrgMeanArea[{k[:2]}]" for k in keys]
    own += [f"{c}[{k}]" for c in columns[1:] for k in keys]
    lines = ["\t".join([*header, *own])]
    for f in FEATURES:
        first, second = (f.area(file) for file in SAMPLES)
        found = [
            f.mz,
            f.mz,
            f.rt_in("S_1"),
            f.rt_in("S_2"),
            "A",
            "NP",
            first,
            second,
            "1",
            "2",
            "8",
            "7",
        ]
        ids = ["false", f.number, f"{name(f)}", name(f), -1, 1.0, f.rt, "M-H"]
        lines.append("\t".join(map(str, [*ids, 7.0, 9.0, *found])))
    absent = ["false", 99, "GM3(d44:1)", "GM3(d44:1)", -1, 1.0, 13.0, "M-H", 0, 0, *["NP"] * 12]
    return "\n".join([*lines, "\t".join(map(str, absent))])


def one_file() -> str:
    header = ["Rej", "LipidIon", "LipidGroup", "Class", "FattyAcid", "Ion", "Formula", "Pol.", "z"]
    header += ["ObsMass", "ObsMz", "CalcMz", "Rt", "Area", "Grade"]
    lines = ["#JobID\t12", "#Raw file\tS_1.raw", "#", "\t".join(header)]
    for f in FEATURES:
        row = ["0", f"{name(f)}", name(f), f.head, f"(d{f.chains})", "-H", "C1 H1", "-", "1"]
        lines.append("\t".join(map(str, [*row, f.mz + 1.007, f.mz, 1.0, f.rt, f.area("S_1"), "A"])))
    return "\n".join(lines)


def test_an_alignment_of_version_4() -> None:
    table = read(version_4("NormArea", "Height", "Area", "Rt", "ObsMz", "Grade", "Hwhm(L)"))
    assert_content(table, tool="LipidSearch", own_rt=True, ions=False)
    left_out = table.tables[0].left_out
    assert [(sample.name, sample.kind) for sample in left_out] == [("Blank_1.raw", "blank")]
    assert "QC_1.raw" in set(table.data["sample"])  # it has an RT of its own


def test_the_top_of_a_peak_is_known_where_there_was_no_spectrum() -> None:
    text = version_4("Area", "TopPos", "Gaps", "ObsMz").replace("Gaps[", "Rt[")
    assert_content(read(text), tool="LipidSearch", own_rt=True, ions=False)


def test_an_alignment_without_rt_for_each_file_is_refused_for_want_of_rt() -> None:
    with pytest.raises(GangliosideError, match="RT"):
        read(version_4("Area"))


def test_molecules_of_version_4_have_areas_not_ratios() -> None:
    table = read(version_4_molecules())
    by = by_sample(table)
    assert list(by) == list(SAMPLES)
    assert by["S_2"]["volume"].iloc[0] == pytest.approx(FEATURES[0].area("S_2"), rel=1e-3)
    assert_content(table, tool="LipidSearch", areas=False, mz=False)
    assert [s.name for s in table.tables[0].left_out] == [f"{BLANK}.raw", "QC_1.raw"]


def test_without_the_list_of_files_samples_are_named_by_their_keys() -> None:
    text = version_4_molecules()
    table = read(text[text.index("Rej,") :])
    assert list(by_sample(table)) == ["c", "s1", "s2", "s3"]


def test_version_5_has_single_files_and_their_rt() -> None:
    table = read(version_5())
    by = by_sample(table)
    assert set(by) == {"s1-1", "s2-1"}
    renamed = {"s1-1": "S_1", "s2-1": "S_2"}
    data = table.data.assign(sample=table.data["sample"].map(renamed))
    object.__setattr__(table, "data", data)
    assert table.data["name"].eq("GM3(d44:1)").sum() == 1  # found nowhere, but not lost
    absent = data["name"] == "GM3(d44:1)"
    assert data.loc[absent, "volume"].isna().all()
    for sample in SAMPLES:
        rows = data[(data["sample"] == sample) & ~absent]
        assert rows["volume"].tolist() == [f.area(sample) for f in FEATURES]
        assert rows["rt"].tolist() == [f.rt_in(sample) for f in FEATURES]
    assert table.tables[0].tool == "LipidSearch"


def test_results_of_one_file() -> None:
    assert_content(read(one_file()), tool="LipidSearch", samples=("",))


@examples(40)
@given(
    st.sampled_from(
        (
            version_4("NormArea", "Area", "Rt", "ObsMz"),
            version_4_molecules(),
            version_5(),
        )
    ),
    st.integers(0, 100_000),
)
def test_damaged_files_are_read_or_refused_with_words(content: str, seed: int) -> None:
    assert_survives(content, seed)


def test_molecules_of_one_group_have_its_mean_area() -> None:
    what = ("OrgMeanArea", "OrgMedArea", "OrgAreaStd", "MeanArea", "MedArea", "MeanHeight")
    shares = (0.5, 0.4, 0.1, 1.0, 0.9, 0.2)
    lines = [",".join(["Rej", "LipidMolec", "BaseRt", "MainIon", *(f"{w}[s1]" for w in what)])]
    for f in FEATURES:
        areas = [f"{f.area('S_1') * share:.1f}" for share in shares]
        lines.append(",".join(["0", name(f), str(f.rt), "M-H", *areas]))
    table = read("\n".join(lines))
    assert [s.name for s in table.tables[0].samples] == ["s1"]
    assert table.data["volume"].tolist() == [f.area("S_1") for f in FEATURES]
