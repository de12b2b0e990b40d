"""The API within Jupyter: its login, its XSRF check, its address."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import websockets
from effort import PATIENCE, end_process, until
from ports import free_port
from served import upload, websocket
from traitlets.config import Config, Configurable

import ganglioside as gg
from ganglioside.history import History
from ganglioside.history.sharing import Person
from ganglioside.server.jupyter import (
    ApiLimits,
    LazyApp,
    _load_jupyter_server_extension,
    guest_name,
    handlers,
    jupyter_app,
)
from ganglioside.server.service_limits import ServiceLimits
from ganglioside.watching import alarms

TOKEN = "token-of-the-jupyter-server"
BASE = "/user/ann"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Jupyter server below an address of its own, with the API as its extension."""
    folder = tmp_path_factory.mktemp("jupyter")
    port = free_port()
    environment = {
        **os.environ,
        "GANGLIOSIDE_HISTORY": str(folder / "history.duckdb"),
        "GANGLIOSIDE_AUTHOR": "Ann",
        "JUPYTER_CONFIG_DIR": str(folder),
        "JUPYTER_DATA_DIR": str(folder),
        "HOME": str(folder),
    }
    extensions = {"ganglioside.server.jupyter": True}
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root",
         f"--ServerApp.port={port}", f"--ServerApp.base_url={BASE}",
         f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={TOKEN}",
         f"--ServerApp.jpserver_extensions={extensions}",
         "--ApiLimits.requests_per_second=0", "--ApiLimits.uploads_per_minute=0"],
        env=environment, cwd=folder, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if b"is running at" in line:
            break
    yield f"http://127.0.0.1:{port}{BASE}/api/v1"
    process.terminate()
    process.stderr.read()
    process.wait()


@pytest.fixture(scope="module")
def ann(address: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"token {TOKEN}"}
    with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE) as client:
        yield client


@pytest.fixture(scope="module")
def sid(ann: httpx.Client) -> str:
    answer = upload(ann)
    assert answer.status_code == 201
    return str(answer.json()["id"])


def test_whoever_is_signed_in_is_the_user_of_the_server(ann: httpx.Client) -> None:
    found = ann.get("version").json()
    assert (found["person"], found["scope"]) == ("Ann", "admin")


def test_the_limits_are_those_of_the_options(ann: httpx.Client) -> None:
    assert {ann.get("version").status_code for _ in range(40)} == {200}
    config = Config({"ApiLimits": {"requests_per_second": 3, "megabytes": 1.5}})
    limits = ApiLimits(config=config).limits()
    assert limits == ServiceLimits(requests_per_second=3, megabytes=1.5)
    assert ApiLimits().limits() == ServiceLimits()


@pytest.mark.parametrize("headers", [{}, {"Authorization": "token wrong"}])
def test_nobody_else_is_answered(address: str, sid: str, headers: dict[str, str]) -> None:
    with httpx.Client(base_url=address, headers=headers) as stranger:
        for path in ("version", "sessions", f"sessions/{sid}/events", "docs", "openapi.json"):
            assert stranger.get(path).status_code == 403, path
        assert stranger.post("tokens", json={"person": "Eve"}).status_code == 403
        assert stranger.delete(f"sessions/{sid}").status_code == 403
        assert stranger.get("health").json() == {"status": "ok"}
        assert stranger.get("ready").json() == {"status": "ok"}


def opened(address: str, headers: dict[str, str], size: int) -> http.client.HTTPConnection:
    """Connection on which the headers of an upload are sent, and nothing of its body."""
    url = httpx.URL(address)
    connection = http.client.HTTPConnection(url.host, url.port, timeout=PATIENCE)
    connection.putrequest("POST", f"{url.path}/sessions")
    for name, value in {**headers, "Content-Length": str(size)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    return connection


@pytest.mark.parametrize("headers", [{}, {"Authorization": "token wrong"}])
def test_who_is_not_let_in_is_answered_before_a_body_comes(
    address: str, headers: dict[str, str]
) -> None:
    """Once the server kept 100 MB of anybody before it looked at a token."""
    connection = opened(address, headers, 100_000_000)
    assert connection.getresponse().status == 403
    connection.close()


def test_too_large_an_upload_is_refused_on_its_headers(address: str) -> None:
    connection = opened(address, {"Authorization": f"token {TOKEN}"}, 60_000_000)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (413, "too-large")
    connection.close()


def test_too_large_an_upload_of_unknown_length_is_refused(ann: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(60):
            yield bytes(1_000_000)

    form = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = ann.post("sessions", content=endless(), headers=form)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize("mode", ["now", "job"])
def test_addresses_in_answers_can_be_followed_below_a_base(ann: httpx.Client, mode: str) -> None:
    answer = upload(ann, mode=mode)
    told = [answer.headers["location"], *filter(None, [answer.json().get("watch")])]
    assert [ann.get(ann.base_url.join(place)).status_code for place in told] == [200] * len(told)
    assert all(place.startswith(f"{BASE}/api/v1/") for place in told)


def test_programs_that_watch_servers_are_answered(address: str, ann: httpx.Client) -> None:
    root = address.removesuffix("/api/v1")
    for path in ("health", "ready"):
        assert httpx.get(f"{root}/{path}", timeout=PATIENCE).json() == {"status": "ok"}
    answer = ann.get("metrics", headers={"X-Request-Id": "proxy-0123456789"})
    assert answer.headers["x-request-id"] == "proxy-0123456789"
    assert "ganglioside_kernels 0.0" in answer.text
    assert 'route="/version"' in answer.text
    assert httpx.get(f"{address}/metrics", timeout=PATIENCE).status_code == 403


def test_foreign_pages_are_refused(ann: httpx.Client, sid: str) -> None:
    evil = {"Origin": "https://evil.example"}
    assert ann.get("version", headers=evil).status_code in (403, 404)
    assert ann.delete(f"sessions/{sid}", headers=evil).status_code in (403, 404)
    assert ann.get(f"sessions/{sid}").status_code == 200


def test_changes_by_cookie_need_the_xsrf_token(address: str, sid: str) -> None:
    with httpx.Client(base_url=address) as browser:
        browser.get(address.removesuffix("/api/v1") + "/login")
        browser.get(address.removesuffix("/api/v1") + "/api/status", params={"token": TOKEN})
        assert browser.get("version").status_code == 200
        wish = {"name": "renamed"}
        assert browser.patch(f"sessions/{sid}", json=wish).status_code == 403
        xsrf = next(cookie.value for cookie in browser.cookies.jar if cookie.name == "_xsrf")
        answer = browser.patch(f"sessions/{sid}", json=wish, headers={"X-XSRFToken": xsrf or ""})
        assert answer.json()["name"] == "renamed"


def test_answers_and_events_are_those_of_the_server_alone(ann: httpx.Client, sid: str) -> None:
    assert len(ann.get(f"sessions/{sid}/features").json()["features"]) == 332
    assert ann.get("nowhere").headers["content-type"] == "application/problem+json"
    assert ann.get(f"sessions/{sid}/input").content == gg.example().source.content
    streamed = ann.get(f"sessions/{sid}/events", headers={"Accept": "text/event-stream"})
    assert "event: complete" in streamed.text
    tag = ann.get(f"sessions/{sid}").headers["etag"]
    assert ann.get(f"sessions/{sid}", headers={"If-None-Match": tag}).status_code == 304


async def heard(url: str, headers: dict[str, str]) -> list[str]:
    async with websocket(url, additional_headers=headers) as opened:
        return [json.loads(message)["type"] async for message in opened]


def test_events_come_over_a_socket_to_who_is_signed_in(ann: httpx.Client, sid: str) -> None:
    url = str(ann.base_url).replace("http", "ws") + f"sessions/{sid}/events"
    types = asyncio.run(heard(url, {"Authorization": f"token {TOKEN}"}))
    assert (types[0], types[-1]) == ("connection", "complete")
    evil = {"Authorization": f"token {TOKEN}", "Origin": "https://evil.example"}
    with pytest.raises(websockets.InvalidStatus, match="403"):
        asyncio.run(heard(url, {}))
    with pytest.raises(websockets.ConnectionClosedError, match="another site"):
        asyncio.run(heard(url, evil))


def test_the_client_works_within_jupyter(address: str, sid: str) -> None:
    with gg.connect(address.removesuffix("/api/v1"), TOKEN) as client:
        assert sid in client.sessions()["id"].tolist()
        events = []
        made = client.run(gg.example(), progress=events.append)
        assert events[-1]["type"] == "complete"
        assert len(client.features(made)) == 332


def test_the_app_is_made_once_and_only_when_asked_for() -> None:
    made: list[float] = []

    async def app(*_: object) -> None:
        made.append(0)

    def make() -> object:
        made.append(time.monotonic())
        return app

    lazy = LazyApp(make)
    assert made == []

    async def ask() -> None:
        await asyncio.gather(*(lazy({}, None, None) for _ in range(5)))

    asyncio.run(ask())
    assert len([t for t in made if t]) == 1


def test_the_name_of_a_visitor_tells_nothing_of_the_user_name() -> None:
    first, second = (guest_name(f"c8d4889a{n}") for n in range(2))
    assert first != second
    assert "c8d4889a" not in first + second
    assert first == guest_name("c8d4889a0")


def test_addresses_are_below_that_of_the_server() -> None:
    patterns = [pattern for pattern, *_ in handlers("/a.b/", None)]
    assert any(re.fullmatch(p, "/a.b/api/v1/sessions/x/events") for p in patterns)
    assert not any(re.fullmatch(p, "/aXb/api/v1/sessions") for p in patterns)


def test_the_page_of_the_documentation_is_served(ann: httpx.Client) -> None:
    assert "swagger" in ann.get("docs").text
    assert ann.get("docs/start.js").headers["content-type"].startswith("text/javascript")


def test_an_extension_looks_after_the_history_from_the_first_request_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody else would mark what died; a server of pages does it itself."""
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "history.duckdb"))
    looking: list[History] = []
    monkeypatch.setattr(alarms, "watch", lambda history: looking.append(history()))
    added: list[Any] = []
    server: Any = Configurable()
    server.web_app = SimpleNamespace(
        settings={"base_url": "/"}, add_handlers=lambda _, found: added.extend(found)
    )
    _load_jupyter_server_extension(server)
    assert looking == []
    added[0][2]["app"]._get()
    assert [history.person for history in looking] == [None]
    jupyter_app(server)._get()
    assert len(looking) == 1


#: A service of a hub, with the API alone, which looks often whether people are still let in.
SERVICE = """
import sys
from jupyter_server.serverapp import ServerApp
from ganglioside.server.hub import HubService
from ganglioside.server.jupyter import handlers, jupyter_app
from ganglioside.server.routes import events
events._ALIVE = 0.1
hub = HubService.from_environment()
server = ServerApp(identity_provider_class=hub.identity_provider())
server.initialize(sys.argv[1:])
app = jupyter_app(server, person_of=hub.person_of)
server.web_app.add_handlers(".*$", handlers(server.base_url, app))
server.start()
"""


class People:
    """Stands for a hub that says who somebody is by a token, and who may not answer.

    Attributes
    ----------
    groups : dict of str to list of str
        Of each person; their token is their name.
    is_there : bool
    """

    def __init__(self, groups: dict[str, list[str]]) -> None:
        self.groups = groups
        self.is_there = True
        people = self

        class Api(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.headers["Authorization"].split()[-1]
                scopes = ["access:services!service=ganglioside"]
                about = {"kind": "user", "name": name, "admin": False, "scopes": scopes,
                         "groups": people.groups.get(name)}  # fmt: skip
                known = name in people.groups
                self.send_response((200 if known else 404) if people.is_there else 503)
                self.end_headers()
                self.wfile.write(json.dumps(about).encode())

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def people() -> Iterator[People]:
    found = People({"ann": ["lipids"], "bob": ["lipids"]})
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(scope="module")
def service(
    people: People, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, History]]:
    """Address of a service of a hub, and its history."""
    pytest.importorskip("jupyterhub")
    tmp_path = tmp_path_factory.mktemp("hub")
    port = free_port()
    environment = {
        **os.environ,
        "GANGLIOSIDE_HISTORY": str(tmp_path / "history.duckdb"),
        "JUPYTER_CONFIG_DIR": str(tmp_path),
        "JUPYTER_DATA_DIR": str(tmp_path),
        "HOME": str(tmp_path),
        "JUPYTERHUB_SERVICE_PREFIX": f"{BASE}/",
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
        "JUPYTERHUB_API_TOKEN": "token-of-the-service",
        "JUPYTERHUB_API_URL": f"http://127.0.0.1:{people.server.server_address[1]}/hub/api",
        "JUPYTERHUB_CLIENT_ID": "service-ganglioside",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": '["access:services!service=ganglioside"]',
    }
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVICE, "--no-browser", "--allow-root", f"--port={port}",
         f"--ServerApp.base_url={BASE}/", f"--ServerApp.root_dir={tmp_path}",
         "--HubOAuth.cache_max_age=1", "--ServerApp.jpserver_extensions={}",
         "--ApiLimits.requests_per_second=0", "--ApiLimits.uploads_per_minute=0"],
        env=environment, cwd=tmp_path, stdout=log, stderr=log,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}{BASE}/api/v1/"

    def answers() -> bool:
        assert process.poll() is None, (tmp_path / "log").read_text()
        try:
            return httpx.get(f"{address}health", timeout=PATIENCE).status_code == 200
        except httpx.TransportError:
            return False

    until(answers)
    yield address, History.open(tmp_path / "history.duckdb")
    end_process(process)
    log.close()


def test_who_is_let_in_no_more_hears_no_more_events(
    service: tuple[str, History], people: People
) -> None:
    """The look compared a user with himself: who was taken out of a group went on listening."""
    address, history = service
    ann = history.acting_as(Person("ann", groups=("lipids",)).sharing("group"))
    sid = ann.begin(gg.example().source, gg.Settings())
    path = f"sessions/{sid}/events"
    headers, headers_of_ann = ({"Authorization": f"token {one}"} for one in ("bob", "ann"))
    with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE) as bob:
        with bob.stream("GET", path, headers={"Accept": "text/event-stream"}) as stream:
            lines = stream.iter_lines()
            until(lambda: next(lines) == ": alive")  # he is looked at, and goes on
            people.groups["bob"] = []
            end = time.monotonic() + PATIENCE
            assert all(time.monotonic() < end for _ in lines)  # they end
        assert bob.get(path).status_code == 404
    with httpx.Client(base_url=address, headers=headers_of_ann, timeout=PATIENCE) as client:
        assert client.get(path).status_code == 200


def test_a_hub_that_does_not_answer_ends_events_with_its_own_words(
    service: tuple[str, History], people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, history = service
    sid = history.acting_as(Person("ann")).begin(gg.example().source, gg.Settings())
    url = address.replace("http", "ws") + f"sessions/{sid}/events"

    async def listen() -> None:
        async with websocket(url, additional_headers={"Authorization": "token ann"}) as opened:
            assert json.loads(await opened.recv())["type"] == "connection"
            monkeypatch.setattr(people, "is_there", False)
            await opened.recv()

    with pytest.raises(websockets.ConnectionClosedError, match=r"4503.*still signed in"):
        asyncio.run(listen())
