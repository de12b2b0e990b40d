"""Hosts: which of them are this machine, and which requests come from pages of others."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from ganglioside.errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server at `host`.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def network_of(text: str) -> Network:
    """Network that a text names; a single address is a network of one.

    Raises
    ------
    SettingsError
        If it names neither.

    >>> network_of("10.0.0.1"), network_of("fd00::/8")
    (IPv4Network('10.0.0.1/32'), IPv6Network('fd00::/8'))
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise SettingsError(
            f"{text!r} is no address and no network ({error}): write 10.0.0.7 or 10.0.0.0/24."
        ) from None


def is_among(address: str | None, networks: Iterable[Network]) -> bool:
    """Whether an address belongs to one of the networks; what is no address belongs to none.

    >>> is_among("10.0.0.7", [network_of("10.0.0.0/24")]), is_among("", [network_of("::/0")])
    (True, False)
    """
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return any(found in network for network in networks)


def is_foreign(headers: Mapping[str, str], host: str) -> bool:
    """Whether a page of another site, or of another port of this machine, makes a request.

    Parameters
    ----------
    headers
        Those of the request; their names may be in any case.
    host
        Host and port that the request names.

    >>> is_foreign({"Origin": "http://lab:8866"}, "lab:8866")
    False
    >>> is_foreign({"Origin": "http://lab:9999"}, "lab:8866")
    True
    """
    if headers.get("Sec-Fetch-Site", "") in {"cross-site", "same-site"}:
        return True
    senders = [headers[name] for name in ("Origin", "Referer") if name in headers]
    return any(_site(sender) not in {host.lower()} - {""} for sender in senders)


def _site(address: str) -> str:
    """Host and port of an address; empty if it has none."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""
