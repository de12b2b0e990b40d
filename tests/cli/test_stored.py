"""Ids are completed in a shell, which evaluates what it is offered."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from effort import PATIENCE
from typer.testing import CliRunner

from ganglioside.cli import app
from ganglioside.cli.stored import job_ids, open_history, session_ids
from ganglioside.errors import GangliosideError


def asked(*words: str) -> dict[str, str]:
    """How bash asks for what it may offer for the last of some words."""
    return {
        "_GANGLIOSIDE_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("ganglioside", *words)),
        "COMP_CWORD": str(len(words)),
    }


def offered(*words: str) -> list[str]:
    """What bash is offered, answered in this process."""
    answer = CliRunner().invoke(app, [], prog_name="ganglioside", env=asked(*words))
    assert answer.exit_code == 0
    assert answer.stderr == ""
    return answer.stdout.split()


def test_a_shell_offers_the_ids_that_begin_so(sid: str) -> None:
    code = "from ganglioside.cli import app; app(prog_name='ganglioside')"
    environment = os.environ | asked("history", "show", sid[:3])
    shell = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, timeout=PATIENCE, env=environment,
    )  # fmt: skip
    assert (shell.stdout.split(), shell.stderr) == ([sid], "")
    assert offered("history", "show", sid[:3]) == [sid]
    assert offered("export", "") == [sid]
    assert offered("history", "show", "nothing-like-it") == []


def test_sessions_and_jobs_are_offered_by_id_alone(sid: str) -> None:
    history = open_history()
    history.rename(sid, "$(touch evil) `touch evil`")
    job = history.jobs.add("backup", {}, "$(touch evil)")
    assert session_ids("") == [sid]
    assert job_ids(job[:2]) == [job]
    assert all(re.fullmatch(r"[\w-]+", found) for found in (*session_ids(""), *job_ids("")))


def test_a_history_that_does_not_open_offers_nothing(history: Path) -> None:
    history.write_bytes(b"no history")
    with pytest.raises(GangliosideError):
        open_history()
    assert session_ids("") == job_ids("") == []
