"""Your own file with the verdicts: no cell is lost, and each verdict stands in its row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from corpus.exports import exports
from corpus.inputs import parquet, workbook
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from reading.formats import test_mztab as mztab

import ganglioside as gg
from ganglioside.errors import ExportError
from ganglioside.exporting import to_mztab
from ganglioside.exporting.annotation import COLUMNS, annotated

NAMES = ("GM3(34:1;O2)", "GM3(36:1;O2)", "GM1(34:1;O2)", "GM1(36:1;O2)", "GM1(38:1;O2)")


def written(content: bytes, **options: object) -> bytes:
    return annotated(gg.analyze(gg.read_features(content, **options)))  # type: ignore[arg-type]


def rows_of(content: bytes, separator: str, encoding: str = "utf-8") -> list[list[str]]:
    text = content.decode(encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


CELL = st.text(alphabet='abcü,;"\n 0123456789', max_size=6)


@given(st.lists(st.tuples(CELL, CELL), min_size=5, max_size=5), st.sampled_from(",;\t"))
@examples(60)
def test_no_cell_of_a_text_is_lost(notes: list[tuple[str, str]], separator: str) -> None:
    source = io.StringIO()
    writer = csv.writer(source, delimiter=separator, lineterminator="\r\n")
    writer.writerow(["first", "Name", "RT", "last"])
    for name, (first, last) in zip(NAMES, notes, strict=True):
        writer.writerow([first, name, "9.5", last])
    content = source.getvalue().encode()
    before, after = rows_of(content, separator), rows_of(written(content), separator)
    assert [row[:4] for row in after] == before
    assert after[0][4:] == list(COLUMNS)
    assert {len(row) for row in after} == {4 + len(COLUMNS)}


def test_verdicts_stand_in_the_rows_of_their_features_below_all_other_lines() -> None:
    example = gg.example()
    content = b"made by me\r\n\r\n" + example.source.content
    after = written(content).split(b"\n")
    assert after[0] == b"made by me\r"
    table = pd.read_csv(io.BytesIO(written(content)), skiprows=2)
    features = gg.analyze(example).features
    assert table["Verdict"].tolist() == features["verdict"].astype(str).tolist()
    assert table["Reason"].tolist() == features["reason"].tolist()
    outliers = features["verdict"] == "outlier"
    assert table.loc[~outliers.to_numpy(), "Suggested name"].isna().all()
    assert table.loc[outliers.to_numpy(), "Suggested name"].notna().any()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_text_keeps_its_encoding(encoding: str) -> None:
    text = "Name;RT;Köln\r\n" + "".join(f"GM1 d{n}:1;9,5;ä\r\n" for n in range(34, 40))
    rows = rows_of(written(text.encode(encoding)), ";", encoding)
    assert rows[0][:3] == ["Name", "RT", "Köln"]
    assert rows[1][:3] == ["GM1 d34:1", "9,5", "ä"]


def test_a_workbook_keeps_its_sheets_and_formulas() -> None:
    table = [["Name", "RT", "n"], *([name, 9.5, "=1+1"] for name in NAMES)]
    other = [table[0], *([name, 9.6, formula] for name, _, formula in table[1:])]
    content = workbook({"cover": [["made by me"]], "neg": table, "pos": other})
    book = openpyxl.load_workbook(io.BytesIO(written(content)))
    assert book.sheetnames == ["cover", "neg", "pos"]
    assert book["cover"]["A1"].value == "made by me"
    for name in ("neg", "pos"):
        sheet = book[name]
        assert [cell.value for cell in sheet[1]][:4] == ["Name", "RT", "n", "Verdict"]
        assert sheet["C2"].value == "=1+1"
        assert sheet["D2"].value in {"valid", "undetermined", "outlier"}


def test_a_row_of_several_samples_says_what_they_share_or_lists_them() -> None:
    content = "Name,RT,S1 Area,S2 Area\n" + "".join(
        f"{name},{7.5 + i},{1000 + i},{2000 + i}\n" for i, name in enumerate(NAMES)
    )
    analysis = gg.analyze(gg.read_features(content.encode()))
    (header, first, *_) = rows_of(annotated(analysis), ",")
    shown = dict(zip(header, first, strict=True))
    verdicts = analysis.features.loc[analysis.features["name"] == NAMES[0], "verdict"].astype(str)
    assert len(verdicts) == 2
    expected = {True: verdicts.iloc[0], False: f"S1: {verdicts.iloc[0]}; S2: {verdicts.iloc[-1]}"}
    assert shown["Verdict"] == expected[verdicts.nunique() == 1]


def test_mztab_stays_mztab() -> None:
    rows = [
        f"{name},{7.5 + i},{1000 + i},{gg.parse_name(name).monoisotopic_mass - 1.00728:.4f}"
        for i, name in enumerate(NAMES)
    ]
    table = gg.read_features("\n".join(["Name,RT,Volume,m/z", *rows]).encode())
    analysis = gg.analyze(gg.read_features(to_mztab(gg.analyze(table))))
    text = annotated(analysis).decode()
    (header,) = [line for line in text.splitlines() if line.startswith("SFH\t")]
    assert header.endswith("opt_global_reason\topt_global_suggested_name")
    again = gg.read_features(text.encode())
    assert again.data["name"].tolist() == analysis.features["name"].tolist()


def test_a_table_without_a_header_gets_no_titles() -> None:
    rows = rows_of(
        written(b"".join(f"{name},9.5\n".encode() for name in NAMES), header=False,
                columns={"RT": "column 2"}), ","
    )  # fmt: skip
    assert len(rows) == len(NAMES)
    assert rows[0][:2] == [NAMES[0], "9.5"]


def test_a_study_is_refused_with_the_cure() -> None:
    study = gg.read_study([("a", gg.example().source.content), ("b", gg.example().source.content)])
    with pytest.raises(ExportError, match="each file by itself"):
        annotated(gg.analyze(study))


def test_no_cell_of_parquet_is_lost_and_a_second_time_adds_columns_of_other_titles() -> None:
    frame = pd.DataFrame({"Name": NAMES, "RT": [9.5] * 5, "n": range(5)}, index=list("abcde"))
    first = written(parquet(frame))
    again = pd.read_parquet(io.BytesIO(written(first)))
    pd.testing.assert_frame_equal(again[["Name", "RT", "n"]], frame.astype({"Name": "str"}))
    once = pd.read_parquet(io.BytesIO(first))
    assert list(again.columns) == [*once.columns, *(f"{title} (2)" for title in COLUMNS)]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_our_own_export_reads_back_as_the_features_that_it_lists(
    suffix: str, tmp_path: Path
) -> None:
    analysis = gg.analyze(gg.example())
    again = gg.read_features(gg.export(analysis, tmp_path / f"verdicts.{suffix}"))
    columns = ["name", "rt", "volume", "anchor"]
    pd.testing.assert_frame_equal(again.data[columns], analysis.features[columns])


def test_a_json_document_is_refused_with_the_cure() -> None:
    with pytest.raises(ExportError, match="JSON document"):
        written(mztab.document(camel=True).encode())


TOOLS = ("mzmine.legacy 0", "masslynx.compounds 0", "masshunter.samples_across 0")
TOOLS += ("mztab.text 0", "openms.consensus 0", "msdial.alignment 0")


@pytest.mark.parametrize("name", TOOLS)
def test_the_file_of_a_tool_keeps_its_lines_and_is_read_as_before(name: str) -> None:
    content = exports()[name]
    after = written(content)
    before_lines, after_lines = content.decode().splitlines(), after.decode().splitlines()
    assert len(before_lines) == len(after_lines)
    assert all(new.startswith(old) for old, new in zip(before_lines, after_lines, strict=True))
    first, again = gg.read_features(content), gg.read_features(after)
    assert again.data[["name", "rt", "row"]].equals(first.data[["name", "rt", "row"]])
