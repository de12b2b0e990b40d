"""Your own file with the verdicts: no cell is lost, and each verdict stands in its row."""

from __future__ import annotations

import csv
import io
import re
import time
import zipfile
from itertools import product
from pathlib import Path
from typing import TypeAlias

import numpy as np
import openpyxl
import pandas as pd
import pytest
from corpus.exports import exports, good_cases
from corpus.inputs import parquet, workbook
from effort import examples, some
from hypothesis import given
from hypothesis import strategies as st
from reading.formats import test_mztab as mztab

import ganglioside as gg
from ganglioside.errors import ExportError, ValidationError
from ganglioside.exporting import to_mztab
from ganglioside.exporting.annotation import COLUMNS, annotated, ending_of_file
from ganglioside.exporting.readable import suggestions
from ganglioside.reading.validation import check_judgeable
from ganglioside.verdicts.review import accept, later, reject, rename

NAMES = ("GM3(34:1;O2)", "GM3(36:1;O2)", "GM1(34:1;O2)", "GM1(36:1;O2)", "GM1(38:1;O2)")
#: Values of cells by sheet and place.
Cells: TypeAlias = dict[str, dict[str, object]]
TABLE = [["Name", "RT", "n"], *([name, 7.5 + i, "=1+1"] for i, name in enumerate(NAMES))]


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
    assert header.endswith(
        "opt_global_suggested_name\topt_global_decision\topt_global_name_to_publish"
    )
    again = gg.read_features(text.encode())
    assert again.data["name"].tolist() == analysis.features["name"].tolist()


def test_a_table_without_a_header_gets_no_titles() -> None:
    rows = rows_of(
        written(b"".join(f"{name},9.5\n".encode() for name in NAMES), header=False,
                columns={"RT": "column 2"}), ","
    )  # fmt: skip
    assert len(rows) == len(NAMES)
    assert rows[0][:2] == [NAMES[0], "9.5"]


def test_an_archive_does_not_tell_when_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of one study differed by the time at which they were written."""
    rows = b"Name,RT\nGM1(34:1;O2),9\nGM1(36:1;O2),10\n"
    study = gg.analyze(gg.read_study([gg.read_features(rows), gg.read_features(rows)]))
    first = gg.annotated(study)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2_000_000_000))
    assert gg.annotated(study) == first


def test_a_study_gives_an_archive_of_its_files() -> None:
    later = [TABLE[0], *([name, rt + 0.01, n] for name, rt, n in TABLE[1:])]
    example, book = gg.example().source.content, workbook({"a": TABLE, "b": later})
    parts = [("a", named(example, "x.csv")), ("b", example), ("c", book)]
    analysis = gg.analyze(gg.read_study(parts))
    with zipfile.ZipFile(io.BytesIO(annotated(analysis))) as archive:
        contents = [archive.read(name) for name in archive.namelist()]
        assert archive.namelist()[0] == "x.csv"
    assert ending_of_file(analysis.source) == ".zip"
    verdicts = [v for c in contents for v in verdicts_of(c)]
    assert verdicts == analysis.features["verdict"].astype(str).tolist()
    again = gg.read_study([("a", contents[0]), ("b", contents[1]), ("c", contents[2])])
    columns = ["name", "rt", "volume", "row", "sample"]
    assert again.data[columns].equals(gg.read_features(analysis.source).data[columns])


def named(content: bytes, name: str) -> io.BytesIO:
    """Return an open file with a name."""
    file = io.BytesIO(content)
    file.name = name
    return file


def verdicts_of(content: bytes) -> list[str]:
    """Return the verdicts in an annotated file of one feature a row."""
    if not content.startswith(b"PK"):
        return pd.read_csv(io.BytesIO(content))["Verdict"].tolist()
    sheets = pd.read_excel(io.BytesIO(content), sheet_name=None)
    return [verdict for sheet in sheets.values() for verdict in sheet["Verdict"]]


def test_no_cell_of_parquet_is_lost_and_a_second_time_replaces_the_columns() -> None:
    frame = pd.DataFrame({"Name": NAMES, "RT": [9.5] * 5, "n": range(5)}, index=list("abcde"))
    frame["whole"] = pd.array([1, None, 3, 4, 5], dtype="Int64")
    first = written(parquet(frame))
    assert written(first) == first
    once = pd.read_parquet(io.BytesIO(first))
    pd.testing.assert_frame_equal(once[list(frame)], frame.astype({"Name": "str"}))
    assert list(once) == [*frame, *COLUMNS]


def test_a_frame_is_no_file_also_when_a_history_gives_it_back(tmp_path: Path) -> None:
    frame = pd.DataFrame({"Name": NAMES, "RT": [7.5, 8.5, 7, 8, 9]})
    history = gg.History.open(tmp_path / "history.duckdb")
    sid, analysis = history.run(frame)
    for each in (analysis, history.load(sid), history.load(history.rerun(sid))):
        assert not each.source.is_file
        with pytest.raises(ExportError, match=r"came from a program.*export CSV"):
            gg.export(each, tmp_path / "x.csv", "your-file")
    assert not (tmp_path / "x.csv").exists()


def test_a_history_gives_the_users_file_back(tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    content = b"Mine;when\r\n" + b"".join(f"{n};9,5\r\n".encode() for n in NAMES)
    sid, analysis = history.run(content, columns={"Name": "Mine", "RT": "when"})
    assert annotated(history.load(sid)) == annotated(analysis)
    assert annotated(analysis).startswith(b"Mine;when;Verdict;")


def test_what_an_analyst_says_stands_before_the_reason() -> None:
    analysis = gg.analyze(gg.example())
    override = gg.Override(feature_id=1, verdict="outlier", note="no MS/MS", author="k")
    said = gg.Overrides((override,))
    table = pd.read_csv(io.BytesIO(annotated(analysis.with_overrides(said))))
    plain = pd.read_csv(io.BytesIO(annotated(analysis)))
    assert table["Reason"][1] == f"Analyst: outlier: no MS/MS. {plain['Reason'][1]}"
    others = [table.drop(1), plain.drop(1)]
    assert others[0].astype("str").equals(others[1].astype("str"))


def test_what_was_decided_on_a_name_stands_before_the_reason() -> None:
    analysis = gg.analyze(gg.example())
    made = (rename(1, "GM3(36:1;O2)", author="k", note="MS/MS"), later(2, author="k", note="?"))
    table = pd.read_csv(io.BytesIO(annotated(analysis.with_overrides(gg.Overrides(made)))))
    plain = pd.read_csv(io.BytesIO(annotated(analysis)))
    assert table["Reason"][1] == f"Analyst: renamed to GM3(36:1;O2): MS/MS. {plain['Reason'][1]}"
    assert table["Reason"][2] == f"Analyst: later: ?. {plain['Reason'][2]}"
    assert table["Decision"].dropna().to_dict() == {1: "renamed", 2: "later"}


def test_names_are_suggested_and_published_as_the_page_says() -> None:
    analysis = gg.analyze(gg.example())
    suggested = analysis.suggested_names.set_index("feature_id")
    ids = suggested.index[suggested["process"].isna()][:3]
    features = analysis.features
    valid = int(features.index[features["verdict"] == "valid"][0])
    made = (
        rename(ids[0], suggested["suggested_name"][ids[0]], author="k"),
        reject(features.iloc[ids[1]], author="k"),
        accept(ids[2], author="k"),
        reject(features.iloc[valid], author="k"),
    )
    table = pd.read_csv(io.BytesIO(annotated(analysis.with_overrides(gg.Overrides(made)))))
    plain = pd.read_csv(io.BytesIO(annotated(analysis)))
    assert plain["Suggested name"].notna().sum() == len(suggested)
    assert plain["Suggested name"][ids[0]] == suggested["suggested_name"][ids[0]]
    assert table["Suggested name"][list(ids)].isna().all()
    published = table["Name to publish"]
    assert published[ids[0]] == suggested["suggested_name"][ids[0]]
    assert published[[ids[1], valid]].isna().all()
    assert published[ids[2]] == features["name"][ids[2]]
    assert plain["Name to publish"].notna().sum() == analysis.summary.valid


def test_what_a_peak_is_called_instead_is_said_in_each_of_its_samples() -> None:
    analysis = gg.analyze(gg.simulate(1, n_samples=3))
    suggested = analysis.suggested_names["feature_id"].to_numpy()
    features = analysis.features
    of_peak = np.isin(analysis.shared_peak, analysis.shared_peak[suggested])
    outliers = features[of_peak & (features["verdict"] == "outlier").to_numpy()]
    assert len(outliers) > len(suggested) > 0
    assert suggestions(analysis).notna().sum() == len(outliers)


def with_stored_values(content: bytes) -> bytes:
    """Return a workbook whose formulas have the values that a spreadsheet program stored."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(written, "w") as copy:
        for member in book.infolist():
            part = book.read(member)
            if member.filename.startswith("xl/worksheets/"):
                part = re.sub(rb"</f><v(?:></v>| ?/>)", b"</f><v>2</v>", part)
            copy.writestr(member, part)
        copy.writestr("xl/media/picture.png", b"\x89PNG")
    return written.getvalue()


def test_formulas_keep_their_stored_values_and_parts_stay_byte_for_byte() -> None:
    content = with_stored_values(workbook({"cover": [["made by me"]], "neg": TABLE}))
    before = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["neg"]
    assert before["C2"].value == 2
    after = written(written(content))
    values = openpyxl.load_workbook(io.BytesIO(after), data_only=True)["neg"]
    assert [cell.value for cell in values["C"]] == [cell.value for cell in before["C"]]
    assert [cell.value for cell in values[1]][3:] == list(COLUMNS)
    assert isinstance(values["E2"].value, float | int | None)
    formulas = openpyxl.load_workbook(io.BytesIO(after))["neg"]
    assert formulas["C2"].value == "=1+1"
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert old.namelist() == new.namelist()
        changed = [name for name in old.namelist() if old.read(name) != new.read(name)]
    assert changed == ["xl/worksheets/sheet2.xml"]
    rows = pd.read_excel(io.BytesIO(after), sheet_name="neg")
    assert list(rows) == [*TABLE[0], *COLUMNS]


ENCODINGS = ("utf-8-sig", "utf-16", "utf-32", "gb18030", "cp932", "cp1252")


@pytest.mark.parametrize(("encoding", "end"), some(list(product(ENCODINGS, ["\n", "\r\n", "\r"]))))
def test_no_byte_of_a_line_is_changed(encoding: str, end: str) -> None:
    header = "Name,RT,ö" if encoding == "cp1252" else "Name,RT,峰"
    rows = [*(f"{name},9.5," for name in NAMES), f"{NAMES[0]},9.6,,,"]
    lines = ['Title, quoted "x', "", header, *rows, "", "end of file"]
    content = end.join(lines).encode(encoding)
    after = written(content)
    old, new = (c.decode(encoding).split(end) for c in (content, after))
    assert len(old) == len(new)
    assert new[:2] == old[:2]
    assert new[-2:] == old[-2:]
    for before, behind in zip(old[2:-3], new[2:-3], strict=True):
        assert behind.startswith(f"{before},")
    assert new[-3].startswith(f"{NAMES[0]},9.6,,")
    assert len(rows_of(end.join(new[-3:-2]).encode(), ",")[0]) == 3 + len(COLUMNS)
    assert written(after) == after


def test_cells_are_below_their_titles_where_the_header_has_columns_without_a_name() -> None:
    lines = ["Name,RT,,", *(f"{name},9.5" for name in NAMES[:4]), f"{NAMES[4]},9.5,,"]
    header, *rows = rows_of(written("\n".join(lines).encode()), ",")
    assert header == ["Name", "RT", "", "", *COLUMNS]
    assert {len(row) for row in rows} == {len(header)}
    assert {row[4] for row in rows} <= {"valid", "undetermined", "outlier"}


def test_a_decimal_comma_is_kept() -> None:
    names = [name.replace(";O2", "") for name in NAMES]
    lines = ["Name;RT", *(f"{name};{7 + i},5" for i, name in enumerate(names))]
    rows = rows_of(written("\n".join(lines).encode()), ";")
    confidences = [row[3] for row in rows[1:] if row[3]]
    assert confidences
    assert all("," in text and "." not in text for text in confidences)


def test_rows_whose_fields_do_not_fit_are_read_as_before() -> None:
    content = gg.example().source.content
    lines = content.splitlines()
    broken = b"\n".join([*lines[:5], lines[5][:12], lines[6] + b",1,2,3", *lines[7:]]) + b"\n"
    first, again = gg.read_features(broken), gg.read_features(written(broken))
    assert set(first.problems["code"]) >= {"too-few-fields", "too-many-fields"}
    assert again.data.equals(first.data)
    own = again.problems[again.problems["code"] != "annotated-before"].reset_index(drop=True)
    assert own.equals(first.problems.reset_index(drop=True))


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


@pytest.mark.parametrize("name", some(sorted({**exports(), **good_cases()}), one_in=8))
def test_the_file_of_a_tool_is_read_again_as_it_was_and_annotated_again_the_same(name: str) -> None:
    content = {**exports(), **good_cases()}[name]
    try:
        first = gg.read_features(content)
        check_judgeable(first)
    except ValidationError:
        pytest.skip("a table that is refused")
    if "annotated-before" in first.problems["code"].tolist():
        pytest.skip("annotated before")
    analysis = gg.analyze(first)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        pytest.skip("a JSON document has no columns")
    after = annotated(analysis)
    again = gg.read_features(after)
    pd.testing.assert_frame_equal(again.data, first.data)
    pd.testing.assert_frame_equal(again.carried, first.carried)
    own = again.problems[again.problems["code"] != "annotated-before"].reset_index(drop=True)
    assert len(own) == len(again.problems) - 1
    pd.testing.assert_frame_equal(own, first.problems.reset_index(drop=True), check_dtype=False)
    twice = annotated(gg.analyze(again))
    if content.startswith(b"PK"):
        assert cells_of(twice) == cells_of(after)
        assert not lost_cells(cells_of(content), cells_of(after))
    else:
        assert twice == after


def cells_of(content: bytes) -> Cells:
    """Return the value of each cell that is not empty, by sheet and place."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        sheet.title: {
            cell.coordinate: cell.value for row in sheet for cell in row if cell.value is not None
        }
        for sheet in book
    }


def lost_cells(before: Cells, after: Cells) -> list[str]:
    """Return the places of cells that an annotated workbook lacks or has with another value."""
    return [
        f"{title}!{place}"
        for title, cells in before.items()
        for place, value in cells.items()
        if after[title].get(place) != value
    ]
