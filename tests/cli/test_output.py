"""What names and notes of anybody do to a terminal: nothing. They are printed as they are read."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pandas as pd
import pytest
from rich.console import Console
from rich.progress import Progress
from typer.testing import CliRunner, Result

import ganglioside as gg
from ganglioside.cli import app, output
from ganglioside.history import History

#: Sets the title, rings, colours by one character, turns the direction, and looks like markup.
EVIL: Final = "a\x1b]0;x\x07\x9b31m\r\u202eb[red]:x:c"


#: The same, as far as a table may hold it.
CELL: Final = "a\u202eb[red]:x:c"


class Held:
    """A history with a session and a job of an evil name, and files of such names."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / f"{EVIL}.csv"
        self.study = [self.file, folder / f"{EVIL}2.csv"]
        self.broken = folder / f"{EVIL}3.csv"
        self.misfit = folder / "misfit.csv"
        self.history = folder / "history.duckdb"
        self.sid = self.job = ""

    def fill(self) -> None:
        table = (
            gg.example()
            .data[["name", "rt", "volume", "anchor"]]
            .rename(columns={"name": "Name", "rt": "RT", "volume": "Volume", "anchor": "Anchor"})
        )
        table.assign(**{CELL: 1}).to_csv(self.file, index=False)
        table.to_csv(self.study[1], index=False)
        self.broken.write_text(f"{CELL},x\n1,2\n")
        self.misfit.write_text(f"Name,RT\n{CELL},1\nGM1(36:1;O2),{CELL}\nGM1(38:1;O2),9\n")
        history = History.open(self.history)
        with pytest.MonkeyPatch.context() as patch:  # as earlier versions did
            patch.setattr("ganglioside.history.history.require_printed", lambda name: None)
            self.sid, analysis = history.run(self.file, name=EVIL)
        said = gg.Override(feature_id=1, verdict="valid", note=EVIL, author=EVIL)
        history.replace_overrides(self.sid, analysis.overrides.put(said))
        self.job = history.jobs.add("analyze", {"source": EVIL}, EVIL)
        history.jobs.start(self.job)
        history.jobs.end(self.job, "failed", error=EVIL)

    def copied(self, folder: Path) -> Held:
        """The same in another folder."""
        shutil.copytree(self.history.parent, folder, dirs_exist_ok=True)
        copy = Held(folder)
        copy.sid, copy.job = self.sid, self.job
        return copy


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Held:
    made = Held(tmp_path_factory.mktemp("evil"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANGLIOSIDE_AUTHOR", EVIL)
        made.fill()
    return made


@pytest.fixture
def held(filled: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Held:
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "history.duckdb"))
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", EVIL)
    monkeypatch.setenv("COLUMNS", "4000")
    monkeypatch.chdir(tmp_path)
    return filled.copied(tmp_path)


def printed(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)), input="n\n")


COMMANDS: Final[dict[str, Callable[[Held], list[object]]]] = {
    "analyze": lambda held: ["analyze", held.file, "--name", EVIL, "--out", f"{EVIL}.json"],
    "analyze, refused": lambda held: ["analyze", held.broken],
    "analyze, no file": lambda _: ["analyze", f"{EVIL}4.csv"],
    "analyze, unreadable rows": lambda held: ["analyze", "--no-save", held.misfit],
    "analyze, study": lambda held: ["analyze", "--study", *held.study, "--name", EVIL],
    "predict": lambda held: ["predict", held.file, EVIL],
    "explain": lambda held: ["explain", held.file, 1, "--chart", f"{EVIL}.html"],
    "library": lambda held: ["library", held.file, "--out", f"{EVIL}.lib.csv"],
    "library, series": lambda held: ["library", held.file, "--out", "x.csv", "--series", EVIL],
    "export": lambda held: ["export", held.sid, "--out", f"{EVIL}.csv"],
    "export, no session": lambda _: ["export", EVIL],
    "list": lambda _: ["history", "list"],
    "show": lambda held: ["history", "show", held.sid],
    "show, no session": lambda _: ["history", "show", EVIL],
    "log": lambda _: ["history", "log"],
    "query": lambda _: ["history", "query", f"SELECT name AS \"{EVIL}\" FROM sessions"],
    "query, wrong": lambda _: ["history", "query", f"SELECT '{EVIL}' FROM [red]"],
    "delete, asked": lambda held: ["history", "delete", held.sid],
    "restore, asked": lambda _: ["history", "restore", EVIL],
    "rerun": lambda held: ["history", "rerun", held.sid],
    "cleanup": lambda _: ["history", "cleanup", "--older-than", EVIL],
    "import": lambda _: ["history", "import", EVIL],
    "backup": lambda _: ["history", "backup", f"{EVIL}.duckdb"],
    "jobs": lambda _: ["jobs", "list"],
    "jobs show": lambda held: ["jobs", "show", held.job],
    "jobs watch": lambda held: ["jobs", "watch", held.job],
    "jobs cancel": lambda held: ["jobs", "cancel", held.job, EVIL],
    "batch, no file": lambda _: ["batch", EVIL, "--out", "results"],
    "simulate": lambda _: ["simulate", "--out", f"{EVIL}.sim.csv"],
    "no command": lambda _: [EVIL],
    "no such option": lambda _: ["analyze", f"--{EVIL}"],
    "no such choice": lambda held: ["analyze", held.file, "--sample-type", EVIL],
    "no number": lambda _: ["simulate", "--seed", EVIL],
}  # fmt: skip


#: Those that print nothing of what they were given.
NAMELESS: Final = ("analyze, study", "jobs cancel", "no number", "query, wrong")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_terminal_obeys_nothing_that_is_printed(command: str, held: Held) -> None:
    result = printed(*COMMANDS[command](held))
    told = result.output
    obeyed = {found for found in told if output.safe(found) != found}
    assert obeyed == set()
    assert "[red]" in told or command in NAMELESS
    assert "❌" not in told
    assert not result.exception or isinstance(result.exception, SystemExit)


def test_json_reads_back_as_it_was(held: Held) -> None:
    result = printed("history", "list", "--json")
    assert not {found for found in result.stdout if output.safe(found) != found}
    assert json.loads(result.stdout)[0]["name"] == EVIL


def test_a_pipe_gets_the_data_as_they_are(held: Held) -> None:
    assert printed("export", held.sid, "--out", "out.csv").exit_code == 0
    assert printed("simulate").stdout_bytes == gg.simulate(seed=0).source.content


@pytest.mark.parametrize(
    ("character", "shown"),
    [("\x1b", r"\x1b"), ("\x07", r"\x07"), ("\r", r"\r"), ("\x7f", r"\x7f"), ("\x9b", r"\x9b"),
     ("\u202e", r"\u202e"), ("\u2066", r"\u2066"), ("\u2028", r"\u2028"), ("\udcff", r"\udcff"),
     ("\n", "\n"), ("\t", "\t"), ("é", "é"), ("神", "神"), ("[red]", "[red]")],
)  # fmt: skip
def test_each_character_is_shown_or_named(character: str, shown: str) -> None:
    assert output.safe(character) == shown


def test_no_message_swallows_the_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Console, "is_terminal", True)
    monkeypatch.setenv("COLUMNS", "100")
    event = {"type": "progress", "session_id": None, "step": "loading", "percentage": 50.0,
             "timestamp": ""}  # fmt: skip
    with output.progress_bar("t" * 300) as move:
        assert move is not None
        move({**event, "message": "first\nsecond " + "x" * 500})
        move({**event, "type": "log", "message": "bad.csv: refused"})
    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err)
    lines = re.split(r"[\r\n]+", drawn)
    bars = [line for line in lines if "━" in line]
    assert bars
    assert max(map(len, lines)) <= 100
    assert all(line.count("━") + line.count("╸") + line.count("╺") >= 24 for line in bars)
    assert any("first" in line for line in bars)
    assert "second" not in drawn
    assert any(line.startswith("bad.csv: refused") for line in lines)


def test_progress_is_printed_safely(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(Console, "is_terminal", True)
    monkeypatch.setattr(Progress, "add_task", lambda _, __, title, **___: shown.append(title))
    monkeypatch.setattr(Progress, "update", lambda _, __, **told: shown.append(told["description"]))
    with output.progress_bar(EVIL) as move:
        assert move is not None
        move({"type": "progress", "session_id": None, "step": "loading", "message": EVIL,
              "percentage": 5.0, "timestamp": ""})  # fmt: skip
    assert shown == [output.safe(EVIL)] * 2


def test_a_finding_of_several_samples_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    table = gg.example().data
    columns = {"Name": table["name"], "RT": table["rt"], "Anchor": table["anchor"]}
    analysis = gg.analyze(
        pd.concat([pd.DataFrame({**columns, "Sample": sample}) for sample in "ABCDE"])
    )
    output.analysis_summary("study", analysis)
    printed = capsys.readouterr().out
    assert printed.count("Anchor GM3(39:1;O2)") == 1
    assert "So in 5 samples. Check this anchor" in printed
    assert f"{len(analysis):,} │" in printed  # as the headline writes it
