"""MS-DIAL: alignments of versions 4 and 5, and peak lists of single files."""

from __future__ import annotations

import pandas as pd
import pytest
from reading.formats.content import (
    FEATURES,
    FILES,
    KINDS,
    QC,
    SAMPLES,
    Feature,
    assert_content,
    read,
)

import ganglioside as gg


def titles(*lines: str) -> list[str]:
    """Titles of columns, divided by bars."""
    return "|".join(lines).split("|")


#: Columns of an alignment before those of the files.
VERSION_4 = titles(
    "Alignment ID|Average Rt(min)|Average Mz|Metabolite name|Adduct type|Post curation result",
    "Fill %|MS/MS assigned|Reference RT|Reference m/z|Formula|Ontology|INCHIKEY|SMILES",
    "Annotation tag (VS1.0)|RT matched|m/z matched|MS/MS matched|Comment",
    "Manually modified for quantification|Manually modified for annotation",
    "Isotope tracking parent ID|Isotope tracking weight number|Total score|RT similarity",
    "Dot product|Reverse dot product|Fragment presence %|S/N average",
    "Spectrum reference file name|MS1 isotopic spectrum|MS/MS spectrum",
)
VERSION_5 = [
    *VERSION_4[:23],
    *titles("RT similarity|m/z similarity|Simple dot product|Weighted dot product"),
    *titles("Reverse dot product|Matched peaks count|Matched peaks percentage|Total score"),
    *VERSION_4[28:],
]
MOBILITY = [*VERSION_5[:3], "Average mobility", "Average CCS", *VERSION_5[3:]]
GNPS = [*VERSION_4[:3], "Metabolite name", "Adduct ion name", *VERSION_4[5:7], *VERSION_4[10:]]


def _written(f: Feature, column: str) -> str:
    """Cell of a feature as MS-DIAL writes it."""
    known = {
        "Alignment ID": f"{f.number}",
        "Average Rt(min)": f"{f.rt:.3f}",
        "Average Mz": f"{f.mz:.5f}",
        "Average CCS": "401.2",
        "Average mobility": "1.55",
        "Metabolite name": f"{f.head} {f.chains};O2",
        "Adduct type": "[M-H]-",
        "Adduct ion name": "[M-H]-",
        "Fill %": "1.000",
        "Reference RT": f"{f.rt + 0.3:.3f}",
        "Reference m/z": "null",
        "Ontology": f.head,
        "Comment": "ion correlated with 3; adduct linked to 7",
        "Total score": "1.735",
        "S/N average": "812.4",
        "MS1 isotopic spectrum": f"{f.mz:.4f}:1000 {f.mz + 1.003:.4f}:700",
        "MS/MS spectrum": '290.0878:999 "87.008:12"',
    }
    return known.get(column, "null")


def alignment(
    columns: list[str],
    *,
    title_rows: bool = True,
    stats: tuple[str, ...] = ("Average", "Stdev"),
    types: tuple[str, ...] = KINDS,
    classes: tuple[str, ...] = ("Blank", "QC", "cortex", "cortex"),
    separator: str = "\t",
) -> str:
    """Text of an alignment: areas of all files, means and deviations of each class."""
    groups = list(dict.fromkeys(classes)) if stats else []
    margin = [""] * (len(columns) - 1)
    na = ["NA"] * (len(stats) * len(groups))
    rows = [
        [*margin, "Class", *classes, *na],
        [*margin, "File type", *types, *na],
        [*margin, "Injection order", "1", "2", "3", "4", *na],
        [*margin, "Batch ID", "1", "1", "1", "1", *[s for s in stats for _ in groups]],
    ]
    rows = rows if title_rows else []
    rows.append([*columns, *FILES, *groups * len(stats)])
    for f in FEATURES:
        areas = [str(f.area(file)) for file in FILES]
        rows.append([*(_written(f, c) for c in columns), *areas, *["517.5"] * len(na)])
    unknown = {"Metabolite name": "Unknown", "Average Rt(min)": "3.31", "Average Mz": "505.2"}
    rows.append([*(unknown.get(c, "null") for c in columns), *["300"] * 4, *["300"] * len(na)])
    return "\r\n".join(separator.join(row) for row in rows) + "\r\n"


@pytest.mark.parametrize(
    "columns", [VERSION_4, VERSION_5, MOBILITY, GNPS], ids=["4", "5", "IM", "GNPS"]
)
def test_an_alignment_of_each_version(columns: list[str]) -> None:
    table = read(alignment(columns))
    assert_content(table, tool="MS-DIAL")
    (found,) = table.tables
    assert [s.name for s in found.samples] == list(SAMPLES)
    assert [(s.name, s.kind) for s in found.left_out] == [("Blank_1", "blank"), (QC, "qc")]


def test_the_unknown_rows_are_kept_and_faulty() -> None:
    table = read(alignment(VERSION_5))
    unknown = table.data[table.data["name"] == "Unknown"]
    assert len(unknown) == 2
    assert unknown["fault"].notna().all()


def test_means_and_deviations_are_no_samples_and_are_carried() -> None:
    table = read(alignment(VERSION_4))
    assert not {"cortex", "Blank", "QC"} & set(table.data["sample"].dropna())
    assert "S/N average" in table.carried
    assert "cortex" in table.carried


@pytest.mark.parametrize("title", ["VIP", "log2FC", "q", "Alignment ID", "my note 3"])
def test_a_statistic_or_a_number_behind_the_samples_is_none(title: str) -> None:
    lines = alignment(VERSION_4, title_rows=False, stats=()).splitlines()
    values = [title, *(f"{1.5 + 0.01 * i}" for i in range(1, len(lines)))]
    if title == "Alignment ID":
        values = [title, *(str(12_000 + i) for i in range(1, len(lines)))]
    table = read("\n".join(f"{line}\t{v}" for line, v in zip(lines, values, strict=True)))
    assert title not in set(table.data["sample"])
    assert_content(table, tool="MS-DIAL")


@pytest.mark.parametrize("stats", [(), ("Average",), ("Average", "Stdev")])
def test_title_rows_may_be_deleted(stats: tuple[str, ...]) -> None:
    table = read(alignment(VERSION_5, title_rows=False, stats=stats))
    if len(stats) == 1:  # nothing shows which of the columns are means of classes
        assert set(SAMPLES) <= set(table.data["sample"])
    else:
        assert_content(table, tool="MS-DIAL")
        assert [s.name for s in table.tables[0].samples] == list(SAMPLES)


def test_rows_before_the_samples_may_be_deleted() -> None:
    kept = [0, 1, 2, 3, 4]
    lines = alignment(VERSION_5, title_rows=False, stats=()).splitlines()
    cells = [line.split("\t") for line in lines]
    short = [[*(row[i] for i in kept), *row[len(VERSION_5) :]] for row in cells]
    table = read("\n".join("\t".join(row) for row in short))
    assert_content(table, tool="MS-DIAL")


def test_the_class_tells_blanks_of_the_default_type() -> None:
    types = ("Sample",) * 4
    table = read(alignment(VERSION_4, types=types, classes=("Blank", "QC", "ctx", "ctx")))
    assert_content(table, tool="MS-DIAL")
    assert [s.kind for s in table.tables[0].left_out] == ["blank", "qc"]
    unnamed = alignment(VERSION_4, types=types).replace("Blank_1", "x_1").replace("QC_1", "x_2")
    assert [s.kind for s in read(unnamed).tables[0].left_out] == ["blank", "qc"]


def test_comma_separated() -> None:
    table = read(alignment(GNPS, separator=",", stats=()).replace(" 3; adduct", " 3. adduct"))
    assert_content(table, tool="MS-DIAL")


def test_a_workbook_or_frame_of_it() -> None:
    rows = [line.split("\t") for line in alignment(VERSION_5).splitlines()]
    frame = pd.DataFrame(rows[5:], columns=pd.Index(rows[4]))
    table = gg.read_features(frame.loc[:, ~frame.columns.duplicated(keep=False)])
    assert_content(table, tool="MS-DIAL")


def peak_list(version: int) -> str:
    """Text of the peaks of one file."""
    first = ["PeakID", "Title", "Scans"] if version == 4 else ["Peak ID", "Name", "Scan"]
    columns = [*first, "RT left(min)", "RT (min)", "RT right (min)", "Precursor m/z", "Height"]
    columns += ["Area", "Model masses", "Adduct", "Isotope", "Comment", "Reference RT", "Formula"]
    rows = ["\t".join([*columns, "Total score", "S/N", "MS1 isotopes", "MSMS spectrum"])]
    for f in FEATURES:
        name = f"{f.head} {f.chains};O2"
        cells = [f.number, name, 100 + f.number, f.rt - 0.1, f.rt, f.rt + 0.1, f.mz, 12.5]
        cells += [f.area("S_1"), "", "[M-H]-", 0, "", "null", "null", 1.7, 80, "1:2", "290.1:9"]
        rows.append("\t".join(map(str, cells)))
    return "\n".join(rows)


@pytest.mark.parametrize("version", [4, 5])
def test_a_peak_list_has_areas_and_no_samples(version: int) -> None:
    assert_content(read(peak_list(version)), tool="MS-DIAL", samples=("",))


def test_without_areas_heights_are_taken() -> None:
    lines = [line.split("\t") for line in peak_list(5).splitlines()]
    at = lines[0].index("Area")
    table = read("\n".join("\t".join(r[:at] + r[at + 1 :]) for r in lines))
    assert set(table.data["volume"]) == {12.5}


def test_means_of_classes_are_no_samples_whatever_the_classes_are_called() -> None:
    classes = ("blank", "qc", "sample", "sample")
    assert_content(read(alignment(VERSION_5, classes=classes)), tool="MS-DIAL")
