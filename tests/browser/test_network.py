"""With a network that drops every packet: the pages paint, and ask nothing of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
from browser.pages import run_example  # noqa: E402
from browser.servers import BlackHole, Server, Visit  # noqa: E402
from effort import until  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect

#: What Chromium asks for by itself wherever there is a form.
BROWSERS_OWN = b"content-autofill.googleapis.com"

#: Whether the page has an answer from elsewhere within a second.
ASK = """
() => Promise.race([
  fetch("http://example.org/").then(() => "answered", () => "refused"),
  new Promise((resolve) => setTimeout(resolve, 1000, "hangs")),
])
"""


@pytest.fixture
def nowhere() -> Iterator[BlackHole]:
    made = BlackHole()
    yield made
    made.close()


@pytest.fixture
def cut_off(browser: sync_api.Browser, server: Server, nowhere: BlackHole) -> Iterator[Visit]:
    opened = Visit.begin(browser, proxy=nowhere.url).sign_in(server)
    yield opened
    opened.end()


def test_what_goes_elsewhere_hangs(cut_off: Visit, server: Server, nowhere: BlackHole) -> None:
    cut_off.page.goto("about:blank")  # our own pages may not even ask
    assert cut_off.page.evaluate(ASK) == "hangs"
    until(lambda: any(b"example.org" in asked for asked in nowhere.swallowed))
    assert cut_off.outside(server) == ["http://example.org/"]


def test_every_page_paints_and_asks_only_its_own_server(
    cut_off: Visit, server: Server, nowhere: BlackHole
) -> None:
    page = run_example(cut_off, server)
    expect(page.locator(".gg-chart canvas")).to_be_visible()
    page.goto(f"{server.url}/voila/render/history.ipynb")
    expect(page.locator(".gg-history .gg-row").first).to_be_visible()
    page.goto(f"{server.url}/voila/render/species.ipynb")
    expect(page.get_by_label("Name")).to_be_visible()
    page.goto(server.url)
    expect(page.locator("a.card")).to_have_count(3)
    assert cut_off.outside(server) == []
    assert [asked for asked in nowhere.swallowed if BROWSERS_OWN not in asked] == []
