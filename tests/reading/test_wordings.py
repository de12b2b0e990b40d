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
    ],
)
def test_each_option_has_its_words_in_the_shell(python: str, shell: str) -> None:
    assert worded(python, "shell") == shell
    assert worded(python, "python") == python
    assert "=" not in worded(python, "panel")


@pytest.mark.parametrize("place", ["shell", "panel"])
def test_no_advice_names_an_option_that_its_reader_lacks(place: str) -> None:
    for kind in problem_codes().values():
        words = {"column": "RT", "value": "x", "used": "y", "read": "1", "limit": "1",
                 "wanted": "w", "found": "1", "expected": "2", "low": "0", "high": "1",
                 "first": "2", "known": "k", "count": "1", "species": "", "ion": "i"}  # fmt: skip
        advice = worded(kind.advice.format(**words), place)
        assert not re.search(r"columns=\{|sheet=|Settings\(", advice), kind.code


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(ValueError, match="shell"):
        worded("x", "moon")
