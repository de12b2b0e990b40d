"""One browser and one `ganglioside app` for all tests of this folder, and pages that they share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from ganglioside.reports.pdf import find_browser

#: What Chromium asks for by itself wherever there is a form.
BROWSERS_OWN = b"content-autofill.googleapis.com"

#: Keeps the times, ms, after which something in a page gives up.
NOTE_TIMES = """
  window.givesUp = [];
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (milliseconds) => {
    window.givesUp.push(milliseconds);
    return timeout(milliseconds);
  };
"""


def shell_or_browser() -> str | None:
    """Command of Chromium without windows, which costs least, else of what prints reports."""
    named = "GANGLIOSIDE_CHROMIUM" in os.environ
    return (None if named else shutil.which("chromium-headless-shell")) or find_browser()


@pytest.fixture(scope="package")
def browser() -> Iterator[object]:
    sync_api = pytest.importorskip("playwright.sync_api")
    command = shell_or_browser()
    if command is None:
        pytest.skip("no Chromium, Chrome or Edge is installed")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=command, args=["--no-sandbox"] if root else []
        )
        yield started
        started.close()


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, browser: object) -> Iterator[object]:
    from browser.servers import serving

    folder = tmp_path_factory.mktemp("app")
    with serving(
        folder, "app", "--max-kernels=30", ready=r"pool of workbench\.ipynb is filled"
    ) as running:
        yield running


@pytest.fixture(scope="package")
def nowhere() -> Iterator[object]:
    """A network that drops every packet; nothing is asked of it."""
    from browser.servers import BlackHole

    made = BlackHole()
    yield made
    made.close()
    assert [asked for asked in made.swallowed if BROWSERS_OWN not in asked] == []


@pytest.fixture
def visit(browser: Any, server: Any, nowhere: Any) -> Iterator[object]:
    """A visitor without a network, whose page asks nothing of others and complains of nothing."""
    from browser.servers import Visit

    opened = Visit.begin(browser, proxy=nowhere.url).sign_in(server)
    yield opened
    opened.end()
    opened.check(server)


@dataclass
class Lender:
    """Lends pages to one test after another, since each visit costs a kernel and a renderer."""

    browser: Any
    server: Any
    proxy: str
    kept: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def lend(self, name: str, session: pytest.Session) -> Iterator[Any]:
        """Lend the visitor of a page; one with whom a test fails is not lent again."""
        from browser.servers import Visit

        visit = self.kept.pop(name, None)
        if visit is None:
            visit = Visit.begin(self.browser, proxy=self.proxy).sign_in(self.server)
            visit.page.add_init_script(NOTE_TIMES)
        if name not in visit.page.url:
            visit.page.goto(f"{self.server.url}/voila/render/{name}")
        failed = session.testsfailed
        yield visit
        if session.testsfailed > failed:
            visit.end()
            return
        visit.check(self.server)
        self.kept[name] = visit


@pytest.fixture(scope="package")
def lender(browser: Any, server: Any, nowhere: Any) -> Iterator[Lender]:
    made = Lender(browser, server, nowhere.url)
    yield made
    for visit in made.kept.values():
        visit.end()


@pytest.fixture
def bench(request: pytest.FixtureRequest, lender: Lender) -> Iterator[object]:
    """A visitor of a workbench on which others have worked, with the usual thresholds.

    A test gives it a table under a name of its own: then it forgets what was done with others.
    """
    from playwright.sync_api import expect

    from browser.pages import drawer

    with lender.lend("workbench.ipynb", request.session) as visit:
        drawer(visit.page, "Thresholds")
        reset = visit.page.get_by_role("button", name="Reset to defaults")
        expect(reset).to_be_visible()
        if reset.is_enabled():
            reset.click()
        expect(reset).to_be_disabled()
        yield visit


@pytest.fixture
def archive(request: pytest.FixtureRequest, lender: Lender) -> Iterator[object]:
    """A visitor of the page of the history, on which others have worked."""
    with lender.lend("history.ipynb", request.session) as visit:
        yield visit


@pytest.fixture
def species(request: pytest.FixtureRequest, lender: Lender) -> Iterator[object]:
    """A visitor of the page of one name, on which others have worked."""
    with lender.lend("species.ipynb", request.session) as visit:
        yield visit
