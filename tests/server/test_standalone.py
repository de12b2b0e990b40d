"""The server alone: where it may listen, TLS, and its first token."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import httpx
import pytest
import trustme
from effort import PATIENCE

import ganglioside as gg
from ganglioside.errors import ServerError
from ganglioside.history import History
from ganglioside.server import RunningServer
from ganglioside.server.standalone import ServeOptions, first_token


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.open(tmp_path / "history.duckdb")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "lab.example.org"])
def test_tokens_do_not_travel_where_others_can_read_them(host: str) -> None:
    with pytest.raises(ServerError, match="--certfile"):
        ServeOptions(host=host)
    assert ServeOptions(host=host, trusted_proxies=("10.0.0.1",)).host == host


def test_a_file_that_is_no_certificate_is_refused_before_anything_is_served(tmp_path: Path) -> None:
    """`serve` said where it serves, and ended with a traceback of TLS."""
    (tmp_path / "table.csv").write_text("Name,RT")
    with pytest.raises(ServerError, match=r"table\.csv: no certificate with its key"):
        ServeOptions(certificate=tmp_path / "table.csv")


def test_a_key_needs_its_certificate(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="--certfile"):
        ServeOptions(key=tmp_path / "key.pem")
    with pytest.raises(ServerError, match="There is no file"):
        ServeOptions(certificate=tmp_path / "certificate.pem")


def test_the_address_is_one_that_can_be_opened() -> None:
    assert ServeOptions(port=1234).url == "http://127.0.0.1:1234/api/v1"
    assert ServeOptions(host="::1", port=1234).url == "http://[::1]:1234/api/v1"


def test_a_port_that_is_taken_is_named(history: History) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"port {port}"):
            RunningServer(history, ServeOptions(port=port))


def test_the_first_start_makes_a_token_and_later_ones_none(history: History) -> None:
    secret = first_token(history)
    assert secret is not None
    found = history.tokens.find(secret)
    assert found is not None
    assert (found.scope, found.expires is None) == ("admin", False)
    assert first_token(history) is None
    history.tokens.revoke(found.id)
    assert first_token(history) is not None


def test_tls_is_served_and_checked(history: History, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, trusted = tmp_path / "server.pem", tmp_path / "ca.pem"
    issued.private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(trusted)
    server = RunningServer(history, ServeOptions(port=0, certificate=certificate))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        secret = history.tokens.add("Ann")
        with gg.connect(server.url, secret, verify=str(trusted)) as client:
            assert client.version().person == "Ann"
        answer = httpx.get(
            f"{server.url}/health",
            verify=ssl.create_default_context(cafile=trusted),
            timeout=PATIENCE,
        )
        assert "max-age" in answer.headers["strict-transport-security"]
        with pytest.raises(ServerError, match="does not answer"):
            gg.connect(server.url, secret)
    finally:
        server.stop()
        thread.join()
