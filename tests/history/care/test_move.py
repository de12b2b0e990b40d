"""A history moves from a file to PostgreSQL and back without any difference, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import stores
from builders import HandMadeModel, assert_analyses_equal, build_analysis
from history_transfer import differences

from ganglioside.errors import HistoryError, TextError
from ganglioside.history import History, record
from ganglioside.history.care import move, transfer
from ganglioside.history.row_hashes import changing
from ganglioside.progress import Progress, ProgressEvent
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.verdicts.overrides import Override, Overrides

SAID = Overrides((Override(feature_id=1, verdict="valid", note="MS/MS", author="Ada"),))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with something of everything."""
    path = tmp_path_factory.mktemp("made") / "history.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "FittedModel", HandMadeModel)
        fill(History.open(path))
    return path


@pytest.fixture
def filled(made: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    """The same, of one's own."""
    monkeypatch.setattr(record, "FittedModel", HandMadeModel)
    return History.open(shutil.copy(made, place / "history.duckdb"))


def fill(history: History) -> None:
    carried = pd.DataFrame({"x": ["=1", None, "β", "", "\\."], "y": [1, None, 2.5, "a", True]})
    history.save(build_analysis(extra=carried).with_overrides(SAID), name="first \\N")
    history.replace_overrides(history.save(build_analysis(323)), SAID)
    failed = history.begin(Source.from_bytes("x.csv", b"\x00\xff"), Settings())
    events: list[ProgressEvent] = []
    Progress(events.append, failed).done("loading", "β")
    history.fail(failed, "lamp", events)
    job = history.jobs.add("export", {"a": [1, None], "b": 0.1}, "n")
    history.jobs.start(job)
    history.jobs.end(job, "completed", result={"c": 1e300}, events=events)
    history.delete(history.save(build_analysis(3)))
    history.tokens.add("Ada")


@pytest.fixture
def database(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with stores.address("postgres", place, monkeypatch) as url:
        yield url


def test_there_and_back_without_a_difference(filled: History, database: str, place: Path) -> None:
    moved = filled.care.move(database)
    assert (moved.sessions, moved.rows["jobs"]) == (3, 1)
    there = History.open(database)
    assert there.care.verify(sample=0).faults == ()
    for sid in filled.sessions().query("status == 'completed'")["id"]:
        assert_analyses_equal(there.load(sid), filled.load(sid))
        assert there.load(sid).overrides == filled.load(sid).overrides
    assert there.sessions().equals(filled.sessions())
    assert there.tokens.all() == []
    there.care.move(place / "back.duckdb")
    back = History.open(place / "back.duckdb")
    assert back.care.verify(sample=0).faults == ()
    assert set(differences(filled.path, back.path)) <= {"log", "tokens"}  # two imports; tokens stay
    assert list(back.care.log()["action"])[-2:] == ["imported"] * 2


@pytest.mark.parametrize("to", ["database", "file"])
def test_where_anything_differs_the_other_place_is_as_before(
    filled: History, database: str, place: Path, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = database if to == "database" else str(place / "other.duckdb")
    stored = transfer._Import.run

    def lose(self: Any, present: int) -> Any:
        done = stored(self, present)
        self._connection.execute("DELETE FROM events")
        return done

    monkeypatch.setattr(transfer._Import, "run", lose)
    with pytest.raises(HistoryError, match=r"differs from what was sent \(events, rows\)"):
        filled.care.move(target)
    if to == "file":
        assert not Path(target).exists()
    monkeypatch.undo()
    monkeypatch.setattr(record, "FittedModel", HandMadeModel)
    monkeypatch.setenv("XDG_DATA_HOME", str(place))
    assert History.open(target).care.log().empty
    assert filled.care.move(target).sessions == 3


def test_what_is_there_is_not_mixed(filled: History, database: str) -> None:
    other = History.open(database)
    own = other.save(build_analysis(1))
    with pytest.raises(HistoryError, match="holds a history already"):
        filled.care.move(database)
    assert list(other.sessions()["id"]) == [own]
    with pytest.raises(HistoryError, match="is already"):
        filled.care.move(filled.path)


def test_work_that_goes_on_is_waited_for(filled: History, place: Path) -> None:
    filled.jobs.add("analyze", {}, "waits")
    with pytest.raises(HistoryError, match=r"1 session or job .* is not at its end"):
        filled.care.move(place / "other.duckdb")
    assert not (place / "other.duckdb").exists()


def test_the_comparison_sees_every_part(filled: History) -> None:
    with filled._store.read() as connection:
        before = move._Facts.of(connection)
    for change in (
        "UPDATE sessions SET name = 'x'",
        "UPDATE jobs SET name = 'x'",
        "UPDATE events SET message = 'x'",
        "UPDATE overrides SET note = 'x'",
        "UPDATE log SET sha256 = 'x' WHERE number = 1",
        "DELETE FROM findings",
    ):
        with pytest.raises(HistoryError, match="differs"):
            compare_changed(filled, change, before)


def compare_changed(history: History, change: str, before: move._Facts) -> None:
    """Compare a history after a change, which is not kept."""
    with history._store.write() as connection:
        connection.execute(change)
        connection.execute(  # as the entry of the import
            "INSERT INTO log SELECT * REPLACE (99 AS number) FROM log WHERE number = 0"
        )
        move._require_equal(before, move._Facts.of(connection))


def test_what_cannot_be_taken_over_is_named(filled: History, database: str) -> None:
    sid = filled.sessions()["id"].iloc[0]
    with (  # as earlier versions did
        filled._store.write() as connection,
        changing(connection, "sessions", sid, "renamed", before="", after="a\tb"),
    ):
        connection.execute("UPDATE sessions SET name = 'a\tb' WHERE id = ?", [sid])
    with pytest.raises(HistoryError, match=f"so nothing was: {sid}: its row is damaged"):
        filled.care.move(database)
    assert History.open(database).care.log().empty


def test_rows_that_a_database_does_not_keep_are_named(filled: History, database: str) -> None:
    sid = filled.sessions()["id"].iloc[-1]
    with filled._store.write() as connection:
        connection.execute("UPDATE sessions SET name = ? WHERE id = ?", ["a\0b", sid])
    with pytest.raises(TextError, match=rf"U\+0000.* {sid} \(sessions, name\)\. Nothing was moved"):
        filled.care.move(database)
    assert History.open(database).sessions().empty
