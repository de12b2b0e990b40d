"""The documentation is served where it was built, to who is signed in, and nothing beside it."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
from jinja2 import DictLoader, Environment
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.testing import bind_unused_port
from tornado.web import Application
from widgets.serving.templates import drawn

from ganglioside.columns import VERDICT_KINDS
from ganglioside.support import locations
from ganglioside_widgets.serving.documentation import PATH, documentation_handlers
from ganglioside_widgets.serving.headers import PageHeaders
from ganglioside_widgets.serving.pages import TokenProvider

TOKEN = "token-of-these-tests"
SECRET = "beside the site"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site of two pages, with secrets beside it and a link that leads to them."""
    folder = tmp_path / "html"
    (folder / "reference").mkdir(parents=True)
    (folder / "index.html").write_text("<h1>Ganglioside</h1>")
    (folder / "reference" / "a.html").write_text("<h1>A</h1>")
    (folder / "site.js").write_text("1")
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "html-other").mkdir()
    (tmp_path / "html-other" / "secret.txt").write_text(SECRET)
    monkeypatch.setattr(locations, "documentation", lambda: folder)
    return folder


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    text: str


Ask = Callable[..., Answer]


@pytest.fixture
def ask(site: Path) -> Iterator[Ask]:
    """Ask a server of the site, in a thread of this process."""
    loop = IOLoop(make_current=False)
    listening, port = bind_unused_port()

    async def begin() -> None:
        app = Application(
            documentation_handlers("/base/"),
            transforms=[PageHeaders],
            identity_provider=TokenProvider(token=TOKEN),
            base_url="/base/",
            cookie_secret=b"of these tests",
            login_url="/base/login",
            jinja2_env=Environment(loader=DictLoader({"error.html": "{{ status_code }}"})),
        )
        HTTPServer(app).add_socket(listening)

    loop.add_callback(begin)
    thread = Thread(target=loop.start)
    thread.start()

    def answer(path: str, method: str = "GET", token: str = TOKEN) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request(method, path, headers={"Authorization": f"token {token}"})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())

    yield answer
    loop.add_callback(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.parametrize(
    ("path", "text"),
    [("", "<h1>Ganglioside</h1>"), ("reference/a.html", "<h1>A</h1>"), ("site.js", "1")],
)
def test_its_files_are_served_with_the_headers_of_all_pages(ask: Ask, path: str, text: str) -> None:
    answer = ask(f"/base/{PATH}{path}")
    assert (answer.status, answer.text) == (200, text)
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Server" not in answer.headers
    assert ask(f"/base/{PATH}{path}", "HEAD").text == ""


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_is_not_signed_in_gets_nothing(ask: Ask, method: str) -> None:
    answer = ask(f"/base/{PATH}site.js", method, token="another")
    assert answer.status == 302
    assert answer.headers["Location"].startswith("/base/login?")
    assert answer.text == ""


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "reference/../../secret.txt",
        "reference/%2e%2e/%2e%2e%2fsecret.txt",
        "../html-other/secret.txt",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "..%5csecret.txt",
        "secret.txt%00.html",
        "nowhere.html",
        "reference",
    ],
)
def test_no_path_leads_out_of_the_site(ask: Ask, path: str) -> None:
    answer = ask(f"/base/{PATH}{path}")
    assert 400 <= answer.status < 500 or answer.status in {301, 302}
    assert SECRET not in answer.text
    assert "root:" not in answer.text


def test_a_symbolic_link_does_not_lead_out_of_the_site(ask: Ask, site: Path) -> None:
    (site / "link.txt").symlink_to(site.parent / "secret.txt")
    assert ask(f"/base/{PATH}link.txt").status == 403


def test_nothing_is_served_where_it_was_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locations, "documentation", lambda: None)
    assert documentation_handlers("/") == []


def test_the_help_names_it_where_it_is_there() -> None:
    values = {"pages": {}, "verdicts": VERDICT_KINDS, "version": "1", "glossary": {}, "keys": []}
    link = 'href="/documentation/"'
    assert link in drawn("help.html", documentation=PATH, **values)
    assert link not in drawn("help.html", documentation=None, **values)
