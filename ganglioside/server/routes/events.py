"""Events of sessions and jobs: as a list, as server-sent events, and over a WebSocket.

The same events on all ways, numbered from 0, the stored ones first: whoever reconnects with the
number of the last one gets the rest, each once.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request, Response, WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.websockets import WebSocketDisconnect

from ganglioside.errors import GangliosideError
from ganglioside.history.runs import Run
from ganglioside.server import patterns
from ganglioside.server.answers import EventAnswer, EventsAnswer, event_of
from ganglioside.server.callers import Reader, is_still, person_of
from ganglioside.server.feeds import Feed, Kind
from ganglioside.server.problems import Problem, answers, problem_of
from ganglioside.server.service import JobId, Served, Service, SessionId, service_of
from ganglioside.server.shown_paths import ShownPaths

router = APIRouter(tags=["events"])

#: Seconds between two signs of life of a stream, for the proxies on its way.
_ALIVE: Final = 15.0

#: Bytes of the reason with which a WebSocket is closed, at most (RFC 6455).
_LONGEST_REASON: Final = 123

#: Why a stream of events ends early: it is gone or refused, or the history does not answer.
_FAULTS: Final = (Problem, GangliosideError)

After = Annotated[
    int | None,
    Query(ge=-1, le=10**9, description="`id` of the last event that is known.", examples=[2]),
]
LastEventId = Annotated[
    str | None, Header(description="As `after`; browsers send it.", examples=["2"])
]

_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": EventsAnswer,
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
        "description": "The events so far; with `Accept: text/event-stream`, also those to come.",
    },
    204: {"description": "A stream that was continued has ended: no event is left."},
}


@router.get("/sessions/{sid}/events", response_model=None,
            responses={**_STREAM, **answers(404)})  # fmt: skip
async def session_events(
    request: Request, served: Served, _: Reader, sid: SessionId, after: After = None,
    last_event_id: LastEventId = None,
) -> EventsAnswer | Response:  # fmt: skip
    """Read the events of a session, or follow them as server-sent events."""
    return await _events(request, served, "session", sid, _known(after, last_event_id))


@router.get("/jobs/{job}/events", response_model=None,
            responses={**_STREAM, **answers(404)})  # fmt: skip
async def job_events(
    request: Request, served: Served, _: Reader, job: JobId, after: After = None,
    last_event_id: LastEventId = None,
) -> EventsAnswer | Response:  # fmt: skip
    """Read the events of a job, or follow them as server-sent events."""
    return await _events(request, served, "job", job, _known(after, last_event_id))


def _known(after: int | None, last_event_id: str | None) -> int:
    """Number of events that the caller knows."""
    if after is not None:
        return after + 1
    if last_event_id is not None and last_event_id.isdecimal() and len(last_event_id) < 10:
        return int(last_event_id) + 1
    return 0


async def _events(
    request: Request, served: Service, kind: Kind, owner: str, known: int
) -> EventsAnswer | Response:
    runs = served.history.runs if kind == "session" else served.history.jobs
    run = await run_in_threadpool(runs.get, owner)
    shown = ShownPaths(run)
    if "text/event-stream" not in request.headers.get("accept", ""):
        found = await run_in_threadpool(runs.events, owner, known)
        return EventsAnswer(
            events=[EventAnswer(**event_of(known + i, one, shown)) for i, one in enumerate(found)],
            has_ended=run.has_ended,
        )
    if known and run.has_ended and not await run_in_threadpool(runs.events, owner, known):
        return Response(status_code=204)
    served.feeds.require_room(served.person)
    return StreamingResponse(
        _stream(request, served, kind, owner, known, shown), media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )  # fmt: skip


async def _stream(
    request: Request, served: Service, kind: Kind, owner: str, known: int, shown: ShownPaths
) -> AsyncIterator[str]:
    """Server-sent events: the connection, then each event with its number.

    They end once whoever asked for them would not be let in any more, or they cannot be read:
    whoever asks for them again is told why.
    """
    yield f"event: connection\ndata: {json.dumps(_connection(kind, owner))}\n\n"
    try:
        async for text in _event_texts(request, served, kind, owner, known, shown):
            yield text
    except _FAULTS as fault:  # the answer has begun, so that it cannot be a refusal any more
        _problem(fault)


async def _event_texts(
    request: Request, served: Service, kind: Kind, owner: str, known: int, shown: ShownPaths
) -> AsyncIterator[str]:
    """Events as they are sent, each with its number, and a sign of life where none comes."""
    looked = time.monotonic()
    async with served.feeds.listen(served.person, kind, owner) as feed:
        async for number, event in _with_pauses(feed, known):
            if time.monotonic() - looked >= _ALIVE:
                looked = time.monotonic()
                if not await is_still(request):
                    return
            if event is None:
                yield ": alive\n\n"
            else:
                data = json.dumps(event_of(number, event, shown))
                yield f"id: {number}\nevent: {event['type']}\ndata: {data}\n\n"


async def _with_pauses(feed: Feed, known: int) -> AsyncIterator[tuple[int, Any]]:
    """Events with their numbers, and (0, None) whenever none came for a while."""
    events = feed.after(known)
    upcoming: asyncio.Task[tuple[int, Any]] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait([upcoming], timeout=_ALIVE)
            if not done:
                yield 0, None
                continue
            ended, upcoming = upcoming, None
            try:
                yield ended.result()
            except StopAsyncIteration:
                return
    finally:
        if upcoming is not None:
            upcoming.cancel()


def _connection(kind: Kind, owner: str) -> dict[str, Any]:
    """Event by which a listener learns that it is connected."""
    return {
        "type": "connection",
        "session_id": owner if kind == "session" else None,
        "step": "connection",
        "message": f"Connected to {kind} {owner}",
        "percentage": 0.0,
        "timestamp": datetime.now(UTC).isoformat(),
    }


@router.websocket("/sessions/{sid}/events")
async def session_socket(socket: WebSocket, sid: str, after: int = -1) -> None:
    """Follow the events of a session."""
    await _socket(socket, "session", sid, after)


@router.websocket("/jobs/{job}/events")
async def job_socket(socket: WebSocket, job: str, after: int = -1) -> None:
    """Follow the events of a job."""
    await _socket(socket, "job", job, after)


async def _socket(socket: WebSocket, kind: Kind, owner: str, after: int) -> None:
    """Send all events of a session or job, and close when it has ended."""
    with suppress(WebSocketDisconnect):  # whoever has left is told nothing more
        await _follow(socket, kind, owner, after)


async def _follow(socket: WebSocket, kind: Kind, owner: str, after: int) -> None:
    person_of(socket)
    served = service_of(socket)
    runs = served.history.runs if kind == "session" else served.history.jobs
    offered = [one.strip() for one in socket.headers.get("sec-websocket-protocol", "").split(",")]
    await socket.accept("ganglioside" if "ganglioside" in offered else None)
    try:
        _require_kept(owner)
        served.feeds.require_room(served.person)
        run = await run_in_threadpool(runs.get, owner)
    except _FAULTS as fault:
        await _close(socket, fault)
        return
    await socket.send_json(_connection(kind, run.id))
    leaving = asyncio.ensure_future(_until_left(socket))
    sending = asyncio.ensure_future(_send_all(socket, served, kind, run, max(after, -1) + 1))
    losing = asyncio.ensure_future(_until_refused(socket))
    tasks = (leaving, sending, losing)
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        met = [task.exception() for task in done]
        if faults := [fault for fault in met if isinstance(fault, _FAULTS)]:
            await _close(socket, faults[0])
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _require_kept(owner: str) -> None:
    """Refuse what no history can be asked for: PostgreSQL's refusal would tell of a table.

    FastAPI would refuse it before the socket opens, and no client learns a reason then.
    """
    if re.match(patterns.KEPT, owner) is None:
        raise Problem(422, "bad-request", f"{patterns.WORDS[patterns.ID]}.")


def _problem(fault: BaseException) -> Problem:
    """Refusal that tells of a fault; what is wrong with the server is in its log then."""
    return fault if isinstance(fault, Problem) else problem_of(fault)


async def _close(socket: WebSocket, fault: BaseException) -> None:
    """Close with 4000 and the status that a request would get, and with its words."""
    problem = _problem(fault)
    reason = problem.detail.encode()[:_LONGEST_REASON].decode(errors="ignore")
    await socket.close(4000 + problem.status, reason)


async def _send_all(socket: WebSocket, served: Service, kind: Kind, run: Run, known: int) -> None:
    shown = ShownPaths(run)
    async with served.feeds.listen(served.person, kind, run.id) as feed:
        async for number, event in feed.after(known):
            await socket.send_json(event_of(number, event, shown))
    await socket.close(1000)


async def _until_refused(socket: WebSocket) -> None:
    """Wait until whoever listens would not be let in any more, and close."""
    await asyncio.sleep(_ALIVE)
    while await is_still(socket):
        await asyncio.sleep(_ALIVE)
    await socket.close(4401, "Your token is not valid any more.")


async def _until_left(socket: WebSocket) -> None:
    """Wait until the other side closes; what it says is not heard."""
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, KeyError, RuntimeError):
        return
