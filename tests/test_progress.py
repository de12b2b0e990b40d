"""Progress: every event has one shape, and the percentage never falls."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from ganglioside import progress
from ganglioside.errors import Cancelled
from ganglioside.progress import STEPS, Progress, ProgressEvent, event_text


def test_steps_grow_to_the_whole() -> None:
    assert list(STEPS.values()) == sorted(set(STEPS.values()))
    assert STEPS["complete"] == 100


def test_the_percentage_never_falls() -> None:
    events: list[ProgressEvent] = []
    told = Progress(events.append, "s1")
    told.done("rule5", "Fragments found")
    told.log("rule5", "12 of them")
    told.done("rule1", "Told late")
    told.reached("batch", 80.0, "8 of 10")
    told.reached("batch", 70.0, "Told late")
    told.done("complete", "Done")
    assert [e["percentage"] for e in events] == [75, 75, 75, 80, 80, 100]
    assert [e["type"] for e in events] == [
        "progress", "log", "progress", "progress", "progress", "complete",
    ]  # fmt: skip
    assert {e["session_id"] for e in events} == {"s1"}


def test_an_event_is_ready_for_json() -> None:
    events: list[ProgressEvent] = []
    Progress(events.append).failed("rule2", ValueError("No line."))
    (event,) = json.loads(json.dumps(events))
    assert (event["type"], event["step"], event["error"]) == ("error", "rule2", "No line.")
    assert event["message"] == "rule2 failed"
    assert datetime.fromisoformat(event["timestamp"]).utcoffset() is not None
    Progress(events.append).log("rule2", "Fine")
    assert "error" not in events[-1]


def test_without_a_callback_no_event_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(progress, "ProgressEvent", lambda **values: made.append(values))
    silent = Progress()
    silent.done("loading", "Read")
    silent.log("loading", "1 problem")
    silent.failed("validating", ValueError("No line."))
    assert made == []
    assert silent.step == "validating"


def test_an_unknown_step_is_a_fault() -> None:
    with pytest.raises(KeyError, match="rule9"):
        Progress().done("rule9", "?")


def test_a_callback_may_stop_the_work() -> None:
    def stop(event: ProgressEvent) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Progress(stop).done("loading", "Read")


def test_an_error_that_begins_with_its_message_is_told_once() -> None:
    """The log of a job had "Interrupted: Interrupted: its process has ended"."""
    made: list[ProgressEvent] = []
    Progress(made.append).done("loading", "Read")
    failed = ProgressEvent(**{**made[0], "message": "Failed", "error": "No column RT."})
    assert event_text(made[0]) == "Read"
    assert event_text(failed) == "Failed: No column RT."
    again = ProgressEvent(**{**failed, "error": "Failed: No column RT."})
    assert event_text(again) == "Failed: No column RT."
