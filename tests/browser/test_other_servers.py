"""Uploads under servers that were not started by `ganglioside`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

import ganglioside as gg

sync_api = pytest.importorskip("playwright.sync_api")
from browser.pages import give, large_table  # noqa: E402
from browser.servers import Visit, running  # noqa: E402
from effort import PATIENCE  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect

#: A page of one's own, which begins with pieces that are four times too large for its server or, at
#: another server, with the smallest. It waits for an answer much longer than one takes on a busy
#: machine, and not as long as it would elsewhere.
PAGE = """
from ganglioside_widgets import UploadPanel
from ganglioside_widgets.elements.dropzone import DropZone

DropZone._patience.default_value = 10_000
DropZone._piece.default_value = {piece}
UploadPanel().alone()
"""


@pytest.fixture
def voila(tmp_path: Path, browser: sync_api.Browser) -> Callable[..., object]:
    """A plain Voila, open in a page."""
    kernel = {"name": "python3", "display_name": "Python 3"}
    path = tmp_path / "page.ipynb"

    @contextmanager
    def opened(limit: int, piece: int) -> Iterator[sync_api.Page]:
        cell = v4.new_code_cell(PAGE.format(piece=piece))
        nbformat.write(v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)
        arguments = (
            f"--Voila.tornado_settings={{'websocket_max_message_size': {limit}}}",
            f"--VoilaExecutor.iopub_timeout={PATIENCE:.0f}",
        )
        with running(tmp_path, "voila", str(path), *arguments) as server:
            visit = Visit.begin(browser)
            visit.page.goto(server.url)
            expect(visit.page.get_by_role("button", name="Try the example")).to_be_visible()
            yield visit.page
            visit.end()

    return opened


def test_a_large_file_arrives_in_small_pieces_and_a_larger_one_is_refused_with_its_limit(
    voila: Callable[..., object], tmp_path: Path
) -> None:
    with voila(limit=300_000, piece=1 << 20) as page:  # type: ignore[attr-defined]
        larger = tmp_path / "larger.csv"
        larger.write_bytes(b"x" * 51_000_000)
        give(page, larger)
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("larger.csv has 51 MB; the limit is 50 MB")
        give(page, large_table(tmp_path / "large.csv", 6))
        expect(page.locator(".gg-drop")).to_contain_text("in smaller pieces")
        expect(page.locator(".gg-summary")).to_contain_text(f"large.csv: {len(gg.example())}")
        expect(page.get_by_role("alert")).to_have_count(0)


def test_a_server_that_passes_nothing_is_told_with_its_limit_and_the_cure(
    voila: Callable[..., object], tmp_path: Path
) -> None:
    with voila(limit=20_000, piece=1 << 16) as page:  # type: ignore[attr-defined]
        give(page, large_table(tmp_path / "some.csv", 1))
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("some.csv did not arrive")
        expect(alert).to_contain_text("websocket_max_message_size")
        expect(alert).to_contain_text("ganglioside lab")
        page.get_by_role("button", name="Try the example").click()
        expect(page.locator(".gg-summary")).to_contain_text("example.csv")
        expect(alert).to_have_count(0)
