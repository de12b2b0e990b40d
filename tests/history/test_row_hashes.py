"""Hashes of rows: what the log keeps of sessions and jobs, so that every change is found."""

from __future__ import annotations

import json

import pytest
from builders import build_analysis

from ganglioside.history import History
from ganglioside.history.row_hashes import (
    NO_EVENTS,
    adopted,
    changing,
    event_hashes,
    row_hash,
    row_hashes,
)
from ganglioside.progress import Progress, ProgressEvent

pytestmark = [
    pytest.mark.either_store("about the hashes"),
    pytest.mark.usefixtures("stays_open"),
]


def hash_of(history: History, sid: str) -> str:
    with history._store.read() as connection:
        return row_hash(connection, "sessions", sid)


def logged(history: History, sid: str) -> dict[str, str]:
    return dict(json.loads(history.care.log(sid)["details"].iloc[-1]))


@pytest.mark.parametrize(
    ("sql", "changes"),
    [
        ("UPDATE sessions SET heartbeat = now()::TIMESTAMP", False),
        ("UPDATE sessions SET error = 'x'", True),
        ("UPDATE sessions SET created = created + INTERVAL '1 MICROSECOND'", True),
        ("UPDATE sessions SET reading = NULL", True),
    ],
)
def test_all_of_a_row_counts_but_its_heartbeat(history: History, sql: str, changes: bool) -> None:
    sid = history.save(build_analysis())
    before = hash_of(history, sid)
    with history._store.write() as connection:
        connection.execute(sql)
    assert (hash_of(history, sid) != before) is changes


def test_a_column_without_a_value_counts_as_absent(history: History) -> None:
    sid = history.save(build_analysis())
    before = hash_of(history, sid)
    with history._store.write() as connection:
        connection.execute("CREATE TEMP TABLE t AS SELECT * FROM sessions")
        connection.execute("ALTER TABLE t ADD COLUMN later VARCHAR")
        assert row_hashes(connection, "t")[sid] == before  # type: ignore[arg-type]


def test_events_are_hashed_by_owner_and_none_have_a_hash_too(history: History) -> None:
    events: list[ProgressEvent] = []
    Progress(events.append).done("loading", "x")
    job, silent = history.jobs.add("analysis", {}, "n"), history.jobs.add("analysis", {}, "m")
    history.jobs.beat(job, events)
    with history._store.read() as connection:
        assert event_hashes(connection, [silent]) == {silent: NO_EVENTS}
        assert event_hashes(connection, [job])[job] == event_hashes(connection)[job] != NO_EVENTS
        assert event_hashes(connection, []) == {}


def test_an_honest_change_is_logged_with_the_new_hash(history: History) -> None:
    sid = history.save(build_analysis())
    history.rename(sid, "other")
    assert logged(history, sid)["row"] == hash_of(history, sid)


def test_an_honest_change_does_not_make_a_changed_row_right(history: History) -> None:
    sid = history.save(build_analysis())
    with history._store.write() as connection:
        connection.execute("UPDATE sessions SET author = 'Eve'")
    with history._store.write() as connection, changing(connection, "sessions", sid, "kept"):
        connection.execute("UPDATE sessions SET keep = true")
    assert "row" not in logged(history, sid)
    assert not history.care.verify(sample=0).is_whole


def test_what_is_adopted_has_all_hashes_and_events_of_what_has_ended(history: History) -> None:
    analysis = build_analysis()
    ended, running = history.save(analysis), history.begin(analysis.source, analysis.settings)
    with history._store.read() as connection:
        found = adopted(connection)
        assert found["rows"] == {"sessions": row_hashes(connection, "sessions"), "jobs": {}}
        assert set(adopted(connection, sessions=[running])["rows"]["sessions"]) == {running}
    assert found["events"] == {ended: NO_EVENTS}
