"""Panel of the workers: who works on what since when, the queue, durations, failures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import ipywidgets as w

from ganglioside_widgets.elements.grid import Column, Grid
from ganglioside_widgets.panels.base import Panel, box, button, say
from ganglioside_widgets.state.admin import AdminState

_WORKERS: Final = (
    Column("state", "State", 84),
    Column("job", "Works on", 220),
    Column("since", "Since", 84),
    Column("sign", "Last sign", 92),
    Column("machine", "Machine", 130),
    Column("process", "Process", 78),
    Column("started", "Started", 128),
    Column("version", "Version", 70),
    Column("id", "Worker", 126),
)

_LASTING: Final = (
    Column("kind", "Kind", 90),
    Column("status", "End", 92),
    Column("number", "Jobs", 70, "0"),
    Column("median", "Median time", 110),
    Column("longest", "Longest time", 110),
)

_FAILURES: Final = (
    Column("kind", "Kind", 80),
    Column("name", "Name", 170),
    Column("attempts", "Attempts", 76),
    Column("next", "Next", 86, "text", "When it is tried again"),
    Column("reason", "Reason", 420),
    Column("id", "Job", 126),
)

_NO_WORKERS: Final = "No worker: jobs run in processes of this server, or wait for one."


class WorkersPanel(Panel):
    """Workers, queue, durations and failures; workers are drained, jobs chosen for the panel.

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
        super().__init__(
            "Workers",
            [self._queue, self.grid, w.HBox([self.drain]).add_class("gg-buttons"), self._tasks,
             box("<h3>Durations</h3>"), self.lasting, box("<h3>Failures</h3>"), self.failures],
            kind="workers",
        )  # fmt: skip
        state.observe(self._show, ["workers", "lasting", "failures", "queue", "tasks"])
        self.grid.observe(self._show_action, "selected")
        self._show(None)

    def _show(self, _: object) -> None:
        state = self.state
        self._queue.value, self._tasks.value = say(state.queue), say(state.tasks)
        self.grid.show(state.workers)
        self.lasting.show(state.lasting)
        self.failures.show(state.failures)
        self._show_action(None)

    def _show_action(self, _: object) -> None:
        self.drain.disabled = not self._chosen()

    def _chosen(self) -> str:
        """Id of the chosen worker, or empty where it has ended or none is chosen."""
        workers = self.state.workers
        if workers.empty:
            return ""
        found = workers[(workers["id"] == self.grid.selected) & (workers["state"] == "working")]
        return "" if found.empty else str(found["id"].iloc[0])

    def _drain(self) -> None:
        if worker := self._chosen():
            self.state.drain(worker)
