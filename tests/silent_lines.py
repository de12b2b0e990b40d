"""Lines to a PostgreSQL that go silent: nothing comes through any more, and nobody is told."""

from __future__ import annotations

import socket
import threading
from types import TracebackType

from postgres_server import USER, Server


class Line:
    """Line by TCP to a server that listens at a socket only.

    Parameters
    ----------
    server
    """

    def __init__(self, server: Server) -> None:
        self._socket = f"{server.folder}/.s.PGSQL.5432"
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._silent: set[socket.socket] = set()
        threading.Thread(target=self._take, daemon=True).start()

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for one in (self._listening, *self._open):
            one.close()

    def url(self, database: str) -> str:
        """URL of a database by this line."""
        _, port = self._listening.getsockname()
        return f"postgresql://{USER}@127.0.0.1:{port}/{database}"

    def cut(self) -> None:
        """Let nothing through any more, but by connections that are made later."""
        self._silent.update(self._open)

    def _take(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:  # the line is closed
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._socket)
            self._open += (client, server)
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, start: socket.socket, end: socket.socket) -> None:
        try:
            while part := start.recv(65536):
                if start not in self._silent:
                    end.sendall(part)
            if start not in self._silent:
                end.shutdown(socket.SHUT_WR)
        except OSError:  # one of them is closed
            return
