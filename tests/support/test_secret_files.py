"""Secrets of the environment, or of a file that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganglioside.errors import SettingsError
from ganglioside.support.secret_files import secret_of

NAME = "GANGLIOSIDE_TRIED_SECRET"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(NAME, raising=False)
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    return tmp_path / "secret"


def test_it_is_in_the_environment_or_in_a_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for content, secret in [("a b\n", "a b"), ("a\r\n", "a"), ("ä", "ä"), (" a \n\n", " a \n")]:
        file.write_bytes(content.encode())
        assert secret_of(NAME) == secret
    monkeypatch.delenv(f"{NAME}_FILE")
    assert secret_of(NAME) == ""
    monkeypatch.setenv(NAME, "given")
    assert secret_of(NAME) == "given"


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe", b"x" * 10_001])
def test_a_file_without_a_secret_is_refused_and_named(content: bytes | None, file: Path) -> None:
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=f"{file} of {NAME}_FILE"):
        secret_of(NAME)


def test_one_of_both_is_enough(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("one")
    monkeypatch.setenv(NAME, "another")
    with pytest.raises(SettingsError, match="both set") as refused:
        secret_of(NAME)
    assert "another" not in str(refused.value)
