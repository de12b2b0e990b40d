"""The pages on a machine that is busy with other things."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright.sync_api")

from browser.servers import Visit

pytestmark = pytest.mark.browser


def test_no_element_of_a_page_is_given_up_soon(bench: Visit) -> None:
    elements = bench.page.evaluate("window.givesUp")
    assert len(elements) > 10
    assert min(elements) >= 60_000
