"""The command that looks at all that a server needs."""

from __future__ import annotations

from pathlib import Path

from command_line import run, run_json

from ganglioside.history import History


def test_the_exit_code_tells_of_faults(tmp_path: Path) -> None:
    shown = run("doctor", code=1).output
    assert "FAULT  backup: There is no backup" in shown
    assert "Cure: Make one" in shown
    History.open().care.backup(tmp_path / "copy.duckdb")
    found = {one["about"]: one for one in run_json("doctor")}
    assert found["backup"]["rank"] == "good"
    assert run_json("doctor", "--url", "http://127.0.0.1:1", code=1)[-1]["about"] == "server"
