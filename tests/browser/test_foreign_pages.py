"""A page of another site, open in the browser of a visitor who is signed in."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
from effort import until  # noqa: E402

from browser.pages import settle  # noqa: E402
from browser.servers import TOKEN, Server, Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect

#: A page with a kernel: the one that costs least.
PAGE = "/voila/render/species.ipynb"

#: Markup that leaves the attribute it is written into, and a script that says so.
PLANTED = '"><script>document.title = "taken"; window.taken = true;</script>'

#: All ways in which a page asks another site for something without the visitor's doing.
ATTACK = """
<img src="{url}">
<iframe src="{url}"></iframe>
<link rel="prefetch" href="{url}">
<script src="{url}"></script>
<script>
  fetch("{url}", {{ mode: "no-cors", credentials: "include" }}).catch(() => 0);
  fetch("{url}", {{ credentials: "include" }}).catch(() => 0);
  const form = document.createElement("form");
  Object.assign(form, {{ method: "post", action: "{url}", target: "there" }});
  document.body?.append(form);
  for (let k = 0; k < 3; k++) new Image().src = "{url}?" + k;
  new WebSocket("{socket}").onopen = () => {{ document.title = "open"; }};
</script>
"""


@dataclass
class Elsewhere:
    """A web page at another address of this machine."""

    url: str
    content: str = ""


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(made.content.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.2", 0), Handler)
    made = Elsewhere(f"http://127.0.0.2:{server.server_port}/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def page(browser: sync_api.Browser, server: Server) -> Iterator[sync_api.Page]:
    """A page of a visitor who is signed in; what its console says is not minded."""
    visit = Visit.begin(browser).sign_in(server)
    yield visit.page
    visit.end()


def renders(server: Server) -> int:
    """Return the number of pages that were served, each with a kernel."""
    return len(re.findall("200 GET /voila/render", server.log.read_text(errors="replace")))


def refusals(server: Server) -> int:
    return len(re.findall("403 GET /voila/render", server.log.read_text(errors="replace")))


#: What an address may ask of a page.
NAMES = ("theme", "template", "classic-tree", "voila-theme")


#: Lets a page run what gets into it.
INTRUDE = """
async () => {
  const script = document.createElement("script");
  script.textContent = "window.taken = true";
  document.body.append(script);
  const picture = document.createElement("img");
  picture.setAttribute("onerror", "window.taken = true");
  picture.src = "/nowhere.png";
  document.body.append(picture);
  await picture.decode().catch(() => 0);
}
"""


def test_no_script_of_an_address_runs(page: sync_api.Page, server: Server) -> None:
    for name in NAMES:
        page.goto(f"{server.url}/?{name}={PLANTED}")
        expect(page.locator("a.card")).to_have_count(4)
        settle(page)
        assert not page.evaluate("window.taken")
        assert "<script>document.title" not in page.content()


def test_no_script_that_gets_into_a_page_runs(page: sync_api.Page, server: Server) -> None:
    for path in ("/", "/nowhere", "/login"):
        page.goto(server.url + path)
        page.evaluate(INTRUDE)
        settle(page)
        assert not page.evaluate("window.taken")


def test_a_foreign_page_starts_no_kernel_and_opens_no_socket(
    page: sync_api.Page, server: Server, elsewhere: Elsewhere
) -> None:
    url = server.url + PAGE
    socket = server.url.replace("http", "ws", 1) + "/api/kernels/a-b-c-d-e/channels"
    elsewhere.content = ATTACK.format(url=url, socket=socket)
    before, refused = renders(server), refusals(server)
    page.goto(elsewhere.url, wait_until="networkidle")
    until(lambda: refusals(server) >= refused + 6)
    assert renders(server) == before
    assert page.title() != "open"


def test_who_follows_a_link_from_elsewhere_goes_on_by_a_click_and_no_script_runs(
    page: sync_api.Page, server: Server, elsewhere: Elsewhere
) -> None:
    asked = urlencode(dict.fromkeys(NAMES, PLANTED))
    elsewhere.content = f'<a href="{server.url}{PAGE}?{escape(asked)}">our results</a>'
    before = renders(server)
    page.goto(elsewhere.url)
    page.get_by_text("our results").click()
    expect(page.get_by_text("Another site requested")).to_be_visible()
    assert renders(server) == before
    page.get_by_role("link", name="Continue").click()
    expect(page.get_by_label("Names")).to_be_visible()
    assert "voila-theme" in page.url
    settle(page)
    assert not page.evaluate("window.taken")
    assert "<script>document.title" not in page.content()
    page.evaluate(INTRUDE)
    settle(page)
    assert not page.evaluate("window.taken")


def test_a_link_with_the_token_opens_the_page_and_leaves_the_token_behind(
    browser: sync_api.Browser, server: Server, elsewhere: Elsewhere
) -> None:
    elsewhere.content = f'<a href="{server.url}{PAGE}?token={TOKEN}">our results</a>'
    visit = Visit.begin(browser)
    visit.page.goto(elsewhere.url)
    visit.page.get_by_text("our results").click()
    expect(visit.page.get_by_label("Names")).to_be_visible()
    assert TOKEN not in visit.page.url
    cookies = visit.page.context.cookies()
    assert {cookie.get("sameSite") for cookie in cookies} == {"Strict"}
    visit.end()


def test_no_other_site_frames_the_pages(
    page: sync_api.Page, server: Server, elsewhere: Elsewhere
) -> None:
    elsewhere.content = f'<iframe src="{server.url}/login"></iframe>'
    page.goto(elsewhere.url, wait_until="networkidle")
    assert all("Sign in" not in frame.content() for frame in page.frames)


def test_a_visitor_without_the_token_gives_it_in_the_form(
    browser: sync_api.Browser, server: Server
) -> None:
    visit = Visit.begin(browser)
    visit.page.goto(server.url + PAGE)
    visit.page.get_by_label("Token").fill(TOKEN)
    visit.page.get_by_role("button", name="Sign in").click()
    expect(visit.page.get_by_label("Names")).to_be_visible()
    assert visit.complaints == []
    visit.end()
