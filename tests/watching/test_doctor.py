"""The doctor: a fault that is planted is found, and comes with a cure."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme
from served import Running

from ganglioside.history import History
from ganglioside.history.job_seals import key_path
from ganglioside.watching.doctor import Finding, examine

pytestmark = pytest.mark.either_store("about what is told")


@pytest.fixture(autouse=True)
def _here(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", history.address)


def found(about: str, url: str = "") -> Finding:
    return next(one for one in examine(url) if one.about == about)


def test_each_fault_comes_with_a_cure(history: History, tmp_path: Path) -> None:
    for one in examine():
        assert bool(one.cure) == (one.rank != "good"), one
    assert found("backup").rank == "bad"
    history.care.backup(tmp_path / "copy.duckdb")
    assert found("backup").rank == "good"
    assert found("lock").rank == "good"
    assert found("clock").rank == "good"


def test_a_key_that_others_can_read_is_found(history: History) -> None:
    history.jobs.add("analysis", {}, "n")
    assert found("permissions").rank != "bad"
    key_path().chmod(0o644)
    assert f"chmod 600 {key_path()}" in found("permissions").cure
    key_path().chmod(0o600)


def test_an_address_of_alarms_that_everybody_can_read_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it was said that what is secret is readable by its user only."""
    file = tmp_path / "notify.toml"
    monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(file))
    file.write_text('[webhook]\nurl = "http://127.0.0.1:1/hook"\n')
    file.chmod(0o644)
    assert f"chmod 640 {file}" in found("alarms").cure
    file.chmod(0o640)
    assert found("alarms").rank == "good"


def test_missing_workers_are_found(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("workers").rank == "good"
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "0")
    assert found("workers").rank == "bad"
    history.workers.register()
    assert found("workers").rank == "good"


@pytest.mark.file_only(reason="a file is replaced")
def test_a_history_that_does_not_open_is_found(history: History) -> None:
    history.path.write_bytes(b"nonsense")
    one = found("store")
    assert one.rank == "bad"
    assert "backup" in one.cure


def test_the_server_and_what_is_before_it_are_asked(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Running(history) as served:
        url = served.url.removesuffix("/api/v1")
        assert [found(about, url).rank for about in ("server", "proxy", "ready")] == ["good"] * 3
        monkeypatch.setenv("GANGLIOSIDE_JOBS", "0")
        ready = found("ready", url)
        assert ready.rank == "bad"
        assert "No worker" in ready.words
    assert found("server", url).rank == "bad"
    assert found("server", "file:///etc/passwd").rank == "bad"


@contextmanager
def with_certificate(issued: trustme.LeafCert) -> Iterator[str]:
    """Address of a server with a certificate."""
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_that_the_installation_made_is_no_fault() -> None:
    with with_certificate(trustme.CA().issue_cert("127.0.0.1")) as url:
        seen = found("server", url)
    assert seen.rank == "note"
    assert "certificate" in seen.words
    assert "does not answer" not in seen.words


def test_a_certificate_that_is_over_or_of_another_server_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    over = authority.issue_cert("127.0.0.1", not_after=datetime(2026, 1, 1, tzinfo=UTC))
    for issued in (over, authority.issue_cert("other.example.org")):
        with with_certificate(issued) as url:
            seen = found("server", url)
        assert seen.rank == "bad"
        assert "certificate" in seen.words
        assert "Renew" in seen.cure
