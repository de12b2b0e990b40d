"""The door of the web pages: checks each request before any handler gets it."""

from __future__ import annotations

import hmac
import re
import socket
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado import httputil, web

from ganglioside.server.bodies import read_on
from ganglioside.support.hosts import Network, is_among, is_foreign, is_loopback

#: Longest path of a request, and longest part of it, characters; those of the pages are shorter.
LONGEST_PATH: Final = 2000
LONGEST_PART: Final = 200

#: Host and optional port of a request; an IPv6 address is in brackets.
_HOST: Final = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?", re.IGNORECASE)

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\\]")


@dataclass(frozen=True)
class Refusal:
    """The answer to a request that is refused.

    Attributes
    ----------
    status : int
    words : str
        The reason, and what to do.
    link : str
        Address on this server that the visitor may open instead; empty for no link.
    """

    status: int
    words: str
    link: str = ""


@dataclass(frozen=True)
class Door:
    """Rules by which requests to the web pages are let in or refused.

    Attributes
    ----------
    token : str
        Requests that bring it are let in.
    hosts : frozenset of str
        Host names, in lower case, that requests may use. All others are refused, which stops
        "DNS rebinding": pages of a foreign name that is pointed at this server for a moment.
    proxies : frozenset of network
        Addresses of proxies, and networks of them, whose `X-Forwarded-Proto` header is believed.
    any_host : bool
        Whether all host names are known: where people sign in at a hub, a browser has its cookie
        for the hub's own name only.
    """

    token: str = field(repr=False)
    hosts: frozenset[str]
    proxies: frozenset[Network] = frozenset()
    any_host: bool = False

    def refuse(self, request: httputil.HTTPServerRequest) -> Refusal | None:
        """Refusal of a request; None if it is let in."""
        if not self.knows_host(request):
            host = hide_oddities(request.host)
            return Refusal(
                HTTPStatus.FORBIDDEN,
                f"This server does not know the name {host}. If the name is right, start it with: "
                f"ganglioside app --allow-host {host}",
            )
        if is_odd(request.path):
            return Refusal(HTTPStatus.NOT_FOUND, "There is no page at this address.")
        if self.has_token(request) or not is_foreign(request.headers, request.host):
            return None
        return Refusal(
            HTTPStatus.FORBIDDEN,
            "Another site requested this page. If you followed a link to it, continue from here.",
            own_address(request) if is_navigation(request) else "",
        )

    def knows_host(self, request: httputil.HTTPServerRequest) -> bool:
        """Whether a request names a host of this server, or the address at which it arrived."""
        name = host_name(request.host)
        if name is None:
            return False
        return (
            self.any_host
            or name in self.hosts
            or is_loopback(name)
            or name == _reached_address(request)
        )

    def has_token(self, request: httputil.HTTPServerRequest) -> bool:
        """Whether a request brings the token in its header."""
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() not in {"token", "bearer"}:
            return False
        return hmac.compare_digest(given.strip().encode(), self.token.encode())

    def note_protocol(self, request: httputil.HTTPServerRequest) -> None:
        """Set a request's protocol to what its header reports, if it comes from a trusted proxy."""
        if is_among(request.remote_ip, self.proxies):
            reported = request.headers.get("X-Forwarded-Proto", request.protocol)
            request.protocol = "https" if reported.strip().lower() == "https" else "http"


def host_name(host: str) -> str | None:
    """Name of a host without its port, in lower case; None for a malformed one.

    >>> host_name("LAB:8866"), host_name("[::1]:8866"), host_name("a@b")
    ('lab', '::1', None)
    """
    found = _HOST.fullmatch(host)
    return None if found is None else (found[1] or found[2]).lower().rstrip(".")


def known_hosts(host: str, further: tuple[str, ...] = ()) -> frozenset[str]:
    """Names of a server that listens at `host`, and the `further` ones, in lower case."""
    own = [socket.gethostname(), socket.getfqdn()] if listens_everywhere(host) else [host]
    return frozenset(name.lower().strip("[]").rstrip(".") for name in (*own, *further))


def listens_everywhere(host: str) -> bool:
    """Whether a server at `host` listens at all addresses of the machine."""
    return host in {"", "*", "0.0.0.0", "::"}


def _reached_address(request: httputil.HTTPServerRequest) -> str | None:
    """Address of this machine at which a request arrived; None if it is unknown."""
    stream = getattr(request.connection, "stream", None)
    opened = getattr(stream, "socket", None)
    if opened is None:
        return None
    address = str(opened.getsockname()[0])
    return address.removeprefix("::ffff:").partition("%")[0]


def take_token(request: httputil.HTTPServerRequest) -> bool:
    """Move a token from a request's address, which reaches logs and kernels, into its header.

    Returns
    -------
    bool
        Whether there was a token.
    """
    given = request.query_arguments.pop("token", None)
    if given is None:
        return False
    request.arguments.pop("token", None)
    parameters = [part for part in request.query.split("&") if _key(part) != "token"]
    request.query = "&".join(parameters)
    request.uri = f"{request.path}?{request.query}" if parameters else request.path
    token = given[-1].decode("utf-8", "replace")
    request.headers["Authorization"] = f"token {token}"
    return True


def _key(part: str) -> str:
    return unquote_plus(part.partition("=")[0])


def is_odd(path: str) -> bool:
    """Whether a path is malformed or suspicious, so that it cannot be that of a page or file.

    >>> is_odd("/voila/static/a%00.js"), is_odd("/a/../b"), is_odd("/voila/render/workbench.ipynb")
    (True, True, False)
    """
    plain = unquote(path, errors="surrogateescape")
    is_not_utf8 = any("\udc80" <= letter <= "\udcff" for letter in plain)
    has_odd_part = any(part in {".", ".."} or len(part) > LONGEST_PART for part in plain.split("/"))
    has_control = _CONTROL.search(plain) is not None
    return len(path) > LONGEST_PATH or has_control or is_not_utf8 or has_odd_part


def is_navigation(request: httputil.HTTPServerRequest) -> bool:
    """Whether a browser opens an address in a window, rather than loading it into a page."""
    if request.method != "GET":
        return False
    headers = request.headers
    if "Sec-Fetch-Mode" not in headers:  # browsers omit it over plain HTTP
        return "text/html" in headers.get("Accept", "")
    return headers["Sec-Fetch-Mode"] == "navigate" and headers.get("Sec-Fetch-Dest") == "document"


def own_address(request: httputil.HTTPServerRequest) -> str:
    """Path and query of a request, made so that it cannot lead to another server."""
    address = "/" + request.path.lstrip("/\\")
    return f"{address}?{request.query}" if request.query else address


def hide_oddities(text: str) -> str:
    """First 100 characters of a visitor's text, with a ? for each that no host name has."""
    return re.sub(r"[^\w.:\[\]-]", "?", text)[:100]


class Guarded(web.Application):
    """A web application whose requests pass the door first."""

    def get_handler_delegate(
        self, request: httputil.HTTPServerRequest, target_class: Any, *rest: Any, **named: Any
    ) -> Any:
        """Request handler, or that of the door's refusal."""
        door: Door = self.settings["door"]
        door.note_protocol(request)
        in_address = take_token(request)
        refusal = door.refuse(request)
        if refusal is not None:
            return super().get_handler_delegate(request, TurnedAway, {"refusal": refusal})
        if in_address and is_navigation(request) and door.has_token(request):
            return super().get_handler_delegate(request, SignedIn)
        return super().get_handler_delegate(request, target_class, *rest, **named)


@web.stream_request_body
class TurnedAway(web.RequestHandler):
    """Answers a refused request on its headers; its body is not kept."""

    def initialize(self, refusal: Refusal) -> None:
        """Keep the reason."""
        self._refusal = refusal

    def prepare(self) -> None:
        """Answer, whatever the method."""
        read_on(self.request)
        template = self.settings["voila_jinja2_env"].get_template("refused.html")
        status = HTTPStatus(self._refusal.status)
        self.set_status(status)
        self.set_header("Connection", "close")  # its body is not read before
        self.finish(
            template.render(
                base_url=self.settings["base_url"], status_code=status.value,
                status_message=status.phrase, words=self._refusal.words, link=self._refusal.link,
            )
        )  # fmt: skip

    def data_received(self, chunk: bytes) -> None:
        """Keep nothing."""


class SignedIn(JupyterHandler):
    """Answers a visitor who brings the token in an address: sets a cookie and reloads without it.

    A redirect would not do: after a link from another site the browser would withhold the cookie,
    since that site still counts as the sender of the request.
    """

    @allow_unauthenticated
    def get(self, *_: str) -> None:
        """Answer with a page that leads on to the requested one."""
        self.set_header("Cache-Control", "no-store")
        link = own_address(self.request)
        self.finish(self.render_template("signed-in.html", link=link))  # type: ignore[no-untyped-call]
