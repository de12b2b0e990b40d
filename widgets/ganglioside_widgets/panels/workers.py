"""Panel of the workers: who works on what since when, the queue, durations, failures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import ipywidgets as w
import pandas as pd

from ganglioside_widgets.elements.grid import Column, Grid
from ganglioside_widgets.panels.base import Panel, box, button, say
from ganglioside_widgets.state.admin import AdminState
from ganglioside_widgets.state.workers import why_not_cancel, why_not_retry

_WORKERS: Final = (
    Column("state", "State", 150),
    Column("job", "Works on", 220),
    Column("since", "For", 84, "text", "Since when it works on this job"),
    Column("sign", "Last sign", 92, "text", "Its last sign of life"),
    Column("machine", "Machine", 130),
    Column("process", "Process", 78),
    Column("started", "Started", 128),
    Column("version", "Version", 70),
    Column("id", "Worker", 126),
)

_LASTING: Final = (
    Column("kind", "Kind", 90),
    Column("status", "End", 92),
    Column("number", "Jobs", 70, "count"),
    Column("median", "Median time", 110),
    Column("longest", "Longest time", 110),
)

_FAILURES: Final = (
    Column("job", "Job", 230),
    Column("attempts", "Attempts", 86),
    Column("next", "Tried again", 104, "text", "When it is tried again by itself"),
    Column("reason", "Reason", 420),
    Column("id", "Id", 126),
)

_NO_FAILURE: Final = (
    "Select a failed job to start it again, or one that is tried again to cancel it."
)

_NO_WORKERS: Final = "No worker: jobs run in processes of this server, or wait for one."


class WorkersPanel(Panel):
    """Workers, queue, durations and failures; workers are drained, jobs cancelled and retried.

    Parameters
    ----------
    state : AdminState
    choose : callable
        Called with the id of a job that was clicked.
    """

    def __init__(self, state: AdminState, choose: Callable[[str], None] = lambda _: None) -> None:
        self.state = state
        self._queue, self._tasks = box(), box()
        self.grid = Grid("Workers", _WORKERS, key="id", lines=5, empty=_NO_WORKERS)
        self.drain = button("Drain", self._drain, tip="Let it end after the job that it has")
        self.lasting = Grid("Durations", _LASTING, key="id", lines=5, empty="No job has ended.")
        self.failures = Grid("Failures", _FAILURES, key="id", lines=5, empty="No job has failed.")
        self.failures.on_select(choose)
        self._why, self._said = box(), box()
        self.stop = button(
            "Cancel its job", self._stop, kind="danger", tip="End the job that the worker has"
        )
        self.retry = button("Retry", self._retry, tip="Start it again as a new job")
        self.cancel = button("Cancel", self._cancel, kind="danger", tip="Try it no more")
        on_worker = w.HBox([self.drain, self.stop]).add_class("gg-buttons")
        on_failure = w.HBox([self.retry, self.cancel]).add_class("gg-buttons")
        super().__init__(
            "Workers",
            [self._queue, self.grid, on_worker, self._said, self._tasks,
             box("<h3>Durations</h3>"), self.lasting, box("<h3>Failures</h3>"), self.failures,
             self._why, on_failure],
            kind="workers",
        )  # fmt: skip
        state.observe(self._show, ["workers", "lasting", "failures", "queue", "tasks"])
        for grid in (self.grid, self.failures):
            grid.observe(self._show_action, "selected")
        self._show(None)

    def _show(self, _: object) -> None:
        state = self.state
        self._queue.value, self._tasks.value = say(state.queue), say(state.tasks)
        self.grid.show(state.workers)
        self.lasting.show(state.lasting)
        self.failures.show(state.failures)
        self._show_action(None)

    def _show_action(self, _: object) -> None:
        worker, failure = self._worker(), self._failure()
        self.drain.disabled = worker is None or not worker["can_drain"]
        self.stop.disabled = worker is None or not worker["job_id"]
        no_retry = _NO_FAILURE if failure is None else why_not_retry(failure)
        no_cancel = _NO_FAILURE if failure is None else why_not_cancel(failure)
        self.retry.disabled, self.cancel.disabled = bool(no_retry), bool(no_cancel)
        has_any = not self.state.failures.empty
        self._why.value = say(no_retry or no_cancel) if has_any else ""

    def _worker(self) -> pd.Series | None:
        return _selected(self.grid, self.state.workers)

    def _failure(self) -> pd.Series | None:
        return _selected(self.failures, self.state.failures)

    def _drain(self) -> None:
        worker = self._worker()
        if worker is not None and worker["can_drain"]:
            self._do(self.state.drain, str(worker["id"]))

    def _stop(self) -> None:
        worker = self._worker()
        if worker is not None and worker["job_id"]:
            self._do(self.state.cancel, str(worker["job_id"]))

    def _retry(self) -> None:
        failure = self._failure()
        if failure is not None and not why_not_retry(failure):
            self._do(self.state.retry, str(failure["id"]))

    def _cancel(self) -> None:
        failure = self._failure()
        if failure is not None and not why_not_cancel(failure):
            self._do(self.state.cancel, str(failure["id"]))

    def _do(self, act: Callable[[str], None], of: str) -> None:
        """Act, and say here too what came of it: the page says it at its top."""
        act(of)
        self._said.value = say(self.state.error, "error") or say(self.state.notice)


def _selected(grid: Grid, rows: pd.DataFrame) -> pd.Series | None:
    """Row that is selected; None where none is, or it is gone."""
    if rows.empty:
        return None
    found = rows[rows["id"] == grid.selected]
    return None if found.empty else found.iloc[0]
