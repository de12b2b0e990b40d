"""The address at which a server listens, and the one that a browser opens."""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tornado import netutil

from ganglioside.errors import JobError
from ganglioside.support.certificates import tls_context
from ganglioside.support.hosts import is_loopback
from ganglioside_widgets.serving.door import listens_everywhere


@dataclass(frozen=True)
class Address:
    """Address at which a server listens.

    Attributes
    ----------
    host : str
    port : int
    certificate, key : pathlib.Path or None
        PEM files for TLS; the certificate's file may contain the key too. None: plain HTTP.
    """

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None

    @property
    def is_here(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def is_open(self) -> bool:
        """Whether others in the network can read what visitors send."""
        return not self.is_here and self.certificate is None

    def url(self, token: str = "") -> str:
        """Web address (URL) for a browser, with the token if there is one.

        >>> Address("::1", 8866).url("secret")
        'http://[::1]:8866/?token=secret'
        """
        host = socket.gethostname() if listens_everywhere(self.host) else self.host
        bracketed = f"[{host}]" if ":" in host else host
        scheme = "https" if self.certificate else "http"
        query = f"?token={quote(token)}" if token else ""
        return f"{scheme}://{bracketed}:{self.port}/{query}"

    def bind(self) -> list[socket.socket]:
        """Open sockets that listen at the address.

        Raises
        ------
        JobError
            If the address does not exist, or another program listens there.
        """
        host = "" if self.host == "*" else self.host
        try:
            return netutil.bind_sockets(self.port, host)
        except socket.gaierror:
            raise JobError(
                f"There is no address {self.host!r}: give --host an address of this machine, such "
                "as 127.0.0.1, or 0.0.0.0 for all of them."
            ) from None
        except OSError as fault:
            raise JobError(_explain(fault, self)) from None

    def check(self) -> None:
        """Check that the host's address exists, whether or not its port is free.

        Raises
        ------
        JobError
            If it does not exist.
        """
        for each in Address(self.host, 0).bind():
            each.close()

    def tls_context(self) -> ssl.SSLContext | None:
        """TLS settings of the connections; None without a certificate.

        Raises
        ------
        JobError
            If certificate and key cannot be read or do not belong together.
        """
        if self.certificate is None:
            if self.key is not None:
                raise JobError("A key needs its certificate: give --certfile too.")
            return None
        return tls_context(self.certificate, self.key, JobError)


def _explain(fault: OSError, address: Address) -> str:
    """Error text: why a server cannot listen, and what to do."""
    socket_name = f"port {address.port} of {address.host}"
    match fault.errno:
        case errno.EADDRINUSE:
            return f"Another program listens at {socket_name}: end it, or choose another --port."
        case errno.EACCES:
            return f"This user may not listen at {socket_name}: choose a --port above 1023."
        case errno.EADDRNOTAVAIL:
            return f"This machine has no address {address.host}: choose another --host."
    return f"Nothing can listen at {socket_name}: {fault.strerror}."
