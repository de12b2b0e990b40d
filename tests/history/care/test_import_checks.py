"""An export that somebody else has written is refused, or comes in without harm."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import stores
from builders import HandMadeModel, build_analysis
from effort import some
from kept_open import kept_open

from ganglioside import jobs
from ganglioside.errors import HistoryError, JobError
from ganglioside.history import History, record
from ganglioside.progress import Progress, ProgressEvent
from ganglioside.reading.raw_table import Source
from ganglioside.server.answers import JobAnswer
from ganglioside.settings import Settings
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside.verdicts.review import confirm

pytestmark = pytest.mark.either_store("what comes in is looked at before it is stored")

SAID = Overrides((Override(feature_id=1, verdict="valid", note="MS/MS", author="Ada"),))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with something of everything, and a history to import it into."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "FittedModel", HandMadeModel)
        theirs = History.open(folder / "theirs.duckdb")
        theirs.save(build_analysis().with_overrides(SAID), name="good")
        theirs.save(build_analysis(3), name="other")
        failed = theirs.begin(Source.from_bytes("x.csv", b"x"), Settings())
        events: list[ProgressEvent] = []
        Progress(events.append, failed).done("loading", "Read")
        theirs.fail(failed, "lamp", events)
        job = theirs.jobs.add("export", {"session": failed, "out": "x.csv"}, "x")
        theirs.jobs.start(job)
        theirs.jobs.end(job, "completed", result={"file": "x"}, events=events)
        theirs.care.export(folder / "gift")
        own = build_analysis(5, source=Source.from_bytes("mine.csv", b"mine"))
        History.open(folder / "mine.duckdb").save(own, name="mine")
    return folder


@pytest.fixture
def gift(made: Path, tmp_path: Path) -> Path:
    """An export that no one has tampered with yet."""
    return Path(shutil.copytree(made / "gift", tmp_path / "gift"))


@pytest.fixture
def theirs(made: Path, tmp_path: Path) -> History:
    """The history that the gift was exported from."""
    return History.open(shutil.copy(made / "theirs.duckdb", tmp_path / "theirs.duckdb"))


@pytest.fixture
def mine(made: Path, store: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    monkeypatch.setattr(record, "FittedModel", HandMadeModel)
    (place / "mine").mkdir()
    with stores.address(store, place / "mine", monkeypatch) as address, kept_open():
        stores.pour(made / "mine.duckdb", address)
        yield History.open(address)


def forge(gift: Path, table: str, sql: str) -> None:
    """Write a table of an export anew, as `sql` makes it of `old`, with a manifest that agrees."""
    path = gift / f"{table}.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE old AS FROM read_parquet('{path}')")
        connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
        ((rows,),) = connection.execute(f"SELECT count(*) FROM '{path}'").fetchall()
    agree(gift, table, rows)


def agree(gift: Path, table: str, rows: int) -> None:
    manifest = json.loads((gift / "manifest.json").read_text())
    sha256 = hashlib.sha256((gift / f"{table}.parquet").read_bytes()).hexdigest()
    manifest["tables"][table] |= {"rows": rows, "sha256": sha256}
    (gift / "manifest.json").write_text(json.dumps(manifest))


def everything_works(history: History) -> None:
    """No command fails in a history that has taken a gift."""
    again = History.open(history.address)
    jobs.resume_waiting(again)
    with again.connected() as connected:
        assert "mine" in list(connected.sessions()["name"])
        connected.jobs.latest(10)
        for sid in connected.sessions()["id"]:
            connected.events(sid)
            connected.source(sid)
        assert connected.care.verify(sample=0).faults == ()


def import_or_refuse(history: History, gift: Path) -> str:
    """Import a gift; return what was said of it."""
    try:
        came = history.care.import_(gift)
    except HistoryError as error:
        assert history.sessions().equals(History.open(history.address).sessions())
        assert len(history.sessions()) == 1
        return str(error)
    return "; ".join(came.left_out.values())


# Jobs


@pytest.mark.parametrize("status", ["pending", "processing"])
def test_no_job_that_comes_in_is_carried_out(
    gift: Path, mine: History, tmp_path: Path, status: str
) -> None:
    """Listing jobs once started whatever waited: any kind of work, with any parameters."""
    target = tmp_path / "precious.html"
    target.write_text("precious")
    parameters = json.dumps({"source": str(gift / "x.csv"), "out": str(target)})
    forge(
        gift,
        "jobs",
        f"SELECT * REPLACE ('{status}' AS status, 'report' AS kind, '{parameters}' AS parameters, "
        "NULL::TIMESTAMP AS ended, TIMESTAMP '2020-01-01' AS created, 1::BIGINT AS pid, "
        "'elsewhere' AS host) FROM old",
    )
    came = mine.care.import_(gift)
    assert came.closed == 1
    (job,) = mine.jobs.all()
    assert job.status == "failed"
    assert "not carried out here" in str(job.error)
    jobs.resume_waiting(mine)
    assert [one.status for one in mine.jobs.all()] == ["failed"]
    assert target.read_text() == "precious"
    with pytest.raises(JobError, match="did not ask for"):
        jobs.retry(mine, job.id)
    assert len(mine.jobs.all()) == 1
    everything_works(mine)


@pytest.mark.file_only("a backup that is a file")
def test_no_job_of_a_restored_file_is_carried_out(history: History, tmp_path: Path) -> None:
    history.jobs.add("report", {"source": "a", "out": str(tmp_path / "b.html")}, "x")
    with history._store.write() as connection:
        connection.execute("UPDATE jobs SET created = TIMESTAMP '2020-01-01'")
    restored, _ = History.restore(
        history.care.backup(tmp_path / "copy.duckdb"), tmp_path / "r.duckdb"
    )
    (job,) = restored.jobs.all()
    assert job.status == "failed"
    assert "came in with the backup copy.duckdb" in str(job.error)
    copied = History.open(tmp_path / "copy.duckdb")  # opened where it lies, as a shared file is
    jobs.resume_waiting(copied)
    assert [one.status for one in copied.jobs.all()] == ["pending"]
    assert not (tmp_path / "b.html").exists()
    assert restored.care.verify(sample=0).is_whole


def test_a_session_that_ran_elsewhere_has_ended_here(
    history: History, mine: History, tmp_path: Path
) -> None:
    sid = history.begin(Source.from_bytes("x.csv", b"x"), Settings())
    history.care.export(tmp_path / "gift")
    mine.care.import_(tmp_path / "gift")
    assert mine.session(sid)["status"] == "failed"
    assert "run again" in mine.session(sid)["error"]
    everything_works(mine)


# Rows


DEEP = (
    "SELECT * REPLACE ('{{\"a\": ' || repeat('[', {levels}) || repeat(']', {levels}) || '}}' "
    "AS {column}) FROM old"
)
SESSION = "SELECT * REPLACE ({} AS {}) FROM old"


@pytest.mark.parametrize(
    ("table", "sql"),
    some([
        ("sessions", "SELECT * REPLACE ('processing' AS status, -5 AS pid) FROM old"),
        ("sessions", SESSION.format("'{\"features\": \"many\"}'", "summary")),
        ("sessions", SESSION.format("'[1]'", "summary")),
        ("sessions", SESSION.format("'[]'", "settings")),
        ("sessions", SESSION.format("'{\"nonsense\": 1}'", "settings")),
        ("sessions", SESSION.format("'[[[1'", "settings")),
        ("sessions", SESSION.format("repeat('[', 200000)", "environment")),
        ("sessions", SESSION.format("'{\"columns\": 3}'", "reading")),
        ("sessions", SESSION.format("''", "name")),
        ("sessions", SESSION.format("chr(27) || '[2J'", "name")),
        ("sessions", SESSION.format("repeat('x', 100000)", "name")),
        ("sessions", SESSION.format("''", "id")),
        ("sessions", SESSION.format("'../../x'", "id")),
        ("sessions", SESSION.format("'0123456789abcd'", "id")),
        ("sessions", SESSION.format("repeat('0', 64)", "sha256")),
        ("sessions", SESSION.format("repeat('0', 64)", "result_sha256")),
        ("sessions", SESSION.format("'unknown'", "status")),
        ("sessions", SESSION.format("NULL", "name")),
        ("sessions", SESSION.format("-1", "file_size")),
        ("sessions", SESSION.format("TIMESTAMP 'infinity'", "created")),
        ("sessions", SESSION.format("'Eve' || chr(10)", "author")),
        ("sessions", "SELECT *, 'x' AS extra FROM old"),
        ("sessions", "SELECT * REPLACE ([name] AS name) FROM old"),
        ("sessions", "SELECT * REPLACE ({'a': name} AS name) FROM old"),
        ("sessions", "FROM old UNION ALL FROM old"),
        ("sessions", "FROM old LIMIT 0"),
        ("sessions", "SELECT 1 AS a"),
        ("inputs", "SELECT * REPLACE ('x'::BLOB AS content) FROM old"),
        ("inputs", "FROM old LIMIT 0"),
        ("inputs", "FROM old UNION ALL FROM old"),
        ("results", "SELECT * REPLACE ('x' AS model) FROM old"),
        ("results", "SELECT * REPLACE ('[\"a\"]' AS columns) FROM old"),
        ("results", "SELECT * REPLACE ('x'::BLOB AS carried) FROM old"),
        ("results", "FROM old LIMIT 0"),
        ("results", "FROM old UNION ALL FROM old"),
        ("features", "SELECT * REPLACE ('x' AS verdict) FROM old"),
        ("features", "SELECT * REPLACE (rt + 1 AS rt) FROM old"),
        ("features", "SELECT * REPLACE ('abcdefabcdef12' AS session) FROM old"),
        ("findings", "SELECT 'abcdefabcdef12' AS session, 0 AS position"),
        ("models", "SELECT * REPLACE (NULL AS position) FROM old"),
        ("jobs", "SELECT * REPLACE ('[1]' AS result) FROM old"),
        ("jobs", "SELECT * REPLACE ('[1]' AS parameters) FROM old"),
        ("jobs", "SELECT * REPLACE (-5 AS pid, 'processing' AS status) FROM old"),
        ("jobs", "SELECT * REPLACE ('nan'::DOUBLE AS time_limit) FROM old"),
        ("jobs", "SELECT * REPLACE ('friends' AS shared) FROM old"),
        ("sessions", SESSION.format("'friends'", "shared")),
        ("jobs", "FROM old UNION ALL FROM old"),
        ("events", "SELECT * REPLACE ('nan'::DOUBLE AS percentage) FROM old"),
        ("events", "SELECT * REPLACE (-1 AS number) FROM old"),
        ("events", "SELECT * REPLACE ('other' AS type) FROM old"),
        ("events", "SELECT * REPLACE ('yesterday' AS timestamp) FROM old"),
        ("events", "SELECT * REPLACE ('abcdefabcdef12' AS owner) FROM old"),
        ("overrides", "SELECT * REPLACE ('x' AS verdict) FROM old"),
        ("overrides", "SELECT * REPLACE (-7 AS feature_id) FROM old"),
        ("overrides", "SELECT * REPLACE ('abcdefabcdef12' AS session) FROM old"),
        ("overrides", "SELECT * REPLACE ('foo' AS name) FROM old"),
        ("overrides", "SELECT * REPLACE (true AS later) FROM old"),
        ("overrides", "SELECT * REPLACE ('Ada' AS confirmed_by) FROM old"),
        ("overrides", "SELECT * REPLACE (now()::TIMESTAMP AS confirmed_at) FROM old"),
        ("log", "SELECT * REPLACE ('Eve' AS author) FROM old"),
        ("log", "SELECT * REPLACE ('[1]' AS details) FROM old"),
        ("log", "FROM old LIMIT 2"),
        ("log", "FROM old UNION ALL FROM old"),
        ("log", "SELECT * REPLACE (number + 5 AS number) FROM old"),
    ], one_in=4),
)  # fmt: skip
def test_a_forged_row_harms_nothing(gift: Path, mine: History, table: str, sql: str) -> None:
    """It is refused with the whole gift, or left out alone; all goes on as before."""
    forge(gift, table, sql)
    said = import_or_refuse(mine, gift)
    harmless = (table, sql) in {("log", "FROM old LIMIT 2"), ("sessions", "FROM old LIMIT 0")}
    assert said or harmless or "infinity" in sql or table in ("findings", "events"), "unnoticed"
    everything_works(mine)


@pytest.mark.parametrize(
    "sql",
    [
        DEEP.format(levels=900, column="result"),
        DEEP.format(levels=900, column="parameters"),
        "SELECT * REPLACE ('0123456789' AS id) FROM old",
        "SELECT * REPLACE (repeat('a', 32) AS id) FROM old",
    ],
)
def test_no_job_that_comes_in_spoils_the_list_of_all(gift: Path, mine: History, sql: str) -> None:
    """Once nobody could list jobs over the API: the answer failed on an odd id or deep result."""
    job = mine.jobs.add("export", {}, "mine")
    forge(gift, "jobs", sql)
    owners = f"SELECT id FROM '{gift / 'sessions.parquet'}'"
    forge(gift, "events", f"FROM old WHERE owner IN ({owners})")
    assert "its row is damaged" in import_or_refuse(mine, gift)
    assert [JobAnswer.of(one).id for one, _ in mine.jobs.latest(10)] == [job]


def test_results_as_deep_as_those_of_batches_come_in(gift: Path, mine: History) -> None:
    forge(gift, "jobs", DEEP.format(levels=10, column="result"))
    assert import_or_refuse(mine, gift) == ""
    ((job, _),) = mine.jobs.latest(10)
    assert job.outcome is not None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT *, 'x' AS extra FROM old", "its column 'extra' is VARCHAR, which no history has"),
        ("SELECT * REPLACE ([name] AS name) FROM old", "its column 'name' is VARCHAR.*not VARCHAR"),
    ],
)
def test_a_column_of_another_kind_is_named(
    gift: Path, mine: History, sql: str, expected: str
) -> None:
    forge(gift, "sessions", sql)
    with pytest.raises(HistoryError, match=expected):
        mine.care.import_(gift)


def test_an_export_of_before_there_were_decisions_is_read(gift: Path, mine: History) -> None:
    later = ("name", "later", "confirmed_by", "confirmed_at")
    rows = pd.read_parquet(gift / "overrides.parquet", columns=list(later))
    assert rows.isna().all(axis=None)
    forge(gift, "overrides", f"SELECT * EXCLUDE ({', '.join(later)}) FROM old")
    mine.care.import_(gift)
    assert mine.care.import_(gift).present == 3
    (good,) = mine.sessions().query("name == 'good'")["id"]
    assert mine.load(good).overrides == SAID
    mine.put_override(good, confirm(SAID.entries[0], "Bob"))
    with pytest.raises(HistoryError, match=r"1 session .* holds something else"):
        mine.care.import_(forged_note(gift))
    everything_works(mine)


def forged_note(gift: Path) -> Path:
    """The gift with another note."""
    forge(gift, "overrides", "SELECT * REPLACE ('x' AS note) FROM old")
    return gift


def test_a_damaged_session_is_left_out_alone(gift: Path, mine: History) -> None:
    forge(gift, "sessions",
          "SELECT * REPLACE (CASE name WHEN 'good' THEN '[]' ELSE settings END AS settings) "
          "FROM old")  # fmt: skip
    came = mine.care.import_(gift)
    assert set(mine.sessions()["name"]) == {"mine", "other", "x.csv"}
    assert came.sessions == 2
    assert len(came.left_out) == 1
    everything_works(mine)


def test_what_others_say_of_a_session_that_is_here_changes_no_word_of_ours(
    theirs: History, gift: Path, mine: History, tmp_path: Path
) -> None:
    """The log that comes in tells of another name and of a deletion: ours stand."""
    mine.care.import_(gift)
    (good,) = (s for s, n in zip(mine.sessions()["id"], mine.sessions()["name"], strict=True)
               if n == "good")  # fmt: skip
    theirs.rename(good, "theirs")
    theirs.delete(next(sid for sid in theirs.sessions()["id"] if sid != good))
    theirs.care.export(tmp_path / "later")
    mine.care.import_(tmp_path / "later")
    assert mine.session(good)["name"] == "good"
    everything_works(mine)
    mine.rename(good, "ours")
    everything_works(mine)


def test_no_import_makes_a_changed_row_right(gift: Path, mine: History) -> None:
    mine.care.import_(gift)
    with mine._store.write() as connection:
        connection.execute("UPDATE sessions SET file_name = 'y.csv' WHERE name = 'good'")
    mine.care.import_(gift)
    assert any("row was changed" in fault for fault in mine.care.verify(sample=0).faults)


# Manifests and files


NO_MANIFESTS = [
    "[" * 200_000,
    "{}",
    "null",
    '"x"',
    '{"format": "ganglioside-history"}',
    '{"format": "ganglioside-history", "format_version": "1"}',
    '{"format": "ganglioside-history", "format_version": true}',
    '{"format": "ganglioside-history", "format_version": 1, "schema_version": 1, '
    '"program": "x", "tables": []}',
    '{"format": "ganglioside-history", "format_version": 1, "schema_version": 1, '
    '"program": "x", "tables": {"sessions": 3}}',
    '{"format": "ganglioside-history", "format_version": 1, "schema_version": 1, '
    '"program": "x", "tables": {"sessions": {"rows": "many", "sha256": "x"}}}',
    '{"format": "ganglioside-history", "format_version": 1, "schema_version": 1e999, '
    '"program": "x", "tables": {}}',
    " " * 2_000_000,
    "\x00",
]


def test_a_manifest_that_is_none_is_refused(gift: Path, mine: History) -> None:
    for text in NO_MANIFESTS:
        (gift / "manifest.json").write_text(text)
        with pytest.raises(HistoryError):
            mine.care.import_(gift)
    everything_works(mine)


def test_a_table_that_no_export_has_is_refused(gift: Path, mine: History) -> None:
    manifest = json.loads((gift / "manifest.json").read_text())
    tables = manifest["tables"]
    for table in ("../sessions", "/etc/passwd", 'x"; DROP TABLE sessions; --', "workers",
                  "schema_version"):  # fmt: skip
        manifest["tables"] = {**tables, table: tables["log"]}
        (gift / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(HistoryError, match="unknown table"):
            mine.care.import_(gift)
    everything_works(mine)


def zeros(gift: Path) -> None:
    table = pa.table({"sha256": ["0" * 64], "content": [bytes(120_000_000)]})
    pq.write_table(
        table,
        gift / "inputs.parquet",
        compression="zstd",
        use_dictionary=False,
        write_statistics=False,
    )


def nulls(gift: Path) -> None:
    table = pa.table({"sha256": pa.nulls(14_000_000, pa.string())})
    pq.write_table(table, gift / "inputs.parquet", compression="zstd")


def one_text_a_million_times(gift: Path) -> None:
    texts = pa.DictionaryArray.from_arrays(np.zeros(12_000, dtype="int32"), ["x" * 10_000])
    schema: Any = pa.table({"sha256": texts})
    pq.write_table(schema, gift / "inputs.parquet", compression="zstd")


@pytest.mark.parametrize("bomb", [zeros, nulls, one_text_a_million_times])
def test_a_bomb_is_refused_before_it_goes_off(
    gift: Path, mine: History, bomb: Callable[[Path], None]
) -> None:
    bomb(gift)
    rows = pq.read_metadata(gift / "inputs.parquet").num_rows
    agree(gift, "inputs", rows)
    with pytest.raises(HistoryError, match="times its size"):
        mine.care.import_(gift)
    everything_works(mine)


def test_a_link_is_not_followed(gift: Path, mine: History, tmp_path: Path) -> None:
    (gift / "log.parquet").rename(tmp_path / "log.parquet")
    (gift / "log.parquet").symlink_to(tmp_path / "log.parquet")
    with pytest.raises(HistoryError, match=r"log\.parquet is missing"):
        mine.care.import_(gift)


NAMES = {
    "liver\u00a01.csv": "liver\u00a01.csv",
    "肝臓\u3000一.csv": "肝臓\u3000一.csv",
    "a\u200bb.csv": "a\u200bb.csv",
    "a\tb\x01.csv": "a\ufffdb\ufffd.csv",
    os.fsdecode(b"caf\xe9.csv"): "caf\ufffd.csv",
}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names of files")
def test_sessions_come_in_whatever_their_files_are_called(tmp_path: Path) -> None:
    history = History.open(tmp_path / "from.duckdb")
    for name in NAMES:
        table = tmp_path / name
        table.write_text(
            "Name,RT,Area\n" + "".join(f"GM3(36:{n}),{9 - n / 3},100\n" for n in range(3))
        )
        history.run(table)
    history.care.export(tmp_path / "gift")
    other = History.open(tmp_path / "to.duckdb")
    assert not other.care.import_(tmp_path / "gift").left_out
    assert sorted(other.sessions()["name"]) == sorted(NAMES.values())
    assert not history.care.move(tmp_path / "moved.duckdb").left_out
    assert other.care.verify().is_whole
