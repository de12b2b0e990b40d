"""A stranger's program, which tries to run code in the processes of a Dask cluster.

Usage: python intruder.py MARKER SECONDS ADDRESS...   (a certificate with its key on stdin, if any)

Every process that obeys adds a line to the file MARKER.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import dask
from distributed import Client, Security
from distributed.core import rpc
from distributed.protocol.pickle import dumps

ROLES = ("client", "worker", "scheduler")


def obey(marker: str) -> None:
    with Path(marker).open("a") as file:
        file.write("obeyed\n")


def credentials(certificate: str, key: str) -> Security:
    """Return the certificate that the intruder shows: the one it was given, else one of its own."""
    if not certificate:
        return Security.temporary()
    certificates = {f"tls_{role}_cert": certificate for role in ROLES}
    keys = {f"tls_{role}_key": key for role in ROLES}
    return Security(require_encryption=True, tls_ca_file=certificate, **certificates, **keys)


async def ask_worker(address: str, security: Security, marker: str, seconds: float) -> None:
    """Ask a worker or the nanny of one."""
    connection: Any = security.get_connection_args("client")
    async with rpc(address, connection_args=connection, timeout=seconds) as other:
        asked = other.run(function=dumps(obey), args=dumps((marker,)))
        await asyncio.wait_for(asked, seconds)


async def ask_scheduler(address: str, security: Security, marker: str, seconds: float) -> None:
    async with Client(address, security=security, timeout=seconds, asynchronous=True) as client:
        await client.run_on_scheduler(obey, marker)


def main(marker: str, seconds: float, addresses: list[str]) -> None:
    """Try every address under both protocols and in both ways."""
    certificate, _, key = sys.stdin.read().partition("|")
    security = credentials(certificate, key)
    for address in addresses:
        for protocol in ("tcp", "tls"):
            place = f"{protocol}://{address.rpartition('://')[2]}"
            for ask in (ask_worker, ask_scheduler):
                with suppress(Exception):
                    asyncio.run(ask(place, security, marker, seconds))


if __name__ == "__main__":
    limit = sys.argv[2]
    dask.config.set({"distributed.comm.timeouts.connect": f"{limit}s"})
    main(sys.argv[1], float(limit), sys.argv[3:])
