"""The pages on a machine that is busy with other things."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api")

from browser.pages import open_workbench
from browser.servers import Server, Visit

pytestmark = pytest.mark.browser

#: Keeps the times, ms, after which something in the page gives up.
NOTE_TIMES = """
  window.givesUp = [];
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (milliseconds) => {
    window.givesUp.push(milliseconds);
    return timeout(milliseconds);
  };
"""


def test_no_element_of_a_page_is_given_up_soon(visit: Visit, server: Server) -> None:
    visit.page.add_init_script(NOTE_TIMES)
    page = open_workbench(visit, server)
    elements = page.evaluate("window.givesUp")
    assert len(elements) > 10
    assert min(elements) >= 60_000
