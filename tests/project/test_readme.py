"""The README is true: its lines of Python run, its commands exist, its names are read so."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from paths import ROOT
from served import Running
from typer.main import get_command

import ganglioside as gg
from ganglioside.cli import app
from ganglioside.client import Client
from ganglioside.reading.annotations import TITLES
from ganglioside.simulation import tool_file
from ganglioside.verdicts import decisions

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"(?:^(?: {4}.*)?\n)*^ {4}.*\n", re.MULTILINE)
FENCED = re.compile(r"^```(sh|r)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ADDRESS = "http://127.0.0.1:8899/api/v1"
IS_PYTHON = re.compile(r"^(import|from) |\bgg\.", re.MULTILINE)

#: Indented blocks, each with the heading above it.
BLOCKS = [
    (heading, dedent(block))
    for heading, text in SECTION.findall(README)
    for block in BLOCK.findall(text)
]
PYTHON = [(heading, block) for heading, block in BLOCKS if IS_PYTHON.search(block)]


def test_the_readme_has_lines_of_python_on_tables_and_all_else() -> None:
    assert {heading for heading, _ in PYTHON} >= {"I want to ...", "The table", "The workbench"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the README names."""
    study = gg.simulate(seed=6, level="easy", n_samples=2)
    files = {"alignment.txt": "MS-DIAL", "features.csv": "mzmine", "report.csv": "Skyline"}
    for name, tool in files.items():
        (tmp_path / name).write_bytes(tool_file(study, tool))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "history.duckdb"))
    return tmp_path


@pytest.mark.parametrize(("heading", "code"), PYTHON, ids=[heading for heading, _ in PYTHON])
def test_its_lines_of_python_run(
    heading: str, code: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, object] = {"gg": gg, "Path": Path}
    if heading == "The API":
        return  # it needs a server: below
    exec(compile(code, f"README, {heading}", "exec"), names)
    if heading != "The table":
        return
    assert "export of Skyline" in capsys.readouterr().out
    assert isinstance(names["table"], gg.FeatureTable)
    assert names["table"].data["anchor"].any()
    before = (folder / "alignment.txt").read_text().splitlines()
    after = (folder / "alignment.annotated.txt").read_text().splitlines()
    assert [new[: len(old)] for new, old in zip(after, before, strict=True)] == before
    assert after[4].endswith("\t".join(["", *TITLES]))


@pytest.fixture
def api(folder: Path) -> Iterator[dict[str, str]]:
    """Address of a server, and a token for it."""
    with Running(gg.History.open(folder / "server.duckdb")) as served:
        yield {"URL": served.url, "TOKEN": served.history.tokens.add("Ann", "write")}


def test_its_lines_for_the_api_run(api: dict[str, str]) -> None:
    (code,) = (code for heading, code in PYTHON if heading == "The API")
    assert ADDRESS in code
    names: dict[str, object] = {"gg": gg, "token": api["TOKEN"]}
    exec(code.replace(ADDRESS, api["URL"]), names)
    client = names["client"]
    assert isinstance(client, Client)
    assert client.sessions()["status"].tolist() == ["completed"]
    client.close()


def carry_out(program: list[str], api: dict[str, str]) -> str:
    """Output of another program that calls the API."""
    needed = "curl" if program[0] == "sh" else program[0]
    if shutil.which(needed) is None:
        pytest.skip(f"There is no {needed} here.")
    environment = {**os.environ, **api}
    done = subprocess.run(program, env=environment, capture_output=True, text=True)
    if "there is no package called" in done.stderr:
        pytest.skip("R lacks httr2.")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_lines_for_curl_run(api: dict[str, str], folder: Path) -> None:
    (code,) = [code for kind, code in FENCED.findall(README) if kind == "sh"]
    assert json.loads(carry_out(["sh", "-ec", code], api))["total"] > 0
    assert (folder / "verdicts.xlsx").read_bytes()[:2] == b"PK"


def test_its_lines_for_r_run(api: dict[str, str], folder: Path) -> None:
    (code,) = [code for kind, code in FENCED.findall(README) if kind == "r"]
    (folder / "call.R").write_text(code)
    assert "valid" in carry_out(["Rscript", "call.R"], api)


@cache
def commands() -> dict[str, Any]:
    """All commands by their words: `history list`."""
    found: dict[str, Any] = {}
    waiting: list[tuple[str, Any]] = [("", get_command(app))]
    for words, command in waiting:
        found[words] = command
        if hasattr(command, "commands"):
            waiting += [(f"{words} {n}".strip(), c) for n, c in command.commands.items()]
    return found


def written() -> list[str]:
    """Commands that the README names, without the program."""
    lines = [line for _, block in BLOCKS for line in block.splitlines()]
    spans = [*re.findall(r"`([^`\n]+)`", README), *lines]
    parts = [part.strip() for span in spans for part in re.split(r"\s#|,|;", span)]
    return [p.removeprefix("ganglioside ") for p in parts if p.startswith("ganglioside ")]


def test_its_commands_and_their_options_exist() -> None:
    assert len(written()) > 25
    for text in written():
        words = text.split()
        while words and " ".join(words) not in commands():
            words.pop()
        assert words, text
        command = commands()[" ".join(words)]
        options = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", text)) <= options, text


@pytest.mark.parametrize(
    ("name", "shorthand", "ion", "standard"),
    [
        ("GD1+OAc(36:1;O2)", "GD1+OAc 36:1;O2", None, False),
        ("GD1a 36:1;O2", "GD1a 36:1;O2", None, False),
        ("GM3(d18:1/18:0)", "GM3 18:1;O2/18:0", None, False),
        ("GM3 d34:1; GM3 d18:1/16:0; [M-H]-", "GM3 18:1;O2/16:0", "[M-H]-", False),
        ("GM3(d18:1/16:0)-H", "GM3 18:1;O2/16:0", "[M-H]-", False),
        ("GM3 34:1;2", "GM3 34:1;O2", None, False),
        ("Ganglioside GM3 (d18:1/9Z-18:1)", "GM3 18:1;O2/18:1", None, False),
        ("Hex3HexNAcNeuAc2-Cer d36:1", "GD1 36:1;O2", None, False),
        ("NeuAcα2-3Galβ1-4Glcβ-Cer(d18:1/16:0)", "GM3 18:1;O2/16:0", None, False),
        ("GD1a+GD1b d36:1", "GD1 36:1;O2", None, False),
    ],
)
def test_its_names_are_read_so(name: str, shorthand: str, ion: str | None, standard: bool) -> None:
    assert f"`{name}`" in README
    read = gg.read_name(name)
    assert read.species is not None
    assert (read.species.shorthand, read.ion, read.standard) == (shorthand, ion, standard)


@pytest.mark.parametrize("head", ["Fuc-GM1", "GalNAc-GD1a", "GM3(NeuGc)", "9-O-Ac-GD3"])
def test_its_head_groups_are_read(head: str) -> None:
    assert f"`{head}`" in README
    assert gg.parse_name(f"{head} 36:1").shorthand


def test_its_files_and_notebooks_are_there() -> None:
    named = re.findall(r"`((?:notebooks|reports)/[^`]+|[A-Z]+\.md)`|\]\(([^)]+)\)", README)
    paths = {first or second for first, second in named}
    assert "notebooks/09_files_of_other_tools.ipynb" in paths
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
    shown = {path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    assert shown <= {Path(path).name for path in paths}


def test_the_thresholds_are_those_of_the_verdicts() -> None:
    words = {0.5: "half a carbon", 1.0: "one carbon", 2.0: "twice"}
    usual = gg.Settings()
    paragraph = re.search(r"^\*\*Thresholds\.\*\* .*?\n\n", README, re.MULTILINE | re.DOTALL)
    assert paragraph is not None
    text = " ".join(paragraph[0].split())
    for said in (
        f"`outlier_threshold` ({usual.outlier_threshold:g} sigma)",
        f"`rt_tolerance` ({usual.rt_tolerance:g} min)",
        f"left-out R² is below `r2_threshold` ({usual.r2_threshold:g})",
        f"only to {words[decisions.VAGUE]} or worse",
        f"of an anchor beyond {words[decisions._ANCHOR_CREDIT]} as much",
        f"right with less than {100 * decisions._SURE:.0f} %, and from {decisions._NEVER:g} times",
        f"right with {100 * decisions._SURE:.0f} % are `valid`",
        f"`valid`; beyond {words[decisions._TOO_VAGUE]}",
        f"scatter by more than {decisions._WIDE:g} carbons",
    ):
        assert said in text
