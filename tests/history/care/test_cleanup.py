"""Cleanup and its schedule: what goes was asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import assert_analyses_equal, build_analysis

from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history.care import cleanup
from ganglioside.history.care.cleanup import parse_age
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings

pytestmark = [
    pytest.mark.either_store("the same rows are chosen"),
    pytest.mark.usefixtures("stays_open"),
]


def age(history: History, sid: str, days: float) -> None:
    """Let a session have ended so many days ago."""
    with history._store.write() as connection:
        connection.execute(
            f"UPDATE sessions SET completed = completed - INTERVAL '{days * 24} HOUR' WHERE id = ?",
            [sid],
        )


def test_cleanup_takes_what_is_old_and_not_kept(history: History) -> None:
    old, kept, young, failed = (history.save(build_analysis(n)) for n in (1, 2, 3, 4))
    begun = history.begin(Source.from_bytes("x", b"x"), Settings())
    history.keep(kept)
    with history._store.write() as connection:
        connection.execute("UPDATE sessions SET status = 'failed' WHERE id = ?", [failed])
    for sid in (old, kept, failed):
        age(history, sid, 31)
    age(history, young, 29)
    dry = history.care.cleanup(timedelta(days=30))
    assert list(dry["id"]) == [failed, old]
    assert len(history.sessions()) == 5
    gone = history.care.cleanup(timedelta(days=30), dry_run=False)
    assert list(gone["id"]) == [failed, old]
    assert set(history.sessions()["id"]) == {kept, young, begun}
    assert_analyses_equal(history.load(kept), build_analysis(2))
    assert list(history.care.log(old)["action"]) == ["completed", "deleted"]
    assert "older than 30 days" in history.care.log(old)["details"].iloc[-1]
    history.keep(kept, False)
    assert list(history.care.cleanup(timedelta(days=30), dry_run=False)["id"]) == [kept]
    assert list(history.care.log(kept)["action"]) == ["completed", "kept", "released", "deleted"]


def test_cleanup_takes_old_jobs_with_their_events(history: History) -> None:
    job = history.jobs.add("analysis", {}, "n")
    history.jobs.end(job, "completed")
    history.care.cleanup(timedelta(days=1), dry_run=False)
    assert len(history.jobs.all()) == 1
    with history._store.write() as connection:
        connection.execute("UPDATE jobs SET ended = ended - INTERVAL '2 DAY'")
    history.care.cleanup(timedelta(days=1), dry_run=False)
    assert history.jobs.all() == []


@pytest.mark.parametrize("days", [0, -1])
def test_cleanup_never_takes_everything(history: History, days: int) -> None:
    history.save(build_analysis(1))
    with pytest.raises(HistoryError, match="above zero"):
        history.care.cleanup(timedelta(days=days), dry_run=False)
    assert len(history.sessions()) == 1


def test_a_schedule_is_off_until_somebody_sets_it(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, young = history.save(build_analysis(1)), history.save(build_analysis(2))
    age(history, old, 40)
    assert history.care.schedule() is None
    assert len(History.open(history.address).sessions()) == 2
    history.care.set_schedule(timedelta(days=30), timedelta(days=7))
    assert list(History.open(history.address).sessions()["id"]) == [young]
    age(history, young, 40)
    assert len(History.open(history.address).sessions()) == 1  # not due again
    later = cleanup.utc_now() + timedelta(days=8)
    with monkeypatch.context() as patch:
        patch.setattr(cleanup, "utc_now", lambda: later)
        assert History.open(history.address).sessions().empty
    history.care.set_schedule(None)
    assert history.care.schedule() is None
    assert list(history.care.log()["action"]).count("scheduled") == 2


@pytest.mark.parametrize(
    ("text", "days"), [("30d", 30), ("12h", 0.5), (" 6 w ", 42), ("2y", 730.5), ("0.5d", 0.5)]
)
def test_ages_are_read(text: str, days: float) -> None:
    assert parse_age(text) == timedelta(days=days)


@pytest.mark.parametrize("text", ["", "30", "d", "-3d", "3 months", "1e3d"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(HistoryError, match="no age"):
        parse_age(text)


@pytest.mark.parametrize(
    "text", ["0h", "0.1h", "0y", "99999999999999y", "1001y", "9" * 400 + "h", "0.0000001d"]
)
def test_an_age_that_nobody_means_is_refused(text: str) -> None:
    with pytest.raises(HistoryError, match="1h to 1000y"):
        parse_age(text)
    assert parse_age("1h") == timedelta(hours=1)
    assert parse_age("1000y") == timedelta(days=365_250)
