"""Real proxies by the recipes of `deploy/`, and the ways of visitors through them."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import trustme
from effort import PATIENCE, until
from paths import ROOT
from ports import free_port
from websocket import WebSocket, create_connection

from deploy.wanted import program

RECIPES: Final = ROOT / "deploy"

#: The name by which visitors know the server.
NAME: Final = "lab.test"


class Certificates:
    """A certificate for `NAME`, by an authority of the tests' own."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.folder = folder
        issued = self._authority.issue_cert(NAME)
        (folder / "privkey.pem").write_bytes(issued.private_key_pem.bytes())
        chain = b"".join(part.bytes() for part in issued.cert_chain_pems)
        (folder / "fullchain.pem").write_bytes(chain)

    def trusted(self) -> ssl.SSLContext:
        """Settings of a client that believes this authority alone."""
        context = ssl.create_default_context()
        context.load_verify_locations(cadata=self._authority.cert_pem.bytes().decode())
        return context


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs, as visitors reach it."""

    http: int
    https: int
    trusted: ssl.SSLContext

    @property
    def host(self) -> str:
        """Name and port that visitors use."""
        return f"{NAME}:{self.https}"

    def client(self, **headers: str) -> httpx.Client:
        """Visitor by HTTPS; the name leads to this machine."""
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.https}", timeout=PATIENCE, verify=self.trusted,
            headers={"Host": self.host} | {k.replace("_", "-"): v for k, v in headers.items()},
            event_hooks={"request": [_name_the_host]}, trust_env=False,
        )  # fmt: skip

    @contextmanager
    def websocket(self, path: str, **options: Any) -> Iterator[WebSocket]:
        """Visitor by WebSocket over TLS.

        By a client of one thread: where one reads and another writes, TLS may wait for ever.
        """
        plain = socket.create_connection(("127.0.0.1", self.https), timeout=PATIENCE)
        secure = self.trusted.wrap_socket(plain, server_hostname=NAME)
        opened = create_connection(f"wss://{self.host}{path}", socket=secure, **options)
        try:
            yield opened
        finally:
            opened.close()


def answers(client: httpx.Client, path: str) -> bool:
    """Whether a path is answered; nobody may listen yet."""
    try:
        return client.get(path).status_code == 200
    except httpx.TransportError:
        return False


def _name_the_host(request: httpx.Request) -> None:
    request.extensions = {**request.extensions, "sni_hostname": NAME}


@contextmanager
def api_of(history: Path, log: Path) -> Iterator[int]:
    """Run `ganglioside serve` behind a proxy of this machine; gives its port."""
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("ganglioside")), "serve", f"--port={port}",
        "--trust-proxy=127.0.0.0/8",
    ]  # fmt: skip
    environment = os.environ | {"GANGLIOSIDE_HISTORY": str(history)}
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        until(lambda: _listens(process, port, log), "the API")
        yield port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def proxy(kind: str, api: int, pages: int, folder: Path) -> Iterator[Proxy]:
    """Run a proxy by its recipe, before an API and pages at ports of this machine."""
    certificates = Certificates(folder)
    found = Proxy(free_port(), free_port(), certificates.trusted())
    values = {
        "GANGLIOSIDE_NAME": NAME,
        "GANGLIOSIDE_API": f"127.0.0.1:{api}",
        "GANGLIOSIDE_PAGES": f"127.0.0.1:{pages}",
        "GANGLIOSIDE_HTTP": str(found.http),
        "GANGLIOSIDE_HTTPS": str(found.https),
    }
    command = {"nginx": _nginx, "caddy": _caddy}[kind](values, folder)
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | values, stdout=log, stderr=log)
    try:
        until(lambda: _listens(process, found.https, folder / "proxy.log"), kind)
        yield found
    finally:
        process.terminate()
        process.wait()


def _listens(process: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _nginx(values: dict[str, str], folder: Path) -> list[str]:
    """Command that runs nginx; writes its configuration as the image of nginx does."""
    values |= {"GANGLIOSIDE_TLS": str(folder), "GANGLIOSIDE_LOG": str(folder / "access.log")}
    template = (RECIPES / "nginx" / "ganglioside.conf.template").read_text()
    recipe = re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], template)
    places = "\n".join(
        f"{kind}_temp_path {folder / kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; pid {folder / 'nginx.pid'}; error_log stderr;\n"
        f"events {{}}\nhttp {{\n{places}\n{recipe}}}\n"
    )
    return [program("nginx"), "-c", str(configuration), "-p", str(folder), "-e", "stderr"]


def _caddy(values: dict[str, str], folder: Path) -> list[str]:
    """Command that runs Caddy; what it keeps is in a folder of the test."""
    files = f"{folder / 'fullchain.pem'} {folder / 'privkey.pem'}"
    values |= {"GANGLIOSIDE_TLS": files, "XDG_DATA_HOME": str(folder), "HOME": str(folder)}
    recipe = RECIPES / "caddy" / "Caddyfile"
    return [program("caddy"), "run", "--config", str(recipe), "--adapter", "caddyfile"]
