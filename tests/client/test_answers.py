"""Answers of a server as values of the package."""

from __future__ import annotations

import math

from ganglioside.client.answers import events_of, explanation_of, frame_of, sessions_frame


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
