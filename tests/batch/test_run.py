"""A batch end to end, on real workers: results, failures, resuming."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from corpus.hostile import PARQUET, WORKBOOKS

import ganglioside as gg
from batch.conftest import small_table
from ganglioside.batch import Batch, Options, plan, run_batch, scheduling
from ganglioside.errors import BatchError, NoRoomError
from ganglioside.progress import ProgressEvent
from ganglioside.settings import Settings


def run(tables: Path, history: gg.History, scheduler: str, **options: Any) -> Batch:
    chosen = Options(scheduler=scheduler, **options)
    return run_batch(plan([tables]), tables.parent / "out", chosen, history=history)


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_table_is_judged_stored_and_reported(
    tables: Path, history: gg.History, cluster: str
) -> None:
    events: list[Any] = []
    out = tables.parent / "out"
    done = run_batch(
        plan([tables], Settings(rt_tolerance=0.05)), out, Options(scheduler=cluster),
        history=history, progress=events.append,
    )  # fmt: skip
    assert [entry.name for entry in done.entries] == ["bad", "first", "second"]
    assert [entry.name for entry in done.failed] == ["bad"]
    assert "RT" in str(done.failed[0].error)
    for entry in done.entries[1:]:
        analysis = history.load(str(entry.session))
        assert analysis.settings.rt_tolerance == 0.05
        expected = gg.analyze(tables / f"{entry.name}.csv", analysis.settings)
        gg.export(expected, out / "expected.csv")
        assert (out / str(entry.verdicts)).read_bytes() == (out / "expected.csv").read_bytes()
        page = (out / str(entry.report)).read_text()
        assert f"<title>{entry.name}</title>" in page
        assert str(entry.session) in page
    assert list(history.sessions()["name"].sort_values()) == ["first", "second"]
    shares = [event["percentage"] for event in events]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert any("/status" in event["message"] for event in events if event["type"] == "log")
    assert sum("bad failed" in event["message"] for event in events) == 1
    assert done.overview.is_file()


def test_a_hostile_file_fails_alone(tables: Path, history: gg.History, cluster: str) -> None:
    for place, name in enumerate(("row number 1e18", "encrypted members")):
        (tables / f"hostile {place}.xlsx").write_bytes(WORKBOOKS[name]())
    (tables / "hostile 2.parquet").write_bytes(PARQUET["a dictionary of 6 GB"]())
    done = run(tables, history, cluster)
    assert {entry.name for entry in done.failed} == {"bad", *(f"hostile {i}" for i in range(3))}
    assert len(done.entries) == 6


def test_resuming_does_only_what_is_missing_or_changed(
    tables: Path, history: gg.History, cluster: str
) -> None:
    done = run(tables, history, cluster, reports=False)
    before = {entry.name: entry.session for entry in done.entries}
    assert done.done == 3
    (tables / "second.csv").write_text(small_table(0.3))
    (tables / "bad.csv").write_text(small_table(0.1))
    again = run(tables, history, cluster, reports=False, resume=True)
    after = {entry.name: entry.session for entry in again.entries}
    assert again.done == 2
    assert not again.failed
    assert after["first"] == before["first"]
    assert after["second"] != before["second"]

    history.delete(str(after["first"]))
    assert run(tables, history, cluster, reports=False, resume=True).done == 1
    (again.folder / "verdicts" / "second.csv").unlink()
    assert run(tables, history, cluster, reports=False, resume=True).done == 1


def test_resuming_renders_only_the_reports_that_are_missing(
    tables: Path, history: gg.History, cluster: str
) -> None:
    (tables / "bad.csv").unlink()
    before = run(tables, history, cluster, reports=False)
    reported = run(tables, history, cluster, resume=True)
    assert reported.done == 2
    assert all(entry.report for entry in reported.entries)
    assert [e.session for e in reported.entries] == [e.session for e in before.entries]
    (reported.folder / str(reported.entries[0].report)).unlink()
    assert run(tables, history, cluster, resume=True).done == 1
    assert len(history.sessions()) == 2


def test_resuming_a_finished_batch_needs_no_cluster_and_writes_nothing(
    tables: Path, history: gg.History, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganglioside.batch.cluster.TIMEOUT", 0.5)
    (tables / "bad.csv").unlink()
    done = run(tables, history, cluster, reports=False)
    before = files(done.folder)
    again = run(tables, history, "tcp://127.0.0.1:1", reports=False, resume=True)
    assert again.done == 0
    assert again.entries == done.entries
    assert files(done.folder) == before
    other = plan([tables], Settings(rt_tolerance=0.2))
    with pytest.raises(BatchError, match=r"tcp://127\.0\.0\.1:1"):
        run_batch(other, done.folder, Options(scheduler="tcp://127.0.0.1:1", resume=True),
                  history=history)  # fmt: skip


def test_resuming_shows_the_tables_that_there_are(
    tables: Path, history: gg.History, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of before stayed, with tables that were taken away, and without new ones."""
    (tables / "bad.csv").unlink()

    def shown() -> list[str]:
        done = run(tables, history, cluster, reports=False, resume=True)
        return pd.read_csv(done.folder / "sessions.csv")["name"].tolist()

    assert shown() == ["first", "second"]
    second = (tables / "second.csv").read_bytes()
    (tables / "second.csv").unlink()
    assert shown() == ["first"]
    (tables / "second.csv").write_bytes(second)
    assert shown() == ["first", "second"]
    (tables / "second.csv").unlink()
    (tables / "third.csv").write_text(small_table(0.3))
    with monkeypatch.context() as patch:
        patch.setattr(scheduling.RunningBatch, "show", _full_disk)
        with pytest.raises(NoRoomError):
            run(tables, history, cluster, reports=False, resume=True)
    assert shown() == ["first", "third"]


def _full_disk(*_: object) -> None:
    raise NoRoomError


def test_a_folder_that_cannot_be_made_is_refused(tables: Path, history: gg.History) -> None:
    (tables.parent / "file").write_text("")
    with pytest.raises(BatchError, match="file"):
        run_batch(plan([tables]), tables.parent / "file", history=history)


@pytest.mark.parametrize("name", ["sessions.csv", "species.csv", "areas.csv", "overview.html"])
def test_no_result_replaces_what_no_batch_has_written(
    name: str, tables: Path, history: gg.History
) -> None:
    """A table of the user that was called `sessions.csv` was lost."""
    (tables / name).write_text(small_table())
    with pytest.raises(BatchError, match=rf"{name} is there already, no batch has written it"):
        run_batch(plan([tables]), tables, history=history)
    assert (tables / name).read_text() == small_table()


def test_no_verdicts_replace_their_table(tables: Path, history: gg.History) -> None:
    tables.rename(tables.with_name("verdicts"))
    before = files(tables.parent)
    items = plan([tables.with_name("verdicts")])
    with pytest.raises(BatchError, match=r"bad\.csv stands where results go"):
        run_batch(items, tables.parent, history=history)
    assert before.items() <= files(tables.parent).items()


def test_a_batch_into_the_folder_of_its_tables_goes_on_there(
    tables: Path, history: gg.History, cluster: str
) -> None:
    chosen = Options(scheduler=cluster, reports=False)
    assert run_batch(plan([tables]), tables, chosen, history=history).done == 3
    again = Options(scheduler=cluster, reports=False, resume=True)
    assert run_batch(plan([tables]), tables, again, history=history).done == 1  # bad.csv alone


def test_two_batches_do_not_share_a_folder(tables: Path, history: gg.History, cluster: str) -> None:
    """Verdicts of one stood beside the entries of the other, with other settings."""
    met: list[str] = []

    def meanwhile(event: ProgressEvent) -> None:
        if not met:
            with pytest.raises(BatchError, match="Another batch writes into") as refused:
                run(tables, history, cluster, reports=False)
            met.append(str(refused.value))

    chosen = Options(scheduler=cluster, reports=False)
    first = run_batch(
        plan([tables]), tables.parent / "out", chosen, history=history, progress=meanwhile
    )
    assert met
    assert len(first.entries) == 3
    assert run(tables, history, cluster, reports=False, resume=True).done == 1  # none holds it now


def test_of_a_table_that_is_too_large_no_more_is_read_than_shows_it(
    tables: Path, history: gg.History, cluster: str
) -> None:
    """A file that grew without end was taken into memory whole."""
    for table in tables.iterdir():
        table.unlink()
    with (tables / "growing.csv").open("wb") as file:
        file.truncate(2**40)
    (item,) = plan([tables], Settings(max_megabytes=1))
    assert len(item.content()) == 1_000_001
    done = run_batch([item], tables.parent / "out", Options(scheduler=cluster, reports=False),
                     history=history)  # fmt: skip
    assert "more than 1 MB" in str(done.failed[0].error)
