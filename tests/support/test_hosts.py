"""Hosts that only this machine can reach, and requests of pages of other sites."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers
from tornado.httputil import HTTPHeaders

from ganglioside.support.hosts import is_foreign, is_loopback


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_only_this_machine_reaches_a_loopback_address(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://[broken"},
        {"origin": "http://lab:9999"},
        {"origin": "http://lab"},
        {"referer": "http://evil.example/?http://lab:8866"},
        {"origin": "http://lab:8866", "referer": "http://evil.example"},
        {"origin": "http://lab:8866", "sec-fetch-site": "cross-site"},
    ],
)
@pytest.mark.parametrize("kind", [Headers, HTTPHeaders])
def test_pages_of_other_sites_and_ports_are_foreign(
    kind: type[Headers | HTTPHeaders], headers: dict[str, str]
) -> None:
    assert is_foreign(kind(headers), "lab:8866")
    assert is_foreign(kind({"origin": "null"}), "")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "none"},
        {
            "origin": "http://LAB:8866",
            "referer": "http://lab:8866/page?x",
            "sec-fetch-site": "same-origin",
        },
    ],
)
@pytest.mark.parametrize("kind", [Headers, HTTPHeaders])
def test_the_own_page_and_other_programs_are_not_foreign(
    kind: type[Headers | HTTPHeaders], headers: dict[str, str]
) -> None:
    assert not is_foreign(kind(headers), "Lab:8866")
