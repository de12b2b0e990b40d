"""The work of a worker on one table: values in, values out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ganglioside as gg
from batch.conftest import small_table
from ganglioside.batch import Batch, Options, plan, run_batch
from ganglioside.batch.tasks import analyse, render
from ganglioside.errors import BatchError, GangliosideError
from ganglioside.reading.annotations import TITLES
from ganglioside.reading.options import ReadingOptions
from ganglioside.settings import Settings
from ganglioside.version import __version__

READING = ReadingOptions()


def run(tables: Path, history: gg.History, scheduler: str, **options: Any) -> Batch:
    chosen = Options(scheduler=scheduler, **options)
    return run_batch(plan([tables]), tables.parent / "out", chosen, history=history)


def test_a_worker_of_another_version_is_told(
    tables: Path, history: gg.History, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganglioside.batch.scheduling.__version__", "99.0")
    done = run(tables, history, cluster, reports=False)
    assert all("99.0" in str(entry.error) for entry in done.entries)


def test_a_table_is_analysed_and_rendered_from_values_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "absent" / "h.duckdb"))
    content, chosen = small_table().encode(), Settings(rt_tolerance=0.02)
    done = analyse("liver.csv", content, chosen, READING, "csv", __version__)
    analysis = done.packed.unpacked()
    assert (analysis.source.name, analysis.source.content) == ("liver.csv", content)
    assert analysis.settings == chosen
    assert done.verdicts.decode("utf-8-sig").count("\r\n") == 13
    page = render(done, "0123456789abcd", "Liver 3").decode()
    assert "<title>Liver 3</title>" in page
    assert "0123456789abcd" in page
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(GangliosideError):
        analyse("bad.csv", b"this,is\nno,table\n", Settings(), READING, "csv", __version__)
    with pytest.raises(BatchError, match=r"99\.0"):
        analyse("liver.csv", small_table().encode(), Settings(), READING, "csv", "99.0")


def test_a_worker_reads_as_it_is_told_and_gives_your_file_back() -> None:
    content = small_table().replace("Name,RT", "Mine,when")
    reading = ReadingOptions.of({"Name": "Mine", "RT": "when"}, unit="min")
    done = analyse("liver.tab", content.encode(), Settings(), reading, "your-file", __version__)
    assert done.ending == ".tab"
    first, *rest = done.verdicts.decode().splitlines()
    assert first == ",".join(["Mine,when,Volume,Log P,Anchor", *TITLES])
    own = content.splitlines()[1:]
    assert all(new.startswith(f"{old},") for new, old in zip(rest, own, strict=True))
    assert done.packed.source.options == reading
