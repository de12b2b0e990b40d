"""Statements of the history in PostgreSQL: values come back as they went in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd
import postgres_server
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from effort import PATIENCE
from silent_lines import Line

from ganglioside.errors import HistoryError, QueryError, TextError
from ganglioside.history import History
from ganglioside.history.storage.postgres.connection import require_answer, translated


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with postgres_server.server().database() as url:
        yield History.open(url)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT ?, '?', \"?\" -- ?\n, ?", ("SELECT $1, '?', \"?\" -- ?\n, $2", ())),
        ("SELECT 'it''s ?', $b, $a, $b", ("SELECT 'it''s ?', $1, $2, $1", ("b", "a"))),
        ("SELECT $1, $2, $1", ("SELECT $1, $2, $1", ())),
        ("SELECT lower(name)", ("SELECT lower_case(name)", ())),
        ("SELECT TRY_CAST(a->>'b' AS BIGINT)", ("SELECT whole_number(a->>'b')", ())),
    ],
)
def test_what_stands_for_a_value_is_numbered(query: str, expected: tuple[str, ...]) -> None:
    assert translated(query) == expected


#: Each with a text that is hard to send.
TEXTS = ["", None, 'q"x', "a\nb", "x\n\\.\ny", "\\N", "β,🦠", "\t"]


@pytest.mark.parametrize("texts", [TEXTS, [t for t in TEXTS if t is None or "\\." not in t]])
def test_rows_come_back_as_they_went_in(database: History, texts: list[str | None]) -> None:
    n = len(texts)
    numbers = [0.1, -0.0, None, 1e-300, 9.999999999999999e22, float("inf"), 2.5, 1 / 3][:n]
    rows = pa.table(
        {
            "session": pa.array(["s"] * n),
            "position": pa.array(range(n), pa.int64()),
            "name": pa.array(texts),
            "rt": pa.array(numbers),
            "anchor": pa.array([True, None, False, True, False, None, True, False][:n]),
            "feature_id": pa.array([2**62, None, -1, 0, 1, 2, 3, 4][:n], pa.int64()),
        }
    )
    with database._store.write() as connection:
        connection.append("features", rows)  # type: ignore[attr-defined]
    with database._store.read() as connection:
        listed = ", ".join(rows.column_names)
        back = connection.sql(f"SELECT {listed} FROM features ORDER BY position").to_arrow_table()
    assert back.equals(rows)
    assert str(back["rt"][1]) == "-0.0"


def test_json_stays_the_text_that_it_was_and_bytes_too(database: History) -> None:
    text = '{"b":  1.0, "a": [1e2, 0.10]}'
    row = {"session": "s", "columns": text, "model": text, "carried": b"\x00\xff'\\"}
    with database._store.write() as connection:
        connection.append("results", pa.Table.from_pylist([row]))  # type: ignore[attr-defined]
    with database._store.read() as connection:
        assert connection.execute("SELECT * FROM results").fetchall() == [tuple(row.values())]


def test_one_statement_at_a_time(database: History) -> None:
    with (
        pytest.raises(HistoryError, match="multiple commands"),
        database._store.read() as connection,
    ):
        connection.execute("SELECT 1; COMMIT; DELETE FROM log")


def test_nothing_is_written_by_who_reads(database: History) -> None:
    with (
        pytest.raises(HistoryError, match="A query only reads"),
        database._store.read() as connection,
    ):
        connection.execute("SELECT * FROM log FOR UPDATE")
    for statement in ("SELECT * FROM log FOR UPDATE", "DELETE FROM log", "SELECT 1; SELECT 2"):
        with pytest.raises(QueryError):
            database.query(statement)


def test_a_text_with_a_zero_is_refused_with_the_reason(database: History) -> None:
    rows = pa.table({"session": ["s"], "position": [0], "name": ["a\0b"]})
    with pytest.raises(TextError, match=r"U\+0000"), database._store.write() as connection:
        connection.append("features", rows)  # type: ignore[attr-defined]
    with pytest.raises(TextError, match=r"U\+0000"):
        database.session("a\0b")
    assert database.query("SELECT count(*) AS n FROM features")["n"].tolist() == [0]


def test_a_frame_has_the_types_that_duckdb_gives(database: History) -> None:
    found = database.query(
        "SELECT 1 AS i, sum(x) AS s, avg(x) AS a, max('t') AS t, true AS b, NULL AS n, "
        "max(TIMESTAMP '2026-01-02 03:04:05.000006') AS d FROM (VALUES (1), (2)) AS v(x) "
        "WHERE x < ?", [9]
    )  # fmt: skip
    assert found.iloc[0].drop("n").tolist() == [
        1, 3.0, 1.5, "t", True, pd.Timestamp(datetime(2026, 1, 2, 3, 4, 5, 6))
    ]  # fmt: skip


def test_a_table_is_written_to_parquet_whole(database: History, tmp_path: Path) -> None:
    rows = pa.table({"sha256": ["b", "a"], "content": [b"\x00", b""]})
    with database._store.write() as connection:
        connection.append("inputs", rows)  # type: ignore[attr-defined]
        connection.append("inputs", rows)  # type: ignore[attr-defined] # those that are there stay
    with database._store.read() as connection:
        assert connection.write_parquet("inputs", tmp_path / "inputs.parquet") == 2  # type: ignore[attr-defined]
    assert pq.read_table(tmp_path / "inputs.parquet").equals(rows.sort_by("sha256"))


def test_a_server_that_does_not_answer_in_time_is_left() -> None:
    with Line(postgres_server.server()) as line:
        connection = psycopg.connect(line.url("postgres"))
        require_answer(connection, PATIENCE)
        line.cut()
        with pytest.raises(psycopg.OperationalError, match="timeout"):
            require_answer(connection, 0.01)
        assert connection.closed


def test_a_server_that_has_gone_is_left_at_once() -> None:
    server = postgres_server.server()
    connection = psycopg.connect(server.url("postgres"))
    server.execute(f"SELECT pg_terminate_backend({connection.info.backend_pid})")
    with pytest.raises(psycopg.OperationalError):
        require_answer(connection, PATIENCE)
    connection.close()
