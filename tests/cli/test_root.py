"""The program: exit codes, interruptions, and what is printed where."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import EXAMPLE, run
from effort import PATIENCE, until
from typer.testing import CliRunner

import ganglioside as gg
from ganglioside.cli import app


@pytest.mark.parametrize(
    "wrong",
    [
        ("--r2-threshold", 0.2),
        ("--outlier-threshold", "many"),
        ("--sample-type", "dragon"),
        ("--no-such-option",),
        (),
    ],
)
def test_wrong_usage_exits_with_2(wrong: tuple[object, ...]) -> None:
    files = (EXAMPLE,) if wrong else ()
    assert run("analyze", *files, *wrong, code=2).stdout == ""


def test_refused_input_exits_with_1_and_a_message_on_stderr(bad: Path) -> None:
    result = run("analyze", bad, code=1)
    assert result.stdout == ""
    assert result.stderr.startswith("error ")
    assert "bad.csv" in result.stderr


def test_a_missing_file_is_refused_by_name() -> None:
    assert "nowhere.csv" in run("analyze", "nowhere.csv", code=1).stderr


def test_version_and_help() -> None:
    assert run("--version").stdout == f"ganglioside {gg.__version__}\n"
    commands = ("analyze", "predict", "report", "history", "export", "simulate", "lab", "app")
    for command in commands:
        assert command in run("--help").stdout
        assert run(command, "--help").stdout


def start(*arguments: object) -> subprocess.Popen[str]:
    code = "from ganglioside.cli import app; app()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=os.environ.copy())


def test_piped_output_holds_no_control_characters() -> None:
    with start("analyze", EXAMPLE) as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "valid" in out
    assert "\x1b" not in out + err
    assert "\r" not in out + err
    assert len(err.splitlines()) == 1


def test_a_program_that_stops_reading_ends_quietly() -> None:
    with start("simulate") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
    assert "Traceback" not in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
@pytest.mark.parametrize("options", [["--json"], []])
def test_an_output_that_cannot_be_written_is_told_with_words(options: list[str]) -> None:
    """A full disk behind `>` was a traceback, and a success if the output was short."""
    command = [sys.executable, "-m", "ganglioside", "history", "list", *options]
    gg.History.open().save(gg.analyze(gg.example()))
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 1
    assert ended.stderr == "error The output cannot be written: No space left on device.\n"


def test_not_every_fault_of_the_system_is_one_of_the_output(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def analyze(*_: object) -> None:
        raise OSError(errno.ECONNRESET, "Connection reset by peer")

    monkeypatch.setattr("ganglioside.history.running.analyze", analyze)
    ended = CliRunner().invoke(app, ["analyze", str(EXAMPLE)])
    assert isinstance(ended.exception, ConnectionResetError)
    assert "output" not in ended.stderr


SLOW = """
import signal
import time
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it was ignored
import ganglioside.history.running as sessions
judge = sessions.analyze
def slowly(*args):
    open("started", "w").close()
    while True:
        time.sleep(1)
    return judge(*args)
sessions.analyze = slowly
from ganglioside.cli import app
app(["analyze", {file!r}])
"""


def test_too_little_memory_is_told_with_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def analyze(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("ganglioside.history.running.analyze", analyze)
    assert "memory of this machine is not enough" in run("analyze", EXAMPLE, code=1).stderr
    assert gg.History.open().sessions()["status"].tolist() == ["failed"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_exits_with_130_and_marks_the_session(
    number: signal.Signals, tmp_path: Path
) -> None:
    code = SLOW.format(file=str(EXAMPLE))
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stderr=pipe, text=True) as process:
        until((tmp_path / "started").exists)
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert err == "error Interrupted.\n"
    assert gg.History.open().sessions()["status"].tolist() == ["cancelled"]
