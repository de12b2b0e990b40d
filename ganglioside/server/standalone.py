"""The server alone, under uvicorn: no Jupyter, no pages, only the API."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from ganglioside.errors import ServerError
from ganglioside.history import History
from ganglioside.history.author import current_author
from ganglioside.history.storage.store import utc_now
from ganglioside.server.service_limits import ServiceLimits

#: Life of the token that the first start of a server makes.
FIRST_LIFE: Final = timedelta(days=90)


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
        Addresses of proxies whose X-Forwarded headers are believed.
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
        if self.is_open:
            raise ServerError(
                f"Others in the network could read the tokens that are sent to {self.host}. Serve "
                "TLS (--certfile, --keyfile), put a proxy with TLS before the server and name its "
                "address (--trust-proxy), or stay on 127.0.0.1."
            )

    @property
    def is_open(self) -> bool:
        """Whether others in the network can read what is sent."""
        return not (_is_loopback(self.host) or self.certificate or self.trusted_proxies)

    @property
    def url(self) -> str:
        """Address of the API for people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}/api/v1"


def serve(history: History, options: ServeOptions | None = None, token: str = "") -> None:
    """Serve the API until interrupted.

    Parameters
    ----------
    history
        The sessions, and the tokens of those who may call.
    options
        Defaults where None.
    token
        Of whoever starts the server, for all that it can do; none where empty.

    Raises
    ------
    ServerError
        If nothing can listen there.
    """
    import uvicorn

    from ganglioside.server.application import create_app
    from ganglioside.server.doorman import in_thread
    from ganglioside.server.token_identity import TokenIdentity

    chosen = options or ServeOptions()
    app = create_app(history, in_thread(TokenIdentity(history, token)), chosen.limits)
    config = uvicorn.Config(
        app,
        host=chosen.host,
        port=chosen.port,
        ssl_certfile=chosen.certificate,
        ssl_keyfile=chosen.key,
        proxy_headers=bool(chosen.trusted_proxies),
        forwarded_allow_ips=list(chosen.trusted_proxies),
        access_log=False,
        server_header=False,
        log_level="warning",
        ws="websockets-sansio",
        ws_max_size=65_536,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    listening = config.bind_socket()
    port = listening.getsockname()[1]
    shown = ServeOptions(**{name: getattr(chosen, name) for name in _SHOWN}, port=port)
    print(f"The API is served at {shown.url}, its documentation at {shown.url}/docs", flush=True)
    uvicorn.Server(config).run(sockets=[listening])


_SHOWN: Final = ("host", "certificate", "key", "trusted_proxies")


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


def _is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server at `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
