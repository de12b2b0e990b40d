"""The API within Jupyter: one login, one XSRF check and one origin check for all of it.

As an extension of any Jupyter server: `jupyter server extension enable ganglioside.server.jupyter`.
JupyterLab and the web pages of Ganglioside have it anyway. The handlers here do what Jupyter's own
do (sign in, refuse other sites), then hand the request to the app. Its limits are options of the
server: `--ApiLimits.requests_per_second=50`, or `c.ApiLimits.requests_per_second = 50` in its
configuration.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import fields
from threading import Lock
from typing import Any, Final
from urllib.parse import unquote

from jupyter_server.auth.decorator import allow_unauthenticated, authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web, websocket
from traitlets import Float, Int
from traitlets.config import Configurable

from ganglioside.history.author import current_author
from ganglioside.history.sharing import Person
from ganglioside.server.bodies import declared_bytes, read_on
from ganglioside.server.callers import KEY
from ganglioside.server.problems import Problem
from ganglioside.server.service_limits import ServiceLimits

#: Where a bridge puts who makes a request, for the app to find; no client can write there.
USER: Final = "ganglioside.jupyter_user"

#: Where it puts what asks again who that is by now.
_USER_NOW: Final = "ganglioside.jupyter_user_now"

#: What people are called whose server lets in others too.
_GUEST: Final = "visitor"


#: Limits without any option.
_USUAL: Final = ServiceLimits()


class ApiLimits(Configurable):
    """Limits of the API within Jupyter, as options of the server; see `ServiceLimits`."""

    requests_per_second = Int(
        _USUAL.requests_per_second, min=0, help="Of one person; 0: any number."
    ).tag(config=True)
    uploads_per_minute = Int(
        _USUAL.uploads_per_minute, min=0, help="Of one person; 0: any number."
    ).tag(config=True)
    megabytes = Float(_USUAL.megabytes, help="Largest body of a request, MB.").tag(config=True)
    seconds = Float(
        _USUAL.seconds, help="Time that an analysis may take while its caller waits."
    ).tag(config=True)
    job_seconds = Float(_USUAL.job_seconds, help="Time that a job may take.").tag(config=True)
    waiting = Int(_USUAL.waiting, help="Most jobs, and most callers, that wait.").tag(config=True)

    def limits(self) -> ServiceLimits:
        """Limits as the server takes them."""
        return ServiceLimits(**{one.name: getattr(self, one.name) for one in fields(ServiceLimits)})


class LazyApp:
    """The app, made when it is first asked for: FastAPI takes a second to load.

    Parameters
    ----------
    make
        Makes it.
    most_bytes
        Largest body of a request that it takes.
    """

    def __init__(
        self, make: Callable[[], Any], most_bytes: int = ServiceLimits().most_bytes
    ) -> None:
        self.most_bytes = most_bytes
        self._make = make
        self._lock = Lock()
        self._app: Any = None

    def _get(self) -> Any:
        with self._lock:
            if self._app is None:
                self._app = self._make()
            return self._app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Hand a request to the app."""
        app = self._app or await asyncio.to_thread(self._get)
        await app(scope, receive, send)


def scope_of(handler: Open, kind: str) -> dict[str, Any]:
    """ASGI scope of a request that has reached a handler."""
    request = handler.request
    base = handler.base_url.rstrip("/")
    host, _, port = (request.host or "").partition(":")
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.protocol if kind == "http" else request.protocol.replace("http", "ws"),
        "path": unquote(request.path),
        "raw_path": request.path.encode(),
        "root_path": base,
        "query_string": request.query.encode(),
        "headers": [(k.lower().encode(), v.encode()) for k, v in request.headers.get_all()],
        "server": (host, int(port) if port.isdecimal() else None),
        "client": (request.remote_ip or "", 0),
        "subprotocols": [],
        USER: handler.current_user,
        _USER_NOW: handler.user_now,
    }


@web.stream_request_body
class Open(APIHandler):
    """Hands requests to the app: here those that are open to all, whose bodies are not kept."""

    auth_resource = "ganglioside"

    def initialize(self, app: Any) -> None:
        """Take the app."""
        self._app = app
        self._left = asyncio.Event()
        self._body = bytearray()
        self._most_bytes = 0
        self._is_early = True

    async def prepare(self, **_: Any) -> None:
        """Prepare an answer; nobody is redirected, whatever a WebSocket says about that."""
        self._unasked = copy(self)  # an identity provider keeps its answer in the handler
        await super().prepare()
        await self._judge_headers()
        self._is_early = False

    async def user_now(self) -> Any:
        """User who makes the request, as the identity provider knows them by now; None for nobody.

        Raises
        ------
        Problem
            If it cannot be found out.
        """
        try:
            found = self.identity_provider.get_user(copy(self._unasked))
            return await found if isinstance(found, Awaitable) else found
        except web.HTTPError as error:
            raise Problem(
                503,
                "away",
                "The hub does not say whether you are still signed in. Try again; if it lasts, "
                "tell whoever runs the server.",
                {"Retry-After": "2"},
            ) from error

    async def _judge_headers(self) -> None:
        """Answer a request whose body need not be read."""

    def finish(self, *parts: Any, **named: Any) -> Any:
        """Finish an answer; one that comes before the body ends the connection."""
        if self._is_early:
            self.set_header("Connection", "close")
        return super().finish(*parts, **named)

    def data_received(self, chunk: bytes) -> None:
        """Keep a part of the body, as long as it is not too large: the app refuses it then."""
        if self._most_bytes and len(self._body) <= self._most_bytes:
            self._body += chunk

    @allow_unauthenticated
    async def get(self, *_: str) -> None:
        """Hand on a GET."""
        await self._hand_on()

    async def _hand_on(self) -> None:
        body = {"type": "http.request", "body": bytes(self._body), "more_body": False}
        self._body.clear()
        messages = iter([body])

        async def receive() -> dict[str, Any]:
            message = next(messages, None)
            if message is None:
                await self._left.wait()
                return {"type": "http.disconnect"}
            return message

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self._begin(message["status"], message["headers"])
            elif message["type"] == "http.response.body":
                if body := message.get("body"):  # not even nothing, where there is no body
                    self.write(body)
                if message.get("more_body"):
                    await self.flush()

        try:
            await self._app(scope_of(self, "http"), receive, send)
        finally:
            self._left.set()
        await self.finish(set_content_type=self._headers.get("Content-Type", ""))

    def _begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Take over status and headers of an answer; its policy in the place of Jupyter's."""
        self.set_status(status)
        for name, value in headers:
            self.set_header(name.decode(), value.decode("latin-1"))

    def on_connection_close(self) -> None:
        """Tell the app that the client has left, so that no stream goes on."""
        self._left.set()
        super().on_connection_close()


class Bridge(Open):
    """Hands requests of those who are signed in to the app."""

    async def prepare(self, **_: Any) -> None:
        """Prepare an answer; the body is read whatever it is, so that the sender sees it."""
        read_on(self.request)
        await super().prepare()

    async def _judge_headers(self) -> None:
        """Answer at once where nobody is signed in, or the body is too large."""
        if self.request.method == "OPTIONS":
            return
        if self.current_user is None:
            raise web.HTTPError(403)
        self._most_bytes = self._app.most_bytes
        read_on(self.request, self._most_bytes)
        if declared_bytes(self.request) > self._most_bytes:
            await self._hand_on()

    @web.authenticated
    @authorized
    async def get(self, *_: str) -> None:  # type: ignore[override]
        """Hand on a request."""
        await self._hand_on()

    post = put = patch = delete = get


class EventsBridge(WebSocketMixin, websocket.WebSocketHandler, Bridge):
    """Hands requests for events to the app, over a WebSocket where the client asks for one."""

    def initialize(self, app: Any) -> None:
        """Take the app."""
        super().initialize(app)
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._work: asyncio.Task[None] | None = None

    @web.authenticated
    @authorized
    async def get(self, *_: str) -> None:  # type: ignore[override]
        """Open a WebSocket, or hand on a GET."""
        if self.request.headers.get("Upgrade", "").lower() == "websocket":
            await websocket.WebSocketHandler.get(self)
        else:
            await self._hand_on()

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Take the protocol of the API, where it is offered."""
        return "ganglioside" if "ganglioside" in subprotocols else None

    def open(self, *_: str) -> None:
        """Begin to hand on."""
        self._inbox.put_nowait({"type": "websocket.connect"})
        self._work = asyncio.ensure_future(self._talk())

    async def _talk(self) -> None:
        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "websocket.send":
                await self.write_message(message["text"])
            elif message["type"] == "websocket.close":
                self.close(message.get("code", 1000), message.get("reason") or None)

        try:
            await self._app(scope_of(self, "websocket"), self._inbox.get, send)
        except websocket.WebSocketClosedError:
            return

    def on_message(self, message: str | bytes) -> None:
        """Hear nothing: events go one way."""

    def on_close(self) -> None:
        """Tell the app that the client has left."""
        self._inbox.put_nowait({"type": "websocket.disconnect", "code": self.close_code or 1005})
        super().on_close()


def guest_name(username: str) -> str:
    """Name under which everybody sees what a visitor does; nobody can make the user name of it.

    Examples
    --------
    >>> guest_name("c8d4889a57fb4a0cb4b4b6a0a1f1f0f3")
    'visitor 2414694b'
    """
    return f"{_GUEST} {hashlib.sha256(f'visitor {username}'.encode()).hexdigest()[:8]}"


def handlers(base_url: str, app: Any) -> list[tuple[str, Any, dict[str, Any]]]:
    """Handlers of the API for a Jupyter server.

    Parameters
    ----------
    base_url
        Of the server.
    app
        As `jupyter_app` makes it.
    """
    base = re.escape(base_url.rstrip("/"))
    api = f"{base}/api/v1"
    given = {"app": app}
    return [
        (rf"(?:{api}|{base})/(?:health|ready)", Open, given),
        (rf"{base}/metrics", Bridge, given),
        (rf"{api}/(?:sessions|jobs)/[^/]+/events", EventsBridge, given),
        (rf"{api}/.*", Bridge, given),
    ]


def jupyter_app(
    server: Any,
    *,
    guests: bool = False,
    person_of: Callable[[Any], Person] | None = None,
    rounds: bool = False,
) -> LazyApp:
    """App of the API for a Jupyter server, made when it is first asked for.

    Parameters
    ----------
    server
        Its configuration holds the limits.
    guests
        Whether others than whoever started the server are let in. They may change what they made
        themselves only.
    person_of
        Makes the person of a user of the server, where people sign in as themselves.
    rounds
        Whether the history is looked after from the first request on: what died is marked, what
        waits is started. The server does it itself where False.
    """
    limits = ApiLimits(parent=server).limits()

    def kernels() -> int:
        return len(server.kernel_manager)

    def make() -> Any:
        from ganglioside.history import History
        from ganglioside.server.application import create_app
        from ganglioside.watching.alarms import watch

        async def identify(connection: Any) -> Person | None:
            user = connection.scope.get(USER)
            if person_of is not None and KEY in connection.scope:  # they were let in before
                user = await connection.scope[_USER_NOW]()
            if user is None:
                return None
            if person_of is not None:
                return person_of(user)
            if guests:
                return Person(guest_name(user.username), "write")
            return Person(current_author(), "admin")

        history = History.open()
        if rounds:
            watch(lambda: history)
        return create_app(history, identify, limits, kernels=kernels)

    return LazyApp(make, limits.most_bytes)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "ganglioside.server.jupyter"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Add the API to a Jupyter server."""
    web_app = server.web_app
    app = jupyter_app(server, rounds=True)
    web_app.add_handlers(".*$", handlers(web_app.settings["base_url"], app))
