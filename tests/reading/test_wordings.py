"""Options in the words of the place where a message is read."""

from __future__ import annotations

import re

import pytest

from ganglioside.reading.problems import problem_codes
from ganglioside.reading.wordings import worded


@pytest.mark.parametrize(
    ("python", "shell"),
    [
        ('Say columns={"Name": "My lipid"}.', 'Say --column "Name=My lipid".'),
        ('Read it with sheet="neg".', 'Read it with --sheet "neg".'),
        ("Raise it with Settings(max_rows=...).", "Raise it with --max-rows."),
        ('Say unit="s".', "Say --unit s."),
        ("or read it with header=False.", "or read it with --no-header."),
    ],
)
def test_each_option_has_its_words_in_the_shell(python: str, shell: str) -> None:
    assert worded(python, "shell") == shell
    assert worded(python, "python") == python
    assert "=" not in worded(python, "panel")


@pytest.mark.parametrize("place", ["shell", "panel", "report"])
def test_no_advice_names_an_option_that_its_reader_lacks(place: str) -> None:
    for kind in problem_codes().values():
        words = {"column": "RT", "value": "x", "used": "y", "read": "1", "limit": "1",
                 "wanted": "w", "found": "1", "expected": "2", "low": "0", "high": "1",
                 "first": "2", "known": "k", "count": "1", "species": "", "ion": "i"}  # fmt: skip
        advice = worded(kind.advice.format(**words), place)
        assert not re.search(r"columns=\{|sheet=|unit=|header=|Settings\(", advice), kind.code


@pytest.mark.parametrize(
    ("python", "panel"),
    [
        ('or say columns={"RT": "your column"}.', "or choose that column under RT."),
        ('Say columns={"Name": "My lipid"} to', 'Choose "My lipid" under Name to'),
        ('read it with sheet="neg".', 'choose "neg" under Sheet.'),
        ('say unit="min" if', 'choose "min" under Unit of RT if'),
        ("or read it with header=False.", "or tick First line is data."),
        (
            "Raise it with Settings(max_rows=...) or",
            "Raise it with ganglioside analyze --max-rows on the command line or",
        ),
    ],
)
def test_the_words_of_the_panel_name_its_selects(python: str, panel: str) -> None:
    assert worded(python, "panel") == panel


def test_a_report_names_no_option_of_any_program() -> None:
    for kind in problem_codes().values():
        words = dict.fromkeys(re.findall(r"\{(\w+)\}", kind.advice), "RT")
        advice = worded(kind.advice.format(**words), "report")
        assert not re.search(r"--[a-z]|=|\bunder RT\b|\btick\b", advice), kind.code
    said = worded("Raise it with Settings(max_rows=...).", "report")
    assert said == "Raise it with a higher max-rows."


@pytest.mark.parametrize("sign", ['"', "$", "`", "\\", "!"])
def test_no_header_is_a_command_of_the_shell(sign: str) -> None:
    said = worded(f'Say columns={{"Name": "a{sign}(rm)b"}} now.', "shell")
    assert said == 'Say --column "Name=..." now.'
    assert f"a{sign}(rm)b" in worded(f'Say columns={{"Name": "a{sign}(rm)b"}} now.', "panel")


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(ValueError, match="shell"):
        worded("x", "moon")
