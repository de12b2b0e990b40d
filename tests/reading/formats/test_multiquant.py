"""MultiQuant and SCIEX OS: results tables."""

from __future__ import annotations

from itertools import product

import pytest
from reading.formats.content import FEATURES, FILES, KINDS, assert_content, by_sample, read

#: Sample types as MultiQuant writes them.
TYPES = {"Blank": "Blank", "QC": "Quality Control", "Sample": "Unknown"}


def multiquant(*, names: dict[str, str] | None = None) -> str:
    """Text of MultiQuant 3: one row a component and sample, sample by sample."""
    header = ["Sample Index", "Sample Name", "Sample ID", "Sample Type", "Acquisition Date"]
    header += ["Component Index", "Component Name", "IS Name", "Mass Info", "Expected RT", "Area"]
    header += ["IS Area", "Retention Time", "RT Delta (min)", "Width at 50%", "Signal / Noise"]
    lines = ["\t".join(header)]
    for (index, file), f in product(enumerate(FILES), FEATURES):
        sample = (names or {}).get(file, file)
        row = [
            index,
            sample,
            "",
            TYPES[KINDS[index]],
            "1/2/2024",
            f.number,
            f"{f.head} {f.chains};O2",
        ]
        row += [
            "(No IS)",
            f"{f.mz} / 290.1",
            f.rt,
            f.area(file),
            "N/A",
            f.rt_in(file),
            0.0,
            0.1,
            12,
        ]
        lines.append("\t".join(map(str, row)))
    return "\r\n".join([*lines, ""])


def sciex_os() -> str:
    header = "Used,Sample Name,Original Filename,Sample Type,Component Name,Component Type,"
    header += "Component Group Name,Adduct/Charge,Precursor Mass,Found At Mass,Retention Time,Area"
    lines = [header]
    for (file, kind), f in product(zip(FILES, KINDS, strict=True), FEATURES):
        row = [True, file, "batch.wiff2", TYPES[kind], f"{f.head} {f.chains};O2", "Quantifiers"]
        row += [f.head, "[M-H]-", 1.0, f.mz, f.rt_in(file), f.area(file)]
        lines.append(",".join(map(str, row)))
    return "\n".join(lines)


def test_multiquant() -> None:
    table = read(multiquant())
    assert_content(table, tool="MultiQuant or SCIEX OS", own_rt=True, mz=False, ions=False)
    kinds = {name: rows["sample_type"].iloc[0] for name, rows in by_sample(table).items()}
    assert kinds == {"Blank_1": "blank", "QC_1": "qc", "S_1": "sample", "S_2": "sample"}


def test_sciex_os_has_the_mass_that_was_found_and_ions() -> None:
    assert_content(read(sciex_os()), tool="MultiQuant or SCIEX OS", own_rt=True)


def test_injections_of_one_sample_name_are_told_apart_by_their_index() -> None:
    table = read(multiquant(names={"S_1": "liver", "S_2": "liver"}))
    assert {"liver (2)", "liver (3)"} <= set(table.data["sample"])
    first = table.data[table.data["sample"] == "liver (2)"]
    assert first["volume"].tolist() == [f.area("S_1") for f in FEATURES]
    said = table.problems[table.problems["code"] == "sample-column"]["message"].iloc[0]
    assert "Sample Name + Sample Index" in said


def test_components_not_found_keep_their_rows() -> None:
    text = multiquant().replace(f"\t{FEATURES[0].area('S_1')}\tN/A\t7.554", "\tN/A\tN/A\tN/A")
    table = read(text)
    lost = table.data[table.data["fault"].notna() & (table.data["sample"] == "S_1")]
    assert lost["name"].tolist() == ["GM3 34:1;O2"]


@pytest.mark.parametrize("removed", ["Sample Type", "Mass Info", "Expected RT", "Component Index"])
def test_columns_can_be_left_out(removed: str) -> None:
    rows = [line.split("\t") for line in multiquant().splitlines()]
    at = rows[0].index(removed)
    text = "\n".join("\t".join(row[:at] + row[at + 1 :]) for row in rows)
    assert_content(read(text), own_rt=True, mz=False, ions=False)


def analyst() -> str:
    """Results table of Analyst: one row an analyte and sample."""
    header = ["Sample Name", "Sample Type", "File Name", "Analyte Peak Name"]
    header += ["Analyte Peak Area (counts)", "Analyte Peak Height (cps)"]
    lines = ["\t".join([*header, "Analyte Retention Time (min)", "IS Peak Name"])]
    for (file, kind), f in product(zip(FILES, KINDS, strict=True), FEATURES):
        row = [file, TYPES[kind], "a.wiff", f"{f.head} {f.chains};O2", f.area(file), 99]
        lines.append("\t".join(map(str, [*row, f.rt_in(file), "GM3-d3"])))
    return "\n".join(lines)


def test_a_table_of_analyst() -> None:
    table = read(analyst())
    assert_content(table, tool="Analyst", mz=False, ions=False, own_rt=True)
    kinds = {name: rows["sample_type"].iloc[0] for name, rows in by_sample(table).items()}
    assert kinds == {"Blank_1": "blank", "QC_1": "qc", "S_1": "sample", "S_2": "sample"}
