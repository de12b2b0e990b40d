"""The panel of the workers, by its buttons."""

from __future__ import annotations

from collections.abc import Callable

from ganglioside.history import History
from ganglioside_widgets.elements.grid import NONE
from ganglioside_widgets.panels.workers import WorkersPanel
from ganglioside_widgets.state.admin import AdminState

Opener = Callable[[], History]


def test_a_worker_is_drained_by_its_button(opened: Opener) -> None:
    history = opened()
    worker, gone = history.workers.register(), history.workers.register()
    history.workers.end(gone.id)
    state = AdminState(opened)
    panel = WorkersPanel(state)
    state.refresh()
    assert panel.drain.disabled
    panel.grid.selected = gone.id
    assert panel.drain.disabled
    panel.grid.selected = worker.id
    assert not panel.drain.disabled
    panel.drain.click()
    assert state.workers["state"].tolist() == ["ended", "draining"]
    assert panel.drain.disabled
    panel.grid.selected = NONE
    assert history.workers.beating() == []
