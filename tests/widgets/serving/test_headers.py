"""Headers of answers: policy, cookies, transport."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tornado.httputil import HTTPHeaders

from ganglioside_widgets.serving.headers import HEARTBEAT, PageHeaders, hash_source


def answer(protocol: str = "http", *cookies: str, path: str = "/") -> HTTPHeaders:
    request = SimpleNamespace(protocol=protocol, host="lab.example.org:8866", path=path)
    headers = HTTPHeaders({"Server": "x"})
    made = PageHeaders(request).transform_first_chunk(200, headers, b"", True)[1]
    for cookie in cookies:  # which Tornado adds last
        made.add("Set-Cookie", cookie)
    return made


def directive(name: str, path: str = "/") -> list[str]:
    policy = answer(path=path)["Content-Security-Policy"]
    return next(each.split()[1:] for each in policy.split("; ") if each.split()[0] == name)


def test_no_script_of_the_page_itself_runs_save_the_heartbeat() -> None:
    assert directive("script-src") == ["'self'", hash_source(HEARTBEAT), "blob:"]
    with_charts = directive("script-src", "/voila/render/workbench.ipynb")
    assert with_charts == [*directive("script-src"), "'unsafe-eval'"]
    assert directive("object-src") == ["'none'"]
    assert directive("default-src") == directive("base-uri") == ["'self'"]
    assert directive("form-action") == directive("frame-ancestors") == ["'self'"]
    own = ["'self'", "ws://lab.example.org:8866", "wss://lab.example.org:8866"]
    assert directive("connect-src") == own


def test_a_hash_is_that_of_the_standard() -> None:
    # The example of the CSP level 2 recommendation.
    assert hash_source("alert('Hello, world.');") == (
        "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    )


def test_browsers_are_told_to_be_careful() -> None:
    headers = answer()
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Server" not in headers


@pytest.mark.parametrize(("protocol", "secure"), [("http", False), ("https", True)])
def test_cookies_go_to_own_pages_and_over_tls_where_there_is_tls(
    protocol: str, secure: bool
) -> None:
    headers = answer(protocol, "a=1; Path=/; HttpOnly", "b=2; SameSite=Lax; secure")
    first, second = headers.get_list("Set-Cookie")
    assert first == "a=1; Path=/; HttpOnly; SameSite=Strict" + ("; Secure" if secure else "")
    assert second == "b=2; SameSite=Lax; secure"
    assert ("Strict-Transport-Security" in headers) is secure
