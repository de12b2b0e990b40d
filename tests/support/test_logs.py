"""Logs: lines of JSON, rotated, with the ids of the request and of its job."""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from effort import PATIENCE, until
from queue_of_workers import worker
from served import Running

import ganglioside as gg
from ganglioside.errors import ServerError
from ganglioside.history import History
from ganglioside.jobs.launcher import left_to_workers
from ganglioside.support.logs import STANDARD, show_warnings, write_log
from ganglioside.support.printed import is_printed
from ganglioside.support.requests import working


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_is_json_with_the_ids(tmp_path: Path) -> None:
    path = write_log(tmp_path / "logs" / "server.log")
    assert path is not None
    with working("1a2b3c", "0123456789abcdef"):
        logging.getLogger("ganglioside.test").info('Two\nlines and "quotes" of β')
    (line,) = lines(path)
    assert (line["job"], line["request"]) == ("1a2b3c", "0123456789abcdef")
    assert (line["level"], line["logger"]) == ("INFO", "ganglioside.test")
    assert line["message"] == 'Two\nlines and "quotes" of β'
    assert line["time"][10] == "T"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="has no modes")
@pytest.mark.parametrize("mode", [0o644, 0o666, 0o777, 0o600])
def test_a_log_that_was_open_to_others_is_closed_to_them(tmp_path: Path, mode: int) -> None:
    """Once a log that was there already stayed readable by everybody."""
    path = tmp_path / "server.log"
    path.touch()
    path.chmod(mode)
    write_log(path)
    logging.getLogger("ganglioside.test").info("Told")
    assert stat.S_IMODE(path.stat().st_mode) == mode & 0o640
    assert [line["message"] for line in lines(path)] == ["Told"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no modes")
def test_an_open_log_of_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "server.log"
    path.touch()
    path.chmod(0o644)

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse)
    with pytest.raises(ServerError, match="name another file by --log"):
        write_log(path)


#: Tries to forge a line, to control a terminal, and to break the encoding.
HOSTILE = "mouse\n2026-01-01 ERROR forged\x1b[2J\x9b2J\u2028\u202e\x85\ud800"


def test_nothing_that_is_told_forges_a_line_or_controls_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_log(tmp_path / "server.log")
    show_warnings()
    logging.getLogger("ganglioside.test").warning("Told of %s", HOSTILE)
    assert path is not None
    for written in (path.read_text(), capsys.readouterr().err):
        assert written.count("\n") == 1
        assert is_printed(written.rstrip("\n"))
    (line,) = lines(path)
    assert line["message"] == f"Told of {HOSTILE}"


def test_a_server_without_a_log_prints_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "lastResort", logging.lastResort)
    told = logging.getLogger("test.told.by.nobody")
    told.propagate = False  # as where no handler is: those of pytest take everything
    assert write_log(None) is None
    told.info("Told to nobody")
    told.warning("Told of %s", HOSTILE)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        told.exception("Failed")
    first, *below = capsys.readouterr().err.splitlines()
    assert r"Told of mouse\n2026-01-01 ERROR forged\x1b[2J" in first
    assert [line for line in below if not line.startswith("    ")] == below[:1]
    assert all(map(is_printed, [first, *below]))


def test_what_the_server_itself_is_told_comes_to_the_log(tmp_path: Path) -> None:
    path = write_log(tmp_path / "server.log")
    assert path is not None
    with Running(History.open(tmp_path / "history.duckdb")):
        logging.getLogger("uvicorn.error").error("Of uvicorn")
    assert "Of uvicorn" in {line["message"] for line in lines(path)}


def test_a_full_file_gets_a_number_and_old_ones_go(tmp_path: Path) -> None:
    write_log(tmp_path / "server.log", megabytes=0.001, kept=2)
    for number in range(40):
        logging.getLogger("ganglioside.test").info("line %d of many", number)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        *("server.log", "server.log.1", "server.log.2"),
    ]
    assert lines(tmp_path / "server.log")[-1]["message"] == "line 39 of many"


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServerError, match="--log"):
        write_log(tmp_path / "file" / "server.log")
    assert write_log(None) is None


def test_the_standard_error_takes_the_log_too() -> None:
    code = (
        "import logging; from ganglioside.support.logs import *; write_log(STANDARD);"
        "logging.getLogger('ganglioside.a').warning('told')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(done.stderr)["message"] == "told"
    assert str(STANDARD) == "-"


def test_a_request_is_followed_into_its_job_and_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "0")
    assert left_to_workers()
    history = History.open(tmp_path / "history.duckdb")
    write_log(tmp_path / "server.log")
    given = "proxy-0123456789"
    with Running(history) as served, served.caller() as ann:
        files = {"file": ("example.csv", gg.example().source.content)}
        answer = ann.post("sessions", files=files, data={"mode": "job"},
                          headers={"X-Request-Id": given})  # fmt: skip
        assert answer.headers["x-request-id"] == given
        assert ann.get("version").headers["x-request-id"] != given
        job = answer.json()["job"]
    (told,) = [line for line in lines(tmp_path / "server.log") if line["request"] == given]
    assert "202 POST /sessions" in told["message"]
    assert history.jobs.get(job).request == given
    process = worker(history.address, "--log", str(tmp_path / "worker.log"))
    until(lambda: history.jobs.get(job).has_ended, "the job")
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE)
    found = [line for line in lines(tmp_path / "worker.log") if line["request"] == given]
    assert {line["job"] for line in found} == {job}
    assert len(found) >= 2
