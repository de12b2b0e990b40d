"""The runbook names what exists: commands, units, times; and what is looked for comes first."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer
import yaml
from paths import ROOT

from ganglioside.cli import app

DEPLOY = ROOT / "deploy"
RUNBOOK = (DEPLOY / "RUNBOOK.md").read_text(encoding="utf-8")
GUIDES = {
    "RUNBOOK.md": RUNBOOK,
    "README.md": (DEPLOY / "README.md").read_text(encoding="utf-8"),
}


def test_what_an_administrator_looks_for_comes_first() -> None:
    sections = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
    assert sections[:5] == ["Backup", "Restore", "Upgrade", "Roll back", "Who did what"]
    assert len(sections) == len(set(sections))


def test_the_index_leads_to_every_section() -> None:
    """It is looked through by somebody tired: by symptom, on the first page."""
    index = RUNBOOK.partition("\n**Which words where.**")[0]
    led = re.findall(r"\]\(#([a-z-]+)\)", index)
    assert led == [_anchor(one) for one in re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)]
    anywhere = re.findall(r"RUNBOOK\.md#([a-z-]+)", "".join(GUIDES.values()))
    assert {*anywhere, *re.findall(r"\]\(#([a-z-]+)\)", RUNBOOK)} <= {*led, "runbook"}


def _anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


def test_no_cell_is_longer_than_can_be_seen_at_once() -> None:
    cells = [cell for line in RUNBOOK.splitlines() if line[:1] == "|" for cell in line.split("|")]
    assert max(map(len, cells)) < 120


@pytest.mark.parametrize("guide", sorted(GUIDES))
def test_every_command_exists(guide: str) -> None:
    commands = re.findall(
        r"(?<![/-])\bganglioside(?:-server)? ((?:[a-z][a-z-]* ?)+)", _code(GUIDES[guide])
    )
    named = [words.split() for words in commands]
    known = typer.main.get_command(app)
    assert len(named) > 3
    assert [words for words in named if not _leads(known, words)] == []


def _code(text: str) -> str:
    """Commands of a text: what is between marks of code, and blocks."""
    blocks = re.findall(r"^    (.+)$", text, re.MULTILINE)
    return "\n".join([*re.findall(r"`([^`]+)`", text), *blocks])


def _leads(command: Any, words: list[str]) -> bool:
    """Whether words, as many as are names of commands, lead to one."""
    for word in words:
        subcommands = getattr(command, "commands", None)
        if not subcommands:
            return True
        if word not in subcommands:
            return False
        command = subcommands[word]
    return True


def test_no_command_needs_what_a_newcomer_does_not_have() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for text in (readme, *GUIDES.values()):
        assert "$REPOSITORY" not in text
    section = readme.partition("## Install a server")[2].partition("\n## ")[0]
    commands = re.findall(r"^    (\S.*)$", section, re.MULTILINE)
    assert len(commands) == 5
    assert not [
        command for command in commands if re.search(r"[<>{}]|example\.org|\.\.\.", command)
    ]


@pytest.mark.parametrize("guide", sorted(GUIDES))
def test_compose_is_told_of_services_that_there_are(guide: str) -> None:
    """With commands and options that the podman-compose of Debian 12 has too."""
    composed = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
    commands = r"podman[- ]compose (build|exec|logs|restart|start|stop|up)\b([^`\n#&]*)"
    found = re.findall(commands, _code(GUIDES[guide]))
    assert len(found) > 5
    for command, rest in found:
        words = rest.split()
        if command == "exec":  # what follows the service is for the container
            words = words[:1]
        services = {word for word in words if not word.startswith("-")}
        assert services <= {*composed["services"]}, rest
        assert {*words} - services <= {"-d", "-f", "--force-recreate"}, rest


def test_every_unit_that_is_named_exists() -> None:
    units = {file.name.partition(".")[0].rstrip("@") for file in (DEPLOY / "systemd").iterdir()}
    named = re.findall(r"ganglioside-(?!server|20)([a-z]+)", RUNBOOK)
    assert {f"ganglioside-{name}" for name in named} <= units


@pytest.mark.parametrize(
    ("timer", "says"),
    [
        ("backup", r"backup at (\d+)"),
        ("cleanup", r"cleanup at (\d+)"),
        ("verify", r"check on Sunday at (\d+)"),
    ],
)
def test_timers_run_when_it_says(timer: str, says: str) -> None:
    unit = (DEPLOY / "systemd" / f"ganglioside-{timer}.timer").read_text(encoding="utf-8")
    (hour,) = re.findall(says, RUNBOOK)
    assert re.search(rf"OnCalendar=.* {int(hour):02}:00$", unit, re.MULTILINE)
    assert ("Sunday" in says) == ("OnCalendar=Sun " in unit)
    assert "Persistent=yes" in unit  # one that was missed runs after the boot
