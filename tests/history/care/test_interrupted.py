"""Sessions and jobs whose process has died."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from ganglioside.history import History
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings

DIES = """
import os, sys
from ganglioside.history import History
from ganglioside.settings import Settings
from ganglioside.reading.feature_table import Source
history = History.open(sys.argv[1])
history.begin(Source.from_bytes('x.csv', b'x'), Settings())
history.jobs.start(sys.argv[2])
os.kill(os.getpid(), 9)
"""


@pytest.mark.either_store("about the process")
def test_what_a_dead_process_left_is_marked_failed_and_can_be_run_again(history: History) -> None:
    job = history.jobs.add("analysis", {}, "n")
    running = history.begin(Source.from_bytes("y.csv", b"y"), Settings())  # by this process
    died = subprocess.run([sys.executable, "-c", DIES, history.address, job], check=False)
    assert died.returncode == -signal.SIGKILL
    listed = history.sessions().set_index("id")["status"]
    assert sorted(listed) == ["processing", "processing"]
    again = History.open(history.address)
    sessions = again.sessions().set_index("id")
    assert sessions.loc[running, "status"] == "processing"
    dead = sessions.drop(running).iloc[0]
    assert dead["status"] == "failed"
    assert "has ended. It can be run again" in dead["error"]
    found = again.jobs.get(job)
    assert found.status == "failed"
    assert "has ended" in str(found.error)
    for owner in (job, str(dead.name)):
        last = (again.jobs.events if owner == job else again.events)(owner)[-1]
        assert (last["type"], last["error"]) == ("error", dead["error"])
    assert list(again.care.log()["action"]).count("interrupted") == 2
    assert History.open(history.address).sessions().equals(again.sessions())
