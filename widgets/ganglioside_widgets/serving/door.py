"""The door of the web pages: each request passes it before anything else looks at it."""

from __future__ import annotations

import hmac
import ipaddress
import re
import socket
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote, unquote_plus, urlsplit

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado import httputil, web

#: Characters of an address, and of one of its parts, that the pages never reach.
LONGEST_PATH: Final = 2000
LONGEST_PART: Final = 200

#: A host and its port as they stand in a request; an address of version 6 stands in brackets.
_HOST: Final = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?", re.IGNORECASE)

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\\]")


@dataclass(frozen=True)
class Refusal:
    """An answer that turns a request away.

    Attributes
    ----------
    status : int
    words : str
        What was found, and the cure.
    link : str
        An address of this server that the visitor may open from here; empty: no link.
    """

    status: int
    words: str
    link: str = ""


@dataclass(frozen=True)
class Door:
    """Whom the web pages let in.

    Attributes
    ----------
    token : str
        Whoever has it may enter.
    hosts : frozenset of str
        Names, in lower case, under which visitors may ask. A page of a name that points here
        only now and then is so kept from using ours ("DNS rebinding").
    proxies : frozenset of str
        Addresses of proxies whose word is taken for a visitor having come over TLS.
    """

    token: str = field(repr=False)
    hosts: frozenset[str]
    proxies: frozenset[str] = frozenset()

    def refuse(self, request: httputil.HTTPServerRequest) -> Refusal | None:
        """Return why a request is turned away, or None."""
        if not self.knows_host(request):
            host = hide_oddities(request.host)
            return Refusal(
                HTTPStatus.FORBIDDEN,
                f"This server was asked under the name {host}, which it was not told of. If the "
                f"name is right, start it with: ganglioside app --allow-host {host}",
            )
        if is_odd(request.path):
            return Refusal(HTTPStatus.NOT_FOUND, "There is no page at this address.")
        if self.has_token(request) or not is_foreign(request):
            return None
        return Refusal(
            HTTPStatus.FORBIDDEN,
            "Another site asked for this page. If you followed a link to it, go on from here.",
            own_address(request) if is_navigation(request) else "",
        )

    def knows_host(self, request: httputil.HTTPServerRequest) -> bool:
        """Tell whether a request names a host of this server, or the address it came in by."""
        name = host_name(request.host)
        if name is None:
            return False
        return name in self.hosts or is_loopback(name) or name == _reached_address(request)

    def has_token(self, request: httputil.HTTPServerRequest) -> bool:
        """Tell whether a request brings the token."""
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() not in {"token", "bearer"}:
            return False
        return hmac.compare_digest(given.strip().encode(), self.token.encode())

    def note_protocol(self, request: httputil.HTTPServerRequest) -> None:
        """Take a known proxy's word for whether a visitor came over TLS."""
        if request.remote_ip in self.proxies:
            told = request.headers.get("X-Forwarded-Proto", request.protocol)
            request.protocol = "https" if told.strip().lower() == "https" else "http"


def host_name(host: str) -> str | None:
    """Return the name of a host without its port, or None for what is no host.

    >>> host_name("LAB:8866"), host_name("[::1]:8866"), host_name("a@b")
    ('lab', '::1', None)
    """
    found = _HOST.fullmatch(host)
    return None if found is None else (found[1] or found[2]).lower().rstrip(".")


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a server at `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def known_hosts(host: str, further: tuple[str, ...] = ()) -> frozenset[str]:
    """Return the names of a server that listens at `host`, and `further` ones."""
    own = [socket.gethostname(), socket.getfqdn()] if listens_everywhere(host) else [host]
    return frozenset(name.lower().strip("[]").rstrip(".") for name in (*own, *further))


def listens_everywhere(host: str) -> bool:
    """Tell whether a server at `host` listens at all addresses of the machine."""
    return host in {"", "*", "0.0.0.0", "::"}


def _reached_address(request: httputil.HTTPServerRequest) -> str | None:
    """Return the address of this machine at which a request arrived."""
    stream = getattr(request.connection, "stream", None)
    opened = getattr(stream, "socket", None)
    if opened is None:
        return None
    address = str(opened.getsockname()[0])
    return address.removeprefix("::ffff:").partition("%")[0]


def take_token(request: httputil.HTTPServerRequest) -> bool:
    """Move a token out of the address of a request, from where it would reach logs and kernels.

    Returns
    -------
    bool
        Whether there was one. It is now in the header that says the same.
    """
    given = request.query_arguments.pop("token", None)
    if given is None:
        return False
    request.arguments.pop("token", None)
    kept = [part for part in request.query.split("&") if _key(part) != "token"]
    request.query = "&".join(kept)
    request.uri = f"{request.path}?{request.query}" if kept else request.path
    request.headers["Authorization"] = f"token {given[-1].decode('utf-8', 'replace')}"
    return True


def _key(part: str) -> str:
    return unquote_plus(part.partition("=")[0])


def is_odd(path: str) -> bool:
    """Tell whether no file and no page can have this path.

    >>> is_odd("/voila/static/a%00.js"), is_odd("/a/../b"), is_odd("/voila/render/workbench.ipynb")
    (True, True, False)
    """
    plain = unquote(path, errors="surrogateescape")
    parts = plain.split("/")
    return (
        len(path) > LONGEST_PATH
        or _CONTROL.search(plain) is not None
        or any("\udc80" <= letter <= "\udcff" for letter in plain)
        or any(part in {".", ".."} or len(part) > LONGEST_PART for part in parts)
    )


def is_foreign(request: httputil.HTTPServerRequest) -> bool:
    """Tell whether a page of another site, or of another port of this machine, asked."""
    headers = request.headers
    senders = [headers[name] for name in ("Origin", "Referer") if name in headers]
    return headers.get("Sec-Fetch-Site", "") in {"cross-site", "same-site"} or any(
        _site(sender) != request.host.lower() for sender in senders
    )


def _site(address: str) -> str:
    """Return host and port of an address; empty where it has none."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def is_navigation(request: httputil.HTTPServerRequest) -> bool:
    """Tell whether a browser opens an address in a window."""
    if request.method != "GET":
        return False
    headers = request.headers
    if "Sec-Fetch-Mode" not in headers:  # which browsers leave out over plain HTTP
        return "text/html" in headers.get("Accept", "")
    return headers["Sec-Fetch-Mode"] == "navigate" and headers.get("Sec-Fetch-Dest") == "document"


def own_address(request: httputil.HTTPServerRequest) -> str:
    """Return the address of a request within this server, which leads to no other one."""
    address = "/" + request.path.lstrip("/\\")
    return f"{address}?{request.query}" if request.query else address


def hide_oddities(text: str) -> str:
    """Return the start of what a visitor sent, with nothing in it that is no host."""
    return re.sub(r"[^\w.:\[\]-]", "?", text)[:100]


class Guarded(web.Application):
    """An application behind a door."""

    def get_handler_delegate(
        self, request: httputil.HTTPServerRequest, target_class: Any, *rest: Any, **named: Any
    ) -> Any:
        """Return the handler of a request, or the door's refusal."""
        door: Door = self.settings["door"]
        door.note_protocol(request)
        in_address = take_token(request)
        refusal = door.refuse(request)
        if refusal is not None:
            return super().get_handler_delegate(request, TurnedAway, {"refusal": refusal})
        if in_address and is_navigation(request) and door.has_token(request):
            return super().get_handler_delegate(request, SignedIn)
        return super().get_handler_delegate(request, target_class, *rest, **named)


class TurnedAway(web.RequestHandler):
    """Answers a request that the door refuses."""

    def initialize(self, refusal: Refusal) -> None:
        """Keep why."""
        self._refusal = refusal

    def prepare(self) -> None:
        """Answer, whatever the method."""
        template = self.settings["voila_jinja2_env"].get_template("refused.html")
        status = HTTPStatus(self._refusal.status)
        self.set_status(status)
        self.finish(
            template.render(
                base_url=self.settings["base_url"], status_code=status.value,
                status_message=status.phrase, words=self._refusal.words, link=self._refusal.link,
            )
        )  # fmt: skip


class SignedIn(JupyterHandler):
    """Answers who brings the token in an address: sets the cookie and leads on without it.

    A redirect would not do: a browser that came from elsewhere keeps the cookie back, as the
    other site still counts as the one that asks.
    """

    @allow_unauthenticated
    def get(self, *_: str) -> None:
        """Lead to the page that was asked for."""
        self.set_header("Cache-Control", "no-store")
        link = own_address(self.request)
        self.finish(self.render_template("signed-in.html", link=link))  # type: ignore[no-untyped-call]
