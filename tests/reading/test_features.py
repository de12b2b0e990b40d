from __future__ import annotations

import cProfile
import io
import json
import os
import random
import subprocess
import sys
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from corpus.hostile import HOSTILE, frame_with
from corpus.hostile import PARQUET as PARQUET_FILES
from corpus.inputs import CASES, GOOD, HEADER, ROWS, Case, archive, parquet, table, workbook
from corpus.mutations import mutated
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from paths import PORCINE, TESTS
from pyarrow import parquet as pq

import ganglioside as gg
from ganglioside.columns import FEATURE_TABLE, PROBLEMS
from ganglioside.errors import GangliosideError, ReadError, ValidationError
from ganglioside.reading.parquet_pages import chunk_size
from ganglioside.reading.raw_table import Source

needs_porcine = pytest.mark.skipif(not PORCINE.exists(), reason="the porcine table is not here")


def test_corpus_is_large_and_named_once() -> None:
    names = [case.name for case in CASES]
    assert len(names) >= 60
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_corpus(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.content)
    if case.error is not None:
        with pytest.raises(GangliosideError) as raised:
            gg.read_features(path, case.settings, **case.arguments)
        assert type(raised.value) is case.error
        assert [w for w in case.words if w not in str(raised.value)] == []
        return
    read = gg.read_features(path, case.settings, **case.arguments)
    assert len(read) == len(read.names.index) == len(read.carried) == case.rows
    faults = first_faults(read)
    assert set(faults) == set(case.faults)
    assert {row: faults[row] for row, code in case.faults.items() if code != "*"} == {
        row: code for row, code in case.faults.items() if code != "*"
    }
    assert case.reports <= reported(read)
    assert {k: read.data.loc[k] for k in case.values} == dict(case.values)
    assert read.source.content == case.content
    assert read.source.name == case.name


def first_faults(read: gg.FeatureTable) -> dict[int, str]:
    """Return the first code of every row that cannot be judged; check it against `fault`."""
    errors = read.problems[read.problems["severity"] == "error"].drop_duplicates("feature_id")
    found = dict(zip(errors["feature_id"], errors["code"], strict=True))
    assert set(found) == set(read.data["feature_id"][read.data["fault"].notna()])
    return found


def reported(read: gg.FeatureTable) -> set[tuple[int | None, str]]:
    rows = (None if pd.isna(row) else int(row) for row in read.problems["feature_id"])
    return set(zip(rows, read.problems["code"], strict=True))


# --- schema and sources --------------------------------------------------------------------


def test_types_and_order() -> None:
    read = gg.read_features(GOOD.encode())
    assert read.data.dtypes.astype(str).to_dict() == FEATURE_TABLE
    assert list(read.data["feature_id"]) == [0, 1, 2]
    bad = gg.read_features(table("x,y,z,w,v", ROWS[0]).encode())
    assert bad.problems.dtypes.astype(str).to_dict() == PROBLEMS
    assert bad.data.dtypes.astype(str).to_dict() == FEATURE_TABLE


def test_every_kind_of_source_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(GOOD)
    expected = gg.read_features(path).data
    with path.open("rb") as binary, path.open() as text:
        sources = [str(path), GOOD.encode(), binary, text, io.StringIO(GOOD), pd.read_csv(path)]
        for source in sources:
            pd.testing.assert_frame_equal(gg.read_features(source).data, expected)
    read = gg.read_features(GOOD.encode(), name="liver.csv")
    assert gg.read_features(read) is read
    assert read.source.name == "liver.csv"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("no/such/file.csv", "cannot be opened"),
        ("Name,RT\nGD1(36:1;O2),9", "no path"),
        ("bad\0path", "cannot be opened"),
        (io.StringIO("Name,RT\n\ud800,1"), "cannot be read"),
        (7, "A int is no feature table"),
    ],
)
def test_sources_that_cannot_be_read(source: object, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        gg.read_features(source)  # type: ignore[arg-type]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be opened"):
        gg.read_features(tmp_path)


def test_line_numbers_point_into_the_file() -> None:
    content = "made by me\n\n" + table(
        ROWS[0], "", 'GM1(38:1;O2),9,1,1,F,"two', 'lines"', "x,1,1,1,F"
    )
    content = content.replace(HEADER, HEADER + ",note")
    read = gg.read_features(content.encode())
    assert len(read) == 3
    errors = read.problems[read.problems["severity"] == "error"]
    lines = content.split("\n")
    assert [lines[row - 1][:1] for row in errors["row"]] == ["G", "x"]
    assert set(errors["code"]) >= {"too-few-fields"}


def test_lines_of_the_fast_and_the_careful_way_agree() -> None:
    rows = (*ROWS, "GM1(38:1;O2),9", "x,1,1,1,F")
    fast = gg.read_features(table(*rows).encode())
    careful = gg.read_features(table(*rows, '"a""b",1,1,1,F').encode())
    kept = careful.problems[careful.problems["feature_id"] < len(rows)]
    pd.testing.assert_frame_equal(fast.problems, kept)
    pd.testing.assert_frame_equal(fast.data, careful.data.iloc[: len(rows)])


def test_cells_that_may_stand_in_a_wrong_column_are_not_believed() -> None:
    read = gg.read_features(table(ROWS[0], ROWS[1] + ",x", "GM1(38:1;O2),11.5").encode())
    assert read.data.loc[[1, 2], ["rt", "volume", "log_p"]].isna().all(axis=None)
    assert read.data["name"].tolist()[1:] == ["GM1(38:1;O2)", "GM1(38:1;O2)"]
    shown = read.problems.set_index("feature_id")["value"]
    assert shown[1] == ROWS[1] + ",x"


def test_a_formula_in_a_misfit_is_reported_too() -> None:
    read = gg.read_features(table(ROWS[0], "=cmd,1", "-GM1 38:1;O2,9.5,1,1,F").encode())
    found = read.problems[read.problems["code"] == "formula"]
    assert found[["feature_id", "severity"]].to_numpy().tolist() == [[1, "warning"], [2, "error"]]
    assert read.data["name"].tolist()[1:] == ["=cmd", "-GM1 38:1;O2"]


def test_a_worksheet_that_states_a_wrong_size_is_read_whole() -> None:
    files = {}
    with zipfile.ZipFile(io.BytesIO(XLSX)) as book:
        for name in book.namelist():
            files[name] = book.read(name)
    sheet = "xl/worksheets/sheet1.xml"
    assert b'ref="A1:B2"' in files[sheet]
    files[sheet] = files[sheet].replace(b'ref="A1:B2"', b'ref="A1:A1"')
    assert gg.read_features(archive(files)).data.loc[0, "rt"] == 9.5


def test_the_source_of_a_frame_outlives_changes_to_it() -> None:
    frame = pd.DataFrame({"Name": ["a"]})
    source = Source.from_frame("x", frame)
    frame.loc[0, "Name"] = "b"
    assert source.content == b"Name\r\na\r\n"


def test_foreign_columns_are_carried_untouched() -> None:
    header = HEADER + ",_batch,prefix,count,part,,empty,note"
    read = gg.read_features(
        table(
            ROWS[0] + ",007,a,1,0.5,,,  x ", ROWS[1] + ",8,,2,1.25,,,1.50", header=header
        ).encode()
    )
    assert list(read.carried.columns) == ["_batch", "prefix", "count", "part", "empty", "note"]
    assert list(read.carried["_batch"]) == ["007", "8"]
    assert list(read.carried["count"]) == [1, 2]
    assert list(read.carried["part"]) == [0.5, 1.25]
    assert list(read.carried["note"]) == ["  x ", "1.50"]
    assert read.carried["empty"].isna().all()


def test_repeated_foreign_headers_stay_apart() -> None:
    read = gg.read_features(table(ROWS[0] + ",1,2,3", header=HEADER + ",x,x,x (2)").encode())
    assert read.carried.iloc[0].tolist() == [1, 2, 3]
    assert read.carried.columns.is_unique


def test_a_frame_is_kept_as_it_was_given() -> None:
    frame = pd.read_csv(io.StringIO(GOOD))
    read = gg.read_features(frame)
    frame.loc[0, "RT"] = 99.0
    pd.testing.assert_frame_equal(gg.read_features(read.source.content).data, read.data)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_frame_with_text_that_no_file_can_hold_is_refused(text: str) -> None:
    frame = pd.DataFrame(
        {"Name": ["GM1 36:1;O2"], "RT": [9.5], "note": pd.Series([text], dtype=object)}
    )
    with pytest.raises(ReadError, match="note"):
        gg.read_features(frame)


def test_an_error_carries_its_problems() -> None:
    with pytest.raises(ValidationError) as raised:
        gg.read_features(b"colour,size\nred,big\n")
    assert list(raised.value.problems["code"]) == ["no-column", "no-column"]
    assert list(raised.value.problems.columns) == list(PROBLEMS)


# --- the real table in every form ----------------------------------------------------------


def german(frame: pd.DataFrame) -> str:
    text = frame.astype({"RT": str, "Log P": str})
    text[["RT", "Log P"]] = text[["RT", "Log P"]].replace(r"\.", ",", regex=True)
    return text.to_csv(index=False, sep=";")


ALIASES = ("Lipid", "retention_time", "peak area", "logp", "IS_ANCHOR")


@needs_porcine
def test_the_real_table_reads_the_same_in_every_form() -> None:
    original = PORCINE.read_bytes()
    frame = pd.read_csv(PORCINE)
    text = original.decode()
    forms: dict[str, bytes | pd.DataFrame] = {
        "aliases": frame.set_axis(list(ALIASES), axis=1).to_csv(index=False).encode(),
        "bom": b"\xef\xbb\xbf" + original,
        "semicolons": german(frame).encode(),
        "semicolons, names unquoted": german(frame).replace('"', "").encode(),
        "tsv": frame.to_csv(index=False, sep="\t").encode(),
        "xlsx": workbook({"S": [list(frame.columns), *frame.astype(object).to_numpy().tolist()]}),
        "parquet": parquet(frame),
        "single precision": parquet(frame.astype({"RT": "float32", "Log P": "float32"})),
        "utf-16": text.encode("utf-16"),
        "windows": text.replace("\n", "\r\n").encode(),
        "quoted": frame.to_csv(index=False, quoting=1).encode(),
        "frame": frame,
        "anchors spelled out": text.replace(",T\n", ", TRUE \n").replace(",F\n", ",\n").encode(),
    }
    expected = gg.read_features(PORCINE)
    assert len(expected) == 323
    assert expected.data["anchor"].sum() == 49
    assert expected.problems.empty
    for form, source in forms.items():
        read = gg.read_features(source)
        pd.testing.assert_frame_equal(read.data, expected.data, obj=form)
        assert set(read.problems["severity"]) <= {"info", "warning"}


@needs_porcine
def test_seconds_are_converted_for_the_real_table() -> None:
    frame = pd.read_csv(PORCINE)
    seconds = gg.read_features(frame.assign(RT=(frame["RT"] * 60).round(2)))
    pd.testing.assert_series_equal(seconds.data["rt"], frame["RT"], check_names=False)
    assert list(seconds.problems["code"]) == ["rt-in-seconds"]


# --- anything at all -----------------------------------------------------------------------

ODD = ("", "GD1(36:1;O2)", "GM1 36:1,O2", "9.5", "9,5", "1.234", "1,234.5", "-0.44", "N/A", "inf")
ODD += ("=1+1", 'a"b', "１２", "1e999", "−1", "1'234", "x;y")
CELL = st.one_of(
    st.sampled_from([*"Tf%'", *'"\t\r', *ODD]),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12),
    st.floats().map(str),
)
ROW = st.lists(CELL, min_size=5, max_size=5)


@given(st.lists(ROW, min_size=1, max_size=8), st.sampled_from(",;\t|"), st.booleans())
@hypothesis_settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_well_written_rows_are_never_lost(rows: list[list[str]], separator: str, bom: bool) -> None:
    frame = pd.DataFrame(rows, columns=["Name", "RT", "Volume", "Log P", "Anchor"])
    content = frame.to_csv(index=False, sep=separator, quoting=1).encode()
    read = gg.read_features(b"\xef\xbb\xbf" * bom + content)
    assert len(read) == len(rows)
    assert read.data["name"].fillna("").tolist() == frame["Name"].tolist()
    first_faults(read)


@given(
    st.lists(st.text(st.characters(exclude_characters='"\r\n', exclude_categories=["Cc", "Cs"])))
)
@hypothesis_settings(deadline=None, max_examples=40)
def test_every_line_without_quotes_is_a_row(lines: list[str]) -> None:
    content = "\n".join([HEADER, ROWS[0], *lines]).encode()
    read = gg.read_features(content)
    assert len(read) == 1 + sum(1 for line in lines if line.strip())
    first_faults(read)


@given(st.lists(ROW, min_size=2, max_size=8), st.randoms(use_true_random=False))
@hypothesis_settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_the_order_of_rows_changes_no_outcome(rows: list[list[str]], rng: random.Random) -> None:
    frame = pd.DataFrame(rows, columns=["Name", "RT", "Volume", "Log P", "Anchor"])
    frame["id"] = [f"r{i}" for i in range(len(rows))]
    shuffled = frame.sample(frac=1, random_state=rng.randint(0, 10**6))
    try:
        first, second = gg.read_features(frame), gg.read_features(shuffled)
    except GangliosideError:
        with pytest.raises(GangliosideError):
            gg.read_features(shuffled)
        return
    drop = ["feature_id"]
    ordered = [
        pd.concat([r.data.drop(columns=drop), r.carried], axis=1).sort_values(
            "id", ignore_index=True
        )
        for r in (first, second)
    ]
    pd.testing.assert_frame_equal(*ordered)


@given(st.lists(ROW, min_size=1, max_size=6))
@hypothesis_settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_a_frame_reads_back_from_its_own_bytes(rows: list[list[str]]) -> None:
    frame = pd.DataFrame(rows, columns=["Name", "RT", "Volume", "Log P", "Anchor"])
    read = gg.read_features(frame)
    again = gg.read_features(read.source.content)
    pd.testing.assert_frame_equal(again.data, read.data)
    pd.testing.assert_frame_equal(again.carried, read.carried)


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"Name,RT\n"]))
@hypothesis_settings(deadline=None, max_examples=100)
def test_random_bytes_raise_only_what_is_meant(content: bytes, start: bytes) -> None:
    with suppress(GangliosideError):
        first_faults(gg.read_features(start + content))


XLSX = workbook({"S": [["Name", "RT"], ["GD1(36:1;O2)", 9.5]]})
PARQUET = parquet(pd.DataFrame({"Name": ["GD1(36:1;O2)"] * 3, "RT": [9.5, 9.6, 9.7]}))


@given(
    st.sampled_from([GOOD.encode(), GOOD.encode("utf-16"), XLSX, PARQUET]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=4),
    st.integers(0, 10**6),
)
@hypothesis_settings(deadline=None, max_examples=100)
def test_damaged_files_raise_only_what_is_meant(
    content: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(content)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    damaged = damaged[: len(damaged) - cut % len(damaged)] if cut % 2 else damaged
    with suppress(GangliosideError):
        first_faults(gg.read_features(bytes(damaged)))


def test_a_source_is_read_again_as_it_was() -> None:
    content = b"Label,Minutes,Name\nGM1(36:1;O2),9.5,peak 1\n"
    wanted = {"Name": "Label", "RT": "Minutes"}
    first = gg.read_features(content, columns=wanted, name="mine.csv")
    assert first.source.columns == tuple(wanted.items())
    again = gg.read_features(first.source)
    assert again.source == first.source
    pd.testing.assert_frame_equal(again.data, first.data)
    with pytest.raises(ValidationError):
        gg.read_features(first.source.content)


def test_a_tag_in_a_cell_makes_no_web_page() -> None:
    table = gg.read_features(b"Name,RT,Note\r\nGM3(36:1;O2),8.0,<TABLE 2>\r\n")
    assert table.carried["Note"].tolist() == ["<TABLE 2>"]


def test_a_parquet_file_whose_text_is_damaged_is_refused() -> None:
    content = io.BytesIO()
    pd.DataFrame({"Name": ["GD1(36:1;O2)"] * 3, "RT": [9.5, 9.6, 9.7]}).to_parquet(content)
    damaged = content.getvalue().replace(b"GD1(36", b"\x80D1(36")
    with pytest.raises(gg.errors.ReadError, match="damaged"):
        gg.read_features(damaged)


# --- what is made to cost time or memory -----------------------------------------------------

HOSTILE_FILES = [(family, name) for family, files in HOSTILE.items() for name in files]

#: Seconds of the processor and MB of memory for one file; a fault takes a multiple, or no end.
LONG, LARGE = 60, 2_000

READ_ALL = """
import json, signal, sys
from pathlib import Path
from corpus.hostile import memory, outcome

outcome(b"Name,RT\\nGM1(36:1;O2),9.5\\n")
for path in sys.argv[2:]:
    content = Path(path).read_bytes()
    signal.setitimer(signal.ITIMER_PROF, float(sys.argv[1]))
    print(json.dumps({"became": outcome(content)}), flush=True)
print(json.dumps({"memory": memory()}))
"""


@pytest.fixture(scope="module")
def became(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """What becomes of each hostile file; one that does not end, and those after it, are missing."""
    folder = tmp_path_factory.mktemp("hostile")
    found: dict[tuple[str, str], str] = {}
    for family, files in HOSTILE.items():
        paths = [folder / f"{family} {place}" for place in range(len(files))]
        for path, build in zip(paths, files.values(), strict=True):
            path.write_bytes(build())
        command = [sys.executable, "-W", "ignore", "-c", READ_ALL, str(LONG), *map(str, paths)]
        environment = {**os.environ, "PYTHONPATH": str(TESTS)}
        run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        records = [json.loads(line) for line in run.stdout.splitlines()]
        assert len(records) > len(files), f"{list(files)[len(records)]}: {run.stderr[-800:]}"
        assert records.pop()["memory"] < LARGE, family
        found |= {
            (family, name): record["became"] for name, record in zip(files, records, strict=True)
        }
    return found


@pytest.mark.parametrize(("family", "name"), HOSTILE_FILES, ids=lambda part: part)
def test_a_hostile_file_ends_soon_with_rows_or_a_message(
    family: str, name: str, became: dict[tuple[str, str], str]
) -> None:
    outcome = became[family, name]
    assert outcome.endswith(" rows") or outcome.startswith(("ReadError: ", "ValidationError: "))
    assert 5 < len(outcome) < 600


@pytest.mark.parametrize(
    ("family", "name", "words"),
    [
        ("workbooks", "row number 1e18", "no sheet has more than 1,048,576 rows"),
        ("workbooks", "rows backward", "row numbered 1 below row 2"),
        ("workbooks", "1e5 sheets", "more than 1,000"),
        ("workbooks", "encrypted members", "protected by a password"),
        ("workbooks", "2e7 empty rows", "times its size"),
        ("workbooks", "entities", "document type"),
        ("workbooks", "many far cells", "filled in"),
        ("parquet", "a dictionary of 6 GB", "unpacks to 6,001 MB"),
        ("parquet", "a dictionary of 6 GB of bytes", "unpacks to 6,003 MB"),
        ("parquet", "texts by their beginnings", "DELTA_BYTE_ARRAY"),
        ("parquet", "20,000 columns", "more than 16,384"),
        ("parquet", "a map", "not single values"),
        ("texts", "a quote that is not closed", "A quote that opens in line 3 is not closed"),
        ("texts", "one line of 40 MB", "too long for a header"),
        ("texts", "short rows below a wide header", "filled in"),
        ("studies", "a study in a study", "a study holds files only"),
        ("studies", "studies 400 deep", "a study holds files only"),
        ("studies", "an encrypted study", "protected by a password"),
        ("studies", "a study of 2e4 files", "more than 10,000"),
    ],
)
def test_the_refusal_of_a_hostile_file_names_the_reason(
    family: str, name: str, words: str, became: dict[tuple[str, str], str]
) -> None:
    assert words in became[family, name]


def test_a_workbook_with_a_far_cell_loses_no_row(became: dict[tuple[str, str], str]) -> None:
    assert became["workbooks", "far cell"] == "2 rows"


def test_a_page_that_lies_about_its_size_is_known_by_its_header() -> None:
    content = PARQUET_FILES["a dictionary of 6 GB"]()
    about = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(0)
    size = chunk_size(content, about.dictionary_page_offset, about.total_compressed_size, 10)
    assert size.dictionary > 60_000
    assert size.picked == 100_000
    for cut in range(about.dictionary_page_offset + 1, about.dictionary_page_offset + 12):
        with pytest.raises(ValueError, match="page"):
            chunk_size(content[:cut], about.dictionary_page_offset, cut - 4, 10)


def test_pages_are_counted_as_the_writer_made_them() -> None:
    frame = pd.DataFrame({"Name": [f"n{i}" for i in range(5_000)], "RT": np.arange(5_000.0)})
    for version, compression in (("1.0", "snappy"), ("2.0", "zstd"), ("2.0", "none")):
        file = io.BytesIO()
        frame.to_parquet(file, data_page_version=version, compression=compression)
        group = pq.ParquetFile(file).metadata.row_group(0)
        for chunk in map(group.column, range(2)):
            size = chunk_size(
                file.getvalue(), chunk.dictionary_page_offset, chunk.total_compressed_size, 100
            )
            assert size.picked == 5_000
            # The footer counts the headers of the pages too.
            assert 0 < chunk.total_uncompressed_size - size.unpacked < 100 * size.pages


@pytest.mark.parametrize("wide", [False, True])
def test_repeated_texts_of_a_parquet_file_read_as_those_of_its_frame(wide: bool) -> None:
    names = ["GM1(36:1;O2)", None, "GM3(36:1;O2)"] * 1_000
    frame = pd.DataFrame({"Name": names, "RT": np.arange(3_000) / 100 + 1})
    if wide:  # which could hold so long texts that they are kept as a dictionary at first
        frame["note"] = [f"{'x' * 2_000}{i}" for i in range(1_000)] * 3
    settings = gg.Settings(max_megabytes=2.0)
    read, expected = (gg.read_features(source, settings) for source in (parquet(frame), frame))
    pd.testing.assert_frame_equal(read.data, expected.data)
    pd.testing.assert_frame_equal(read.carried, expected.carried)


@pytest.mark.parametrize(
    ("names", "carried"),
    [
        (["plate", None], ["plate"]),
        ([None, "run"], ["run"]),
        ([None, None], []),
        (["Name", None], []),
        (["id", "run"], ["id", "run"]),
        (["id", "id"], ["id", "id (2)"]),
        (["RT", "run"], ["run"]),
    ],
)
def test_levels_of_an_index_that_have_a_name_are_columns(
    names: list[object], carried: list[str]
) -> None:
    read = gg.read_features(frame_with(names))
    assert list(read.carried.columns) == carried
    assert read.data["name"].tolist() == ["GM1(36:1;O2)", "GM3(36:1;O2)"]


def test_a_frame_is_as_wide_as_a_file_may_be() -> None:
    frame = pd.DataFrame([["a", 1.0, *[0] * 16_383]])
    with pytest.raises(ReadError, match="16,384"):
        gg.read_features(frame.set_axis(["Name", "RT", *map(str, range(16_383))], axis=1))


def calls_for(columns: int) -> int:
    """Return the number of calls that reading a table of so many columns makes."""
    content = ("Name,RT" + ",c" * columns + "\nGM1(36:1;O2),9.5" + ",1" * columns + "\n").encode()
    profile = cProfile.Profile()
    profile.runcall(gg.read_features, content)
    return sum(entry.callcount for entry in profile.getstats())


def test_the_work_of_reading_grows_with_the_columns_not_with_their_square() -> None:
    calls_for(10)
    assert calls_for(2_000) < 5 * calls_for(500)


def test_no_foreign_column_is_lost_to_the_name_of_another() -> None:
    read = gg.read_features(b"Name,RT,x (3),x,x\nGM1(36:1;O2),9.5,1,2,3\n")
    assert read.carried.iloc[0].tolist() == [1, 2, 3]


def test_a_study_holds_no_study() -> None:
    study = gg.read_study([GOOD.encode(), GOOD.encode()])
    for part in (study, study.source, study.source.content, [GOOD.encode()]):
        with pytest.raises(ReadError, match="a study holds files only"):
            gg.read_study([("a", part), ("b", GOOD.encode())])


EXTREMES = ("1e308", "-1e308", "5e-324", "1e-308", "1e20", "1e-20", "1e999", "0", "1", "9.5", "")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("GM1(36:1;O2)", "GD1a(36:1;O2)", "GM3(36:1;O2)", "GM1(38:1;O2)")),
            *[st.sampled_from(EXTREMES)] * 3,
            st.sampled_from("TF"),
            st.sampled_from(EXTREMES),
        ),
        min_size=1,
        max_size=12,
    ),
    st.booleans(),
)
@hypothesis_settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_extreme_numbers_cause_no_warning(rows: list[tuple[str, ...]], near: bool) -> None:
    frame = pd.DataFrame(rows, columns=["Name", "RT", "Volume", "Log P", "Anchor", "m/z"])
    if near:
        frame["RT"] = np.linspace(9.5, 9.6, len(frame))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        analysis = gg.analyze(frame)
    assert len(analysis.features) == len(rows)


def test_values_that_no_instrument_measures_are_reported_and_missing() -> None:
    content = (
        b"Name,RT,Volume,Log P,m/z\nGM1(36:1;O2),9.5,1e300,-1e9,1e7\nGM3(36:1;O2),9.9,1,1,900\n"
    )
    read = gg.read_features(content)
    assert read.data.loc[0, ["volume", "log_p", "mz"]].isna().all()
    assert read.data.loc[1, ["volume", "log_p", "mz"]].tolist() == [1, 1, 900]
    found = read.problems[read.problems["code"] == "out-of-bounds"]
    assert found["feature_id"].tolist() == [0, 0, 0]
    assert "from 1e-20 to 1e+20" in found["message"].iloc[0]
    assert read.data["fault"].isna().all()


@pytest.mark.parametrize("seed", range(150))
def test_a_damaged_table_is_judged_or_refused(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            table = gg.read_features(mutated(seed))
            analysis = gg.analyze(table)
        except GangliosideError:
            return
    assert len(analysis.features) == len(table)
