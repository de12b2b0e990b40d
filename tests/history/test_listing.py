"""The list of sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from builders import (
    build_analysis,
)

from ganglioside.columns import VERDICTS
from ganglioside.errors import QueryError
from ganglioside.history import History
from ganglioside.history.listing import SORTS, SessionQuery, SortBy

pytestmark = pytest.mark.usefixtures("stays_open")


def test_the_list_tells_what_each_session_found(history: History) -> None:
    analysis = build_analysis(7)
    before = datetime.now(UTC)
    first = history.save(analysis, name="liver 3")
    second = history.save(build_analysis(5))
    listed = history.sessions()
    assert list(listed["id"]) == [second, first]
    row = listed.set_index("id").loc[first]
    assert (row["name"], row["sample_type"], row["status"]) == ("liver 3", "porcine", "completed")
    assert row["features"] == 7
    assert row[list(VERDICTS)].sum() == 7
    assert row["valid"] == 2
    assert (row["file_name"], row["file_size"]) == (analysis.source.name, analysis.source.size)
    assert row["sha256"] == analysis.source.sha256
    assert before - timedelta(seconds=1) < row["created"] <= row["completed"] <= datetime.now(UTC)
    assert listed.set_index("id").loc[second, "name"] == analysis.source.name
    assert list(history.sessions(limit=1)["id"]) == [second]


def test_headlines_are_those_of_the_results(history: History) -> None:
    analysis = build_analysis(7)
    sid = history.save(analysis)
    begun = history.begin(analysis.source, analysis.settings)
    assert history.headlines([sid, begun, "no such id"]) == {sid: analysis.summary.headline}
    assert history.headlines([]) == {}


def test_one_row_of_the_list(history: History) -> None:
    sid = history.save(build_analysis())
    history.save(build_analysis())
    pd.testing.assert_series_equal(
        history.session(sid), history.sessions().iloc[1], check_names=False
    )


def test_an_empty_list_has_the_same_types(history: History) -> None:
    empty = history.sessions().dtypes
    history.save(build_analysis())
    filled = history.sessions().dtypes
    assert empty.to_dict() == filled.to_dict()


@pytest.mark.either_store("like cases")
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [False, True])
def test_pages_hold_every_session_once_though_some_come_and_go(
    history: History, sort: SortBy, descending: bool
) -> None:
    made = [history.save(build_analysis(3), name) for name in ("b", "a", "c", "a", "b")]
    query = SessionQuery(sort=sort, descending=descending, limit=2)
    first = history.page(query)
    assert (first.total, len(first.sessions)) == (5, 2)
    history.save(build_analysis(3), "a new one, which is no matter")
    history.delete(first.sessions[0]["id"])
    found = [session["id"] for session in first.sessions]
    after = first.next
    while after is not None:
        page = history.page(SessionQuery(sort=sort, descending=descending, limit=2, after=after))
        found += [session["id"] for session in page.sessions]
        after = page.next
    assert len(found) == len(set(found))
    assert set(made) <= set(found)


def test_a_page_is_what_the_list_is(history: History) -> None:
    history.save(build_analysis(7), name="liver 3")
    (row,) = history.page().sessions
    listed = history.sessions().iloc[0]
    assert list(row) == list(history.sessions())
    for name in ("id", "name", "valid", "sha256", "author", "keep"):
        assert row[name] == listed[name]


def test_words_in_names_are_no_pattern(history: History) -> None:
    history.save(build_analysis(3), "100%_done")
    history.save(build_analysis(3), "100 done")
    found = history.page(SessionQuery(text="%_D")).sessions
    assert [session["name"] for session in found] == ["100%_done"]


@pytest.mark.parametrize("name", ["İzmir 3", "ÄPFEL", "Straße", "日本"])
def test_a_session_is_found_by_its_own_name(history: History, name: str) -> None:
    history.save(build_analysis(), name=name)
    assert [s["name"] for s in history.page(SessionQuery(text=name)).sessions] == [name]


@pytest.mark.parametrize("after", ["", "x", "bnVsbA", "WzEsMl0"])
def test_what_continues_no_page_is_refused(history: History, after: str) -> None:
    with pytest.raises(QueryError, match="does not continue"):
        history.page(SessionQuery(after=after))
