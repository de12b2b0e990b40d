"""Options that several commands share reach what they set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
import typer
from command_line import EXAMPLE, run, run_json
from corpus.inputs import workbook
from paths import TESTS
from typer.testing import CliRunner

import ganglioside as gg
from ganglioside.cli import app, options
from ganglioside.errors import GangliosideError
from ganglioside.exporting import FORMATS
from ganglioside.jobs import kinds, launcher
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.wordings import Wording
from ganglioside.settings import Settings
from ganglioside.support.fact_tables import read_facts


def test_the_settings_reach_the_analysis() -> None:
    thresholds = ("--r2-threshold", 0.9, "--outlier-threshold", 3, "--rt-tolerance", 0.05)
    (document,) = run_json("analyze", EXAMPLE, *thresholds, "--sample-type", "porcine")
    used = document["settings"]
    assert (used["r2_threshold"], used["outlier_threshold"]) == (0.9, 3)
    assert (used["rt_tolerance"], used["sample_type"]) == (0.05, "porcine")


def test_the_formats_are_those_of_the_export(sid: str) -> None:
    assert options.FORMATS == FORMATS
    run("export", sid, "--format", "doc", code=2)


#: Options that take a number, each after its command.
OPTIONS: Final = (
    "history list --limit",
    "history log --limit",
    "history cleanup --yes --older-than",
    "history cleanup --older-than 1d --every",
    "jobs start export x --time-limit",
    "jobs list --limit",
    "simulate --out x.csv --seed",
    "batch x.csv --out results --workers",
    "app --port",
    "analyze x.csv --r2-threshold",
    "analyze x.csv --outlier-threshold",
    "analyze x.csv --rt-tolerance",
    "library x.csv --out y.csv --minutes",
    "suggest x.csv 0 -n",
)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("odd", ["-1", "nan", "1e999", "", "9" * 500, "0.0.0"])
def test_a_command_takes_no_odd_number(
    option: str, odd: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "history.duckdb"))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [*option.split(), odd])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    # Of a list there may be as many as the number says; there is nothing to list here.
    assert result.exit_code in ((0, 1, 2) if "limit" in option else (1, 2)), result.output


READING: Final = frozenset(
    ("--column", "--sample", "--sheet", "--unit", "--no-header", "--max-megabytes", "--max-rows")
)


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the words and the command of every command."""
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS: Final = dict(commands())
READERS: Final = {
    words: command
    for words, command in COMMANDS.items()
    if any("FILE" in str(p.metavar) and p.param_type_name == "argument" for p in command.params)
}


def names_of(command: Any) -> set[str]:
    """Return the options of a command."""
    return {name for parameter in command.params for name in parameter.opts}


def test_every_command_that_reads_a_file_has_every_option_of_reading() -> None:
    expected = {"analyze", "annotate", "batch", "predict", "explain", "suggest", "library"}
    assert set(READERS) == {*expected, "report", "jobs start analyze", "jobs start report"}
    for words, command in READERS.items():
        assert names_of(command) >= READING, words
        assert "--rt-tolerance" in names_of(command), words


def test_no_advice_names_an_option_or_a_command_that_its_reader_lacks() -> None:
    labels = set(pd.read_csv(TESTS / "widgets" / "elements" / "visitors.csv")["label"])
    for wording in read_facts("option_wordings.csv", Wording):
        for template in (wording.shell, wording.panel):
            said = template.replace("{limit}", "max-rows")
            named = set(re.findall(r"--[a-z-]+", said))
            assert named <= READING, wording
            for command in re.findall(r"ganglioside ([a-z]+(?: (?:list|rerun|share))?)", said):
                assert command in COMMANDS, wording
        for select in re.findall(r"under ([A-Z][A-Za-z ]+)$", wording.panel):
            assert select in labels, wording
        assert "--" not in wording.report
    assert {"First line is data", "Unit of RT", "Sheet", "Sample", "Name", "RT"} <= labels


#: Needs every option: a sheet, the columns, the unit, and a column with the sample.
CELLS: Final = [["Mine", "when", "where"], *(
    [f"GM1({n}:1;O2)", 60 * (5 + n / 8), sample]
    for sample in ("left", "right") for n in range(34, 44)
)]  # fmt: skip
OPTIONS_OF_READING: Final = ("--column", "Name=Mine", "--column", "RT=when", "--sample", "where",
                             "--sheet", "neg", "--unit", "s")  # fmt: skip
WANTED: Final = ReadingOptions.of(
    {"Name": "Mine", "RT": "when", "Sample": "where"}, sheet="neg", unit="s"
)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "history.duckdb"))
    monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(tmp_path / "notify.toml"))
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "book.xlsx"
    other = [CELLS[0], *([name, rt, "other"] for name, rt, _ in CELLS[1:])]
    path.write_bytes(workbook({"pos": other, "neg": CELLS}))
    return path


def arguments(words: str, path: Path) -> list[str]:
    """Return a command line that reads a file."""
    behind = {
        "predict": ["GM1(36:1;O2)"],
        "explain": ["0"],
        "suggest": ["0"],
        "library": ["--out", "list.csv"],
        "batch": ["--out", "results", "--no-reports", "--workers", "1"],
        "report": ["--out", "report.html"],
        "jobs start report": ["--out", "report.html"],
    }
    return [*words.split(), str(path), *behind.get(words, [])]


AT_ONCE: Final = sorted(words for words in READERS if not words.startswith("jobs"))


@pytest.mark.usefixtures("one_worker")
@pytest.mark.parametrize("words", AT_ONCE)
def test_the_options_do_something_in_every_command(
    words: str, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[ReadingOptions] = []
    original = gg.reading.features.take

    def take(source: Any, settings: Settings, given: ReadingOptions, name: Any) -> Any:
        read.append(given)
        return original(source, settings, given, name)

    if words != "batch":  # its workers are other processes
        monkeypatch.setattr("ganglioside.reading.features.take", take)
    refused = CliRunner().invoke(app, arguments(words, book))
    assert refused.exit_code == 1, refused.output
    assert '--column "RT=your column"' in refused.output.replace("\n", " ")
    assert "columns={" not in refused.output
    read.clear()
    run(*arguments(words, book), *OPTIONS_OF_READING)
    if words == "batch":
        history = gg.History.open()
        assert [history.source(sid).options for sid in history.sessions()["id"]] == [WANTED]
    else:
        assert read[0] == WANTED


@pytest.mark.usefixtures("one_worker")
@pytest.mark.parametrize("words", AT_ONCE)
def test_the_limits_do_something_in_every_command(words: str, book: Path) -> None:
    line = [*arguments(words, book), *OPTIONS_OF_READING, "--max-rows", "3"]
    refused = CliRunner().invoke(app, line)
    assert refused.exit_code == 1, refused.output
    assert re.search(r"more than\s+3\b.*--max-rows", refused.output.replace("\n", " "))


@pytest.mark.parametrize("words", ["jobs start analyze", "jobs start report"])
def test_a_job_keeps_the_options_when_it_is_tried_again(
    words: str, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "_launch", lambda history, job: None)
    history = gg.History.open()
    line = [*arguments(words, book), *OPTIONS_OF_READING, "--max-rows", "3"]
    job = run(*line).stdout.strip()
    run("jobs", "cancel", job)
    again = history.jobs.get(run("jobs", "retry", job).stdout.strip())
    work: Any = kinds.work_of(again.kind, again.parameters)
    assert ReadingOptions.from_dict(work.reading) == WANTED
    assert work.settings["max_rows"] == 3
    with pytest.raises(GangliosideError, match="max_rows"):
        work.run(history, lambda event: None)


def test_a_session_is_not_read_in_another_way(sid: str) -> None:
    for words in ("explain", "suggest", "library", "report"):
        line = [*arguments(words, Path(sid)), "--sheet", "neg"]
        refused = CliRunner().invoke(app, line)
        assert refused.exit_code in (1, 2), words
        text = " ".join(refused.output.replace("│", " ").split())
        assert "keeps the way in which it was read" in text, words


def test_a_sheet_may_be_given_by_its_number(book: Path) -> None:
    line = ("predict", book, "GM1(36:1;O2)", *OPTIONS_OF_READING, "--sheet", "1", "--json")
    assert json.loads(run(*line).stdout)
    assert "no sheet 7" in run(*line[:-1], "--sheet", "7", code=1).stderr


@pytest.mark.parametrize("odd", ["Name", "=x", "Name=", ""])
def test_a_column_is_a_name_and_a_header(odd: str) -> None:
    assert "NAME=HEADER" in run("predict", EXAMPLE, "GM1(36:1;O2)", "--column", odd, code=2).stderr
