"""What analysts said stays with the session: the last word counts, none is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import build_analysis

from ganglioside.analysis import analyze
from ganglioside.errors import HistoryError, OverrideError
from ganglioside.history import History, audit_log
from ganglioside.history.author import current_author
from ganglioside.history.overrides import log_rows
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.simulation.example import example
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside.verdicts.review import confirm, later, rename

pytestmark = pytest.mark.usefixtures("stays_open")

FIRST = Override(feature_id=1, verdict="valid", note="MS/MS, fraction β", author="Ada")
SECOND = Override(feature_id=3, anchor=False, author="Ada")
THIRD = Override(feature_id=1, verdict="fragment", note="looked again", author="Bob")


def test_overrides_come_back_with_the_analysis(history: History) -> None:
    overrides = Overrides((FIRST, SECOND))
    sid = history.save(build_analysis().with_overrides(overrides))
    assert history.load(sid).overrides == overrides
    assert history.load(history.save(build_analysis())).overrides == Overrides()


def test_the_last_word_counts_and_the_trail_holds_all(history: History) -> None:
    sid = history.save(build_analysis())
    history.replace_overrides(sid, Overrides((FIRST, SECOND)))
    history.replace_overrides(sid, Overrides((FIRST, SECOND)))  # says nothing new
    history.replace_overrides(sid, Overrides((THIRD, SECOND)))
    history.replace_overrides(sid, Overrides((THIRD,)))
    assert history.load(sid).overrides == Overrides((THIRD,))
    trail = history.override_trail(sid)
    assert list(trail["feature_id"]) == [1, 3, 1, 3]
    assert list(trail["author"]) == ["Ada", "Ada", "Bob", current_author()]
    assert trail.iloc[3][["verdict", "anchor"]].isna().all()
    told = history.care.log(sid)
    assert list(told["action"]) == ["completed", "overridden", "overridden", "overridden"]
    rows = [row for text in told["details"][1:] for row in json.loads(text)["said"]]
    assert [row["feature_id"] for row in rows] == [1, 3, 1, 3]
    assert rows[0]["note"] == FIRST.note
    history.replace_overrides(sid, Overrides())
    assert history.load(sid).overrides == Overrides()


def test_decisions_come_back_and_are_in_the_log(history: History) -> None:
    renamed = confirm(rename(1, "GM3(36:1;O2)", author="Ada"), "Bob")
    made = Overrides((renamed, later(3, author="Ada")))
    sid = history.save(build_analysis().with_overrides(made))
    assert history.load(sid).overrides == made
    (text,) = history.care.log(sid)["details"][1:]
    first, second = json.loads(text)["said"]
    assert (first["name"], first["confirmed_by"]) == ("GM3(36:1;O2)", "Bob")
    assert first["confirmed_at"].startswith(f"{renamed.confirmed_at:%Y-%m-%dT%H:%M}")
    assert second["later"] is True
    assert "later" not in first
    assert "name" not in second
    assert history.care.verify(sample=0).is_whole


def test_the_log_holds_an_override_without_a_decision_as_it_did_before_there_were_any() -> None:
    when = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    assert log_rows(Overrides((replace(FIRST, time=when),)).to_frame()) == [
        {
            "feature_id": 1,
            "verdict": "valid",
            "anchor": None,
            "note": "MS/MS, fraction β",
            "author": "Ada",
            "time": "2026-03-01T12:30:00.000000Z",
        }
    ]


def test_overrides_of_another_table_are_refused_whole(history: History) -> None:
    sid = history.save(build_analysis(3))
    with pytest.raises(OverrideError, match="no feature 3"):
        history.replace_overrides(sid, Overrides((FIRST, SECOND)))
    begun = history.begin(Source.from_bytes("x", b"x"), Settings())
    with pytest.raises(HistoryError, match="no result"):
        history.replace_overrides(begun, Overrides((FIRST,)))
    assert history.override_trail(sid).empty
    assert list(history.care.log()["action"]) == ["completed", "begun"]


def test_a_note_that_no_database_keeps_is_refused_and_one_of_before_stays(
    history: History,
) -> None:
    sid = history.save(build_analysis())
    note = replace(FIRST, note="a\0b")
    for keep in (
        lambda: history.put_override(sid, note),
        lambda: history.replace_overrides(sid, Overrides((note,))),
    ):
        with pytest.raises(OverrideError, match=r"U\+0000"):
            keep()
    assert len(history.override_trail(sid)) == 0
    if history.address.startswith("postgresql"):
        return
    before = history.save(build_analysis().with_overrides(Overrides((note,))))
    assert history.put_override(before, SECOND).of(1) == note
    history.replace_overrides(before, Overrides((note,)))
    assert history.load(before).overrides == Overrides((note,))


def test_they_go_with_their_session_but_stay_in_the_log(history: History) -> None:
    sid = history.save(build_analysis().with_overrides(Overrides((FIRST,))))
    history.delete(sid)
    with history._store.read() as connection:
        assert connection.execute("SELECT count(*) FROM overrides").fetchall() == [(0,)]
        assert audit_log.broken_links(audit_log.entries(connection)) == []
    assert "fraction" in history.care.log(sid)["details"][1]


def test_a_session_runs_again_with_the_anchors_and_words_it_had(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.duckdb")
    table = example()
    anchors = table.data.index[table.data["anchor"]][:3]
    marks = Overrides(tuple(Override(feature_id=int(row), anchor=False) for row in anchors))
    analysis = replace(analyze(marks.mark(table)), overrides=marks)
    sid = history.save(analysis)
    again = history.load(history.rerun(sid))
    assert again.overrides == marks
    assert again.features.equals(analysis.features)
    assert not again.features.equals(analyze(table).features)
