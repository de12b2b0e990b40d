"""Where the history is: by default, by a variable, by a path."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ganglioside.errors import HistoryError
from ganglioside.history import History, default_path
from ganglioside.history.location import store_at


def test_the_default_place_and_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("GANGLIOSIDE_HISTORY", raising=False)
    assert default_path().name == "history.duckdb"
    if sys.platform == "linux":
        assert History.open().path == tmp_path / "data" / "ganglioside" / "history.duckdb"
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "mine.duckdb"))
    assert History.open().path == tmp_path / "mine.duckdb"
    assert (tmp_path / "mine.duckdb").is_file()


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"absent.*folder that exists"):
        History.open(tmp_path / "absent" / "h.duckdb")


def test_a_database_has_a_path_for_what_stands_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", "postgresql://ada:secret@lab.invalid/gangliosides")
    path = default_path()
    assert path.parent.is_dir()
    assert path.is_relative_to(tmp_path / "ganglioside" / "postgresql")
    assert "secret" not in str(path)
    assert store_at(None, 1.0).name == "postgresql://lab.invalid/gangliosides"
    assert not isinstance(store_at(tmp_path / "history.duckdb", 1.0), type(store_at(None, 1.0)))


@pytest.mark.parametrize("name", ["a" * 300, "a\0b"])
def test_a_name_that_no_file_can_have_is_told(name: str, tmp_path: Path) -> None:
    """A name of 300 letters ended as a bare OSError."""
    history, target = History.open(tmp_path / "h.duckdb"), tmp_path / name
    for use in (
        History.open,
        History.restore,
        lambda path: History.salvage(path, tmp_path / "saved.duckdb"),
        history.care.backup,
        history.care.export,
    ):
        with pytest.raises(HistoryError, match=r"names no file \(.*: name another"):
            use(target)
