"""Where servers listen: addresses as browsers write them, and faults with their cure."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from ganglioside.errors import JobError
from ganglioside_widgets.serving.address import Address


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.8.9.1", True),
     ("0.0.0.0", False), ("192.168.1.5", False), ("lab.example.org", False)],
)  # fmt: skip
def test_what_others_reach_without_tls_is_open(host: str, here: bool) -> None:
    assert Address(host, 1).is_here is here
    assert Address(host, 1).is_open is not here
    assert not Address(host, 1, Path("certificate.pem")).is_open


def test_addresses_are_written_as_browsers_want_them() -> None:
    assert Address("::1", 8866).url() == "http://[::1]:8866/"
    assert Address("::1", 8866).url("a-b") == "http://[::1]:8866/?token=a-b"
    assert Address("lab", 443, Path("c")).url() == "https://lab:443/"
    assert socket.gethostname() in Address("0.0.0.0", 8866).url()


def test_a_missing_address_is_refused_with_the_cure() -> None:
    with pytest.raises(JobError, match=r"no address 'no such host'.*--host"):
        Address("no such host", 8866).check()
    with pytest.raises(JobError, match=r"no address 192\.0\.2\.1.*--host"):
        Address("192.0.2.1", 0).bind()


def test_a_taken_port_is_refused_with_the_cure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(JobError, match=f"port {port}.*choose another --port"):
            Address("127.0.0.1", port).bind()


def test_a_certificate_that_is_none_is_refused_with_the_cure(tmp_path: Path) -> None:
    assert Address("127.0.0.1", 1).tls_context() is None
    text = tmp_path / "text.pem"
    text.write_text("hello")
    for certificate in (text, tmp_path / "missing.pem"):
        with pytest.raises(JobError, match=r"\.pem: no certificate with its key.*--certfile"):
            Address("127.0.0.1", 1, certificate).tls_context()
    with pytest.raises(JobError, match="--certfile too"):
        Address("127.0.0.1", 1, None, text).tls_context()


def test_a_certificate_and_its_key_encrypt(tmp_path: Path) -> None:
    trustme = pytest.importorskip("trustme")
    made = trustme.CA().issue_cert("lab.example.org")
    certificate, key, both = tmp_path / "c.pem", tmp_path / "k.pem", tmp_path / "both.pem"
    made.cert_chain_pems[0].write_to_path(certificate)
    made.private_key_pem.write_to_path(key)
    made.private_key_and_cert_chain_pem.write_to_path(both)
    for address in (Address("lab", 1, certificate, key), Address("lab", 1, both)):
        context = address.tls_context()
        assert context is not None
        assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    with pytest.raises(JobError, match="no certificate with its key"):
        Address("lab", 1, certificate).tls_context()
