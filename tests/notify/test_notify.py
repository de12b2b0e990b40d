"""Notifications: real mail and web servers of this machine take them, wrong settings are named."""

from __future__ import annotations

import email
import hashlib
import hmac
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

import ganglioside as gg
from ganglioside.errors import NotificationError
from ganglioside.jobs import Export, run_here
from ganglioside.jobs.telling import duration, message_of, tell
from ganglioside.notify import (
    Email,
    Message,
    Notifications,
    Webhook,
    config_path,
    read_config,
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
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler.taken
    server.shutdown()
    server.server_close()


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
    assert send(MESSAGE, Notifications(email=address(port))) == ("a@example.org, b@example.org",)
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


SETTINGS = """
after = 5
[email]
host = "smtp.example.org"
sender = "lab@example.org"
to = ["anna@example.org"]
[webhook]
url = "https://chat.example.org/1"
"""


def test_settings_are_read_and_secrets_may_stay_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notify.toml"
    monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(path))
    assert read_config() == Notifications()
    path.write_text(SETTINGS)
    monkeypatch.setenv("GANGLIOSIDE_SMTP_PASSWORD", "p")
    read = read_config()
    assert read.after == 5
    assert read.email == Email(
        host="smtp.example.org", sender="lab@example.org", to=("anna@example.org",), password="p"
    )
    assert read.webhook == Webhook(url="https://chat.example.org/1")
    monkeypatch.delenv("GANGLIOSIDE_NOTIFY")
    assert config_path().name == "notify.toml"


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("after = 5", 'after = "soon"', "soon"),
        ("after = 5", "afterwards = 5", "afterwards"),
        ("host =", "hots =", "hots"),
        ('host = "smtp.example.org"\n', "", "lacks host"),
        ('host = "smtp.example.org"', "host = 3", "host = 3"),
        ('to = ["anna@example.org"]', 'to = "anna@example.org"', "to ="),
        ("[webhook]", 'security = "ssl"\n[webhook]', "'ssl'"),
        ("[webhook]", 'port = "25"\n[webhook]', "port"),
        ("https://", "ftp://", "ftp://"),
        ("[webhook]", "[webhook", "line"),
        (SETTINGS, "webhook = 3", "webhook = 3"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(
    before: str, after: str, named: str, tmp_path: Path
) -> None:
    path = tmp_path / "notify.toml"
    assert before in SETTINGS
    path.write_text(SETTINGS.replace(before, after))
    with pytest.raises(NotificationError) as refusal:
        read_config(path)
    assert named in str(refusal.value)
    assert "notify.toml" in str(refusal.value)


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


def test_a_job_does_not_fail_because_nobody_can_be_told(history: gg.History) -> None:
    job = history.jobs.add("export", {}, "x")
    history.jobs.start(job)
    history.jobs.end(job, "completed")
    assert tell(history, job, Notifications(after=0, email=address(1))) == ()
    assert "No notification could be sent" in history.jobs.events(job)[-1]["message"]
    assert history.jobs.get(job).status == "completed"
    assert "is done" in message_of(history.jobs.get(job)).subject


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 0 s"), (3725, "1 h 2 min")],
)
def test_a_duration_is_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text
