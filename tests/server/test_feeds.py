"""Feeds: everybody who listens gets every event once, in order."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

import ganglioside as gg
from ganglioside.errors import UnknownSessionError
from ganglioside.history import History
from ganglioside.history.sharing import Person
from ganglioside.progress import Progress, ProgressEvent
from ganglioside.server.feeds import Feeds
from ganglioside.server.problems import Problem

LISTENERS = 20


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.open(tmp_path / "history.duckdb")


def events(count: int) -> list[ProgressEvent]:
    made: list[ProgressEvent] = []
    progress = Progress(made.append)
    for number in range(count):
        progress.log("loading", f"event {number}")
    return made


ANN = Person("Ann")


async def collected(feeds: Feeds, sid: str, known: int = 0) -> list[tuple[int, str]]:
    async with feeds.listen(ANN, "session", sid) as feed:
        return [(number, event["message"]) async for number, event in feed.after(known)]


def test_events_of_an_ended_session_are_replayed(history: History) -> None:
    sid, _ = history.run(gg.example())
    stored = [event["message"] for event in history.events(sid)]

    async def listen() -> None:
        feeds = Feeds(history)
        assert await collected(feeds, sid) == list(enumerate(stored))
        assert await collected(feeds, sid, 3) == [*enumerate(stored)][3:]
        assert await collected(feeds, sid, 99) == []

    asyncio.run(listen())


def test_all_listeners_get_events_as_they_come(history: History) -> None:
    example = gg.example()
    sid = history.begin(example.source, gg.Settings())
    heard = threading.Event()

    def work() -> None:
        for event in events(3):
            history.runs.beat(sid, [event])
        heard.wait(60)
        history.runs.beat(sid, events(5)[3:])
        history.record_cancelled(sid)

    async def listen() -> None:
        feeds = Feeds(history)
        worker = threading.Thread(target=work)
        listeners = [asyncio.create_task(collected(feeds, sid)) for _ in range(LISTENERS)]
        worker.start()
        async with feeds.listen(ANN, "session", sid) as feed:
            async for number, _ in feed.after(0):
                if number == 2:
                    heard.set()
        assert (
            await asyncio.gather(*listeners)
            == [[(number, f"event {number}") for number in range(5)]] * LISTENERS
        )
        worker.join()

    asyncio.run(listen())


def test_a_stream_too_many_of_one_person_is_refused(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    sids = [history.begin(gg.example().source, gg.Settings()) for _ in range(3)]
    monkeypatch.setattr("ganglioside.server.feeds.MOST_STREAMS", 2)

    async def listen() -> None:
        feeds = Feeds(history)
        first, second, third = (feeds.listen(ANN, "session", sid) for sid in sids)
        async with first:
            async with second:
                with pytest.raises(Problem, match="close one of them") as refused:
                    await third.__aenter__()
                assert refused.value.status == 429
                async with feeds.listen(Person("Bob"), "session", sids[0]):
                    pass
            async with feeds.listen(ANN, "session", sids[0]):
                pass

    asyncio.run(listen())


def test_the_fault_is_raised_where_there_is_nothing_to_listen_to(history: History) -> None:
    with pytest.raises(UnknownSessionError):
        asyncio.run(collected(Feeds(history), "0" * 14))
