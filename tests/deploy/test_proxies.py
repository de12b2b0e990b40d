"""nginx and Caddy by their recipes, before a real server: TLS, WebSockets, uploads, headers."""

from __future__ import annotations

import re
import socket
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pytest
from browser.servers import NO_SPARES, TOKEN, serving
from effort import PATIENCE, until
from websocket import WebSocketBadStatusException

import ganglioside as gg
from deploy.proxies import NAME, Proxy, api_of, proxy
from deploy.wanted import program
from ganglioside.history import History

#: What browsers speak with kernels.
PROTOCOL = "v1.kernel.websocket.jupyter.org"


@dataclass(frozen=True)
class Site:
    """A server behind a proxy, and the history that it serves."""

    proxy: Proxy
    history: History
    kind: str

    def caller(self, person: str) -> httpx.Client:
        """Client of the API with a token of its own."""
        return self.proxy.client(Authorization=f"Bearer {self.history.tokens.add(person, 'write')}")


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, History]]:
    """Ports of the API and of the pages, both of one history."""
    folder = tmp_path_factory.mktemp("behind")
    with ExitStack() as stack:
        pages = stack.enter_context(
            serving(
                folder, "app", "--max-kernels=8", f"--allow-host={NAME}",
                "--trust-proxy=127.0.0.0/8", NO_SPARES,
            )
        )  # fmt: skip
        api = stack.enter_context(api_of(pages.history, folder / "api.log"))
        yield api, urlsplit(pages.url).port or 0, History.open(pages.history)


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def site(
    request: pytest.FixtureRequest,
    ports: tuple[int, int, History],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    program(request.param)
    api, pages, history = ports
    with proxy(request.param, api, pages, tmp_path_factory.mktemp(request.param)) as running:
        yield Site(running, history, request.param)


def test_plain_http_is_sent_on_to_https(site: Site) -> None:
    answer = httpx.get(
        f"http://127.0.0.1:{site.proxy.http}/api/v1/health",
        headers={"Host": NAME}, trust_env=False, timeout=PATIENCE,
    )  # fmt: skip
    assert answer.status_code in {301, 308}
    assert answer.headers["location"].startswith(f"https://{NAME}")


def test_answers_have_each_header_once_and_name_no_versions(site: Site) -> None:
    with site.proxy.client() as client:
        for path in ("/api/v1/health", "/login"):
            answer = client.get(path)
            assert answer.status_code == 200
            for name, value in (
                ("strict-transport-security", "max-age=15552000"),
                ("x-content-type-options", "nosniff"),
            ):
                assert answer.headers.get_list(name) == [value], path
            assert len(answer.headers.get_list("content-security-policy")) == 1
            assert not re.search(r"\d", answer.headers.get("server", ""))


def test_figures_of_the_server_stay_inside(site: Site) -> None:
    with site.proxy.client() as client:
        for path in ("/metrics", "/api/v1/metrics"):
            assert client.get(path).status_code == 404


def test_a_table_of_49_mb_is_analysed_and_one_of_70_mb_refused(site: Site) -> None:
    content = gg.example().source.content.rstrip(b"\r\n")
    header, *rows = content.splitlines()
    padding = b"x" * (49_000_000 // len(rows) - max(map(len, rows)) - 2)
    large = b"\n".join([header + b",Remark", *(row + b"," + padding for row in rows)])
    assert 48_000_000 < len(large) < 49_500_000
    with site.caller(f"uploads by {site.kind}") as client:
        answer = client.post("/api/v1/sessions", files={"file": ("large.csv", large)})
        assert answer.status_code == 201, answer.text[:500]
        assert (
            client.post("/api/v1/sessions", files={"file": ("x", b"x" * 70_000_000)}).status_code
            == 413
        )


def test_events_come_by_websocket(site: Site) -> None:
    person = f"listens by {site.kind}"
    with site.caller(person) as client:
        file = gg.example().source.content
        sid = client.post("/api/v1/sessions", files={"file": ("a.csv", file)}).json()["id"]
        path = f"/api/v1/sessions/{sid}/events"
        bearer = {"Authorization": client.headers["Authorization"]}
    with site.proxy.websocket(path, header=bearer) as socket:
        assert f"Connected to session {sid}" in str(socket.recv())
        assert list(iter(socket.recv, ""))
    with pytest.raises(WebSocketBadStatusException) as refused, site.proxy.websocket(path):
        pass
    assert refused.value.status_code == 401


def test_pages_open_and_talk_to_their_kernel(site: Site) -> None:
    with site.proxy.client() as client:
        client.get("/", params={"token": TOKEN})
        signed = [cookie for cookie in client.cookies.jar if cookie.name.startswith("username")]
        assert [cookie.secure for cookie in signed] == [True]
        page = client.get("/voila/render/workbench.ipynb")
        assert page.status_code == 200
        kernel = re.search(r'"kernelId": "([\w-]+)"', page.text)
        assert kernel is not None
        jar = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
        path, home = f"/api/kernels/{kernel[1]}/channels", f"https://{site.proxy.host}"
        assert _opened(site.proxy, path, home, jar) == 101
        assert _opened(site.proxy, path, "https://evil.test", jar) == 403
        client.post(f"/voila/api/shutdown/{kernel[1]}", headers={"Origin": home})


def _opened(proxy: Proxy, path: str, origin: str, cookie: str) -> int:
    """Status with which a WebSocket is opened to a browser at a page of a site, or refused."""
    try:
        with proxy.websocket(path, origin=origin, subprotocols=[PROTOCOL], cookie=cookie):
            return 101
    except WebSocketBadStatusException as refused:
        return refused.status_code


def test_a_stranger_cannot_pass_for_many(site: Site) -> None:
    """He has one address, whatever he writes into headers, and is counted by it."""
    forged = [f"10.1.0.{number}" for number in range(40)]
    requests = [
        ["/api/v1/version", f"X-Forwarded-For: {one}", f"Forwarded: for={one}"] for one in forged
    ]
    seen: list[str] = []

    def refuses() -> bool:
        seen.extend(_answers(site.proxy, requests))
        return any("10 a second are answered" in answer for answer in seen)

    until(refuses, "the limit")
    assert set(map(_status, seen)) == {"401", "429"}


@pytest.fixture
def nginx(
    ports: tuple[int, int, History], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """An nginx of its own: what is counted here counts for no other test."""
    program("nginx")
    api, pages, _ = ports
    with proxy("nginx", api, pages, tmp_path_factory.mktemp("limited")) as running:
        yield running


def test_nginx_lets_nobody_try_tokens_at_the_login(nginx: Proxy) -> None:
    """Ten a minute, and ten more at once: 40 in less than two minutes are too many."""
    with nginx.client() as client:
        seen = []
        for number in range(40):
            forged = {"X-Forwarded-For": f"10.0.0.{number}", "X-Real-IP": f"10.0.0.{number}"}
            seen.append(client.get("/login", headers=forged).status_code)
        assert set(seen) == {200, 429}
        assert seen[:11] == [200] * 11
        # Who is refused there is not refused elsewhere.
        assert client.get("/api/v1/health").status_code == 200
        assert client.get("/static/logo.png").status_code != 429


def test_nginx_refuses_a_burst_on_the_api_and_answers_again_later(nginx: Proxy) -> None:
    """60 at once and 30 a second: of 150 that come together, some are refused, by nginx itself."""
    answers = _answers(nginx, [["/api/v1/health"]] * 150)
    statuses = Counter(map(_status, answers))
    assert set(statuses) == {"200", "429"}
    assert statuses["200"] > 60
    refused = next(answer for answer in answers if _status(answer) == "429")
    assert "server: nginx\r\n" in refused.lower()
    with nginx.client() as client:
        until(lambda: client.get("/api/v1/health").status_code == 200, "the API")


def _answers(proxy: Proxy, requests: Iterable[list[str]]) -> list[str]:
    """Answers to requests that come together, each a path and headers over its own connection.

    All are connected before the first of them asks, so that a slow machine spreads them little.
    """
    with ExitStack() as stack:
        opened = [(stack.enter_context(_connected(proxy)), asked) for asked in requests]
        for connection, (path, *headers) in opened:
            lines = [f"GET {path} HTTP/1.1", f"Host: {proxy.host}", "Connection: close", *headers]
            connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return [_answer(connection) for connection, _ in opened]


def _status(answer: str) -> str:
    return answer.split()[1]


def _connected(proxy: Proxy) -> socket.socket:
    """Connection with TLS over which nothing has been asked yet."""
    plain = socket.create_connection(("127.0.0.1", proxy.https), timeout=PATIENCE)
    return proxy.trusted.wrap_socket(plain, server_hostname=NAME)


def _answer(connection: socket.socket) -> str:
    """All that comes until the other side closes."""
    pieces = iter(lambda: connection.recv(65_536), b"")
    return b"".join(pieces).decode("latin-1")
