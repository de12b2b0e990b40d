"""Events of jobs and sessions, as they are stored."""

from __future__ import annotations

from ganglioside.history import History
from ganglioside.history.events import error_event, last_events
from ganglioside.progress import Progress, ProgressEvent


def some_events(*steps: str) -> list[ProgressEvent]:
    events: list[ProgressEvent] = []
    progress = Progress(events.append, "s")
    for step in steps:
        progress.done(step, f"{step} β")
    return events


def test_events_come_back_as_they_were_sent(history: History) -> None:
    job = history.jobs.add("analysis", {}, "n")
    events = some_events("loading", "rule1")
    Progress(events.append).failed("rule2", ValueError("0"))
    history.jobs.start(job)
    history.jobs.beat(job, events[:1])
    history.jobs.beat(job)
    history.jobs.beat(job, events[1:])
    assert history.jobs.events(job) == events
    assert history.jobs.events(job, after=2) == events[2:]
    other = history.jobs.add("analysis", {}, "n")
    assert history.jobs.events(other) == []


def test_the_last_event_of_each_owner_is_found(history: History) -> None:
    first, second, third = (history.jobs.add("analysis", {}, name) for name in "abc")
    history.jobs.beat(first, some_events("loading", "rule1"))
    history.jobs.beat(second, some_events("loading"))
    with history._store.read() as connection:
        last = last_events(connection, [first, second, third])
    assert {owner: event["step"] for owner, event in last.items()} == {
        first: "rule1",
        second: "loading",
    }


def test_an_error_continues_the_events_before_it() -> None:
    last = some_events("loading", "rule1")[-1]
    after = error_event(last, "Interrupted", "its process has ended", "other")
    alone = error_event(None, "Interrupted", "its process has ended", "s2")
    assert (after["session_id"], after["step"], after["percentage"]) == (
        "s",
        "rule1",
        last["percentage"],
    )
    assert (after["type"], after["error"]) == ("error", "its process has ended")
    assert after["timestamp"] >= last["timestamp"]
    assert (alone["session_id"], alone["step"], alone["percentage"]) == ("s2", "loading", 0.0)
