"""Events: the same on all ways, each once, whatever happens to the connection."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import websockets
from effort import PATIENCE
from served import Served, websocket
from websockets.typing import Subprotocol

import ganglioside as gg
from ganglioside.errors import HistoryAwayError
from ganglioside.history.runs import SessionRuns
from ganglioside.history.tokens import identity
from ganglioside.progress import Progress, ProgressEvent
from ganglioside.server.routes import events

#: How often a client drops its connection and returns.
DROPS = 10


def stored(ann: httpx.Client, sid: str) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = ann.get(f"sessions/{sid}/events").json()["events"]
    return answer


def socket_url(client: httpx.Client, path: str) -> str:
    return str(client.base_url).replace("http", "ws") + path


def parsed(text: str) -> list[dict[str, Any]]:
    lines = [line for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def without_gaps(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if value is not None}


def test_a_stream_is_the_list_with_a_connection_before_it(ann: httpx.Client, sid: str) -> None:
    answer = ann.get(f"sessions/{sid}/events", headers={"Accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    connection, *events = parsed(answer.text)
    assert connection["type"] == "connection"
    assert [without_gaps(e) for e in events] == [without_gaps(e) for e in stored(ann, sid)]
    assert events[-1]["type"] == "complete"


def test_a_stream_goes_on_after_the_last_event_that_is_known(ann: httpx.Client, sid: str) -> None:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "4"}
    events = parsed(ann.get(f"sessions/{sid}/events", headers=headers).text)[1:]
    assert [event["id"] for event in events] == list(range(5, len(stored(ann, sid))))


def test_a_stream_that_has_ended_tells_browsers_not_to_return(ann: httpx.Client, sid: str) -> None:
    last = str(len(stored(ann, sid)) - 1)
    headers = {"Accept": "text/event-stream", "Last-Event-ID": last}
    assert ann.get(f"sessions/{sid}/events", headers=headers).status_code == 204


async def over_socket(client: httpx.Client, path: str, **more: Any) -> tuple[list[Any], int]:
    async with websocket(
        socket_url(client, path),
        additional_headers={"Authorization": client.headers["Authorization"]}, **more,
    ) as socket:  # fmt: skip
        messages = []
        with suppress(websockets.ConnectionClosedError):
            messages += [json.loads(message) async for message in socket]
        return messages, int(socket.close_code or 0)


def test_a_socket_sends_the_same_and_closes(ann: httpx.Client, sid: str) -> None:
    (connection, *events), code = asyncio.run(over_socket(ann, f"sessions/{sid}/events"))
    assert connection["type"] == "connection"
    assert [without_gaps(e) for e in events] == [without_gaps(e) for e in stored(ann, sid)]
    assert code == 1000
    (_, *rest), _ = asyncio.run(over_socket(ann, f"sessions/{sid}/events?after=4"))
    assert rest == events[5:]


def test_a_browser_brings_its_token_as_a_protocol(ann: httpx.Client, sid: str) -> None:
    token = ann.headers["Authorization"].removeprefix("Bearer ")
    offered = [Subprotocol("ganglioside"), Subprotocol(f"bearer.{token}")]

    async def open_and_close() -> str | None:
        url = socket_url(ann, f"sessions/{sid}/events")
        async with websocket(url, subprotocols=offered) as socket:
            return socket.subprotocol

    assert asyncio.run(open_and_close()) == "ganglioside"


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer gs_0000000000_x"}, {"Origin": "https://evil.example"}],
)
def test_nobody_listens_without_a_token_or_from_a_foreign_page(
    ann: httpx.Client,
    sid: str,
    headers: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "Origin" in headers:
        headers = {**headers, "Authorization": ann.headers["Authorization"]}
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "handlers", [caplog.handler])

    async def attempt() -> int:
        try:
            async with websocket(
                socket_url(ann, f"sessions/{sid}/events"), additional_headers=headers
            ):
                return 101
        except websockets.InvalidStatus as refused:
            return refused.response.status_code

    assert asyncio.run(attempt()) in (401, 403)
    # Once an error for each: a flood would fill the log.
    assert "handshake" not in caplog.text


def test_a_socket_of_nothing_is_closed_with_the_reason(ann: httpx.Client) -> None:
    messages, code = asyncio.run(over_socket(ann, f"sessions/{'0' * 14}/events"))
    assert (messages, code) == ([], 4404)


@pytest.mark.parametrize("kind", ["sessions", "jobs"])
def test_a_socket_of_what_no_history_holds_is_told_so(ann: httpx.Client, kind: str) -> None:
    """Once a NUL sign was looked for in the history, and PostgreSQL's words told of a table."""
    messages, code, reason = asyncio.run(closed_with(ann, f"{kind}/1%00/events"))
    assert (messages, code) == (0, 4422)
    assert "An id has 14 signs" in reason


async def closed_with(client: httpx.Client, path: str) -> tuple[int, int | None, str]:
    headers = {"Authorization": client.headers["Authorization"]}
    async with websocket(socket_url(client, path), additional_headers=headers) as socket:
        messages = 0
        with suppress(websockets.ConnectionClosedError):
            async for _ in socket:
                messages += 1
        return messages, socket.close_code, socket.close_reason or ""


def test_streams_end_once_their_token_is_revoked(
    running: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once whoever had opened one in time heard everything until the end."""
    monkeypatch.setattr(events, "_ALIVE", 0.05)
    history = running.history
    sid = history.begin(gg.example().source, gg.Settings())
    tokens = [history.tokens.add("Ann") for _ in range(2)]
    streamed, socketed = map(running.bearing, tokens)
    path = f"sessions/{sid}/events"
    with streamed.stream("GET", path, headers={"Accept": "text/event-stream"}) as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line) == "event: connection"
        history.tokens.revoke(identity(tokens[0]))
        list(lines)  # comes to an end

    async def listen() -> int | None:
        url, headers = socket_url(socketed, path), {"Authorization": f"Bearer {tokens[1]}"}
        async with websocket(url, additional_headers=headers) as socket:
            assert json.loads(await socket.recv())["type"] == "connection"
            await asyncio.to_thread(history.tokens.revoke, identity(tokens[1]))
            with suppress(websockets.ConnectionClosedError):
                await socket.recv()
            return socket.close_code

    assert asyncio.run(listen()) == 4401
    assert streamed.get("version").status_code == 401
    history.record_cancelled(sid)


def test_a_stream_too_many_is_refused_with_the_cure(
    ann: httpx.Client, sid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganglioside.server.feeds.MOST_STREAMS", 0)
    path = f"sessions/{sid}/events"
    answer = ann.get(path, headers={"Accept": "text/event-stream"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many")
    assert ann.get(path).status_code == 200
    assert asyncio.run(over_socket(ann, path)) == ([], 4429)


def numbered(count: int) -> list[ProgressEvent]:
    made: list[ProgressEvent] = []
    progress = Progress(made.append)
    for number in range(count):
        progress.log("loading", f"event {number}")
    return made


def test_a_client_that_drops_and_returns_has_every_event_once(
    ann: httpx.Client, running: Served
) -> None:
    history = running.history
    sid = history.begin(gg.example().source, gg.Settings())
    events = numbered(2 * DROPS)
    turn = threading.Semaphore(0)

    def work() -> None:
        for first in range(0, len(events), 2):
            history.runs.beat(sid, events[first : first + 2])
            turn.acquire(timeout=PATIENCE)
        history.record_cancelled(sid)

    async def listen() -> list[str]:
        heard: list[str] = []
        last = -1
        while last < len(events) - 1:
            url = socket_url(ann, f"sessions/{sid}/events?after={last}")
            headers = {"Authorization": ann.headers["Authorization"]}
            async with websocket(url, additional_headers=headers) as socket:
                while True:  # drops the connection in the middle of a pair of events
                    event = json.loads(await socket.recv())
                    if "id" not in event:
                        continue
                    last = event["id"]
                    heard.append(event["message"])
                    if last % 2 == 1:
                        turn.release()
                    break
        return heard

    worker = threading.Thread(target=work)
    worker.start()
    assert asyncio.run(listen()) == [event["message"] for event in events]
    worker.join()


def test_events_of_a_job_are_at_its_address(ann: httpx.Client, running: Served) -> None:
    job = running.history.jobs.add("analyze", {}, "waits")
    running.history.jobs.request_cancel(job)
    assert ann.get(f"jobs/{job}/events").json() == {"events": [], "has_ended": True}
    messages, code = asyncio.run(over_socket(ann, f"jobs/{job}/events"))
    assert ([m["type"] for m in messages], code) == (["connection"], 1000)


def test_streams_of_what_is_deleted_end_in_words(
    running: Served, capfd: pytest.CaptureFixture[str]
) -> None:
    """A socket is closed with the reason, and the log of the server has no traceback."""
    history = running.history
    client = running.bearing(history.tokens.add("Ann"))

    async def listen(sid: str) -> tuple[int | None, str | None]:
        url, headers = socket_url(client, f"sessions/{sid}/events"), dict(client.headers)
        bearer = {"Authorization": headers["authorization"]}
        async with websocket(url, additional_headers=bearer) as socket:
            assert json.loads(await socket.recv())["type"] == "connection"
            await asyncio.to_thread(history.delete, sid)
            with suppress(websockets.ConnectionClosedError):
                while True:
                    await socket.recv()
            return socket.close_code, socket.close_reason

    code, reason = asyncio.run(listen(history.queue(gg.example().source, gg.Settings())))
    assert (code, str(reason)[:19]) == (4404, "There is no session")
    sid = history.queue(gg.example().source, gg.Settings())
    path = f"sessions/{sid}/events"
    with client.stream("GET", path, headers={"Accept": "text/event-stream"}) as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line) == "event: connection"
        history.delete(sid)
        list(lines)  # comes to an end
    assert client.get(path).status_code == 404
    assert "Traceback" not in capfd.readouterr().err


def test_a_history_that_does_not_answer_closes_a_socket_with_the_reason(
    running: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = running.history
    client = running.bearing(history.tokens.add("Ann"))
    sid = history.queue(gg.example().source, gg.Settings())

    def away(*_: object) -> None:
        raise HistoryAwayError("The database at 10.0.0.7 does not answer.")

    async def listen() -> tuple[int | None, str | None]:
        url, headers = socket_url(client, f"sessions/{sid}/events"), dict(client.headers)
        bearer = {"Authorization": headers["authorization"]}
        async with websocket(url, additional_headers=bearer) as socket:
            assert json.loads(await socket.recv())["type"] == "connection"
            monkeypatch.setattr(SessionRuns, "events", away)
            await asyncio.to_thread(history.rename, sid, "woken")
            with suppress(websockets.ConnectionClosedError):
                while True:
                    await socket.recv()
            return socket.close_code, socket.close_reason

    code, reason = asyncio.run(listen())
    assert (code, str(reason)[:26]) == (4503, "The database of the server")


def test_a_reason_of_many_bytes_is_cut(ann: httpx.Client) -> None:
    messages, code = asyncio.run(over_socket(ann, f"sessions/{quote('ä' * 200)}/events"))
    assert (messages, code) == ([], 4404)
