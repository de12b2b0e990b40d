"""Hosts that only this machine can reach, and requests of pages of other sites."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers
from tornado.httputil import HTTPHeaders

from ganglioside.errors import SettingsError
from ganglioside.support.hosts import is_among, is_foreign, is_loopback, network_of


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


@pytest.mark.parametrize(
    ("address", "among"),
    [("10.0.0.1", True), ("10.0.1.9", True), ("10.0.2.1", False), ("fd00::7", True), ("::1", False),
     ("unix", False), ("", False), (None, False), ("10.0.1.9, 1.2.3.4", False)],
)  # fmt: skip
def test_proxies_are_addresses_or_networks(address: str | None, among: bool) -> None:
    assert is_among(address, map(network_of, ["10.0.0.1", "10.0.1.0/24", "fd00::/8"])) is among


@pytest.mark.parametrize("text", ["", "*", "lab.example", "10.0.0.1/24", "10.0.0", "::1/129"])
def test_what_is_no_network_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match=r"write 10\.0\.0\.7 or 10\.0\.0\.0/24"):
        network_of(text)
