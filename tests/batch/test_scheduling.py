"""Tables in flight: interruptions, dead workers, a full disk."""

from __future__ import annotations

import math
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from distributed import KilledWorker, default_client
from effort import some

import ganglioside as gg
from batch.conftest import small_table
from ganglioside.batch import Batch, Options, plan, run_batch
from ganglioside.batch.ledger import Ledger
from ganglioside.batch.scheduling import RunningBatch, _reason
from ganglioside.errors import BatchError, Cancelled, HistoryError

TABLES = 12


def run(tables: Path, history: gg.History, scheduler: str, **options: Any) -> Batch:
    chosen = Options(scheduler=scheduler, **options)
    return run_batch(plan([tables]), tables.parent / "out", chosen, history=history)


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
    # However slow the workers are: none is stored alone because the last time is long ago.
    monkeypatch.setattr("ganglioside.batch.scheduling._AT_LEAST_EVERY", math.inf)
    for number in range(TABLES):
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
    assert sum(together) == len(history.sessions()) == TABLES
    assert len(together) <= TABLES // 2
    assert together[0] > TABLES - 4  # stored once the two workers may soon be idle
    names = history.sessions().set_index("id")["name"]
    for entry in Ledger(tmp_path / "out").read().values():
        assert names[str(entry.session)] == entry.name
        assert history.source(str(entry.session)).name == f"{entry.name}.csv"


def test_large_tables_are_not_sent_all_ahead(
    tables: Path, history: gg.History, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """48 of them of 100 MB each were held three times over."""
    monkeypatch.setattr("ganglioside.batch.scheduling._BYTES_IN_FLIGHT", 1)
    start, ahead = RunningBatch._start, []

    def counted(running: RunningBatch, *others: Any) -> Any:
        ahead.append(len(running.flights))
        return start(running, *others)

    monkeypatch.setattr(RunningBatch, "_start", counted)
    chosen = Options(reports=False, scheduler=cluster)
    run_batch(plan([tables]), tables.parent / "out", chosen, history=history)
    assert ahead == [0, 0, 0]


#: Whose worker is killed; by day the only one that there is, with no other to take its tables.
WHOSE = {"own workers": True, "a cluster's workers": False}


@pytest.mark.parametrize("whose", some([*WHOSE]))
def test_a_worker_that_is_killed_loses_no_table(
    tmp_path: Path, history: gg.History, cluster: str, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    # More tables than are stored at once: some are still with the workers.
    monkeypatch.setattr("ganglioside.batch.scheduling._TOGETHER", TABLES // 3)
    for number in range(TABLES):
        (tmp_path / f"{number}.csv").write_text(small_table(number / 10))
    killed: list[int] = []

    def kill(event: Any) -> None:
        if event["session_id"] is not None and not killed:
            killed.append(next(iter(default_client().run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    chosen = Options(reports=False, scheduler=None if WHOSE[whose] else cluster, workers=1)
    done = run_batch(
        plan([f"{tmp_path}/*.csv"]), tmp_path / "out", chosen, history=history, progress=kill
    )
    assert killed
    assert len(done.entries) == len(history.sessions()) == TABLES
    assert not done.failed
    assert all((done.folder / str(entry.verdicts)).is_file() for entry in done.entries)


def test_a_full_disk_ends_the_batch_with_what_is_finished(
    tables: Path, history: gg.History, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> list[str]:
        raise HistoryError("The disk is full.")

    monkeypatch.setattr(history, "save_packed", full)
    with pytest.raises(HistoryError, match="full"):
        run(tables, history, cluster)
    assert not any(entry.session for entry in Ledger(tables.parent / "out").read().values())


def test_a_failure_is_explained_in_words() -> None:
    assert _reason(BatchError("The table is empty.")) == "The table is empty."
    assert "memory" in _reason(MemoryError())
    assert _reason(KilledWorker("t", None, 3)).startswith("Every worker")
    assert _reason(KeyError("rt")) == "The program failed on this table: KeyError: 'rt'"
