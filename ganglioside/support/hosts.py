"""Hosts: which of them are this machine, and which requests come from pages of others."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server at `host`.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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
