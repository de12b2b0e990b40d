"""Whether a history is carried without difference: python tests/benchmarks/history_transfer.py.

As many sessions as asked for (1,302) of simulated tables are saved, exported, imported into a
fresh history and compared: every table of both files row by row, some analyses with what they
were, and all hashes; some are run again. Raises at the first difference. With `--move` they go to a
PostgreSQL of its own, and from there into a fresh file.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import postgres_server
from builders import assert_analyses_equal

import ganglioside as gg
from ganglioside.history import History

#: Tables and entries that belong to one file only.
OWN_TABLES = ("schema_version", "schedule")
OWN_ENTRIES = "action = 'imported'"


def differences(left: Path, right: Path) -> list[str]:
    """Return the tables that do not hold the same rows in two history files."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{left}' AS l (READ_ONLY)")
        connection.execute(f"ATTACH '{right}' AS r (READ_ONLY)")
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'l' "
            "AND NOT list_contains(?, table_name) ORDER BY table_name",
            [list(OWN_TABLES)],
        ).fetchall()
        if len(tables) < 11:
            raise AssertionError(f"There is too little to compare: {tables}")
        return [name for (name,) in tables if _differs(connection, name)]


def _differs(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    rest = f"WHERE NOT ({OWN_ENTRIES})" if table == "log" else ""
    one, other = (f"SELECT * FROM {side}.{table} {rest}" for side in "lr")
    both = f"({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one})"
    return bool(connection.execute(both).fetchall())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=1302, help="sessions to carry")
    parser.add_argument("--move", action="store_true", help="to PostgreSQL and back")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (move_and_back if asked.move else carry)(Path(folder), asked.objects)


def move_and_back(folder: Path, sessions: int) -> None:
    """Save, move to PostgreSQL and into a fresh file, and compare; print how long each takes."""
    history = History.open(folder / "old.duckdb")
    save(history, sessions)
    server = postgres_server.server(safe=True)
    server.execute("CREATE DATABASE moved")
    current = history
    for place in (server.url("moved"), str(folder / "new.duckdb")):
        start = time.perf_counter()
        current.care.move(place)
        moved = time.perf_counter()
        current = History.open(place)
        require_whole(current)
        print(
            f"{sessions:,} sessions moved to {current.name} in {moved - start:.1f} s, verified in "
            f"{time.perf_counter() - moved:.1f} s",
            flush=True,
        )
    if found := differences(history.path, current.path):
        raise AssertionError(f"These tables differ: {found}")
    print("Every row of every table and all hashes are as they were.")


def save(history: History, sessions: int) -> tuple[list[gg.Analysis], list[str]]:
    """Save so many sessions of a few analyses; return these, and the ids."""
    analyses = [gg.analyze(gg.simulate(seed=seed)) for seed in range(min(8, sessions))]
    sids: list[str] = []
    while len(sids) < sessions:
        some = analyses[: min(len(analyses), sessions - len(sids))]
        sids += history.save_all([(a, f"session {len(sids) + i}") for i, a in enumerate(some)])
    return analyses, sids


def require_whole(history: History) -> tuple[str, ...]:
    """Sessions that were run again; raise an error unless all that a history holds is sound."""
    checked = history.care.verify(sample=8)
    if not checked.is_whole or checked.notes:
        raise AssertionError(f"{checked.faults} {checked.notes}")
    return checked.reruns


def carry(folder: Path, sessions: int) -> None:
    """Analyse, save, export, import and compare; print how long each takes."""
    history = History.open(folder / "old.duckdb")
    start = time.perf_counter()
    analyses, sids = save(history, sessions)
    saved = time.perf_counter()
    out = history.care.export(folder / "out")
    exported = time.perf_counter()
    fresh = History.open(folder / "new.duckdb")
    came = fresh.care.import_(folder / "out")
    imported = time.perf_counter()
    if found := differences(history.path, fresh.path):
        raise AssertionError(f"These tables differ: {found}")
    if out.rows != came.rows:
        raise AssertionError(f"{out.rows} went out, {came.rows} came in.")
    for number in range(0, sessions, max(1, sessions // 50)):
        expected = analyses[number % len(analyses)]
        assert_analyses_equal(fresh.load(sids[number]), expected)
    reruns = require_whole(fresh)
    print(
        f"{sessions:,} sessions, {out.rows['features']:,} features: no difference. Saved in "
        f"{saved - start:.1f} s, exported in {exported - saved:.1f} s, imported in "
        f"{imported - exported:.1f} s; all hashes hold, {len(reruns)} sessions run again "
        "give the same bits."
    )


if __name__ == "__main__":
    main()
