"""What people learn of the end of a job, and when."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.jobs import announcements
from ganglioside.jobs.announcements import duration, message_of, seconds, tell
from ganglioside.notify import Message, Notifications, Webhook

pytestmark = [
    pytest.mark.either_store("about messages"),
    pytest.mark.usefixtures("stays_open"),
]

TO = Notifications(after=0, webhook=Webhook(url="http://127.0.0.1:1/hook"))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 0 s"), (3725, "1 h 2 min")],
)
def test_a_duration_is_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_job_that_never_began_took_no_time(history: gg.History) -> None:
    job = history.jobs.add("export", {}, "x")
    history.jobs.request_cancel(job)
    assert seconds(history.jobs.get(job)) == 0


def test_a_message_has_the_reason_of_a_failure_and_the_facts(history: gg.History) -> None:
    job = history.jobs.add("export", {}, "liver")
    history.jobs.start(job)
    history.jobs.end(job, "failed", error="The disk is full.")
    message = message_of(history.jobs.get(job))
    assert message.subject == "Ganglioside: export liver has failed"
    assert "Reason: The disk is full." in message.text
    assert "Session" not in message.text
    assert message.facts["event"] == "job.failed"
    assert message.facts["job"] == job


@pytest.mark.parametrize("after", [0.0, 3600.0])
def test_only_the_end_of_a_long_job_is_sent_and_noted(
    history: gg.History, after: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Message] = []

    def send(message: Message, to: Notifications) -> tuple[str, ...]:
        sent.append(message)
        return ("webhook",)

    monkeypatch.setattr(announcements, "send", send)
    job = history.jobs.add("export", {}, "x")
    history.jobs.start(job)
    history.jobs.end(job, "completed")
    to = Notifications(after=after, webhook=TO.webhook)
    reached = tell(history, job, to)
    told = [event["message"] for event in history.jobs.events(job)]
    if after:
        assert (reached, sent, told) == ((), [], [])
    else:
        assert reached == ("webhook",)
        assert told == ["Notification sent by webhook"]
        assert history.care.verify(sample=0).is_whole


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ({"headline": "3 of 4 features explained"}, ["3 of 4 features explained"]),
        ({"file": "/lab/x.html"}, ["File: /lab/x.html"]),
        ({"file": "/backup/x.duckdb", "removed": 0}, ["File: /backup/x.duckdb"]),
        ({"overview": "o.html", "tables": 3, "sessions": ["1", "2"], "stood": 0,
          "failed": {"a.csv": "The table is empty."}},
         ["Overview: o.html", "Tables: 3", "Sessions: 2", "Failed: a.csv: The table is empty."]),
        ({"tables": 25, "failed": {f"{i}.csv": "no" for i in range(25)}},
         ["Tables: 25", *[f"Failed: {i}.csv: no" for i in range(20)], "Failed: 5 more"]),
        ({}, []),
    ],
)  # fmt: skip
def test_a_message_tells_the_result_in_words(
    history: gg.History, result: dict[str, object], told: list[str]
) -> None:
    """It was JSON, with all ids of a batch."""
    job = history.jobs.add("batch", {}, "mice")
    history.jobs.start(job)
    history.jobs.end(job, "completed", result=result)
    assert message_of(history.jobs.get(job)).text.splitlines()[1:] == told
