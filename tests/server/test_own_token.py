"""The token of whoever starts a server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ganglioside.errors import TokenError
from ganglioside.server.own_token import VARIABLE, take_token


def test_a_token_of_the_environment_is_taken_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert take_token() == ""
    for token in ("abcdefgh-01234567", "._~-" * 4):
        monkeypatch.setenv(VARIABLE, token)
        assert take_token() == token
        assert VARIABLE not in os.environ
    assert take_token() == ""


def test_a_token_of_a_file_is_taken_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("abcdefgh-01234567\n")
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv(f"{VARIABLE}_FILE", str(file))
    assert take_token() == "abcdefgh-01234567"
    assert f"{VARIABLE}_FILE" not in os.environ


@pytest.mark.parametrize(
    "weak",
    ["short", "fifteen-letters", "with a space in it", "a&b=c/d?e#f%20g1", "sixteen-letters\nx"],
)
def test_a_weak_token_is_refused_with_the_cure(weak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, weak)
    with pytest.raises(TokenError, match="at least 16 letters") as refusal:
        take_token()
    assert weak not in str(refusal.value)
    assert VARIABLE not in os.environ
