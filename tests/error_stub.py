"""A server that takes error reports as Sentry does, and keeps what was really sent."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from effort import until


class Reports:
    """What was sent: whole bodies as text, and the reports in them."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.bodies: list[str] = []

    def events(self, number: int) -> list[dict[str, Any]]:
        """Reports, once there are so many."""
        until(lambda: len(self._events()) >= number, f"{number} reports")
        return self._events()

    def _events(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for body in self.bodies for line in body.splitlines() if line]
        return [line for line in lines if "exception" in line]


@contextmanager
def running() -> Iterator[Reports]:
    """A stub that takes reports meanwhile."""

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            reports.bodies.append(body.decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    reports = Reports(f"http://key@127.0.0.1:{server.server_address[1]}/1")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield reports
    finally:
        server.shutdown()
        server.server_close()
