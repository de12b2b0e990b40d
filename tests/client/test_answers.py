"""Answers of a server as values of the package."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime

import pytest

from ganglioside.client.answers import (
    Job,
    ServerVersion,
    events_of,
    explanation_of,
    frame_of,
    job_of,
    sessions_frame,
)
from ganglioside.columns import VERDICTS
from ganglioside.history.listing import LISTED
from ganglioside.progress import ProgressEvent
from ganglioside.questions.explanation import Explanation
from ganglioside.server import answers
from ganglioside.server.documentation import stored_document
from ganglioside.server.routes.state import VersionAnswer
from ganglioside.verdicts.overrides import Override


def fields_of(kind: type) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


@pytest.mark.parametrize(
    ("sent", "received", "left"),
    [
        (answers.JobAnswer, fields_of(Job), set()),
        (VersionAnswer, fields_of(ServerVersion), set()),
        (answers.SessionAnswer, set(LISTED), set()),
        (answers.OverrideAnswer, fields_of(Override), {"decision"}),  # follows from the rest
        (answers.EventAnswer, set(ProgressEvent.__annotations__), {"id"}),  # numbers the events
    ],
)
def test_a_client_receives_every_field_of_an_answer(
    sent: type[answers.BaseModel], received: set[str], left: set[str]
) -> None:
    assert {*sent.model_fields} - left == received


def test_an_explanation_has_every_field_that_is_sent() -> None:
    path = "/api/v1/sessions/{sid}/features/{feature_id}/explanation"
    content = stored_document()["paths"][path]["get"]["responses"]["200"]["content"]
    sent = set(content["application/json"]["schema"]["properties"])
    assert sent - {"probabilities", "text"} == fields_of(Explanation)
    assert all(hasattr(Explanation, name) for name in ("probabilities", "text"))


def test_a_session_has_a_count_of_each_verdict() -> None:
    counts = {name for name, field in answers.SessionAnswer.model_fields.items()
              if field.annotation == int | None}  # fmt: skip
    assert counts == {"features", *VERDICTS}


def test_a_job_that_waits_for_its_next_attempt_says_so() -> None:
    answer = {
        "id": "1a21eac954c0d6", "kind": "verify", "name": "verify", "status": "pending",
        "author": "Ann", "created": "2026-01-02T03:04:05+00:00", "started": None, "ended": None,
        "time_limit": None, "cancel_requested": False, "attempts": 2,
        "not_before": "2026-01-02T03:05:05+00:00", "retry_of": None, "session": None,
        "result": None, "error": None,
    }  # fmt: skip
    job = job_of(answer)
    assert job.attempts == 2
    assert job.not_before == datetime(2026, 1, 2, 3, 5, 5, tzinfo=UTC)
    earlier = {name: value for name, value in answer.items() if name != "not_before"}
    assert job_of(earlier).not_before is None


def test_an_event_without_a_fault_has_no_error() -> None:
    plain = {"id": 3, "type": "log", "error": None, "session_id": None}
    failed = {"id": 4, "type": "error", "error": "why", "session_id": None}
    assert events_of([plain, failed]) == [
        {"type": "log", "session_id": None},
        {"type": "error", "error": "why", "session_id": None},
    ]


def test_missing_numbers_are_nan() -> None:
    assert math.isnan(frame_of([{"a": 1.5}, {"a": None}])["a"].iloc[1])


def test_no_rows_are_an_empty_frame() -> None:
    assert frame_of([]).empty
    assert sessions_frame([])["created"].dt.tz is not None


def test_an_explanation_of_an_unreadable_row_is_whole() -> None:
    answer = {
        "feature_id": 1, "name": "", "rt": None, "verdict": "undetermined", "confidence": None,
        "reason": "no name", "parent": None, "outlier_threshold": 2.5, "hypotheses": [],
    }  # fmt: skip
    explanation = explanation_of(answer)
    assert math.isnan(explanation.rt)
    assert "No other explanation was weighed." in explanation.text
