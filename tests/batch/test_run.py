"""A batch end to end, on real workers: results, failures, resuming, interruption, dead workers."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from batch.conftest import small_table
from corpus.hostile import PARQUET, WORKBOOKS
from distributed import default_client

import ganglioside as gg
from ganglioside.batch import Batch, Options, plan, run_batch
from ganglioside.batch.ledger import FILE, Ledger
from ganglioside.errors import BatchError, Cancelled, HistoryError
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


def test_an_interrupted_batch_keeps_what_is_finished(
    tables: Path, history: gg.History, cluster: str
) -> None:
    def interrupt(event: Any) -> None:
        if event["session_id"] is not None:
            raise Cancelled

    out = tables.parent / "out"
    with pytest.raises(Cancelled):
        run_batch(plan([tables]), out, Options(scheduler=cluster), history=history,
                  progress=interrupt)  # fmt: skip
    kept = Ledger(out).read()
    (finished,) = (entry for entry in kept.values() if entry.report)
    assert (out / str(finished.report)).is_file()
    assert "Not done yet" in (out / "overview.html").read_text()
    again = run(tables, history, cluster, resume=True)
    assert {entry.name for entry in again.failed} == {"bad"}
    assert {entry.session for entry in again.entries if entry.name == finished.name} == {
        finished.session
    }
    assert len(history.sessions()) == 2


def test_tables_are_stored_together_and_told_of_afterwards(
    tmp_path: Path, history: gg.History, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.csv").write_text(small_table(number / 10))
    together: list[int] = []
    save = history.save_packed

    def counted(packed: Any) -> list[str]:
        together.append(len(packed))
        return save(packed)

    def look(event: Any) -> None:
        if event["session_id"] is not None:
            assert event["session_id"] in set(history.sessions()["id"])

    monkeypatch.setattr(history, "save_packed", counted)
    chosen = Options(reports=False, scheduler=cluster)
    run_batch(plan([f"{tmp_path}/*.csv"]), tmp_path / "out", chosen, history=history, progress=look)
    assert sum(together) == len(history.sessions()) == 30
    assert len(together) <= 15
    names = history.sessions().set_index("id")["name"]
    for entry in Ledger(tmp_path / "out").read().values():
        assert names[str(entry.session)] == entry.name
        assert history.source(str(entry.session)).name == f"{entry.name}.csv"


@pytest.mark.parametrize("own", [True, False], ids=["own workers", "a cluster's workers"])
def test_a_worker_that_is_killed_loses_no_table(
    tmp_path: Path, history: gg.History, cluster: str, own: bool
) -> None:
    for number in range(30):  # more than are stored at once: some are still with the workers
        (tmp_path / f"{number}.csv").write_text(small_table(number / 10))
    killed: list[int] = []

    def kill(event: Any) -> None:
        if event["session_id"] is not None and not killed:
            killed.append(next(iter(default_client().run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    chosen = Options(reports=False, scheduler=None if own else cluster, workers=2)
    done = run_batch(
        plan([f"{tmp_path}/*.csv"]), tmp_path / "out", chosen, history=history, progress=kill
    )
    assert killed
    assert len(done.entries) == len(history.sessions()) == 30
    assert not done.failed
    assert all((done.folder / str(entry.verdicts)).is_file() for entry in done.entries)


def test_a_worker_of_another_version_is_told(
    tables: Path, history: gg.History, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganglioside.batch.scheduling.__version__", "99.0")
    done = run(tables, history, cluster, reports=False)
    assert all("99.0" in str(entry.error) for entry in done.entries)


def test_a_full_disk_ends_the_batch_with_what_is_finished(
    tables: Path, history: gg.History, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> list[str]:
        raise HistoryError("The disk is full.")

    monkeypatch.setattr(history, "save_packed", full)
    with pytest.raises(HistoryError, match="full"):
        run(tables, history, cluster)
    assert not any(entry.session for entry in Ledger(tables.parent / "out").read().values())


def test_a_ledger_that_breaks_off_is_read_and_one_that_is_none_refused(tmp_path: Path) -> None:
    line = json.dumps({"name": "a", "file": "a.csv", "key": "", "title": ""})
    (tmp_path / FILE).write_text(f"{line}\n" + line[:20])
    assert list(Ledger(tmp_path).read()) == ["a"]
    (tmp_path / FILE).write_text(f"{line}\nsomething else\n")
    with pytest.raises(BatchError, match="line 2"):
        Ledger(tmp_path).read()


def test_a_folder_that_cannot_be_made_is_refused(tables: Path, history: gg.History) -> None:
    (tables.parent / "file").write_text("")
    with pytest.raises(BatchError, match="file"):
        run_batch(plan([tables]), tables.parent / "file", history=history)
