"""Certificates of servers."""

from __future__ import annotations

import ssl
from pathlib import Path

from ganglioside.errors import GangliosideError


def tls_context(
    certificate: Path, key: Path | None, refusal: type[GangliosideError]
) -> ssl.SSLContext:
    """TLS settings of a server's connections.

    Parameters
    ----------
    certificate, key
        PEM files; that of the certificate may contain the key too.
    refusal
        Error that is raised if they cannot be read or do not belong together.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as fault:
        files = " and ".join(str(file) for file in (certificate, key) if file)
        raise refusal(
            f"{files}: no certificate with its key ({fault}). Give --certfile and --keyfile "
            "as PEM files that belong together."
        ) from None
    return context
