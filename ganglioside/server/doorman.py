"""The doorman: what every request passes before any address gets it.

It refuses requests of foreign pages, finds out who asks, counts them, bounds the body, asks again
once all of it is there, acts in the person's name, and gives every answer the headers that keep
browsers from misusing it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ganglioside.errors import GangliosideError
from ganglioside.history.author import acting_for
from ganglioside.history.sharing import Person
from ganglioside.server.bodies import declared_bytes
from ganglioside.server.callers import AGAIN, KEY, require_still
from ganglioside.server.problems import BodyRefused, Problem, problem_of
from ganglioside.server.rates import RateLimits
from ganglioside.server.service_limits import ServiceLimits
from ganglioside.support.hosts import is_foreign
from ganglioside.support.requests import answering, request_id
from ganglioside.watching.metrics import Metrics

log: Final = logging.getLogger(__name__)

#: Finds out who makes a request; None for nobody whom the server knows.
Identify = Callable[[HTTPConnection], Awaitable[Person | None]]

#: Addresses that are answered to everybody: whether the server lives, and is ready.
OPEN_TO_ALL: Final = ("/api/v1/health", "/api/v1/ready")
_SHORT: Final = ("/health", "/ready")

#: Methods of requests that change nothing, and whose bodies nobody reads.
_READING: Final = ("GET", "HEAD", "OPTIONS")

#: Policy of answers that are data, and of the pages of the documentation.
_DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

#: Sent over TLS: for half a year browsers connect over TLS only.
_TRANSPORT_SECURITY: Final = "max-age=15552000"

#: Browsers ask for a name and a password then: any name, and the token.
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="Ganglioside: the token is the password"'}


@dataclass(slots=True)
class _Answer:
    """Answer to a request: its id, and the status once it is sent (0: none was)."""

    request: str
    status: int = 0


class Doorman:
    """ASGI middleware around the app; see above."""

    def __init__(
        self,
        app: ASGIApp,
        identify: Identify,
        rates: RateLimits,
        limits: ServiceLimits,
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._identify = identify
        self._rates = rates
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = _Answer(request_id(Headers(scope=scope).get("x-request-id", "")))
        start = time.perf_counter()
        with answering(answer.request):
            try:
                await self._answer(scope, receive, _with_headers(scope, send, answer))
            finally:
                self._note(scope, answer.status, time.perf_counter() - start)

    async def _answer(self, scope: Scope, receive: Receive, guarded: Send) -> None:
        connection = HTTPConnection(scope)
        try:
            person = await self._admit(connection)
            receive = _bounded(scope, receive, self._limits.most_bytes)
        except (Problem, GangliosideError) as fault:
            await _refuse(_problem(fault), scope, receive, guarded)
            return
        scope[KEY] = person
        scope[AGAIN] = partial(self._identify, connection)
        with acting_for(person.name if person else ""):
            await self._app(scope, receive, guarded)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count and log a request by its route: addresses hold ids."""
        route = getattr(scope.get("route"), "path", "other").removeprefix("/api/v1")
        method = str(scope.get("method", "WEBSOCKET"))
        self._metrics.count(route, method, status, seconds)
        log.info("%s %s %s %.1f ms", status, method, route, 1000 * seconds)

    async def _admit(self, connection: HTTPConnection) -> Person | None:
        """Person of a request; None where anybody is let in.

        Raises
        ------
        Problem
            If it is refused.
        """
        if _path(connection.scope) in (*OPEN_TO_ALL, *_SHORT):
            return None
        if is_foreign(connection.headers, connection.headers.get("host", "")):
            raise Problem(403, "foreign-page", "A page of another site made this request.")
        person = await self._identify(connection)
        if person is None:
            self._rates.count_stranger(connection.client.host if connection.client else "")
            raise Problem(
                401,
                "no-valid-token",
                "A valid token is needed: `Authorization: Bearer <token>`. Whoever runs the server "
                "makes one: ganglioside tokens add.",
                _CHALLENGE,
            )
        self._rates.count_request(person.name)
        return person


def in_thread(find: Callable[[HTTPConnection], Person | None]) -> Identify:
    """Identification by a function that may take a moment."""

    async def identify(connection: HTTPConnection) -> Person | None:
        # Not on the threads of the routes: all of these may wait, and want to know it themselves.
        return await asyncio.to_thread(find, connection)

    return identify


def _path(scope: Scope) -> str:
    """Path of a request within the app."""
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def _bounded(scope: Scope, receive: Receive, most: int) -> Receive:
    """Receive no more than so many bytes of a body, and its end only of who is still let in."""
    if scope["type"] != "http":
        return receive
    connection = HTTPConnection(scope)
    words = f"The request is larger than {most / 1e6:g} MB, which are taken here."
    too_large = Problem(413, "too-large", words)
    if declared_bytes(connection) > most:
        raise too_large
    received = 0

    async def take() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise BodyRefused(too_large)
        if message["type"] == "http.request" and not message.get("more_body"):
            await _look_again(connection)
        return message

    return take


async def _look_again(connection: HTTPConnection) -> None:
    """Refuse whoever is not let in any more: a body may take hours to come.

    Raises
    ------
    BodyRefused
        If they are not, or have other rights by now.
    """
    if connection.scope["method"] in _READING or connection.scope[KEY] is None:
        return
    try:
        await require_still(connection)
    except (Problem, GangliosideError) as fault:
        raise BodyRefused(_problem(fault)) from fault


def _problem(fault: Problem | GangliosideError) -> Problem:
    """Refusal that tells of a fault."""
    return fault if isinstance(fault, Problem) else problem_of(fault)


def _with_headers(scope: Scope, send: Send, answer: _Answer) -> Send:
    """Send answers with the headers that all of them have, and note their status."""
    # Pages of the documentation alone run scripts.
    policy = _PAGE_POLICY if "/docs" in scope["path"] else _DATA_POLICY

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = answer.request
            for name, value in _HEADERS.items():
                headers[name] = value
            headers["Content-Security-Policy"] = policy
            headers.setdefault("Cache-Control", "no-store")
            if scope["scheme"] == "https":
                headers["Strict-Transport-Security"] = _TRANSPORT_SECURITY
        elif message["type"] == "websocket.accept":
            answer.status = HTTPStatus.SWITCHING_PROTOCOLS
        await send(message)

    return guarded


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a refused request, or close a refused WebSocket before it is open."""
    if scope["type"] == "http":
        await problem.answer()(scope, receive, send)
        return
    await receive()  # the request to connect
    if "websocket.http.response" in scope.get("extensions", {}):
        answer = problem.answer()
        await send(
            {
                "type": "websocket.http.response.start",
                "status": answer.status_code,
                "headers": answer.raw_headers,
            }
        )
        await send({"type": "websocket.http.response.body", "body": bytes(answer.body)})
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": problem.detail[:100]})
