"""Requests: tried again where the server says when, faults in its words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from served import Served

import ganglioside as gg
from ganglioside.client.transport import Transport
from ganglioside.errors import ServerError

EVENT = 'id: {0}\nevent: log\ndata: {{"id": {0}, "type": "log"}}\n\n'


class Flaky(BaseHTTPRequestHandler):
    """Refuses the first request, drops streams in the middle, and speaks no JSON elsewhere."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        first = self.path not in self.asked
        self.asked.append(self.path)
        if "later" in self.path and first:
            self.answer(429, b'{"detail": "Later.", "code": "too-many"}', {"Retry-After": "1"})
        elif "never" in self.path:
            self.answer(429, b'{"detail": "Later."}', {"Retry-After": "9999"})
        elif "events" in self.path:
            self.answer_events(first)
        elif "page" in self.path:
            self.answer(502, b"<html>Bad gateway</html>")
        elif self.path.startswith("/login"):
            self.answer(200, b"<html>Sign in</html>")
        elif self.path.startswith("/other"):
            self.answer(200, b'{"version": "1"}')
        else:
            self.answer(200, b"{}")

    def answer_events(self, first: bool) -> None:
        if "text/event-stream" not in self.headers["Accept"]:
            gone = b'{"detail": "There is no such session.", "code": "no-session"}'
            rest = b'{"events": [], "has_ended": true}'
            self.answer(*((404, gone) if "gone" in self.path else (200, rest)))
        elif "restarted" in self.path and first:
            self.answer(502, b"<html>Bad gateway</html>")
        elif "busy" in self.path and first:
            self.answer(429, b'{"detail": "Later."}', {"Retry-After": "1"})
        elif "gone" in self.path:  # its stream just ends
            self.answer(200, EVENT.format(0).encode())
        else:
            known = int(self.path.partition("after=")[2] or -1)
            text = "".join(EVENT.format(i) for i in range(known + 1, min(known + 3, 6)))
            length = len(text) + (0 if known >= 3 else 10)  # more is promised than comes
            self.answer(200, text.encode(), {"Content-Length": str(length)})

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def flaky() -> Iterator[Transport]:
    Flaky.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    transport = Transport(f"http://127.0.0.1:{server.server_port}", "secret", 60, verify=True)
    yield transport
    transport.close()
    server.shutdown()
    server.server_close()


def test_a_request_that_came_too_early_is_sent_again(flaky: Transport) -> None:
    assert flaky.json("GET", "later") == {}
    assert len(Flaky.asked) == 2


def test_patience_ends(flaky: Transport) -> None:
    with pytest.raises(ServerError, match="Later") as refused:
        flaky.json("GET", "never")
    assert (refused.value.status, refused.value.retry_after) == (429, 9999)
    assert len(Flaky.asked) == 1


def test_a_stream_that_breaks_is_continued_with_every_event_once(flaky: Transport) -> None:
    assert [event["id"] for event in flaky.follow("sessions/x/events")] == list(range(6))
    assert len(Flaky.asked) >= 3


@pytest.mark.parametrize("session", ["restarted", "busy"])
def test_a_stream_waits_for_a_server_that_is_away_or_says_later(
    flaky: Transport, session: str
) -> None:
    events = flaky.follow(f"sessions/{session}/events")
    assert [event["id"] for event in events] == list(range(6))


def test_a_stream_that_ends_early_is_not_taken_for_the_end(flaky: Transport) -> None:
    """A server also ends the stream of a session that was deleted, and of a revoked token."""
    events = flaky.follow("sessions/gone/events")
    assert next(events)["id"] == 0
    with pytest.raises(ServerError, match="no such session") as refused:
        next(events)
    assert refused.value.status == 404


def test_of_an_answer_that_does_not_come_it_is_not_said_that_nothing_runs(
    flaky: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object, **__: object) -> None:
        raise httpx.ReadTimeout("timed out")

    monkeypatch.setattr(flaky._client, "request", silent)
    with pytest.raises(ServerError, match="no answer for 300 s") as refused:
        flaky.json("POST", "sessions")
    assert "running" not in str(refused.value)


def test_an_answer_of_a_proxy_is_no_traceback(flaky: Transport) -> None:
    with pytest.raises(ServerError, match="HTTP 502"):
        flaky.json("GET", "page")


@pytest.mark.parametrize("place", ["login", "other", "other/list"])
def test_what_is_no_server_of_ganglioside_is_said_so(flaky: Transport, place: str) -> None:
    with pytest.raises(ServerError, match="is no server of Ganglioside"):
        gg.connect(flaky.url.replace("api/v1", place), "token")


#: What a stranger may send as an event, and as the list of those that are left.
ODD = [b"nonsense", b"5", b'[{"id": 1}]', b"[" * 100_000]


@pytest.mark.parametrize("sent", ODD)
@pytest.mark.parametrize("form", ["data: {}\n\n", "{}"])
def test_odd_events_are_no_traceback(
    flaky: Transport, monkeypatch: pytest.MonkeyPatch, sent: bytes, form: str
) -> None:
    flaky._patience = 0
    body = form.format(sent.decode()).encode()
    monkeypatch.setattr(Flaky, "do_GET", lambda handler: handler.answer(200, body))
    with pytest.raises(ServerError, match="is no server of Ganglioside"):
        list(flaky.follow("sessions/x/events"))


def test_words_of_a_refusal_control_no_terminal(
    flaky: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps({"detail": "\x1b[2J\u202eforged" + "x" * 10**6}).encode()
    monkeypatch.setattr(Flaky, "do_GET", lambda handler: handler.answer(400, body))
    with pytest.raises(ServerError) as refused:
        flaky.json("GET", "sessions")
    assert str(refused.value).startswith(r"\x1b[2J\u202eforged")
    assert len(str(refused.value)) < 11_000


@pytest.mark.parametrize("token", ["a b\nc", "gäste", "\x1b[2J", "a\0b"])
def test_a_token_that_cannot_be_sent_is_refused_and_not_shown(token: str) -> None:
    """An error is stored with a notebook; the library quotes the header that it refuses."""
    with pytest.raises(ServerError, match="copy it again") as refused:
        gg.connect("http://127.0.0.1:9", token)
    assert token not in str(refused.value)
    assert repr(token)[1:-1] not in str(refused.value)


def test_a_token_as_a_file_holds_it_is_taken(running: Served) -> None:
    with gg.connect(running.url, f" {running.history.tokens.add('Ann')}\n") as client:
        assert client.version().person == "Ann"


@pytest.mark.parametrize("url", ["http://a\nb", "http://127.0.0.1:99999", "http://[::1"])
def test_what_is_no_address_is_refused_in_words(url: str) -> None:
    with pytest.raises(ServerError):
        gg.connect(url, "token")


def test_a_password_in_the_address_is_not_shown() -> None:
    with pytest.raises(ServerError, match="does not answer") as refused:
        gg.connect("http://ann:geheim@127.0.0.1:9", "token")
    assert "geheim" not in str(refused.value)
    transport = Transport("http://ann:geheim@127.0.0.1:9", "token", 1, verify=True)
    assert "geheim" not in repr(transport)
    assert transport._client.base_url.userinfo == b"ann:geheim"
    transport.close()


def test_nobody_at_the_address_is_said_so() -> None:
    with pytest.raises(ServerError, match="does not answer"):
        gg.connect("http://127.0.0.1:9", "token")


@pytest.mark.parametrize("ending", ["", "/", "/api/v1", "/api/v1/"])
def test_the_address_is_taken_in_any_form(running: Served, ending: str) -> None:
    base = running.url.removesuffix("/api/v1")
    secret = running.history.tokens.add("Ann")
    with gg.connect(base + ending, secret) as client:
        assert client.version().person == "Ann"


def test_a_wrong_token_is_refused_in_words(running: Served) -> None:
    with pytest.raises(ServerError, match="A valid token is needed") as refused:
        gg.connect(running.url, "wrong")
    assert refused.value.status == 401


def test_a_file_that_holds_no_certificates_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="holds no certificates"):
        gg.connect("https://127.0.0.1:9", "token", verify=str(tmp_path / "none.pem"))
