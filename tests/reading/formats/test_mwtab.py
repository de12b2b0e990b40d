"""mwTab: studies of Metabolomics Workbench, as text and as JSON."""

from __future__ import annotations

import csv
import io
import json
import re

import pandas as pd
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from reading.formats.content import FEATURES, FILES, KINDS, assert_content, read
from reading.formats.mutated import assert_survives

from ganglioside.errors import GangliosideError

TYPES = {"Blank": "Blank", "QC": "Pooled QC", "Sample": "Sample"}


def name(feature: object) -> str:
    return f"{feature.head} {feature.chains};O2"  # type: ignore[attr-defined]


def properties(rt_header: str) -> list[str]:
    return ["moverz_quant", rt_header, "ri_type", "adduct", "pubchem_id"]


def text(rt_header: str = "ri", ri_type: str = "minutes", *, factors: bool = True) -> str:
    lines = ["#METABOLOMICS WORKBENCH STUDY_ID:ST1 ANALYSIS_ID:AN1", "VERSION\t1", "#PROJECT"]
    lines += ['PR:PROJECT_TITLE\t"quoted', "#SUBJECT_SAMPLE_FACTORS:\tSUBJECT\tSAMPLE\tFACTORS"]
    lines += [f"SUBJECT_SAMPLE_FACTORS\t-\t{file}\tTissue:liver\t" for file in FILES]
    lines += ["#MS_METABOLITE_DATA", "MS_METABOLITE_DATA:UNITS\tpeak area"]
    lines += ["MS_METABOLITE_DATA_START", "\t".join(["Samples", *FILES])]
    said = [f"Tissue:liver | Type:{TYPES[kind]}" if factors else "Tissue:liver" for kind in KINDS]
    lines += ["\t".join(["Factors", *said])]
    lines += ["\t".join([name(f), *(str(f.area(file)) for file in FILES)]) for f in FEATURES]
    lines += ["MS_METABOLITE_DATA_END", "#METABOLITES", "METABOLITES_START"]
    lines += ["\t".join(["metabolite_name", *properties(rt_header)])]
    for f in reversed(FEATURES):
        lines += ["\t".join(map(str, [name(f), f.mz, f.rt, ri_type, "[M-H]-", "77"]))]
    return "\r\n".join([*lines, "METABOLITES_END", "#END", ""]).replace('"', "")


def rectangle() -> list[list[str]]:
    """Cells of the text file, each line as long as the longest."""
    cells = [line.split("\t") for line in text().splitlines()]
    most = max(map(len, cells))
    return [line + [""] * (most - len(line)) for line in cells]


def document() -> dict[str, object]:
    data = [
        {"Metabolite": name(f), **{file: str(f.area(file)) for file in FILES}} for f in FEATURES
    ]
    known = [
        {"Metabolite": name(f), "moverz_quant": str(f.mz), "retention_time": str(f.rt),
         "adduct": "[M-H]-", "kegg_id": ""} for f in FEATURES
    ]  # fmt: skip
    factors = [
        {"Subject ID": "-", "Sample ID": file, "Factors": {"Tissue": "liver", "Type": TYPES[kind]}}
        for file, kind in zip(FILES, KINDS, strict=True)
    ]
    return {
        "METABOLOMICS WORKBENCH": {"STUDY_ID": "ST1"},
        "SUBJECT_SAMPLE_FACTORS": factors,
        "MS_METABOLITE_DATA": {"Units": "peak area", "Data": data, "Metabolites": known},
    }


@pytest.mark.parametrize(
    ("rt_header", "ri_type"),
    [("ri", "minutes"), ("retention_time", ""), ("RT (min)", ""), ("retention index", "RT (min)")],
)
def test_a_text_file(rt_header: str, ri_type: str) -> None:
    table = read(text(rt_header, ri_type))
    assert_content(table, tool="mwTab")
    assert table.tables[0].header.rt_unit == ("" if rt_header == "retention_time" else "min")
    left_out = [(s.name, s.kind) for s in table.tables[0].left_out]
    assert left_out == [("Blank_1", "blank"), ("QC_1", "pool")]


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_text_file_that_a_spreadsheet_saved_as_csv(separator: str) -> None:
    """Such a file was read as a list of its metadata, without names and RT."""
    content = io.StringIO()
    csv.writer(content, delimiter=separator).writerows(rectangle())
    assert_content(read("\ufeff" + content.getvalue()), tool="mwTab")


def test_a_workbook_of_a_text_file() -> None:
    content = io.BytesIO()
    pd.DataFrame(rectangle()).to_excel(content, header=False, index=False)
    assert_content(read(content.getvalue()), tool="mwTab")


def test_a_retention_index_in_seconds() -> None:
    content = text("ri", "sec")
    for f in FEATURES:
        content = content.replace(f"\t{f.rt}\tsec", f"\t{round(f.rt * 60, 3)}\tsec")
    assert_content(read(content), tool="mwTab")


def test_types_are_shown_by_names_where_no_factor_says_them() -> None:
    left_out = [(s.name, s.kind) for s in read(text(factors=False)).tables[0].left_out]
    assert left_out == [("Blank_1", "blank"), ("QC_1", "qc")]


def test_a_retention_index_that_is_no_time_is_no_rt() -> None:
    with pytest.raises(GangliosideError, match="RT"):
        read(text("ri", "Kovats"))


def test_a_study_without_retention_times_is_refused_for_want_of_them() -> None:
    """And not for the types of its samples, which are above the header."""
    with pytest.raises(GangliosideError, match=r"There is no RT column.*'Metabolite'"):
        read(text("colour").replace("moverz_quant", "taste").replace("adduct", "smell"))


def test_a_metabolite_without_values_is_not_lost() -> None:
    content = text().replace(
        "METABOLITES_END", "GM2 44:1;O2\t1.5\t9.9\tminutes\t\t\r\nMETABOLITES_END"
    )
    data = read(content).data
    lost = data[data["name"] == "GM2 44:1;O2"]
    assert lost["rt"].tolist() == [9.9]
    assert lost["volume"].isna().all()


def test_a_json_document() -> None:
    table = read(json.dumps(document(), indent=1))
    assert_content(table, tool="mwTab")
    assert [s.kind for s in table.tables[0].left_out] == ["blank", "pool"]


def test_rows_keep_the_lines_of_the_values() -> None:
    lines = text().splitlines()
    data = read(text()).data
    for called, row in zip(data["name"], data["row"], strict=True):
        assert lines[row - 1].startswith(called)


@examples(40)
@given(st.sampled_from((text(),)), st.integers(0, 100_000))
def test_damaged_files_are_read_or_refused_with_words(content: str, seed: int) -> None:
    assert_survives(content, seed)


def test_no_row_is_taken_for_the_header_where_the_data_have_no_rt() -> None:
    damaged = text("rix", "").replace("GM3 42:1;O2\t1003.6\t226330.0", "GM3 42:1;O2\t1003.6\tRT")
    with pytest.raises(GangliosideError, match="no RT column"):
        read(damaged)


def test_the_column_of_names_may_stand_last() -> None:
    def moved(line: str) -> str:
        first, tab, others = line.partition("\t")
        is_cell = tab and not re.match(r"#|[A-Z]{2}:", first)
        return f"{others}\t{first}" if is_cell else line

    table = read("\n".join(map(moved, text().splitlines())))
    assert_content(table, tool="mwTab")


def test_a_metabolite_that_is_described_again_is_counted() -> None:
    lines = text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("metabolite_name")) + 1
    table = read("\n".join([*lines[: at + 1], lines[at], *lines[at + 1 :]]))
    assert_content(table, tool="mwTab")
    said = table.problems.set_index("code")["value"]
    assert said["lines-left-out"] == f"1 (first: line {at + 2})"


def test_a_metabolite_without_values_keeps_its_own_line() -> None:
    lines = text().splitlines()
    value = next(i for i, line in enumerate(lines) if line.startswith("GM3 34:1"))
    again = next(i for i in range(value + 1, len(lines)) if lines[i].startswith("GM3 34:1"))
    table = read("\n".join([*lines[:value], *lines[value + 1 :]]))
    assert again in set(table.data["row"])  # one line less above it
