"""A history that was changed behind its back says so, whatever was changed."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
import stores
from effort import some
from kept_open import kept_open
from stores import duckdb_only

import ganglioside as gg
from ganglioside.analysis import Analysis, analyze
from ganglioside.columns import IDENTIFIERS
from ganglioside.errors import HistoryAwayError, HistoryBusyError
from ganglioside.history import History, audit_log, record, session_rows
from ganglioside.history.care import verify
from ganglioside.history.opening import JUDGING_CODE, environment
from ganglioside.history.storage import log_heads, store
from ganglioside.history.storage.codec import summary_to_json
from ganglioside.progress import Progress, ProgressEvent
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.simulation.example import example
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside.verdicts.summary import Summary

pytestmark = pytest.mark.either_store("the same checks of rows")


@cache
def judged() -> Analysis:
    return analyze(example())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A history of real sessions: two completed, one failed; with a job and a schedule."""
    path = tmp_path_factory.mktemp("verify") / "history.duckdb"
    history = History.open(path)
    analysis = judged()
    overrides = Overrides((Override(feature_id=2, verdict="valid", note="MS/MS", author="Ada"),))
    sid = history.save(analysis.with_overrides(overrides), name="first")
    history.save(analyze(example(), Settings(outlier_threshold=2.0)), name="second")
    failed = history.begin(Source.from_bytes("x.csv", b"x"), Settings())
    events: list[ProgressEvent] = []
    Progress(events.append, failed).done("loading", "Read")
    history.fail(failed, "lamp", events)
    job = history.jobs.add("export", {"session": sid, "out": "x.csv"}, "x")
    history.jobs.start(job)
    history.jobs.beat(job, events)
    history.jobs.end(job, "completed", result={"file": "x.csv"})
    history.care.set_schedule(timedelta(days=400), timedelta(days=7))
    assert history.care.verify(sample=0).is_whole
    return path, sid


@pytest.fixture
def copied(filled: tuple[Path, str], tmp_path: Path) -> tuple[History, str]:
    shutil.copy(filled[0], tmp_path / "history.duckdb")
    return History.open(tmp_path / "history.duckdb"), filled[1]


@pytest.fixture
def opened(
    filled: tuple[Path, str], store: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[History, str]]:
    with stores.address(store, place, monkeypatch) as address, kept_open():
        stores.pour(filled[0], address)
        yield History.open(address), filled[1]


@pytest.fixture(scope="module")
def whole_on(
    filled: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], History]]:
    """What gives the filled history on a store: made once, since nobody changes it for good."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:

        @cache
        def on(store: str) -> History:
            address = stack.enter_context(stores.address(store, folder, patch))
            stores.pour(filled[0], address)
            return History.open(address)

        yield on


@pytest.fixture
def whole(
    whole_on: Callable[[str], History], filled: tuple[Path, str], store: str, stays_open: None
) -> tuple[History, str]:
    """The filled history, in which changes are taken back: see `changed`."""
    return whole_on(store), filled[1]


class NotKeptError(Exception):
    """Ends a transaction without its changes."""


@contextmanager
def changed(history: History, sql: str) -> Iterator[History]:
    """A history while it is changed behind its back; the change is not kept."""
    with suppress(NotKeptError), history._store.write() as connection:
        for statement in sql.split("; "):
            connection.execute(statement)
        yield History(history._store.kept_open(connection))
        raise NotKeptError


def faults_after(history: History, sql: str) -> tuple[str, ...]:
    """Faults that are found while a history is changed."""
    with changed(history, sql) as now:
        return now.care.verify(sample=0).faults


def tamper(history: History, sql: str) -> None:
    with history._store.write() as connection:
        for statement in sql.split("; "):
            connection.execute(statement)


def test_a_change_that_is_not_kept_leaves_no_fault(whole: tuple[History, str]) -> None:
    history, _ = whole
    assert faults_after(history, "DELETE FROM log") != ()
    assert history.care.verify(sample=0).faults == ()


def test_a_sound_history_is_whole_and_gives_the_same_again(opened: tuple[History, str]) -> None:
    history, _ = opened
    steps: list[tuple[int, int]] = []
    found = history.care.verify(sample=2, report=lambda done, total: steps.append((done, total)))
    assert found.faults == ()
    assert found.is_whole
    assert (found.sessions, found.inputs, found.unsealed) == (3, 2, 0)
    assert found.entries == len(history.care.log())
    assert len(found.reruns) == 2
    assert steps[-1] == (3, 3)
    assert found.notes == ()


def test_an_empty_history_is_whole(tmp_path: Path) -> None:
    found = History.open(tmp_path / "h.duckdb").care.verify()
    assert (found.is_whole, found.sessions, found.reruns) == (True, 0, ())


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE features SET rt = rt + 1e-12 WHERE position = 7 AND session = '{}'", "result was"),
        ("UPDATE features SET verdict = 'valid' WHERE session = '{}'", "result was changed"),
        ("UPDATE features SET position = 323 - position WHERE session = '{}'", "result was"),
        ("DELETE FROM features WHERE position = 3 AND session = '{}'", "result was changed"),
        ("UPDATE findings SET message = 'none' WHERE session = '{}'", "result was changed"),
        ("UPDATE models SET n = 1 WHERE session = '{}'", "result was changed"),
        ("UPDATE results SET model = model || ' ' WHERE session = '{}'", "result was changed"),
        ("UPDATE sessions SET summary = '{{}}' WHERE id = '{}'", "result was changed"),
        ("UPDATE sessions SET result_sha256 = 'x' WHERE id = '{}'", "log records another result"),
        ("UPDATE sessions SET sha256 = 'x' WHERE id = '{}'", "input is gone"),
        duckdb_only(
            "UPDATE inputs SET content = content || 'x'::BLOB", "input .* is not what was received"
        ),
        ("DELETE FROM inputs", "input is gone"),
        ("UPDATE overrides SET verdict = 'outlier' WHERE session = '{}'", "other overrides"),
        ("DELETE FROM overrides WHERE session = '{}'", "other overrides"),
        ("UPDATE overrides SET name = 'GM3(36:1;O2)' WHERE session = '{}'", "other overrides"),
        (
            "UPDATE overrides SET confirmed_by = 'Bob', confirmed_at = time WHERE session = '{}'",
            "other overrides",
        ),
        ("DELETE FROM sessions WHERE id = '{}'", "which is missing"),
        ("UPDATE log SET author = 'Eve' WHERE number = 0", "log .* was changed"),
    ],
)
def test_what_was_changed_is_found(whole: tuple[History, str], sql: str, expected: str) -> None:
    history, sid = whole
    faults = faults_after(history, sql.format(sid))
    assert any(re.search(expected, fault) for fault in faults), faults


#: Everything that belongs to a session, taken out with it.
TAKE_OUT = "; ".join(
    f"DELETE FROM {table} WHERE {key} = '{{0}}'"
    for table, key in {
        **dict.fromkeys(
            ("features", "models", "findings", "problems", "results", "overrides"), "session"
        ),
        "events": "owner",
        "sessions": "id",
    }.items()
)
COPY = (
    "INSERT INTO {0} BY NAME SELECT * REPLACE ('0123456789abcd' AS {1}) FROM {0} "
    "WHERE {1} = '{{0}}'"
)
PUT_IN = "; ".join(
    COPY.format(table, key)
    for table, key in {
        **dict.fromkeys(("features", "models", "findings", "problems", "results"), "session"),
        "sessions": "id",
    }.items()
)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (TAKE_OUT, "Session .* is missing"),
        duckdb_only(PUT_IN, "Session 0123456789abcd was inserted"),
        ("UPDATE sessions SET name = 'other' WHERE id = '{0}'", "name is 'other'.*'first'"),
        ("UPDATE sessions SET author = 'Eve' WHERE id = '{0}'", "author is 'Eve'"),
        ("UPDATE sessions SET author = NULL WHERE id = '{0}'", "author is None"),
        ("UPDATE sessions SET keep = true WHERE id = '{0}'", "row was changed .*keep"),
        ("UPDATE sessions SET created = created - INTERVAL '1 DAY' WHERE id = '{0}'", "row was"),
        ("UPDATE sessions SET started = NULL WHERE id = '{0}'", "row was changed"),
        ("UPDATE sessions SET completed = now()::TIMESTAMP WHERE id = '{0}'", "row was changed"),
        ("UPDATE sessions SET file_name = 'y.csv' WHERE id = '{0}'", "row was changed"),
        ("UPDATE sessions SET file_size = 1 WHERE id = '{0}'", "row was changed"),
        ("UPDATE sessions SET environment = '{{}}' WHERE id = '{0}'", "row was changed"),
        ("UPDATE sessions SET rerun_of = '{0}' WHERE id = '{0}'", "row was changed"),
        ("UPDATE sessions SET host = 'elsewhere' WHERE id = '{0}'", "row was changed"),
        ("UPDATE sessions SET pid = 1 WHERE id = '{0}'", "row was changed"),
        ("UPDATE sessions SET reading = NULL WHERE id = '{0}'", "row was changed"),
        ("UPDATE sessions SET sample_type = 'human' WHERE id = '{0}'", "row was changed"),
        ("UPDATE sessions SET version = '9' WHERE id = '{0}'", "row was changed"),
        ("UPDATE sessions SET result_sha256 = NULL WHERE id = '{0}'", "another result"),
        ("UPDATE sessions SET status = 'cancelled' WHERE status = 'failed'", "is 'cancelled'"),
        ("UPDATE sessions SET status = 'failed' WHERE id = '{0}'", "status is 'failed'"),
        ("UPDATE sessions SET error = 'none' WHERE status = 'failed'", "row was changed"),
        ("UPDATE events SET message = 'x' WHERE owner IN (SELECT id FROM sessions)", "its events"),
        ("UPDATE events SET message = 'x' WHERE owner IN (SELECT id FROM jobs)", "its events"),
        ("DELETE FROM events", "its events"),
        duckdb_only("INSERT INTO events SELECT * REPLACE (7 AS number) FROM events", "its events"),
        duckdb_only("INSERT INTO events SELECT * REPLACE ('ab' AS owner) FROM events",
                    "neither a session"),
        ("UPDATE jobs SET parameters = '{{\"out\": \"y\"}}'", "Job .* row was changed"),
        ("UPDATE jobs SET result = '{{}}'", "Job .* row was changed"),
        ("UPDATE jobs SET author = 'Eve'", "Job .* row was changed"),
        ("UPDATE jobs SET status = 'pending', ended = NULL", "Job .* row was changed"),
        ("DELETE FROM jobs", "Job .* is missing"),
        duckdb_only("INSERT INTO jobs BY NAME SELECT * REPLACE ('ab' AS id) FROM jobs",
                    "Job ab was inserted"),
        ("DELETE FROM schedule", "schedule of the cleanup .* is missing"),
        ("UPDATE schedule SET older_than = 1", "schedule of the cleanup is not"),
        ("UPDATE schedule SET every = 9000", "schedule of the cleanup"),
        ("UPDATE schedule SET author = 'Eve'", "schedule of the cleanup"),
        ("UPDATE schedule SET last_run = '2999-01-01'", "schedule of the cleanup"),
        ("INSERT INTO schedule VALUES (1, 1, 'Eve', NULL)", "schedule of the cleanup"),
        duckdb_only("INSERT INTO log SELECT * FROM log WHERE number = 1", "present twice"),
        duckdb_only("INSERT INTO log SELECT * REPLACE (99 AS number) FROM log WHERE number = 1",
                    "twice"),
        duckdb_only("UPDATE log SET number = number + 5 WHERE number > 2",
                    "should have the number 3"),
        duckdb_only("UPDATE log SET number = CASE number WHEN 2 THEN 3 "
                    "ELSE 2 END WHERE number IN (2, 3)",
                    "comes before the entry that it follows"),
        ("DELETE FROM log WHERE number = 2", "before entry 3 .* was removed"),
        ("DELETE FROM log WHERE number > 3", "the log's end was cut off"),
        ("DELETE FROM log", "the log's end was cut off"),
        ("UPDATE log SET details = 'null' WHERE number = 1", "log .* was changed"),
        ("INSERT INTO inputs VALUES ('ab', 'x')", "belongs to no session"),
        duckdb_only("INSERT INTO inputs SELECT * FROM inputs", "is stored 2 times"),
        duckdb_only("INSERT INTO findings BY NAME SELECT id AS session, 0 AS position "
                    "FROM sessions "
                    "WHERE status = 'failed'", "not completed, but the table findings"),
    ],
)  # fmt: skip
def test_what_was_put_in_taken_out_or_said_otherwise_is_found(
    whole: tuple[History, str], sql: str, expected: str
) -> None:
    """Both ways: what is there must be in the log, and what is in the log must be there."""
    history, sid = whole
    faults = faults_after(history, sql.format(sid))
    assert any(re.search(expected, fault, re.DOTALL) for fault in faults), faults


def test_honest_changes_leave_it_whole(copied: tuple[History, str]) -> None:
    history, sid = copied
    history.rename(sid, "better")
    history.keep(sid)
    history.keep(sid, False)
    history.replace_overrides(sid, Overrides())
    history.delete(history.rerun(sid))
    waiting = history.jobs.add("analyze", {}, "x")
    history.jobs.request_cancel(waiting)
    history.begin(Source.from_bytes("y.csv", b"y"), Settings())
    history.care.cleanup(timedelta(days=300), dry_run=False)
    history.care.vacuum()
    tamper(history, "UPDATE schedule SET last_run = NULL")
    assert History.open(history.address).care.verify(sample=1).faults == ()
    History.open(history.address)  # the schedule is due: a cleanup has taken place
    assert history.care.schedule() is not None
    assert history.care.verify(sample=0).is_whole
    history.care.set_schedule(None)
    assert history.care.verify(sample=0).is_whole


def test_a_clock_that_goes_back_accuses_nobody(
    opened: tuple[History, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    history, sid = opened
    first = Overrides((Override(feature_id=3, verdict="outlier", note="n"),))
    second = Overrides((Override(feature_id=3, verdict="valid", note="n"),))
    history.replace_overrides(sid, first)
    history.rename(sid, "before")
    early = store.utc_now() - timedelta(hours=2)
    monkeypatch.setattr(audit_log, "utc_now", lambda: early)
    history.replace_overrides(sid, second)
    history.rename(sid, "after")
    assert not history.care.log()["number"].is_monotonic_increasing  # listed by time
    assert history.care.verify(sample=0).faults == ()


def test_no_honest_change_makes_a_changed_row_right(opened: tuple[History, str]) -> None:
    history, sid = opened
    tamper(history, f"UPDATE sessions SET file_name = 'y.csv' WHERE id = '{sid}'")
    tamper(history, "UPDATE jobs SET name = 'y', status = 'processing', pid = -5")
    again = History.open(history.address)  # marks the job as interrupted
    again.rename(sid, "later")
    again.keep(sid)
    faults = again.care.verify(sample=0).faults
    assert any(fault.startswith(f"Session {sid}: its row") for fault in faults)
    assert any(fault.startswith("Job") for fault in faults)


def test_a_head_kept_elsewhere_shows_a_log_that_was_written_anew(
    opened: tuple[History, str], tmp_path: Path
) -> None:
    """Who can write the file can write a new log, and the head beside it: not one elsewhere."""
    history, _ = opened
    kept = tmp_path / "elsewhere.jsonl"
    kept.write_text(history.care.head().line(history.name) + "\n")
    with history._store.write() as connection:
        last = audit_log.entries(connection)[-1]
        connection.execute("DELETE FROM log WHERE number = ?", [last.number])
        audit_log.append(connection, "Eve", "scheduled", older_than_days=400.0, every_days=7.0)
        connection.execute("UPDATE schedule SET author = 'Eve', last_run = NULL")
    log_heads.head_file(history.path).unlink()
    assert history.care.verify(sample=0).is_whole
    faults = history.care.verify(sample=0, heads=[kept]).faults
    assert len(faults) == 1
    assert "noted outside and is missing" in faults[0]


@pytest.mark.parametrize(
    "sql",
    some(
        [
            "UPDATE sessions SET settings = '[]'",
            "UPDATE sessions SET settings = '{\"x\": 1}'",
            'UPDATE sessions SET summary = \'{"features": "many"}\'',
            "UPDATE sessions SET summary = '3'",
            "UPDATE sessions SET summary = NULL",
            "UPDATE sessions SET reading = '[1]'",
            "UPDATE sessions SET environment = '[1]'",
            "UPDATE sessions SET pid = -5, status = 'processing'",
            "UPDATE sessions SET pid = 9223372036854775807, status = 'processing'",
            "UPDATE results SET model = 'x'",
            "UPDATE results SET model = '[' || repeat('[', 100000)",
            "UPDATE results SET columns = '[\"nothing\"]'",
            "UPDATE results SET carried = 'x'",
            "DELETE FROM results",
            "INSERT INTO results SELECT * FROM results",
            "UPDATE features SET verdict = 'x'",
            "UPDATE log SET details = '[1]'",
            'UPDATE log SET details = \'{"said": 3, "rows": 4, "ends": 5}\', action = \'imported\'',
            duckdb_only("UPDATE log SET time = 'infinity'"),
            "UPDATE jobs SET result = '[1]', parameters = '[2]'",
            "UPDATE jobs SET pid = -5, status = 'processing', host = 'x'",
            "UPDATE overrides SET verdict = 'x', feature_id = -3",
            "UPDATE overrides SET name = 'foo', confirmed_at = 'infinity'",
            "UPDATE events SET percentage = 'nan'",
            "UPDATE sessions SET created = '-infinity', completed = 'infinity'",
        ],
        one_in=3,
    ),
)
def test_a_damaged_row_spoils_itself_alone(opened: tuple[History, str], sql: str) -> None:
    """No command ends in a traceback: the list, the jobs, the log and verify go on."""
    history, _ = opened
    tamper(history, sql)
    again = History.open(history.address)
    assert len(again.sessions()) == 3
    assert len(again.jobs.all()) == 1
    assert not again.care.log().empty
    assert not again.care.verify(sample=3).is_whole
    sid = again.save(judged())
    assert not again.load(sid).features.empty


def test_a_result_that_cannot_be_had_again_is_found(
    opened: tuple[History, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a change of the method: all hashes are right, the outcome is another."""
    history, _ = opened
    monkeypatch.setattr(
        verify, "analyze", lambda table, settings: analyze(table, Settings(rt_tolerance=0.02))
    )
    faults = history.care.verify(sample=1).faults
    assert len(faults) == 1
    assert "gives another result when it is run again: features" in faults[0]


def test_a_summary_of_before_it_told_the_area_is_the_same_again(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_before(summary: Summary) -> str:
        values = json.loads(summary_to_json(summary))
        del values["area_explained"]
        return json.dumps(values | {"headline": "As it was said then."})

    with monkeypatch.context() as patch:
        patch.setattr(record, "summary_to_json", of_before)
        sid = history.save(gg.analyze(gg.example()))
    loaded = history.load(sid).summary
    assert math.isnan(loaded.area_explained)
    assert loaded.headline == "As it was said then."
    assert history.care.verify(sample=1).faults == ()

    with monkeypatch.context() as patch:
        patch.setattr(record, "summary_to_json", lambda s: of_before(replace(s, valid=s.valid + 1)))
        history.save(gg.analyze(gg.example()))
    (fault,) = history.care.verify(sample=2).faults
    assert "gives another result when it is run again: summary differ" in fault


def test_other_versions_are_told(
    opened: tuple[History, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    history, _ = opened
    with monkeypatch.context() as patch:
        patch.setattr(session_rows, "environment", lambda: {**environment(), "numpy": "1.0"})
        history.save(gg.analyze(gg.example()))
    found = history.care.verify(sample=3)
    assert found.is_whole
    assert len(found.notes) == 1
    assert "numpy 1.0 instead of" in found.notes[0]


def test_a_library_that_an_older_version_named_is_not_compared(
    opened: tuple[History, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions of before name scikit-learn, which computes nothing, and no pyarrow."""
    history, _ = opened
    present = {name: found for name, found in environment().items() if name != "pyarrow"}
    with monkeypatch.context() as patch:
        patch.setattr(session_rows, "environment", lambda: {**present, "scikit-learn": "1.0"})
        history.save(gg.analyze(gg.example()))
    found = history.care.verify(sample=3)
    assert (found.is_whole, found.notes) == (True, ())


def of_earlier_code(history: History, code: str | None, analysis: Analysis) -> str:
    """Save an analysis as a version with other code has made it; None: with none that is known."""
    known = {name: found for name, found in environment().items() if name != JUDGING_CODE}
    made_by = known if code is None else {**known, JUDGING_CODE: code}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session_rows, "environment", lambda: made_by)
        return history.save(analysis)


@pytest.mark.parametrize("code", [None, "0123456789abcdef"])
def test_what_earlier_code_judged_differently_is_no_damage(
    opened: tuple[History, str], code: str | None
) -> None:
    history, _ = opened
    judged_differently = replace(judged(), features=judged().features.assign(confidence=0.5))
    sid = of_earlier_code(history, code, judged_differently)
    found = history.care.verify(sample=10)
    assert (found.faults, found.earlier) == ((), 1)
    assert len(found.reruns) == 2
    assert sid not in found.reruns


def test_the_same_from_this_code_is_told(opened: tuple[History, str]) -> None:
    history, _ = opened
    sid = history.save(replace(judged(), features=judged().features.assign(confidence=0.5)))
    found = history.care.verify(sample=10)
    assert (found.earlier, len(found.reruns)) == (0, 3)
    assert found.faults == (
        f"Session {sid} gives another result when it is run again: features differ.",
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE features SET verdict = 'valid' WHERE session = '{}'", "result was changed"),
        duckdb_only(
            "UPDATE inputs SET content = content || 'x'::BLOB", "input .* is not what was received"
        ),
        ("UPDATE sessions SET result_sha256 = 'x' WHERE id = '{}'", "log records another result"),
    ],
)
def test_damage_to_what_earlier_code_judged_is_found(
    opened: tuple[History, str], sql: str, expected: str
) -> None:
    history, _ = opened
    sid = of_earlier_code(history, None, judged())
    tamper(history, sql.format(sid))
    found = history.care.verify(sample=0)
    assert found.earlier == 1
    assert any(re.search(expected, fault) for fault in found.faults), found.faults


def test_nobody_excuses_a_result_by_earlier_code(opened: tuple[History, str]) -> None:
    history, sid = opened
    tamper(history, f"UPDATE sessions SET environment = '{{}}' WHERE id = '{sid}'")
    found = history.care.verify(sample=0)
    assert found.earlier == 1
    assert any(sid in fault and "row was changed" in fault for fault in found.faults)


def test_columns_that_an_older_version_did_not_have_are_not_compared(
    opened: tuple[History, str],
) -> None:
    history, _ = opened
    analysis = gg.analyze(gg.example())
    older = analysis.features.drop(columns=[*IDENTIFIERS, "row"])
    sid = history.save(replace(analysis, features=older))
    assert list(history.load(sid).features) == list(older)
    found = history.care.verify(sample=3)
    assert (found.is_whole, len(found.reruns)) == (True, 3)


def test_sessions_of_older_versions_have_no_seal(opened: tuple[History, str]) -> None:
    history, _ = opened
    tamper(history, "UPDATE sessions SET result_sha256 = NULL; DELETE FROM log")
    found = history.care.verify()
    assert (found.unsealed, found.reruns) == (2, ())


def before(step: str, act: Callable[[], object], patch: pytest.MonkeyPatch) -> None:
    """Let somebody act once, between two transactions of a check: before this step of it."""
    kept = getattr(verify, step)

    def wrapped(*arguments: object) -> object:
        patch.setattr(verify, step, kept)
        act()
        return kept(*arguments)

    patch.setattr(verify, step, wrapped)


@pytest.mark.parametrize("step", ["_check_heads", "_check_inputs", "_check_sessions", "_rerun"])
@pytest.mark.parametrize("act", ["save", "override", "delete", "complete", "cancel"])
def test_what_others_store_meanwhile_is_no_fault(
    opened: tuple[History, str], step: str, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history, sid = opened
    going_on = history.begin(judged().source, judged().settings)
    other = History.open(history.address)

    def delete_all() -> None:
        for found in other.sessions()["id"]:
            other.delete(found)

    acts: dict[str, Callable[[], object]] = {
        "save": lambda: other.save(judged()),
        "override": lambda: other.override(sid, 3, "valid", note="Seen."),
        "delete": delete_all,
        "complete": lambda: other.complete(going_on, judged()),
        "cancel": lambda: other.record_cancelled(going_on),
    }
    before(step, acts[act], monkeypatch)
    found = history.care.verify(sample=1)
    assert found.faults == ()
    assert (found.reruns == ()) == (act == "delete")
    assert history.care.verify(sample=0).faults == ()


def test_what_others_store_while_the_log_is_read_is_no_fault(
    opened: tuple[History, str], store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a database nobody waits for the check."""
    if store == "file":
        return
    history, _ = opened
    other = History.open(history.address)
    before("_strays", lambda: other.save(judged()), monkeypatch)
    assert history.care.verify(sample=0).faults == ()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE features SET verdict = 'valid' WHERE session = '{}'", "its result was changed"),
        ("DELETE FROM overrides WHERE session = '{}'", "log records other overrides"),
        ("UPDATE sessions SET sha256 = 'x' WHERE id = '{}'", "log records another input"),
        ("DELETE FROM results WHERE session = '{}'", "cannot be read"),
        ("DELETE FROM sessions WHERE id = '{}'", "is missing"),
    ],
)
def test_what_is_changed_behind_its_back_is_found_while_others_work(
    opened: tuple[History, str], sql: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history, sid = opened
    other = History.open(history.address)

    def act() -> None:
        other.override(sid, 3, "valid", note="Seen.")
        other.rename(sid, "better")
        tamper(other, sql.format(sid))

    before("_check_sessions", act, monkeypatch)
    faults = history.care.verify(sample=0).faults
    expected = rf"Session {sid}.* {expected}"
    assert any(re.search(expected, fault) for fault in faults), faults


@pytest.mark.file_only("a file has one lock")
@pytest.mark.parametrize("step", ["_check_inputs", "_check_sessions", "_rerun"])
def test_a_history_that_others_hold_is_not_called_damaged(
    copied: tuple[History, str], step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copied[0].path
    with ExitStack() as stack:
        held = store.Store(path, 1.0).locked()
        before(step, lambda: stack.enter_context(held), monkeypatch)
        with pytest.raises(HistoryBusyError, match="is in use"):
            History.open(path, timeout=0.1).care.verify(sample=1)
    assert copied[0].care.verify(sample=0).is_whole


@pytest.mark.parametrize("error", [HistoryBusyError, HistoryAwayError])
@pytest.mark.parametrize("step", ["_changed_inputs", "_changed_sessions", "_compare_again"])
def test_a_database_that_is_away_is_not_called_damaged(
    whole: tuple[History, str], step: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise error("It does not answer.")

    monkeypatch.setattr(verify, step, away)
    with pytest.raises(error, match="does not answer"):
        whole[0].care.verify(sample=1)
