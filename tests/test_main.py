"""The program starts and ends quietly, whenever Ctrl-C comes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from effort import PATIENCE

import ganglioside as gg
from ganglioside.support.garbage import EVERY

#: Ctrl-C comes while the module `typer` is sought, and as Python ends.
WHILE_LOADING = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it was ignored
class Interrupter:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupter())
"""
AT_THE_END = """
import atexit, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
atexit.register(signal.raise_signal, signal.SIGINT)
"""
START = """
import sys
from pathlib import Path
sys.argv = ["ganglioside", "--version"]
from ganglioside.__main__ import main
main()
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.mark.parametrize("moment", [WHILE_LOADING, AT_THE_END])
def test_an_interruption_of_python_itself_shows_no_traceback(moment: str) -> None:
    ended = run(moment + START)
    assert ended.returncode == -signal.SIGINT
    assert ended.stderr == ""


def test_a_program_that_is_deaf_to_ctrl_c_stays_so() -> None:
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    code = deaf + START.replace("main()", "signal.raise_signal(signal.SIGINT)\nmain()")
    assert gg.__version__ in run(code).stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp932"])
def test_what_the_output_cannot_hold_is_printed_as_its_code(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe of Windows knows no minus sign: commands ended with a traceback."""
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "history.duckdb"))
    sid = gg.History.open().save(gg.analyze(gg.example()), "süß − 神 \U0001f600")
    command = [sys.executable, "-m", "ganglioside"]
    for arguments in (["history", "list"], ["explain", sid, "184"], ["analyze", "--help"]):
        subprocess.run([*command, *arguments], capture_output=True, check=True)
    shown = [*command, "history", "list", "--json"]
    told = subprocess.run(shown, capture_output=True, check=True).stdout
    assert json.loads(told.decode(encoding))[0]["name"] == "süß − 神 \U0001f600"


def test_the_program_is_a_module_too() -> None:
    command = [sys.executable, "-m", "ganglioside", "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told == f"ganglioside {gg.__version__}\n"


def test_a_program_looks_for_garbage_less_often_than_python_does_of_itself() -> None:
    at_the_end = "import atexit, gc\natexit.register(lambda: print(gc.get_threshold()[0]))\n"
    assert run(at_the_end + START).stdout.split()[-1] == str(EVERY)
