"""Events of an analysis that is stored: all of them, and the last ones only once it is stored."""

from __future__ import annotations

from typing import Any

import pytest
from builders import (
    assert_analyses_equal,
    build_analysis,
    build_table,
)

from ganglioside.history import History
from ganglioside.history import history as history_module
from ganglioside.history.event_relay import EventRelay
from ganglioside.history.opening import Opening
from ganglioside.progress import Progress, ProgressCallback, ProgressEvent
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings


def fake_analyze(table: FeatureTable, settings: Settings, progress: ProgressCallback | None) -> Any:
    events = Progress(progress)
    for step in ("loading", "validating", "verdicts", "complete"):
        events.done(step, step)
    return build_analysis(settings=settings, source=table.source)


def test_a_run_is_stored_and_tells_its_session(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_module, "analyze", fake_analyze)
    events: list[ProgressEvent] = []
    sid, analysis = history.run(build_table(), name="n", progress=events.append)
    assert_analyses_equal(history.load(sid), analysis)
    steps = ["loading", "validating", "verdicts", "saving", "complete"]
    assert [e["step"] for e in events] == steps
    assert {e["session_id"] for e in events} == {sid}
    assert [e["type"] for e in events].count("complete") == 1
    percentages = [e["percentage"] for e in events]
    assert percentages == sorted(percentages)


def relay_to(sent: list[ProgressEvent]) -> EventRelay:
    source = Source.from_bytes("liver.csv", b"Name,RT\n")
    return EventRelay(sent.append, Opening.now(source, Settings(), "Liver 3"))


def test_the_last_events_are_sent_only_when_they_are_stored() -> None:
    sent: list[ProgressEvent] = []
    relay = relay_to(sent)
    Progress(relay).done("verdicts", "Done")
    with relay.saving():
        assert [event["step"] for event in relay.events] == ["verdicts", "saving", "complete"]
        assert [event["step"] for event in sent] == ["verdicts"]
    assert len(sent) == 1
    relay.saved()
    assert sent == relay.events


def test_a_failure_to_store_is_an_error_event_in_their_place() -> None:
    sent: list[ProgressEvent] = []
    relay = relay_to(sent)
    Progress(relay).done("verdicts", "Done")
    with pytest.raises(OSError, match="full"), relay.saving():
        raise OSError("The disk is full.")
    assert [(event["type"], event["step"]) for event in sent] == [
        ("progress", "verdicts"),
        ("error", "saving"),
    ]
    assert relay.events == sent
