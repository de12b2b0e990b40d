"""Notifications: real mail and web servers of this machine take them, wrong settings are named."""

from __future__ import annotations

import email
import hashlib
import hmac
import json
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from effort import PATIENCE

import ganglioside as gg
from ganglioside.errors import NotificationError
from ganglioside.jobs import Export, run_here
from ganglioside.jobs.announcements import message_of, tell
from ganglioside.notify import (
    Email,
    Message,
    Notifications,
    Webhook,
    send,
)

MESSAGE = Message("Liver 3\nBcc: x@y.z is done", "Größe: µ", {"event": "job.completed"})


class Inbox:
    """Takes every letter."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.recipients += envelope.rcpt_tos
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


def served(inbox: Inbox, **options: Any) -> Iterator[tuple[Inbox, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield inbox, port
    finally:
        controller.stop()


@pytest.fixture
def mail() -> Iterator[tuple[Inbox, int]]:
    yield from served(Inbox())


@pytest.fixture
def protected_mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Inbox, int]]:
    """A server that asks for STARTTLS and a password, with a certificate that is trusted."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)

    def authenticate(server: Any, session: Any, envelope: Any, kind: Any, data: Any) -> AuthResult:
        right = data.login == b"lab" and data.password == b"secret"
        return AuthResult(success=right, handled=False)  # so that it answers itself

    yield from served(
        Inbox(), tls_context=context, require_starttls=True, authenticator=authenticate,
        auth_required=True,
    )  # fmt: skip


class Hook(BaseHTTPRequestHandler):
    """Takes JSON at /hook, nothing elsewhere."""

    taken: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((dict(self.headers), body))
        self.send_response(204 if self.path == "/hook" else 404)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    handler = type("Hook", (Hook,), {"taken": []})
    with web_server(handler) as url:
        yield url, handler.taken


def address(port: int, **more: Any) -> Email:
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "lab@example.org",
        "to": ["a@example.org", "b@example.org"],
    }
    return Email(**(given | more))


def test_a_letter_reaches_all_and_its_subject_stays_one_line(mail: tuple[Inbox, int]) -> None:
    inbox, port = mail
    assert send(MESSAGE, Notifications(email=address(port))) == (f"e-mail (127.0.0.1:{port})",)
    (letter,) = inbox.letters
    assert inbox.recipients == ["a@example.org", "b@example.org"]
    assert letter["Subject"] == "Liver 3 Bcc: x@y.z is done"
    assert letter["Bcc"] is None
    assert letter.get_content().strip() == "Größe: µ"


def test_a_letter_goes_encrypted_and_with_a_password(protected_mail: tuple[Inbox, int]) -> None:
    inbox, port = protected_mail
    own = {"security": "starttls", "user": "lab"}
    send(MESSAGE, Notifications(email=address(port, **own, password="secret")))
    assert len(inbox.letters) == 1
    with pytest.raises(NotificationError, match=r"127\.0\.0\.1"):
        send(MESSAGE, Notifications(email=address(port, **own, password="wrong")))
    with pytest.raises(NotificationError):
        send(MESSAGE, Notifications(email=address(port)))
    assert len(inbox.letters) == 1


def test_a_certificate_that_is_not_trusted_is_refused(
    protected_mail: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    inbox, port = protected_mail
    with pytest.raises(NotificationError, match="certificate"):
        send(MESSAGE, Notifications(email=address(port, security="starttls")))
    assert inbox.letters == []


def test_a_webhook_takes_signed_json(hook: Any) -> None:
    url, taken = hook
    send(MESSAGE, Notifications(webhook=Webhook(url=f"{url}/hook", secret="key")))
    ((headers, body),) = taken
    assert json.loads(body)["event"] == "job.completed"
    assert "Liver 3" in json.loads(body)["text"]
    expected = hmac.new(b"key", body, hashlib.sha256).hexdigest()
    assert headers["X-Ganglioside-Signature"] == f"sha256={expected}"


def test_a_channel_that_refuses_does_not_stop_the_other(hook: Any) -> None:
    url, taken = hook
    both = Notifications(email=address(1), webhook=Webhook(url=f"{url}/hook"))
    with pytest.raises(NotificationError, match=r"127\.0\.0\.1:1"):
        send(MESSAGE, both)
    assert len(taken) == 1
    with pytest.raises(NotificationError, match="404"):
        send(MESSAGE, Notifications(webhook=Webhook(url=f"{url}/elsewhere")))


SECRET = "T0SECRETB0"


class Elsewhere(Hook):
    """Sends everything on to another address, as `code` says."""

    code = 302
    gets: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((dict(self.headers), body))
        self.send_response(self.code)
        self.send_header("Location", f"/{SECRET}-elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        self.gets.append(self.path)
        self.send_response(200)
        self.end_headers()


@contextmanager
def web_server(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_message_is_not_sent_on_to_another_address(code: int) -> None:
    handler = type("Elsewhere", (Elsewhere,), {"taken": [], "gets": [], "code": code})
    with (
        web_server(handler) as url,
        pytest.raises(NotificationError, match=f"{code}.*not followed") as refusal,
    ):
        send(MESSAGE, Notifications(webhook=Webhook(url=f"{url}/{SECRET}")))
    assert len(handler.taken) == 1
    assert handler.gets == []
    assert SECRET not in str(refusal.value)


@contextmanager
def raw_server(answer: bytes | None) -> Iterator[int]:
    """A server that answers everything with the same bytes, or with silence."""
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                if answer is None:
                    done.wait(PATIENCE)
                    return
                connection.recv(1 << 16)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            done.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


@pytest.mark.parametrize(
    "answer",
    [
        f"{SECRET} is no HTTP\r\n\r\n".encode(),
        f"HTTP/1.1 500 {SECRET}\r\n\r\n".encode(),
        f"HTTP/1.1 {SECRET}\r\n\r\n".encode(),
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"",
        None,
    ],
)
def test_a_web_server_that_answers_wrongly_is_told_of_without_the_secret(
    answer: bytes | None, history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganglioside.notify.channels.TIMEOUT", 0.5)
    job = ended_job(history)
    with raw_server(answer) as port:
        webhook = Webhook(url=f"http://127.0.0.1:{port}/{SECRET}", secret=SECRET)
        assert tell(history, job, Notifications(after=0, webhook=webhook)) == ()
    told = history.jobs.events(job)[-1]["message"]
    assert f"webhook (127.0.0.1:{port})" in told
    assert SECRET not in told


@pytest.mark.parametrize("answer", [f"554 {SECRET}\r\n".encode(), b"?\r\n", b"", None])
def test_a_mail_server_that_answers_wrongly_is_told_of_without_the_secret(
    answer: bytes | None, history: gg.History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganglioside.notify.channels.TIMEOUT", 0.5)
    job = ended_job(history)
    with raw_server(answer) as port:
        mail = address(port, user="lab", password=SECRET)
        assert tell(history, job, Notifications(after=0, email=mail)) == ()
    told = history.jobs.events(job)[-1]["message"]
    assert f"127.0.0.1:{port}" in told
    assert SECRET not in told


def test_the_events_of_a_job_name_the_channel_and_not_its_secret(
    history: gg.History, hook: Any, mail: tuple[Inbox, int]
) -> None:
    url, _ = hook
    job = ended_job(history)
    webhook = Webhook(url=f"{url}/hook?token={SECRET}", secret=SECRET)
    both = Notifications(after=0, email=address(mail[1]), webhook=webhook)
    with pytest.raises(NotificationError) as refusal:  # the server knows /hook alone
        send(MESSAGE, both)
    tell(history, job, both)
    webhook = Webhook(url=f"{url}/hook", secret=SECRET)
    assert len(tell(history, job, Notifications(after=0, webhook=webhook))) == 1
    told = [str(refusal.value), *(event["message"] for event in history.jobs.events(job))]
    assert "Notification sent by webhook (127.0.0.1" in told[-1]
    trace = "".join(traceback.format_exception(refusal.value))
    for text in (*told, trace):
        assert SECRET not in text
        assert "/hook" not in text.replace(str(Path(__file__).parent), "")


@pytest.fixture
def history(tmp_path: Path) -> gg.History:
    return gg.History.open(tmp_path / "history.duckdb")


def test_the_end_of_a_job_is_told_as_the_settings_say(
    history: gg.History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hook: Any
) -> None:
    url, taken = hook
    path = tmp_path / "notify.toml"
    monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(path))
    path.write_text(f'after = 0\n[webhook]\nurl = "{url}/hook"\n')
    failed = run_here(history, Export(session="none", out="x.csv"))
    told = json.loads(taken[0][1])
    assert told["event"] == "job.failed"
    assert told["job"] == failed.id
    assert "none" in told["error"]
    assert "Notification sent" in history.jobs.events(failed.id)[-1]["message"]
    path.write_text(f'after = 60\n[webhook]\nurl = "{url}/hook"\n')
    run_here(history, Export(session="none", out="x.csv"))
    assert len(taken) == 1


def ended_job(history: gg.History) -> str:
    job = history.jobs.add("export", {}, "x")
    history.jobs.start(job)
    history.jobs.end(job, "completed")
    return job


def test_a_job_does_not_fail_because_nobody_can_be_told(history: gg.History) -> None:
    job = ended_job(history)
    assert tell(history, job, Notifications(after=0, email=address(1))) == ()
    assert "No notification could be sent" in history.jobs.events(job)[-1]["message"]
    assert history.jobs.get(job).status == "completed"
    assert "is done" in message_of(history.jobs.get(job)).subject
