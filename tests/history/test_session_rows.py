"""Rows of one session: found by a beginning of their id, ended once, deleted whole."""

from __future__ import annotations

import pytest
from builders import (
    assert_analyses_equal,
    build_analysis,
)
from history_tables import TABLES, query

from ganglioside.errors import HistoryError
from ganglioside.history import STATUSES, History

pytestmark = pytest.mark.usefixtures("stays_open")


def test_a_beginning_of_an_id_is_enough_where_it_fits_one(history: History) -> None:
    sid = history.save(build_analysis(1))
    assert history.load(sid[:6]).source == history.load(sid).source
    history.save(build_analysis(1))
    with pytest.raises(HistoryError, match="more than one"):
        history.load(sid[:3])


@pytest.mark.parametrize("sid", ["", "zzz", "%", "' OR 1=1 --"])
def test_an_unknown_session_is_named(history: History, sid: str) -> None:
    history.save(build_analysis(1))
    for call in (
        history.load,
        history.delete,
        history.source,
        history.rerun,
        history.record_cancelled,
    ):
        with pytest.raises(HistoryError, match="no session"):
            call(sid)
    assert len(history.sessions()) == 1


@pytest.mark.lets_go("the file itself is asked")
def test_a_deleted_session_leaves_nothing_and_takes_nothing_along(history: History) -> None:
    kept, gone = history.save(build_analysis(6)), history.save(build_analysis(7))
    history.delete(gone)
    assert list(history.sessions()["id"]) == [kept]
    assert_analyses_equal(history.load(kept), build_analysis(6))
    for table in TABLES:
        assert query(history, f"SELECT DISTINCT session FROM {table}") == [(kept,)]
    history.delete(kept)
    for table in (*TABLES, "sessions", "results", "inputs"):
        assert query(history, f"SELECT count(*) FROM {table}") == [(0,)]


def test_an_ended_session_cannot_end_again(history: History) -> None:
    analysis = build_analysis()
    sid = history.begin(analysis.source, analysis.settings)
    history.record_cancelled(sid)
    assert history.session(sid)["status"] == "cancelled"
    for end in (history.record_cancelled, lambda s: history.fail(s, "x")):
        with pytest.raises(HistoryError, match="ended already"):
            end(sid)
    with pytest.raises(HistoryError, match="ended already"):
        history.complete(sid, analysis)


def test_every_status_can_be_stored(history: History) -> None:
    sid = history.save(build_analysis())
    with history._store.write() as connection:
        for status in STATUSES:
            connection.execute("UPDATE sessions SET status = ? WHERE id = ?", [status, sid])
    with pytest.raises(HistoryError), history._store.write() as connection:
        connection.execute("UPDATE sessions SET status = 'lost' WHERE id = ?", [sid])
    assert history.session(sid)["status"] == STATUSES[-1]
