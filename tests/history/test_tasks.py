"""Tasks: a job is added when one is due, once, in the name of who has set it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history.author import acting_for
from ganglioside.history.storage.store import utc_now

pytestmark = pytest.mark.usefixtures("stays_open")

DAY = timedelta(days=1)


def test_a_task_is_due_again_after_its_interval(history: History) -> None:
    with acting_for("Chief"):
        history.tasks.set("verify", DAY, {"sample": 3})
    (job,) = history.tasks.add_due()
    found = history.jobs.get(job)
    assert (found.kind, found.author, found.shared) == ("verify", "Chief", "own")
    assert history.jobs.is_own(found)
    assert history.tasks.add_due() == []
    (task,) = history.tasks.all()
    assert (task.last_job, task.every) == (job, DAY)
    assert task.last_run is not None
    assert not task.is_due(task.last_run + DAY / 2)
    assert task.is_due(task.last_run + DAY)
    assert task.is_due(task.last_run - DAY)  # the clock was set back
    with history._store.write() as connection:
        connection.execute("UPDATE tasks SET last_run = ?", [utc_now() - 2 * DAY])
    assert len(history.tasks.add_due()) == 1
    assert history.care.verify(sample=0).is_whole


def test_a_task_is_set_anew_and_removed(history: History) -> None:
    history.tasks.set("backup", DAY, {"folder": "a"})
    history.tasks.set("backup", 2 * DAY, {"folder": "b"})
    (task,) = history.tasks.all()
    assert (task.every, task.parameters) == (2 * DAY, '{"folder": "b"}')
    history.tasks.set("backup", None, {})
    assert history.tasks.all() == []
    with pytest.raises(HistoryError, match="ten minutes"):
        history.tasks.set("backup", timedelta(seconds=1), {})
