"""The door of the web pages: who is let in, by host, by site, by token."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from ganglioside.support.hosts import network_of
from ganglioside_widgets.serving.door import (
    Door,
    host_name,
    is_odd,
    known_hosts,
    own_address,
    take_token,
)

TOKEN = "abcdefgh-01234567"
DOOR = Door(
    TOKEN, known_hosts("127.0.0.1", ("Lab.Example.org",)), frozenset({network_of("10.0.0.1")})
)


def ask(
    path: str = "/", host: str = "127.0.0.1:8866", method: str = "GET", sender: str = "127.0.0.1",
    **headers: str,
) -> HTTPServerRequest:  # fmt: skip
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = SimpleNamespace(
        set_close_callback=lambda _: None,
        context=SimpleNamespace(remote_ip=sender, protocol="http"),
    )
    return HTTPServerRequest(
        start_line=RequestStartLine(method, path, "HTTP/1.1"),
        headers=HTTPHeaders({"Host": host} | named),
        connection=connection,
    )


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8866", "localhost:9000", "LOCALHOST", "[::1]:8866", "lab.example.org",
     "LAB.example.org:443", "lab.example.org."],
)  # fmt: skip
def test_own_names_are_known_whatever_the_port(host: str) -> None:
    assert DOOR.refuse(ask(host=host)) is None


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8866", "127.0.0.1.evil.example", "localhost.evil.example",
     "192.168.1.5", "[::ffff:10.0.0.1]",
     "lab.example.org.evil.example", "example.org"],
)  # fmt: skip
def test_other_names_are_refused_with_the_cure(host: str) -> None:
    refusal = DOOR.refuse(ask(host=host))
    assert refusal is not None
    assert refusal.status == 403
    assert "--allow-host" in refusal.words
    assert "<" not in refusal.words
    assert refusal.link == ""


@pytest.mark.parametrize(
    "host",
    ["localhost@evil.example", "evil.example#localhost", "<script>", "", "localhost:8866:1",
     "localhost/evil.example", "localhost evil.example", "[::1]evil.example"],
)  # fmt: skip
def test_what_is_no_host_has_no_name(host: str) -> None:
    assert host_name(host) is None


def test_even_the_token_opens_no_other_name() -> None:
    assert DOOR.refuse(ask(host="evil.example", Authorization=f"token {TOKEN}")) is not None


def test_a_server_at_all_addresses_is_known_by_its_names_and_the_address_it_was_asked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Bench")
    door = Door(TOKEN, known_hosts("0.0.0.0"))
    assert door.refuse(ask(host="bench:8866")) is None
    reached = ask(host="192.168.1.5:8866")
    assert door.refuse(reached) is not None
    reached.connection.stream = SimpleNamespace(  # type: ignore[union-attr]
        socket=SimpleNamespace(getsockname=lambda: ("192.168.1.5", 8866))
    )
    assert door.refuse(reached) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
        {"Origin": "http://127.0.0.2:8866"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "null"},
        {"Origin": "http://[broken"},
        {"Referer": "http://127.0.0.2:8866/page"},
    ],
)  # fmt: skip
def test_pages_of_other_sites_and_ports_are_refused(headers: dict[str, str]) -> None:
    refusal = DOOR.refuse(ask("/voila/render/workbench.ipynb", **headers))
    assert refusal is not None
    assert refusal.status == 403
    assert refusal.link == ""
    trusted = ask(**headers, Authorization=f"token {TOKEN}")
    assert DOOR.refuse(trusted) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"},
        {"Sec_Fetch_Site": "same-origin"},
        {"Origin": "http://127.0.0.1:8866", "Referer": "http://127.0.0.1:8866/x"},
    ],
)
def test_own_pages_and_visitors_pass(headers: dict[str, str]) -> None:
    assert DOOR.refuse(ask("/voila/render/workbench.ipynb", **headers)) is None


def test_who_follows_a_link_from_elsewhere_may_go_on_by_one_of_ours() -> None:
    followed = {
        "Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document",
    }  # fmt: skip
    refusal = DOOR.refuse(ask("/voila/render/species.ipynb?name=GM1", **followed))
    assert refusal is not None
    assert refusal.link == "/voila/render/species.ipynb?name=GM1"


@pytest.mark.parametrize("path", ["//evil.example/a", "/\\evil.example", "///evil.example"])
def test_an_own_address_leads_to_no_other_server(path: str) -> None:
    assert own_address(ask(path)).startswith("/evil.example")


def test_a_token_leaves_the_address_for_the_header() -> None:
    request = ask(f"/a?x=1&token={TOKEN}&y=2&%74oken=other")
    assert take_token(request)
    assert request.uri == "/a?x=1&y=2"
    assert request.query == "x=1&y=2"
    assert set(request.arguments) == set(request.query_arguments) == {"x", "y"}
    assert "token" not in repr(request)
    assert not DOOR.has_token(request)  # the last one counts
    request = ask(f"/a?token={TOKEN}")
    assert take_token(request)
    assert request.uri == "/a"
    assert DOOR.has_token(request)
    assert not take_token(ask("/a?x=1"))


def test_wrong_tokens_are_none() -> None:
    for given in ("", "token", "token ", f"token {TOKEN}x", f"basic {TOKEN}", "token \xff"):
        assert not DOOR.has_token(ask(Authorization=given))
    assert DOOR.has_token(ask(Authorization=f"Bearer {TOKEN}"))


@pytest.mark.parametrize(
    "path",
    ["/a%00b", "/a/../b", "/a/%2e%2e/b", "/./a", "/a%0d%0ab", "/a%5c..%5cb", "/%ff", "/%c3%28",
     "/" + "a" * 300, "/a" * 1500],
)  # fmt: skip
def test_odd_paths_are_nowhere(path: str) -> None:
    assert is_odd(path)
    refusal = DOOR.refuse(ask(path))
    assert refusal is not None
    assert refusal.status == 404


@pytest.mark.parametrize(
    "path", ["/", "/voila/static/a.js", "/voila/render/a%20b.ipynb", "/%C3%A4"]
)
def test_plain_paths_are_not_odd(path: str) -> None:
    assert not is_odd(path)


def test_only_known_proxies_are_believed() -> None:
    for sender, expected in (("10.0.0.1", "https"), ("10.0.0.2", "http")):
        request = ask(sender=sender, X_Forwarded_Proto="https")
        DOOR.note_protocol(request)
        assert request.protocol == expected
