"""Running sessions seen from elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ganglioside.progress import Progress
from ganglioside_widgets.state.running_sessions import Journal

HOLD = """
import os, sys, time
from pathlib import Path
from ganglioside_widgets.state.running_sessions import Journal
with Journal(Path(sys.argv[1])).running("dead") as file:
    print("held", flush=True)
    time.sleep(60)
"""


def test_events_are_read_while_it_runs_and_gone_afterwards(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "running")
    assert not journal.is_running("a")
    with journal.running("a") as file:
        progress = Progress(lambda event: journal.write(file, event), "a")
        progress.done("loading", "Loaded")
        progress.done("rule1", "Curve")
        assert [event["message"] for event in journal.events("a")] == ["Loaded", "Curve"]
        assert journal.is_running("a")
        assert journal.is_busy(os.getpid())
        assert not journal.is_busy(1)
    assert not journal.is_running("a")
    assert not journal.is_busy(os.getpid())
    assert journal.events("a") == []


def test_half_a_line_is_not_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "running")
    with journal.running("a") as file:
        Progress(lambda event: journal.write(file, event)).done("loading", "Loaded")
        file.write('{"type": "prog')
        file.flush()
        assert len(journal.events("a")) == 1


def test_the_end_is_asked_for_from_elsewhere(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "running")
    journal.request_cancel("a")
    assert not journal.cancel_requested("a")
    with journal.running("a"):
        journal.request_cancel("a")
        assert journal.cancel_requested("a")
    with journal.running("a"):
        assert not journal.cancel_requested("a")


def test_a_killed_process_runs_nothing_and_is_swept_away(tmp_path: Path) -> None:
    folder = tmp_path / "running"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    journal = Journal(folder)
    assert journal.is_running("dead")
    assert journal.is_busy(process.pid)
    process.kill()
    process.wait()
    assert not journal.is_running("dead")
    assert not journal.is_busy(process.pid)
    with journal.running("b"):
        assert not list(folder.glob("dead.*"))
