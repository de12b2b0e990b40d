"""Who did what when: written with the deed, and no entry changes or goes unseen."""

from __future__ import annotations

import json
import platform
import re
from typing import Any

import pytest
from builders import build_analysis

from ganglioside.errors import HistoryError
from ganglioside.history import History, audit_log
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings

pytestmark = pytest.mark.usefixtures("stays_open")


def broken(history: History) -> list[str]:
    with history._store.read() as connection:
        return audit_log.broken_links(audit_log.entries(connection))


def tamper(history: History, sql: str, *, tell: bool = False) -> None:
    with history._store.write() as connection:
        if tell:
            audit_log.append(connection, "Ada", "renamed", "s")
        connection.execute(sql)


def test_every_deed_is_told(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", "Ada")
    analysis = build_analysis()
    sid = history.save(analysis, name="liver")
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", "Bob")
    history.rename(sid, "brain")
    begun = history.begin(analysis.source, analysis.settings)
    history.complete(begun, analysis)
    failed = history.begin(Source.from_bytes("x", b"x"), Settings())
    history.fail(failed, "lamp")
    history.delete(sid)
    told = history.care.log()
    assert list(told["action"]) == ["completed", "renamed", "begun", "completed", "begun",
                                    "failed", "deleted"]  # fmt: skip
    assert list(told["subject"]) == [sid, sid, begun, begun, failed, failed, sid]
    assert list(told["author"]) == ["Ada", *["Bob"] * 6]
    assert set(told["host"]) == {platform.node()}
    details = [json.loads(text) for text in told["details"]]
    assert details[0]["input"] == analysis.source.sha256
    assert details[1] | {"row": ""} == {"before": "liver", "after": "brain", "row": ""}
    assert details[5]["error"] == "lamp"
    assert all(len(told_now["row"]) == 64 for told_now in details[:-1])
    assert details[6]["result"] == details[0]["result"] == details[3]["result"]
    assert list(history.care.log(sid)["action"]) == ["completed", "renamed", "deleted"]
    assert history.sessions().set_index("id").loc[begun, "author"] == "Bob"
    assert broken(history) == []


def test_an_undone_deed_is_not_told(history: History) -> None:
    with pytest.raises(HistoryError):
        tamper(history, "UPDATE log SET nonsense = 1", tell=True)
    assert history.care.log().empty


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE log SET author = 'Eve' WHERE number = 1", "Entry 1 .*changed"),
        ("UPDATE log SET details = '{}' WHERE number = 3", "Entry 3 .*changed"),
        ("UPDATE log SET time = time + INTERVAL '1 SECOND' WHERE number = 0", "Entry 0 .*changed"),
        ("DELETE FROM log WHERE number = 1", "before entry 2 .*removed"),
        ("DELETE FROM log WHERE number = 0", "before entry 1 .*removed"),
    ],
)
def test_a_change_of_the_log_is_found(history: History, sql: str, expected: str) -> None:
    sid = history.save(build_analysis(1), name="0")
    for number in range(1, 4):
        history.rename(sid, str(number))
    assert broken(history) == []
    tamper(history, sql)
    found = broken(history)
    assert len(found) == 1
    assert re.search(expected, found[0])


def test_the_types_of_an_empty_log_are_those_of_a_full_one(history: History) -> None:
    empty: Any = history.care.log().dtypes.to_dict()
    history.save(build_analysis(1))
    assert history.care.log().dtypes.to_dict() == empty
