"""Headers of every answer, which tell browsers what a page may do."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tornado import httputil, web

#: What Voila writes into a page whose notebook runs long, to keep the connection.
HEARTBEAT: Final = "window.voila_heartbeat()"


def hash_source(script: str) -> str:
    """Return the source expression that allows one inline script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


#: What a web page may load, by kind. No script may stand in the page itself, save the heartbeat.
PAGE_POLICY: Final[Mapping[str, Sequence[str]]] = {
    "default-src": ("'self'",),
    # blob: modules of widgets, which anywidget imports from memory.
    "script-src": ("'self'", hash_source(HEARTBEAT), "blob:"),
    # JupyterLab and Vega set styles in the page; a style runs nothing.
    "style-src": ("'self'", "'unsafe-inline'"),
    "img-src": ("'self'", "data:", "blob:"),
    "font-src": ("'self'", "data:"),
    "object-src": ("'none'",),
    "base-uri": ("'self'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'self'",),
}

#: The same for JupyterLab, where analysts run scripts of their own in outputs.
LAB_POLICY: Final[Mapping[str, Sequence[str]]] = {
    name: PAGE_POLICY[name]
    for name in ("object-src", "base-uri", "form-action", "frame-ancestors")
}  # fmt: skip

#: Sent with every answer of both servers.
HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

#: Sent over TLS: browsers come back over TLS only, for half a year.
TRANSPORT_SECURITY: Final = "max-age=15552000"


#: Where pages with charts are. Vega compiles the expressions of a chart, which come from us; when
#: it interprets them instead, drawing takes two to three times as long.
CHARTS: Final = "/voila/render/"
COMPILED: Final = "'unsafe-eval'"


def write_policy(policy: Mapping[str, Sequence[str]]) -> str:
    """Return the text of a Content-Security-Policy."""
    return "; ".join(" ".join((name, *sources)) for name, sources in policy.items())


class GuardedCookies(httputil.HTTPHeaders):
    """Headers whose cookies go to requests of the own pages only, under TLS over TLS only.

    Tornado adds the cookies of an answer last, so that each is completed as it is added.
    """

    over_tls = False

    @classmethod
    def of(cls, headers: httputil.HTTPHeaders, over_tls: bool) -> GuardedCookies:
        """Return the same headers, with guarded cookies from now on."""
        made = cls()
        made.over_tls = over_tls
        for name, value in headers.get_all():
            made.add(name, value)
        return made

    def add(self, name: str, value: str, **named: Any) -> None:
        """Add a header."""
        guarded = self._guard(value) if name.lower() == "set-cookie" else value
        super().add(name, guarded, **named)

    def _guard(self, cookie: str) -> str:
        guards = {"samesite": "SameSite=Strict"} | ({"secure": "Secure"} if self.over_tls else {})
        there = {part.partition("=")[0].strip().lower() for part in cookie.split(";")[1:]}
        return "; ".join([cookie, *(text for name, text in guards.items() if name not in there)])


class SafeHeaders(web.OutputTransform):
    """Adds the headers to every answer: pages, errors, files, redirects."""

    def __init__(self, request: httputil.HTTPServerRequest) -> None:
        super().__init__(request)
        self._over_tls = request.protocol == "https"

    def transform_first_chunk(
        self,
        status_code: int,
        headers: httputil.HTTPHeaders,
        chunk: bytes,
        finishing: bool,  # noqa: ARG002
    ) -> tuple[int, httputil.HTTPHeaders, bytes]:
        """Return the first part of an answer with its headers completed."""
        for name, value in HEADERS.items():
            headers[name] = value
        if self._over_tls:
            headers["Strict-Transport-Security"] = TRANSPORT_SECURITY
        headers.pop("Server", None)
        return status_code, GuardedCookies.of(headers, self._over_tls), chunk


class PageHeaders(SafeHeaders):
    """The same with the policy of the web pages."""

    def __init__(self, request: httputil.HTTPServerRequest) -> None:
        super().__init__(request)
        # Older browsers do not count the own WebSockets to 'self'.
        sockets = ("'self'", f"ws://{request.host}", f"wss://{request.host}")
        scripts = (*PAGE_POLICY["script-src"], *((COMPILED,) if CHARTS in request.path else ()))
        self._policy = write_policy({**PAGE_POLICY, "script-src": scripts, "connect-src": sockets})

    def transform_first_chunk(
        self, status_code: int, headers: httputil.HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, httputil.HTTPHeaders, bytes]:
        """Return the first part of an answer with its headers completed."""
        headers["Content-Security-Policy"] = self._policy
        return super().transform_first_chunk(status_code, headers, chunk, finishing)
