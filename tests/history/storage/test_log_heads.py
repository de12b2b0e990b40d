"""Heads of the log, noted outside the history after each entry."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from builders import build_analysis

from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history.storage import log_heads
from ganglioside.history.storage.log_heads import FIRST, Head, head_file, note, read_heads

pytestmark = pytest.mark.file_only("what is noted beside the file")

HEAD = Head(3, "ab" * 32, datetime(2026, 11, 26, 12, 0, 1))


def test_each_new_entry_notes_one_head_and_none_notes_nothing(history: History) -> None:
    sid = history.save(build_analysis())
    history.rename(sid, "other")
    history.jobs.beat(history.jobs.add("report", {}, "n"))
    heads, faults = read_heads(history.path)
    assert [head.number for head in heads] == [0, 1, 2]
    assert faults == []
    assert heads[-1] == history.care.head()


def test_heads_are_noted_where_the_variable_says(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept.jsonl"
    monkeypatch.setenv(log_heads.VARIABLE, str(kept))
    history.save(build_analysis())
    assert kept.read_text() == history.care.head().line(history.path) + "\n"
    head_file(history.path).unlink()
    assert read_heads(history.path)[0] == [history.care.head()]


def test_a_head_comes_back_from_its_line_and_belongs_to_its_history(tmp_path: Path) -> None:
    path, other = tmp_path / "a.duckdb", tmp_path / "b.duckdb"
    note(path, HEAD)
    log_heads.add_to(head_file(path), other, Head(9, "cd" * 32, None))
    assert read_heads(path) == ([HEAD], [])
    assert read_heads(other, [head_file(path)]) == ([Head(9, "cd" * 32, None)], [])


def test_an_empty_log_has_no_head_to_note(history: History) -> None:
    assert history.care.head() == Head(-1, FIRST, None)
    assert not head_file(history.path).exists()


def test_a_damaged_line_is_a_fault_and_one_that_breaks_off_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    note(path, HEAD)
    with head_file(path).open("a") as file:
        file.write('{"history": 7}\nno JSON\n\n{"history": "')
    heads, faults = read_heads(path)
    assert heads == [HEAD]
    assert [fault.partition(":")[0].rpartition(" ")[2] for fault in faults] == ["2", "3"]


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    assert read_heads(tmp_path / "a.duckdb") == ([], [])
    with pytest.raises(HistoryError, match="cannot be read"):
        read_heads(tmp_path / "a.duckdb", [tmp_path / "absent"])


def test_a_head_that_cannot_be_noted_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "b.duckdb"
    head_file(path).mkdir()
    with pytest.warns(UserWarning, match="could not be noted"):
        note(path, HEAD)
