"""TraceFinder: compounds of all samples."""

from __future__ import annotations

from itertools import product

import pytest
from reading.formats.content import FEATURES, FILES, KINDS, assert_content, by_sample, read

TYPES = {"Blank": "Matrix Blank", "QC": "QC", "Sample": "Unknown"}


def tracefinder(headers: dict[str, str] | None = None) -> str:
    """CSV of all compounds: compound by compound, `N/F` where none was found."""
    header = ["Compound", "Filename", "Sample Type", "Sample ID", "Level", "Area", "Height"]
    header += [
        "Actual RT",
        "Expected RT",
        "m/z (Expected)",
        "m/z (Apex)",
        "Adduct",
        "Response Ratio",
    ]
    lines = [",".join((headers or {}).get(text, text) for text in header)]
    for f, (file, kind) in product(FEATURES, zip(FILES, KINDS, strict=True)):
        row = [f"{f.head} {f.chains};O2", file, TYPES[kind], "", "", f.area(file), 99]
        row += [f.rt_in(file), f.rt, round(f.mz + 0.002, 4), f.mz, "M-H", "N/A"]
        lines.append(",".join(map(str, row)))
    return "\r\n".join(lines)


def test_all_compounds() -> None:
    table = read(tracefinder())
    assert_content(table, tool="TraceFinder", own_rt=True)
    kinds = {name: rows["sample_type"].iloc[0] for name, rows in by_sample(table).items()}
    assert kinds == {"Blank_1": "blank", "QC_1": "qc", "S_1": "sample", "S_2": "sample"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Compound": "Compound Name", "Filename": "Sample Filename"},
        {"Compound": "Target Compound", "Actual RT": "RT"},
        {"Compound": "Compound Name", "Filename": "Data File", "Area": "Peak Area"},
        {"Filename": "Sample Name", "m/z (Apex)": "Measured m/z"},
    ],
)
def test_other_wordings(headers: dict[str, str]) -> None:
    assert_content(read(tracefinder(headers)), tool="TraceFinder", own_rt=True)


def test_the_expected_rt_is_not_the_measured_one() -> None:
    text = tracefinder().replace("Actual RT,", "", 1)
    rows = [line.split(",") for line in tracefinder().splitlines()]
    at = rows[0].index("Actual RT")
    text = "\n".join(",".join(row[:at] + row[at + 1 :]) for row in rows)
    with pytest.raises(Exception, match="RT"):
        read(text)


def test_the_type_of_a_compound_shows_internal_standards() -> None:
    rows = [line.split(",") for line in tracefinder().splitlines()]
    rows[0].insert(2, "Type")
    for row in rows[1:]:
        row.insert(2, "Internal Standard" if row[0].startswith("GM1") else "Target Compound")
    table = read("\n".join(",".join(row) for row in rows))
    standard = table.data["fault"].fillna("").str.contains("internal standard").to_numpy()
    assert (standard == table.data["name"].str.startswith("GM1").to_numpy())[
        table.data["sample_type"] == "sample"
    ].all()


def test_a_list_of_targets_has_masses_and_ions_in_its_own_words() -> None:
    header = "CompoundName,ExperimentType,ExtractedMass,Adduct,Polarity,RT,Window"
    lines = [f"{f.head} {f.chains};O2,XIC,{f.mz},H-Loss,-,{f.rt}," for f in FEATURES]
    assert_content(read("\n".join([header, *lines])), samples=("",), areas=False)


def test_a_type_that_is_taken_for_that_of_samples_shows_standards_still() -> None:
    rows = [line.split(",") for line in tracefinder({"Sample Type": "Type"}).splitlines()]
    at = rows[0].index("Type")
    for row in rows[1:]:
        row[at] = "Internal Standard" if row[0].startswith("GM1") else "Target Compound"
    table = read("\n".join(",".join(row) for row in rows))
    said = table.data["fault"].fillna("").str.contains("internal standard")
    assert said.equals(table.data["name"].str.startswith("GM1"))
