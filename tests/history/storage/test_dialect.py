"""What the stores do each in its own way has the same outcome."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ganglioside.history import History
from ganglioside.history.storage import dialect


def test_rows_go_in_and_out(history: History, tmp_path: Path) -> None:
    rows = pa.table(
        {
            "owner": ["b", "a"],
            "number": [0, 0],
            "type": ["log"] * 2,
            "step": ["x"] * 2,
            "message": ["β", ""],
            "percentage": [1.5, 0.0],
            "timestamp": ["t"] * 2,
        }
    )
    with history._store.write() as connection:
        dialect.append_rows(connection, "events", rows)
        dialect.take_tail(connection)
    with history._store.read(tmp_path) as connection:
        assert dialect.write_parquet(connection, "events", tmp_path / "events.parquet") == 2
    back = pq.read_table(tmp_path / "events.parquet").select(rows.column_names)
    assert back.sort_by("owner").to_pylist() == rows.sort_by("owner").to_pylist()


def test_one_row_goes_in_as_several_do(history: History) -> None:
    row = {
        "owner": "c",
        "number": 7,
        "type": "log",
        "step": "'; --",
        "message": "β",
        "percentage": 0.1 + 0.2,
        "error": None,
        "timestamp": "t",
    }
    with history._store.write() as connection:
        dialect.append_rows(connection, "events", pa.Table.from_pylist([row]))
    with history._store.read() as connection:
        names = ", ".join(f'"{name}"' for name in row)
        found = connection.execute(f"SELECT {names} FROM events WHERE owner = 'c'").fetchall()
    assert found == [tuple(row.values())]


def test_a_connection_is_known(history: History, store: str) -> None:
    with history._store.write() as connection:
        assert (dialect.as_postgres(connection) is None) == (store == "file")
        if store == "file":
            assert dialect.as_file(connection) is connection
            with pytest.raises(TypeError):
                dialect.make_room(connection, "now")
        else:
            assert dialect.make_room(connection, "now") is None  # there is nothing to keep
            connection.execute("DELETE FROM schema_version WHERE version > 9")
            assert dialect.make_room(connection, "now") == "ganglioside_before_now"
            assert connection.execute("SELECT count(*) FROM log").fetchall() == [(0,)]
            connection.execute("DELETE FROM schema_version WHERE version > 9")
            again = dialect.make_room(connection, "now")  # within the same second
            assert again == "ganglioside_before_now_1"
            connection.execute(f"DROP SCHEMA {again} CASCADE")
            connection.execute("DROP SCHEMA ganglioside_before_now CASCADE")
