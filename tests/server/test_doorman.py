"""The doorman: foreign pages, sizes, headers, and in whose name things are done."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from effort import PATIENCE
from served import EXAMPLE, Served, upload

from ganglioside.errors import HistoryAwayError
from ganglioside.history.tokens import identity
from ganglioside.server.doorman import _bounded
from ganglioside.server.problems import Problem
from ganglioside.server.token_identity import TokenIdentity

HARMLESS = {"sec-fetch-site": "same-origin"}

#: Form with the example.
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    + EXAMPLE
    + b"\r\n--x--\r\n"
)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://[broken"},
        {"Referer": "https://evil.example/page"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_pages_of_other_sites_are_refused(ann: httpx.Client, headers: dict[str, str]) -> None:
    for answer in (
        ann.get("version", headers=headers),
        ann.post("tokens", json={"person": "Eve"}, headers=headers),
    ):
        assert answer.status_code == 403
        assert answer.json()["code"] == "foreign-page"


def test_the_own_page_is_let_in(ann: httpx.Client) -> None:
    origin = f"http://{ann.base_url.host}:{ann.base_url.port}"
    assert (
        ann.get(
            "version", headers={"Origin": origin, "Referer": f"{origin}/api/v1/docs", **HARMLESS}
        ).status_code
        == 200
    )


def test_every_answer_has_the_headers(ann: httpx.Client, running: Served) -> None:
    with running.bearing("") as stranger:
        answers = [ann.get("version"), ann.get("nowhere"), stranger.get("version"), ann.get("docs")]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe-eval" not in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
    assert answers[0].headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in answers[0].headers  # it is not TLS


def test_too_large_a_request_is_refused_before_it_is_read(ann: httpx.Client) -> None:
    connection = http.client.HTTPConnection(ann.base_url.host, ann.base_url.port or 80)
    connection.putrequest("POST", "/api/v1/sessions")
    connection.putheader("Authorization", ann.headers["Authorization"])
    connection.putheader("Content-Length", "60000000")
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (413, "too-large")
    connection.close()


def test_a_length_of_any_number_of_digits_is_too_large() -> None:
    async def nothing() -> dict[str, object]:
        raise AssertionError("It was read.")

    for digits in (3, 5000):
        scope = {"type": "http", "headers": [(b"content-length", b"9" * digits)]}
        with pytest.raises(Problem, match="larger than"):
            _bounded(scope, nothing, 100)


def test_too_large_a_request_of_unknown_length_is_refused(ann: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(60):
            yield bytes(1_000_000)

    form = {"Content-Type": "multipart/form-data; boundary=x"}
    try:
        answer = ann.post("sessions", content=endless(), headers=form)
    except httpx.WriteError:  # the server has closed the connection meanwhile
        return
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_things_are_done_in_the_name_of_who_asks(running: Served, ann: httpx.Client) -> None:
    with running.caller("write", "R. Franklin") as client:
        made = upload(client).json()
        client.patch(f"sessions/{made['id']}", json={"name": "renamed"})
    assert made["author"] == "R. Franklin"
    entries = ann.get("log", params={"subject": made["id"]}).json()["entries"]
    assert [(e["action"], e["author"]) for e in entries] == [
        ("renamed", "R. Franklin"),
        ("completed", "R. Franklin"),
    ]


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("tokens", "application/json", b'{"person": "Eve again", "scope": "admin"}'),
        ("sessions", "multipart/form-data; boundary=x", FORM),
    ],
)
@pytest.mark.parametrize("is_revoked", [False, True])
def test_who_is_let_in_no_more_when_the_body_ends_does_nothing(
    running: Served, path: str, kind: str, body: bytes, *, is_revoked: bool
) -> None:
    """Once a token was judged by the headers alone: a thief who dripped blanks got a new one."""
    secret = running.history.tokens.add("Eve", "admin")
    with begun(running, path, secret, {"Content-Type": kind, "Content-Length": len(body)}) as sent:
        sent.sendall(body[:9])
        if is_revoked:
            running.history.tokens.revoke(identity(secret))
        before = stored(running)
        sent.sendall(body[9:])
        answer = http.client.HTTPResponse(sent)
        answer.begin()
        told = json.loads(answer.read())
    if is_revoked:
        assert (answer.status, told["code"]) == (401, "old-token")
        assert "Nothing was done" in told["detail"]
        assert stored(running) == before
    else:
        assert answer.status == 201
        assert stored(running) == before + 1


@contextmanager
def begun(
    running: Served, path: str, secret: str, headers: dict[str, object]
) -> Iterator[socket.socket]:
    """Connection whose POST was judged by its headers: the server says that it waits for more."""
    url = urlsplit(running.url)
    lines = {"Host": url.netloc, "Authorization": f"Bearer {secret}", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with socket.create_connection((url.hostname, url.port), PATIENCE) as sent:
        sent.sendall(
            f"POST {url.path.rstrip('/')}/{path} HTTP/1.1\r\n{head}"
            "Expect: 100-continue\r\n\r\n".encode()
        )
        assert sent.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        yield sent


def stored(running: Served) -> int:
    """Number of valid tokens and sessions."""
    return len(running.history.tokens.valid()) + len(running.history.sessions())


def test_a_history_that_is_away_is_told_when_a_request_begins_and_when_its_body_ends(
    running: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was a fault of the server without any words, where a request began so."""
    secret = running.history.tokens.add("Ann", "admin")

    def away(*_: object) -> object:
        raise HistoryAwayError("It does not answer.")

    body = b'{"person": "Bob"}'
    about: dict[str, object] = {"Content-Type": "application/json", "Content-Length": len(body)}
    with begun(running, "tokens", secret, about) as sent:
        monkeypatch.setattr(TokenIdentity, "_find", away)
        sent.sendall(body)
        answer = http.client.HTTPResponse(sent)
        answer.begin()
        assert (answer.status, json.loads(answer.read())["code"]) == (503, "away")
    with running.bearing(secret) as ann:
        answer = ann.get("version")
        assert (answer.status_code, answer.json()["code"]) == (503, "away")
