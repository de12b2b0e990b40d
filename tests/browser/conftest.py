"""One browser for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from ganglioside.reports.pdf import find_browser


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if find_browser() is None:
        pytest.skip("no Chromium, Chrome or Edge is installed")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"] if root else []
        )
        yield started
        started.close()
