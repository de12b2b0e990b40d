"""The server alone, under uvicorn: no Jupyter, no pages, only the API."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ganglioside.errors import ServerError
from ganglioside.history import History
from ganglioside.history.author import current_author
from ganglioside.history.storage.store import utc_now
from ganglioside.server.service_limits import ServiceLimits
from ganglioside.support.certificates import tls_context
from ganglioside.support.hosts import is_loopback, network_of
from ganglioside.watching.alarms import watch

if TYPE_CHECKING:
    from ganglioside.server.connections import BoundedListener

#: Life of the token that the first start of a server makes.
FIRST_LIFE: Final = timedelta(days=90)

#: Largest message that a client may send over a WebSocket, bytes: none is heard.
_LARGEST_MESSAGE: Final = 65_536

#: Connections that wait to be taken.
_BACKLOG: Final = 2048

#: Seconds for requests to come to their end when the server is told to stop.
_GRACE: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """Where the server listens.

    Attributes
    ----------
    host : str
    port : int
        0: any that is free.
    certificate, key : pathlib.Path or None
        PEM files for TLS.
    trusted_proxies : tuple of str
        Addresses or networks of proxies whose X-Forwarded headers are believed.
    limits : ServiceLimits
    """

    host: str = "127.0.0.1"
    port: int = 8899
    certificate: Path | None = None
    key: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    limits: ServiceLimits = field(default_factory=ServiceLimits)

    def __post_init__(self) -> None:
        if self.key is not None and self.certificate is None:
            raise ServerError("A key needs its certificate: give --certfile too.")
        for file in (self.certificate, self.key):
            if file is not None and not file.is_file():
                raise ServerError(f"There is no file {file}.")
        if self.certificate is not None:
            tls_context(self.certificate, self.key, ServerError)  # now: not once it is said to run
        for proxy in self.trusted_proxies:
            network_of(proxy)  # refuses what is none
        if self.is_open:
            raise ServerError(
                f"Others in the network could read the tokens that are sent to {self.host}. Serve "
                "TLS (--certfile, --keyfile), put a proxy with TLS before the server and name its "
                "address (--trust-proxy), or stay on 127.0.0.1."
            )

    @property
    def is_open(self) -> bool:
        """Whether others in the network can read what is sent."""
        return not (is_loopback(self.host) or self.certificate or self.trusted_proxies)

    @property
    def url(self) -> str:
        """Address of the API for people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}/api/v1"


class RunningServer:
    """A server that listens already, and answers once it runs.

    Parameters
    ----------
    history
        The sessions, and the tokens of those who may call.
    options
        Defaults where None.
    token
        Of whoever started the server, for all that it can do; none where empty.

    Attributes
    ----------
    url : str
        Address of the API.

    Raises
    ------
    ServerError
        If nothing can listen there.
    """

    def __init__(
        self, history: History, options: ServeOptions | None = None, token: str = ""
    ) -> None:
        import uvicorn

        from ganglioside.server.application import create_app
        from ganglioside.server.connections import BoundedConnection, RefusableSocket
        from ganglioside.server.doorman import in_thread
        from ganglioside.server.token_identity import TokenIdentity

        chosen = options or ServeOptions()
        self._history = history
        app = create_app(history, in_thread(TokenIdentity(history, token)), chosen.limits)
        self._socket = _listen(chosen)
        self.url = replace(chosen, port=self._socket.getsockname()[1]).url
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                ssl_certfile=chosen.certificate,
                ssl_keyfile=chosen.key,
                proxy_headers=bool(chosen.trusted_proxies),
                forwarded_allow_ips=list(chosen.trusted_proxies),
                access_log=False,
                server_header=False,
                log_config=None,  # told as all else is: in the log, or on lines of their own
                log_level="warning",
                http=partial(BoundedConnection, listener=self._socket),  # type: ignore[arg-type]
                ws=RefusableSocket,
                ws_max_size=_LARGEST_MESSAGE,
                lifespan="off",
                timeout_graceful_shutdown=_GRACE,
            )
        )

    def run(self) -> None:
        """Answer requests until interrupted, or until `stop`; look after the history meanwhile."""
        rounds = watch(lambda: self._history)
        try:
            self._server.run(sockets=[self._socket])
        finally:
            rounds.end()

    def stop(self) -> None:
        """Let `run`, in another thread, come to its end."""
        self._server.should_exit = True


def _listen(options: ServeOptions) -> BoundedListener:
    """Socket that listens where the options say."""
    from ganglioside.server.connections import BoundedListener

    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # Named as TCP, so that asyncio sends small answers at once: 40 ms sooner.
    listening = BoundedListener(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((options.host, options.port))
        listening.listen(_BACKLOG)
        return listening
    except OSError as error:
        listening.close()
        raise ServerError(
            f"Nothing can listen at port {options.port} of {options.host} ({error.strerror}): "
            "choose another --port or --host."
        ) from error


def first_token(history: History) -> str | None:
    """Secret of a token for whoever starts a server that nobody could call; None if somebody can.

    Parameters
    ----------
    history
    """
    now = utc_now()
    if any(token.why_refused(now) is None for token in history.tokens.all()):
        return None
    return history.tokens.add(
        current_author(), "admin", label="first start of the server", life=FIRST_LIFE
    )
