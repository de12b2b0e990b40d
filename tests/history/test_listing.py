"""The list of sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
from builders import (
    build_analysis,
)

from ganglioside.columns import VERDICTS
from ganglioside.history import History


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
