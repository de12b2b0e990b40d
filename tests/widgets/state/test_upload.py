"""Files given, mapped and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import ganglioside as gg
from ganglioside_widgets.state.upload import ABSENT, UploadState

GOOD = b"Name,RT\nGM1(36:1;O2),9.5\nGM1(38:1;O2),10.5\n"
ODD = b"Label,Minutes,Name\nGM1(36:1;O2),9.5,a\nGM1(38:1;O2),10.5,b\n"


def test_nothing_is_given_at_first() -> None:
    state = UploadState()
    assert (state.table, state.refusal, state.current, state.uploads) == (None, None, None, ())


def test_the_example_is_one_call_away() -> None:
    state = UploadState()
    state.add_example()
    assert state.table is not None
    assert len(state.table) == len(gg.example())


def test_a_refused_file_gives_no_table_and_says_row_value_and_cure() -> None:
    state = UploadState()
    state.add("good.csv", GOOD)
    state.add("bad.csv", b"Name,Area\nGM1(36:1;O2),9.5\n")
    assert state.table is None
    assert state.refusal is not None
    assert "RT" in state.refusal.message
    assert set(state.refusal.problems["code"]) == {"no-column"}
    assert state.refusal.headers == ("Name", "Area")


def test_bytes_that_are_no_table_are_refused_in_words() -> None:
    state = UploadState()
    state.add("x.csv", b"<html><body>hello</body></html>")
    assert state.table is None
    assert state.refusal is not None
    assert "web page" in state.refusal.message
    assert state.missing == ("Name", "RT")


def test_columns_can_be_named_and_the_naming_is_kept_with_the_source() -> None:
    state = UploadState()
    state.add("odd.csv", ODD)
    assert state.table is None
    state.map_column("RT", "Minutes")
    assert state.table is not None
    assert state.current is not None
    assert state.current.mapping["Name"] == "Name"
    state.map_column("Name", "Label")
    assert state.table.data["name"].tolist() == ["GM1(36:1;O2)", "GM1(38:1;O2)"]
    again = gg.read_features(state.table.source)
    assert again.data["name"].tolist() == state.table.data["name"].tolist()
    state.map_column("RT", ABSENT)
    assert state.table is None


def test_a_header_holds_one_column_only() -> None:
    state = UploadState()
    state.add("odd.csv", ODD)
    state.map_column("Name", "Minutes")
    state.map_column("RT", "Minutes")
    assert state.current is not None
    assert state.current.columns == {"RT": "Minutes"}


def test_the_same_name_again_replaces_and_other_files_stay() -> None:
    state = UploadState()
    state.add("a.csv", GOOD)
    state.add("b.csv", GOOD)
    state.add("a.csv", GOOD + b"GM1(40:1;O2),11.5\n")
    assert [u.name for u in state.uploads] == ["a.csv", "b.csv"]
    assert state.table is not None
    assert len(state.table) == 3
    state.choose(1)
    assert len(state.table) == 2
    state.remove(1)
    assert state.current is not None
    assert state.current.name == "a.csv"
    state.remove(0)
    assert (state.table, state.current) == (None, None)


def test_several_files_become_one_study() -> None:
    state = UploadState()
    state.add("a.csv", GOOD)
    assert not state.can_be_study
    state.add("b.csv", GOOD)
    state.join(True)
    assert state.table is not None
    assert sorted(set(state.table.data["sample"])) == ["a", "b"]
    state.join(False)
    assert state.table is not None
    assert len(state.table) == 2


def test_a_study_refuses_columns_named_by_hand_since_it_could_not_be_read_again() -> None:
    state = UploadState()
    state.add("a.csv", GOOD)
    state.add("odd.csv", ODD)
    state.map_column("RT", "Minutes")
    state.join(True)
    assert state.table is None
    assert state.refusal is not None
    assert "odd.csv" in state.refusal.message


def test_a_path_is_opened_or_refused_with_its_reason(tmp_path: Path) -> None:
    state = UploadState()
    state.add_path(str(tmp_path / "none.csv"))
    assert state.refusal is not None
    assert "none.csv" in state.refusal.message
    path = tmp_path / "good.csv"
    path.write_bytes(GOOD)
    state.add_path(f" {path} ")
    assert state.table is not None
    assert state.refusal is None


def test_a_path_of_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    state = UploadState(gg.Settings(max_megabytes=0.001))
    path = tmp_path / "large.csv"
    path.write_bytes(GOOD + b"x" * 2000)
    state.add_path(str(path))
    assert state.table is None
    assert state.refusal is not None
    assert "MB" in state.refusal.message


@pytest.mark.parametrize("words", ["a.csv has 60 MB"])
def test_what_the_browser_refuses_is_said_and_the_table_stays(words: str) -> None:
    state = UploadState()
    state.add("good.csv", GOOD)
    state.refuse(words)
    assert state.refusal is not None
    assert state.refusal.message == words
    assert state.table is not None
