"""A certificate is taken with its key, and refused with words otherwise."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from ganglioside.errors import ServerError
from ganglioside.support.certificates import tls_context


def test_a_certificate_needs_the_key_that_belongs_to_it(tmp_path: Path) -> None:
    ours, theirs = (trustme.CA().issue_cert("lab.example.org") for _ in range(2))
    certificate, key, other = (tmp_path / name for name in ("c.pem", "k.pem", "other.pem"))
    ours.cert_chain_pems[0].write_to_path(certificate)
    ours.private_key_pem.write_to_path(key)
    theirs.private_key_pem.write_to_path(other)
    assert isinstance(tls_context(certificate, key, ServerError), ssl.SSLContext)
    for wrong in (None, other, tmp_path / "missing.pem"):
        with pytest.raises(ServerError, match="no certificate with its key"):
            tls_context(certificate, wrong, ServerError)
