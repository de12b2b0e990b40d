"""Ids are completed in a shell, which evaluates what it is offered."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from effort import PATIENCE

from ganglioside.cli.stored import job_ids, open_history, session_ids
from ganglioside.errors import GangliosideError


def offered(*words: str) -> list[str]:
    """What bash is offered for the last of some words."""
    code = "from ganglioside.cli import app; app(prog_name='ganglioside')"
    asked = {
        "_GANGLIOSIDE_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("ganglioside", *words)),
        "COMP_CWORD": str(len(words)),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in asked.items():
            patch.setenv(name, value)
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE
        )
    assert run.stderr == ""
    return run.stdout.split()


def test_a_shell_offers_the_ids_that_begin_so(sid: str) -> None:
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
