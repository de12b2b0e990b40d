"""Options of a batch, and its outcome."""

from __future__ import annotations

from pathlib import Path

from ganglioside.batch import Batch, Entry, Options


def test_without_options_a_batch_reports_all_tables_on_this_machine() -> None:
    options = Options()
    assert (options.reports, options.form, options.scheduler) == (True, "csv", None)
    assert (options.resume, options.dashboard) == (False, False)


def test_a_batch_knows_its_page_and_what_failed(tmp_path: Path) -> None:
    entries = (Entry("a", "a.csv", "", "", session="s"), Entry("b", "b.csv", "", "", error="empty"))
    batch = Batch(tmp_path, entries, done=1)
    assert batch.overview == tmp_path / "overview.html"
    assert batch.failed == entries[1:]
