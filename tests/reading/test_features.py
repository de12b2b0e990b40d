"""Feature tables are read from any input: the corpus, real tables, damaged and hostile files."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from corpus.damage import damaged_file, fault, lost_rows, sources
from corpus.exports import exports
from corpus.hostile import HOSTILE
from corpus.inputs import CASES, GOOD, Case, parquet, workbook
from corpus.mutations import mutated
from corpus.odd_cells import ROW
from corpus.outcomes import first_faults, reported
from effort import examples, most, some
from hypothesis import given
from hypothesis import strategies as st
from paths import PORCINE, ROOT, TESTS

import ganglioside as gg
from ganglioside.errors import GangliosideError, ValidationError

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
        "other ends of lines": text.replace("\r\n", "\n").encode(),
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
        assert (read.data.pop("sheet") == "S").all() == (form == "xlsx")
        pd.testing.assert_frame_equal(read.data, expected.data.drop(columns="sheet"), obj=form)
        assert set(read.problems["severity"]) <= {"info", "warning"}


@given(st.lists(ROW, min_size=2, max_size=8), st.randoms(use_true_random=False))
@examples(40)
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
    drop = ["feature_id", "row"]
    ordered = [
        pd.concat([r.data.drop(columns=drop), r.carried], axis=1).sort_values(
            "id", ignore_index=True
        )
        for r in (first, second)
    ]
    pd.testing.assert_frame_equal(*ordered)


XLSX = workbook({"S": [["Name", "RT"], ["GD1(36:1;O2)", 9.5]]})
PARQUET = parquet(pd.DataFrame({"Name": ["GD1(36:1;O2)"] * 3, "RT": [9.5, 9.6, 9.7]}))


@given(
    st.sampled_from([GOOD.encode(), GOOD.encode("utf-16"), XLSX, PARQUET]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=4),
    st.integers(0, 10**6),
)
@examples(100)
def test_damaged_files_raise_only_what_is_meant(
    content: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(content)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    damaged = damaged[: len(damaged) - cut % len(damaged)] if cut % 2 else damaged
    with suppress(GangliosideError):
        first_faults(gg.read_features(bytes(damaged)))


#: Some of them with words of their refusal.
REASONS = [
    ("workbooks", "row number 1e18", "no sheet has more than 1,048,576 rows"),
    ("workbooks", "rows backward", "row numbered 1 below row 2"),
    ("workbooks", "2e4 sheets", "more than 1,000"),
    ("workbooks", "2e4 members", "more than 10,000"),
    ("workbooks", "encrypted members", "protected by a password"),
    ("workbooks", "3e6 empty rows", "times its size"),
    ("workbooks", "4e6 empty cells", "times its size"),
    ("workbooks", "3e6 elements before the rows", "times its size"),
    ("workbooks", "3e6 strings", "times its size"),
    ("workbooks", "3e6 styles", "times its size"),
    ("workbooks", "a text of 50 MB", "times its size"),
    ("workbooks", "overlapping members", "more than 20 times the limit"),
    ("workbooks", "entities", "document type"),
    ("workbooks", "many far cells", "filled in"),
    ("parquet", "a dictionary of 6 GB", "unpacks to 6,001 MB"),
    ("parquet", "a dictionary of 6 GB of bytes", "unpacks to 6,003 MB"),
    ("parquet", "a dictionary of fixed length", "unpacks to 510 MB"),
    ("parquet", "600 MB of one number", "unpacks to 592 MB"),
    ("parquet", "many groups", "larger groups of rows"),
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
    ("studies", "a study of 1 GB", "more than 20 times the limit"),
]

HOSTILE_FILES = [(family, name) for family, files in HOSTILE.items() for name in files]

#: By day, those whose refusal is known and one in two of the others.
_KNOWN = {("workbooks", "far cell"), *((family, name) for family, name, _ in REASONS)}
TRIED_FILES = sorted(_KNOWN | {*some([file for file in HOSTILE_FILES if file not in _KNOWN])})

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
    print(json.dumps({"became": outcome(content), "memory": memory()}), flush=True)
"""


@pytest.fixture(scope="module")
def became(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """What becomes of each hostile file; one that does not end, and those after it, are missing."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = [folder / str(place) for place in range(len(TRIED_FILES))]
    for path, (family, name) in zip(paths, TRIED_FILES, strict=True):
        path.write_bytes(HOSTILE[family][name]())
    command = [sys.executable, "-W", "ignore", "-c", READ_ALL, str(LONG), *map(str, paths)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    records = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(records) == len(TRIED_FILES), f"{TRIED_FILES[len(records)]}: {run.stderr[-800:]}"
    large = [file for file, record in zip(TRIED_FILES, records, strict=True)
             if record["memory"] >= LARGE]  # fmt: skip
    assert large == [], "the first of these, since the memory is the largest so far"
    return {file: record["became"] for file, record in zip(TRIED_FILES, records, strict=True)}


@pytest.mark.parametrize(("family", "name"), TRIED_FILES, ids=lambda part: part)
def test_a_hostile_file_ends_soon_with_rows_or_a_message(
    family: str, name: str, became: dict[tuple[str, str], str]
) -> None:
    outcome = became[family, name]
    assert outcome.endswith(" rows") or outcome.startswith(("ReadError: ", "ValidationError: "))
    assert 5 < len(outcome) < 600


@pytest.mark.parametrize(("family", "name", "words"), REASONS)
def test_the_refusal_of_a_hostile_file_names_the_reason(
    family: str, name: str, words: str, became: dict[tuple[str, str], str]
) -> None:
    assert words in became[family, name]


def test_a_workbook_with_a_far_cell_loses_no_row(became: dict[tuple[str, str], str]) -> None:
    assert became["workbooks", "far cell"] == "2 rows"


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
@examples(60)
def test_extreme_numbers_cause_no_warning(rows: list[tuple[str, ...]], near: bool) -> None:
    frame = pd.DataFrame(rows, columns=["Name", "RT", "Volume", "Log P", "Anchor", "m/z"])
    if near:
        frame["RT"] = np.linspace(9.5, 9.6, len(frame))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            analysis = gg.analyze(frame)
        except ValidationError:  # no RT of them can be one
            return
    assert len(analysis.features) == len(rows)


@pytest.mark.parametrize("seed", range(most(150)))
def test_a_damaged_table_is_judged_or_refused(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            table = gg.read_features(mutated(seed))
            analysis = gg.analyze(table)
        except GangliosideError:
            return
    assert len(analysis.features) == len(table)


def test_files_of_all_formats_are_damaged() -> None:
    tools = {name.partition(".")[0] for name in sources()}
    modules = {path.stem for path in (ROOT / "ganglioside/reading/formats").glob("[a-z]*.py")}
    assert modules - {"format"} <= tools
    not_read = [content for content in exports().values() if fault(content) != "read"]
    assert not [content for content in not_read if is_whole(content)]


def is_whole(content: bytes) -> bool:
    """Whether a builder's file is read: some are lists of features without names."""
    with suppress(GangliosideError):
        return bool(len(gg.read_features(content)))
    return False


@pytest.mark.parametrize("tenth", range(10))
def test_no_row_of_a_damaged_file_is_lost(tenth: int) -> None:
    size = most(80)
    found = {seed: fault(damaged_file(seed)[1]) for seed in range(tenth * size, (tenth + 1) * size)}
    assert {s: became for s, became in found.items() if became not in ("read", "refused")} == {}
    assert {"read", "refused"} == set(found.values())


@pytest.mark.parametrize(
    ("lost", "words"),
    [(2, "1 records lost"), (None, "")],
)
def test_a_lost_row_is_found(lost: int | None, words: str) -> None:
    table = gg.read_features(GOOD.encode())
    kept = table.data[table.data["row"] != lost].reset_index(drop=True)
    assert lost_rows(GOOD.encode(), dataclasses.replace(table, data=kept)).startswith(words)
    assert bool(words) == bool(lost_rows(GOOD.encode(), dataclasses.replace(table, data=kept)))
