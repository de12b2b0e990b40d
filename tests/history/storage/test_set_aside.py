"""Files that a restore has replaced: found by their names, and kept under one name only."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history.storage.set_aside import (
    drop_second_names,
    free_name,
    name_aside,
    set_aside,
)

NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


def test_they_are_found_by_the_time_at_which_they_were_replaced(tmp_path: Path) -> None:
    path = tmp_path / "my [lab].duckdb"
    made = []
    for _ in range(12):  # within one second
        made.append(free_name(path, NOW))
        made[-1].touch()
    later = free_name(path, NOW.replace(minute=1))
    later.touch()
    for other in ("my [lab]-20261201-020000", "my l-before-20261201-020000"):
        (tmp_path / f"{other}.duckdb").touch()
    (tmp_path / f"{later.name}.heads").touch()
    assert set_aside(path) == [*made, later]
    assert [file.name for file in made[:2]] == [
        "my [lab]-before-20261201-020000.duckdb",
        "my [lab]-before-20261201-020000-1.duckdb",
    ]


def test_a_second_name_goes_and_other_files_stay(tmp_path: Path) -> None:
    path = tmp_path / "history.duckdb"
    path.write_bytes(b"present")
    second, other = free_name(path, NOW), free_name(path, NOW.replace(year=2025))
    name_aside(path, second)
    assert path.samefile(second)
    other.write_bytes(b"before")
    drop_second_names(path)
    assert set_aside(path) == [other]
    assert path.read_bytes() == b"present"


def test_without_links_a_file_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "history.duckdb"
    path.write_bytes(b"present")

    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refused)
    name_aside(path, free_name(path, NOW))
    assert not path.exists()
    assert [file.read_bytes() for file in set_aside(path)] == [b"present"]


def test_nothing_that_is_set_aside_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "history.duckdb"
    path.write_bytes(b"present")
    taken = free_name(path, NOW)
    taken.write_bytes(b"before")
    with pytest.raises(FileExistsError):
        name_aside(path, taken)
    assert taken.read_bytes() == b"before"


@pytest.mark.file_only("names of the file")
def test_a_vacuum_copes_with_the_second_name_that_a_restore_left(
    history: History, tmp_path: Path
) -> None:
    left = free_name(history.path, NOW)
    name_aside(history.path, left)
    history.care.vacuum()
    assert not left.exists()
    os.link(history.path, tmp_path / "mine.duckdb")
    with pytest.raises(HistoryError, match="Remove all names but one"):
        history.care.vacuum()
