"""The state of sessions and jobs that a log records, whatever its entries hold."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from ganglioside.history.audit_log import LogEntry
from ganglioside.history.log_facts import (
    LoggedSchedule,
    LogState,
    log_state,
    logged_schedules,
)
from ganglioside.history.storage.log_heads import FIRST


def log_of(*entries: tuple[str, str | None, Any]) -> list[LogEntry]:
    """One chain of entries: action, subject and details of each."""
    written: list[LogEntry] = []
    for number, (action, subject, details) in enumerate(entries):
        previous = written[-1].sha256 if written else FIRST
        text = details if isinstance(details, str) else json.dumps(details)
        written.append(LogEntry(number, datetime(2026, 11, 1, 12, number), "Ada", "lab", action,
                             subject, text, previous, f"hash {number}"))  # fmt: skip
    return written


def state(*entries: tuple[str, str | None, Any]) -> LogState:
    return log_state(log_of(*entries))


def test_the_last_entry_of_a_session_counts() -> None:
    facts = state(
        ("begun", "s", {"name": "a", "input": "i", "row": "1"}),
        ("completed", "s", {"result": "r", "row": "2", "events": "e"}),
        ("renamed", "s", {"before": "a", "after": "b", "row": "3"}),
        ("kept", "s", {"row": "4"}),
    ).sessions["s"]
    assert (facts.exists, facts.row, facts.events) == (True, "4", "e")
    assert (facts.input, facts.result) == ("i", "r")
    assert facts.values == {"status": "completed", "name": "b", "author": "Ada", "keep": True}


def test_overrides_are_gathered_in_order() -> None:
    facts = state(
        ("overridden", "s", {"said": [{"feature_id": 1}, {"feature_id": 2}]}),
        ("overridden", "s", {"said": [{"feature_id": 1}]}),
    ).sessions["s"]
    assert [row["feature_id"] for row in facts.overrides] == [1, 2, 1]


def test_what_was_deleted_does_not_exist() -> None:
    found = state(
        ("begun", "s", {"row": "1"}),
        ("deleted", "s", {}),
        ("job added", "j", {"row": "1"}),
        ("jobs deleted", None, {"jobs": ["j"]}),
    )
    assert found.of("sessions")["s"].exists is False
    assert found.of("jobs")["j"].exists is False


def test_an_interruption_belongs_to_the_job_or_session_of_its_subject() -> None:
    found = state(
        ("job added", "j", {"row": "1"}),
        ("begun", "s", {"row": "1"}),
        ("interrupted", "j", {"row": "2"}),
        ("interrupted", "s", {"row": "3"}),
    )
    assert found.jobs["j"].row == "2"
    assert found.sessions["s"].values["status"] == "failed"


def test_what_was_imported_is_as_it_came_and_what_was_left_out_is_not_there() -> None:
    found = state(
        ("begun", "s", {"name": "a", "row": "1"}),
        ("begun", "t", {"row": "1"}),
        ("imported", None, {"rows": {"sessions": {"s": "9"}, "jobs": {"j": "8"}},
                            "events": {"s": "e"}, "left_out": ["t"]}),
    )  # fmt: skip
    facts = found.sessions["s"]
    assert (facts.exists, facts.row, facts.events, facts.values) == (True, "9", "e", {})
    assert found.jobs["j"].row == "8"
    assert found.sessions["t"].exists is False


def test_an_import_by_an_older_version_leaves_rows_unknown() -> None:
    found = state(("begun", "s", {"name": "a", "row": "1"}), ("imported", None, {"sessions": 1}))
    facts = found.sessions["s"]
    assert (facts.exists, facts.row, facts.values) == (None, None, {})


@pytest.mark.parametrize("details", ["null", "[]", "no JSON", '{"rows": 5, "said": 3}'])
@pytest.mark.parametrize("action", ["begun", "imported", "adopted", "jobs deleted", "overridden"])
def test_damaged_details_are_survived(action: str, details: str) -> None:
    state((action, "s", details), ("scheduled", None, details))


def test_the_schedule_is_that_of_the_last_entry() -> None:
    days = {"older_than_days": 30.0, "every_days": 7.0}
    ran = datetime(2026, 11, 2)
    written = log_of(
        ("scheduled", None, days), ("cleaned", None, {"sessions": 0, "at": ran.isoformat()})
    )
    assert logged_schedules(written) == [LoggedSchedule(30.0, 7.0, "Ada", ran)]
    assert logged_schedules(written[:1]) == [LoggedSchedule(30.0, 7.0, "Ada", None)]
    assert logged_schedules(
        log_of(("scheduled", None, days), ("scheduled", None, {"every_days": None}))
    ) == [None]
    assert logged_schedules([]) == [None]
