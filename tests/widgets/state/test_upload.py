"""Files given, mapped and refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.history import History
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.wordings import worded
from ganglioside_widgets.state.upload import ABSENT, UploadState

GOOD = b"Name,RT\nGM1(36:1;O2),9.5\nGM1(38:1;O2),10.5\n"
ODD = b"Label,Minutes,Name\nGM1(36:1;O2),9.5,GM3(36:1;O2)\nGM1(38:1;O2),10.5,GM3(38:1;O2)\n"


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
    assert state.current.options.named == {"RT": "Minutes"}


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


def test_files_of_a_study_are_read_in_one_way_which_the_study_keeps() -> None:
    state = UploadState()
    state.add("a.csv", GOOD)
    state.add("b.csv", GOOD)
    state.set_unit("s")
    state.join(True)
    assert state.table is None
    assert state.refusal is not None
    assert "a.csv and b.csv were chosen differently" in state.refusal.message
    assert state.can_share
    state.share_options()
    assert not state.can_share
    assert state.table is not None
    assert state.table.data["rt"].tolist() == pytest.approx([9.5 / 60, 10.5 / 60] * 2)
    again = gg.read_features(state.table.source)
    assert again.data.equals(state.table.data)


def test_a_refused_file_is_named_as_no_part_of_a_study() -> None:
    state = UploadState()
    for name, content in (("a.csv", GOOD), ("bad.csv", b"Name,Area\nx,1\n"), ("b.csv", GOOD)):
        state.add(name, content)
    state.join(True)
    assert state.table is not None
    assert len(state.table) == 4
    assert state.refused == ("bad.csv",)
    assert state.files().to_numpy().tolist() == [
        ["a.csv", "read", 2], ["bad.csv", "refused", pd.NA], ["b.csv", "read", 2],
    ]  # fmt: skip


# What the user says about a file

BARE = b"GM1(36:1;O2),9.5\nGM1(38:1;O2),10.5\n"


def test_a_first_line_of_data_is_a_feature() -> None:
    state = UploadState()
    state.add("bare.csv", BARE)
    assert state.refusal is not None
    assert "First line is data" in worded(state.refusal.message, "panel")
    state.set_header(False)
    assert state.current is not None
    assert state.current.headers == ("column 1", "column 2")
    assert state.current.preview is not None
    assert state.current.preview.rows[0] == (1, ("GM1(36:1;O2)", "9.5"))
    state.map_column("RT", "column 2")
    assert state.table is not None
    assert state.table.data["rt"].tolist() == [9.5, 10.5]
    state.set_header(True)
    assert state.current.options == ReadingOptions()


def test_choosing_a_column_of_a_file_without_a_header_drops_no_feature() -> None:
    state = UploadState()
    state.add("bare.csv", BARE)
    state.map_column("RT", "9.5")
    assert state.current is not None
    assert not state.current.options.header
    assert state.table is not None
    assert state.table.data["name"].tolist() == ["GM1(36:1;O2)", "GM1(38:1;O2)"]


def test_of_equal_cells_in_a_first_line_of_data_the_first_is_meant() -> None:
    state = UploadState()
    state.add("bare.csv", b"7,7,GM1(36:1;O2),9.5\n7,7,GM1(38:1;O2),10.5\n")
    state.map_column("RT", "9.5")
    assert state.current is not None
    assert state.current.mapping["RT"] == "column 4"


def test_the_unit_is_chosen_and_taken_as_found_again() -> None:
    state = UploadState()
    state.add("a.csv", GOOD)
    state.set_unit("s")
    assert state.table is not None
    assert state.table.data["rt"].iloc[0] == pytest.approx(9.5 / 60)
    state.set_unit(None)
    assert state.table.data["rt"].iloc[0] == 9.5


def workbook(**sheets: str) -> bytes:
    """A workbook with these sheets, each given as CSV."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, text in sheets.items():
        sheet = book.create_sheet(title)
        for line in text.splitlines():
            sheet.append([float(c) if c[:1].isdigit() else c for c in line.split(",")])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_sheet_is_chosen_and_a_refused_one_keeps_the_choice() -> None:
    good = GOOD.decode().replace(";O2", "")
    other = good.replace("36:1", "37:1")
    state = UploadState()
    state.add("a.xlsx", workbook(neg=good, notes="nothing,here\n", blank="", pos=other))
    assert state.current is not None
    assert state.current.sheets == ("neg", "notes", "blank", "pos")
    assert state.table is not None
    assert len(state.table) == 4
    state.choose_sheet("pos")
    assert len(state.table) == 2
    assert gg.read_features(state.table.source).data.equals(state.table.data)
    for refused in ("notes", "blank"):
        state.choose_sheet(refused)
        assert state.table is None
        assert state.current.sheets == ("neg", "notes", "blank", "pos")
        assert state.current.can_be_told
    state.choose_sheet(None)
    assert state.table is not None


def test_a_table_of_several_samples_asks_for_the_column_that_mends_it() -> None:
    rows = [
        f"GM1({n}:1;O2),{n / 4 + k / 100},{k % 3 // 2}{k}" for n in range(30, 40) for k in range(3)
    ]
    table = "Name,RT,Charge group\n" + "\n".join(rows)
    state = UploadState()
    state.add("long.csv", table.encode())
    assert state.table is None
    assert state.current is not None
    assert state.current.asked == {"Sample"}
    assert state.current.mapping["Name"] == "Name"
    assert len(state.current.preview.rows) == 5  # type: ignore[union-attr]
    state.map_column("Sample", "Charge group")
    assert state.table is not None
    assert state.table.data["sample"].nunique() == 3


def test_a_stored_session_is_read_again_in_the_same_way(opened: Callable[[], History]) -> None:
    state = UploadState()
    table = "".join(f"GM1({n}:1;O2),{60 * (n / 4 - 1)}\n" for n in range(32, 44))
    state.add("bare.csv", table.encode())
    state.set_header(False)
    state.map_column("RT", "column 2")
    state.set_unit("s")
    assert state.table is not None
    sid = opened().save(gg.analyze(state.table), name="bare")
    stored = opened().source(sid)
    assert stored.options == state.table.source.options
    assert gg.read_features(stored).data.equals(state.table.data)


def test_removing_keeps_the_chosen_file_and_ends_a_study_of_one() -> None:
    state = UploadState()
    for name in ("a.csv", "b.csv", "c.csv"):
        state.add(name, GOOD)
    state.choose(1)
    state.remove(0)
    assert state.current is not None
    assert state.current.name == "b.csv"
    state.join(True)
    state.remove(0)
    assert not state.as_study
    assert state.table is not None
    assert len(state.table) == 2
    state.remove(7)
    assert len(state.uploads) == 1


def test_a_study_given_as_a_file_is_no_workbook() -> None:
    study = gg.read_study([("a", GOOD), ("b", GOOD)])
    state = UploadState()
    state.add("study.zip", study.source.content)
    assert state.table is not None
    assert state.current is not None
    assert state.current.sheets == ()


def test_a_path_is_opened_or_refused_with_its_reason(tmp_path: Path) -> None:
    state = UploadState()
    missing = str(tmp_path / "none.csv")
    state.add_path(missing)
    assert list(state.not_added) == [missing]
    assert "none.csv" in state.not_added[missing]
    path = tmp_path / "good.csv"
    path.write_bytes(GOOD)
    state.add_path(f" {path} ")
    assert state.table is not None
    assert state.refusal is None
    assert state.not_added == {}


def test_a_path_of_a_user_that_there_is_not_is_refused_with_the_cure() -> None:
    state = UploadState()
    state.add_path("~nosuchuser/x.csv")
    assert state.not_added == {
        "~nosuchuser/x.csv": "~nosuchuser/x.csv cannot be opened: Could not determine home "
        "directory. Check the path."
    }


def test_a_path_of_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    state = UploadState(gg.Settings(max_megabytes=0.001))
    path = tmp_path / "large.csv"
    path.write_bytes(GOOD + b"x" * 2000)
    state.add_path(str(path))
    assert state.table is None
    assert state.refusal is not None
    assert "MB" in state.refusal.message


def test_files_of_one_page_are_bounded_together() -> None:
    """Once one page kept any number of files, each as large as the largest."""
    state = UploadState(gg.Settings(max_megabytes=0.001))
    largest = b"Name,RT\nGM1(36:1;O2),9.5\n".ljust(state.max_bytes, b"\n")
    names = [f"{number}.csv" for number in range(5)]
    for name in names:
        state.add(name, largest)
    assert state.files()["name"].tolist() == names[:4]
    assert 'press "Remove"' in state.not_added["4.csv"]
    assert state.why_no_room("4.csv", 1)
    assert state.why_no_room("3.csv", len(largest)) == ""  # takes the place of the other
    state.add("3.csv", largest)
    state.remove(0)
    state.add("4.csv", largest)
    assert state.files()["name"].tolist() == names[1:]
    assert state.refusal is None
    assert state.not_added == {}


@pytest.mark.parametrize("words", ["a.csv has 60 MB"])
def test_what_the_browser_refuses_is_said_and_the_table_stays(words: str) -> None:
    state = UploadState()
    state.add("good.csv", GOOD)
    state.refuse(words)
    assert list(state.not_added.values()) == [words]
    assert state.refusal is None
    assert state.table is not None


def test_what_was_not_added_is_said_until_other_files_are_given() -> None:
    """Once the next file that came took the words away, before anybody read them."""
    state = UploadState()
    state.refuse("big.csv has 300 MB.", "big.csv")
    state.refuse("far.csv did not arrive.", "far.csv")
    for name in ("a.csv", "b.csv"):
        state.expect(name, 4)
        state.add(name, GOOD)
    state.choose(0)
    state.remove(1)
    assert state.not_added == {
        "big.csv": "big.csv has 300 MB.",
        "far.csv": "far.csv did not arrive.",
    }
    state.add("far.csv", GOOD)
    assert list(state.not_added) == ["big.csv"]
    state.begin()
    assert state.not_added == {}


def test_the_example_and_a_path_are_given_anew(tmp_path: Path) -> None:
    path = tmp_path / "good.csv"
    path.write_bytes(GOOD)
    state = UploadState()
    for give in (state.add_example, lambda: state.add_path(str(path))):
        state.refuse("big.csv has 300 MB.", "big.csv")
        give()
        assert state.not_added == {}


def test_what_is_to_be_run_is_said_and_why_nothing_is() -> None:
    state = UploadState()
    state.add("bad.csv", b"nothing")
    assert "None of these files could be read" in state.why_not_all
    for name in ("a.csv", "b.csv", "c.csv"):
        state.add(name, GOOD)
    state.states = {"a.csv": "failed", "b.csv": "waits", "c.csv": "2 of 2 valid"}
    assert [upload.name for upload in state.to_run] == ["a.csv"]
    assert state.why_not_all == ""
    state.states = {**state.states, "a.csv": "running"}
    assert state.to_run == ()
    assert "press Run again" in state.why_not_all
