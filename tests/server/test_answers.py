"""Answers: the history's rows as JSON."""

from __future__ import annotations

import json
import math
from datetime import datetime
from pathlib import Path

import httpx
import pandas as pd

from ganglioside.history import History
from ganglioside.server.answers import JobAnswer, number_or_none, table_json


def test_missing_and_infinite_numbers_are_strict_json() -> None:
    frame = pd.DataFrame({"a": [1.0, math.nan, math.inf], "b": ["ß", None, "x"]})
    text = table_json("rows", frame, total=3)
    assert json.loads(text) == {
        "total": 3,
        "rows": [{"a": 1.0, "b": "ß"}, {"a": None, "b": None}, {"a": "inf", "b": "x"}],
    }
    assert (number_or_none(math.nan), number_or_none(2.0)) == (None, 2.0)


def test_times_are_in_utc(ann: httpx.Client, sid: str) -> None:
    created = datetime.fromisoformat(ann.get(f"sessions/{sid}").json()["created"])
    assert created.utcoffset() is not None
    assert created.utcoffset().total_seconds() == 0  # type: ignore[union-attr]


def test_a_caller_who_has_the_answer_gets_no_second_copy(ann: httpx.Client, sid: str) -> None:
    first = ann.get(f"sessions/{sid}/features")
    again = ann.get(f"sessions/{sid}/features", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = ann.get(f"sessions/{sid}/features", headers={"If-None-Match": '"old"'})
    assert other.content == first.content


def test_a_result_that_others_wrote_spoils_no_list_of_jobs(tmp_path: Path) -> None:
    """Once `GET /jobs` failed for everybody where one row of the history held a list."""
    history = History.open(tmp_path / "history.duckdb")
    job = history.jobs.add("export", {}, "x")
    with history._store.write() as connection:
        connection.execute("UPDATE jobs SET result = '[1]'")
    assert JobAnswer.of(history.jobs.get(job)).result is None
