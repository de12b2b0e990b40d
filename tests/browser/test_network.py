"""With a network that drops every packet: what pages would ask of it is seen.

The fixtures of `conftest.py` open all pages in such a network, and see that they ask nothing of it;
that each page paints there is seen by `test_accessibility.py`.
"""

from __future__ import annotations

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
from effort import until  # noqa: E402

from browser.servers import BlackHole, Visit  # noqa: E402

pytestmark = pytest.mark.browser

#: Whether the page has an answer from elsewhere within a second.
ASK = """
() => Promise.race([
  fetch("http://example.org/").then(() => "answered", () => "refused"),
  new Promise((resolve) => setTimeout(resolve, 1000, "hangs")),
])
"""


def test_what_goes_elsewhere_hangs_and_is_seen(browser: sync_api.Browser) -> None:
    nowhere = BlackHole()
    cut_off = Visit.begin(browser, proxy=nowhere.url)
    cut_off.page.goto("about:blank")  # our own pages may not even ask
    assert cut_off.page.evaluate(ASK) == "hangs"
    until(lambda: any(b"example.org" in asked for asked in nowhere.swallowed))
    assert "http://example.org/" in cut_off.requests
    cut_off.end()
    nowhere.close()
