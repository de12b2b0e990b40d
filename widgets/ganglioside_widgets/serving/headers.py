"""Headers of every response, with which browsers restrict what a page may do."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tornado import httputil, web

#: The inline script that Voila writes into a page whose notebook runs long.
HEARTBEAT: Final = "window.voila_heartbeat()"


def hash_source(script: str) -> str:
    """Source expression of a policy that allows one inline script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


#: Sources from which a web page may load, by directive of a Content-Security-Policy. The heartbeat
#: is the only inline script that is allowed.
PAGE_POLICY: Final[Mapping[str, Sequence[str]]] = {
    "default-src": ("'self'",),
    # blob: for modules of widgets, which anywidget imports from memory.
    "script-src": ("'self'", hash_source(HEARTBEAT), "blob:"),
    # JupyterLab and Vega use inline styles, which run no code.
    "style-src": ("'self'", "'unsafe-inline'"),
    "img-src": ("'self'", "data:", "blob:"),
    "font-src": ("'self'", "data:"),
    "object-src": ("'none'",),
    "base-uri": ("'self'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'self'",),
}

#: The policy of JupyterLab, where analysts run scripts of their own in outputs.
LAB_POLICY: Final[Mapping[str, Sequence[str]]] = {
    name: PAGE_POLICY[name]
    for name in ("object-src", "base-uri", "form-action", "frame-ancestors")
}  # fmt: skip

#: Headers of every response of both servers.
HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

#: Sent over TLS: for half a year browsers connect over TLS only.
TRANSPORT_SECURITY: Final = "max-age=15552000"


#: Path of pages with charts, and the source that lets Vega compile the expressions of a chart, all
#: of them ours. Interpreting them instead makes drawing take two to three times as long.
CHARTS: Final = "/voila/render/"
COMPILED: Final = "'unsafe-eval'"


def write_policy(policy: Mapping[str, Sequence[str]]) -> str:
    """Text of a Content-Security-Policy."""
    return "; ".join(" ".join((name, *sources)) for name, sources in policy.items())


class GuardedCookies(httputil.HTTPHeaders):
    """Headers whose cookies get the attributes SameSite=Strict and, over TLS, Secure.

    Tornado adds the cookies of a response last, so each is completed as it is added.
    """

    over_tls = False

    @classmethod
    def of(cls, headers: httputil.HTTPHeaders, over_tls: bool) -> GuardedCookies:
        """Copy of the headers, with guarded cookies."""
        guarded = cls()
        guarded.over_tls = over_tls
        for name, value in headers.get_all():
            guarded.add(name, value)
        return guarded

    def add(self, name: str, value: str, **named: Any) -> None:
        """Add a header; a cookie gets its missing attributes."""
        guarded = self._guard(value) if name.lower() == "set-cookie" else value
        super().add(name, guarded, **named)

    def _guard(self, cookie: str) -> str:
        attributes = cookie.split(";")[1:]
        present = {attribute.partition("=")[0].strip().lower() for attribute in attributes}
        parts = [cookie]
        if "samesite" not in present:
            parts.append("SameSite=Strict")
        if self.over_tls and "secure" not in present:
            parts.append("Secure")
        return "; ".join(parts)


class SafeHeaders(web.OutputTransform):
    """Adds `HEADERS` to every response: pages, errors, files, redirects."""

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
        """Status, completed headers and first part of a response."""
        for name, value in HEADERS.items():
            headers[name] = value
        if self._over_tls:
            headers["Strict-Transport-Security"] = TRANSPORT_SECURITY
        headers.pop("Server", None)
        return status_code, GuardedCookies.of(headers, self._over_tls), chunk


class PageHeaders(SafeHeaders):
    """Adds `HEADERS` and the policy of the web pages."""

    def __init__(self, request: httputil.HTTPServerRequest) -> None:
        super().__init__(request)
        # Older browsers do not include WebSockets of this server in 'self'.
        sockets = ("'self'", f"ws://{request.host}", f"wss://{request.host}")
        scripts = tuple(PAGE_POLICY["script-src"])
        if CHARTS in request.path:
            scripts += (COMPILED,)
        self._policy = write_policy({**PAGE_POLICY, "script-src": scripts, "connect-src": sockets})

    def transform_first_chunk(
        self, status_code: int, headers: httputil.HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, httputil.HTTPHeaders, bytes]:
        """Status, completed headers and first part of a response."""
        headers["Content-Security-Policy"] = self._policy
        return super().transform_first_chunk(status_code, headers, chunk, finishing)
