"""Uploads under servers that were not started by `ganglioside`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

import ganglioside as gg
from ganglioside_widgets.serving.kernel_transport import kernel_transport

sync_api = pytest.importorskip("playwright.sync_api")
from effort import PATIENCE  # noqa: E402

from browser.pages import large_table, too_large  # noqa: E402
from browser.servers import Visit, running  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect

#: Bytes in one message that the server passes.
LIMIT = 50_000

#: A page of one's own. Its first panel begins with pieces that are some times too large for the
#: server, the second with the smallest, which are too large too. It waits for an answer much longer
#: than one takes on a busy machine, and not as long as it would elsewhere.
PAGE = """
from ganglioside_widgets import UploadPanel
from ganglioside_widgets.elements.dropzone import DropZone

for piece in (160_000, 1 << 16):
    panel = UploadPanel()
    (zone,) = (part for part in panel.children if isinstance(part, DropZone))
    zone._piece, zone._patience = piece, 10_000
    display(panel.alone())
"""


@pytest.fixture(scope="module")
def panels(
    tmp_path_factory: pytest.TempPathFactory, browser: sync_api.Browser
) -> Iterator[sync_api.Locator]:
    """The panels of a page of a plain Voila."""
    folder = tmp_path_factory.mktemp("voila")
    kernel = {"name": "python3", "display_name": "Python 3"}
    path = folder / "page.ipynb"
    cell = v4.new_code_cell(PAGE)
    nbformat.write(v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)
    arguments = (
        f"--Voila.tornado_settings={{'websocket_max_message_size': {LIMIT}}}",
        f"--VoilaExecutor.iopub_timeout={PATIENCE:.0f}",
        f"--KernelManager.transport={kernel_transport(folder)}",
    )
    with running(folder, "voila", str(path), *arguments) as server:
        visit = Visit.begin(browser)
        visit.page.goto(server.url)
        found = visit.page.locator(".gg-root")
        expect(found.get_by_role("button", name="Try the example")).to_have_count(2)
        yield found
        visit.end()


def upload(panel: sync_api.Locator, *paths: Path) -> None:
    panel.get_by_label("Choose feature tables").set_input_files(paths)


def test_a_large_file_arrives_in_small_pieces_and_a_larger_one_is_refused_with_its_limit(
    panels: sync_api.Locator, tmp_path: Path
) -> None:
    panel = panels.first
    larger = too_large(tmp_path)
    upload(panel, larger)
    alert = panel.get_by_role("alert")
    expect(alert).to_contain_text("larger.csv has 51 MB; the limit is 50 MB")
    upload(panel, large_table(tmp_path / "large.csv", 6))
    expect(panel.locator(".gg-drop")).to_contain_text("in smaller pieces")
    expect(panel.locator(".gg-summary")).to_contain_text(f"large.csv: {len(gg.example())}")
    expect(alert).to_have_count(0)


def test_a_server_that_passes_nothing_is_told_with_its_limit_and_the_cure(
    panels: sync_api.Locator, tmp_path: Path
) -> None:
    panel = panels.last
    upload(panel, large_table(tmp_path / "some.csv", 1))
    alert = panel.get_by_role("alert")
    expect(alert).to_contain_text("some.csv did not arrive")
    expect(alert).to_contain_text("websocket_max_message_size")
    expect(alert).to_contain_text("ganglioside lab")
    panel.get_by_role("button", name="Try the example").click()
    expect(panel.locator(".gg-summary")).to_contain_text("example.csv")
    expect(alert).to_have_count(0)


def test_a_file_that_is_not_added_is_named_until_other_files_are_given(
    panels: sync_api.Locator, tmp_path: Path
) -> None:
    panel = panels.first
    larger = too_large(tmp_path)
    small = tmp_path / "small.csv"
    small.write_bytes(b"Name,RT\nGM1(36:1;O2),9.5\n")
    upload(panel, larger, small)
    alert = panel.get_by_role("alert").filter(has_text="larger.csv has 51 MB")
    expect(panel.locator(".gg-summary")).to_contain_text("small.csv: 1 feature")
    expect(alert).to_have_count(1)
    upload(panel, small)
    expect(alert).to_have_count(0)
