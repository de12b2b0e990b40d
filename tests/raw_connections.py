"""Bare connections to a server, for tests of what it does with them."""

from __future__ import annotations

import socket

from effort import PATIENCE


def connected(host: str, port: int, sent: bytes) -> socket.socket:
    """A connection over which something was sent."""
    connection = socket.create_connection((host, port), timeout=PATIENCE)
    connection.sendall(sent)
    return connection


def is_closed(connection: socket.socket) -> bool:
    """Wait until the other side closes; whether it said nothing before."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
