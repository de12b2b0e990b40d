"""One browser and one `ganglioside app` for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

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


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, browser: object) -> Iterator[object]:
    from browser.servers import serving

    folder = tmp_path_factory.mktemp("app")
    with serving(
        folder, "app", "--max-kernels=30", ready=r"pool of workbench\.ipynb is filled"
    ) as running:
        yield running


@pytest.fixture
def visit(browser: Any, server: Any) -> Iterator[object]:
    """A visitor, whose page asks nothing of others and complains of nothing."""
    from browser.servers import Visit

    opened = Visit.begin(browser).sign_in(server)
    yield opened
    opened.end()
    assert opened.outside(server) == []
    assert opened.complaints == []
