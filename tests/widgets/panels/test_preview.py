"""First rows with marks, and selects that mend a refused file."""

from __future__ import annotations

import re

from corpus.inputs import workbook
from widgets.markup import EVIL

from ganglioside.columns import INPUT_LABELS
from ganglioside_widgets import PreviewPanel, UploadPanel
from ganglioside_widgets.panels.preview import first_rows
from ganglioside_widgets.state.upload import UploadState

GOOD = b"Name,RT,Comment\n" + b"".join(b"GM1(%d:1;O2),9.%d,x\n" % (34 + k, k) for k in range(9))
ODD = b"Label,Minutes,Name\nGM1(36:1;O2),9.5,GM3(36:1;O2)\nGM1(38:1;O2),10.5,GM3(38:1;O2)\n"
BARE = b"GM1(36:1;O2),9.5\nGM1(38:1;O2),10.5\n"


def shown(panel: PreviewPanel) -> list[list[str]]:
    """Texts of the table's cells by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", panel._rows.value)
    return [re.findall(r"<t[dh][^>]*>(?:<b>)?(.*?)(?:</b>)?</t[dh]>", row) for row in rows]


def test_the_first_five_rows_are_shown_with_a_mark_over_what_was_taken() -> None:
    panel = PreviewPanel()
    assert panel.layout.display == "none"
    panel.state.add("a.csv", GOOD)
    assert panel.layout.display == ""
    marks, heads, *rows = shown(panel)
    assert marks == ["", "Name", "RT", ""]
    assert heads == ["Row", "Name", "RT", "Comment"]
    assert rows[0] == ["2", "GM1(34:1;O2)", "9.0", "x"]
    assert len(rows) == 5
    assert set(panel.columns) == set(INPUT_LABELS.values())


def test_columns_of_samples_name_their_sample() -> None:
    panel = PreviewPanel()
    head = b"Name,RT,Area S_1,Area S_2\n"
    panel.state.add("w.csv", head + b"GM1(36:1;O2),9.5,10,20\nGM1(38:1;O2),10.5,30,40\n")
    assert shown(panel)[0] == ["", "Name", "RT", "Volume of S_1", "Volume of S_2"]
    assert panel.columns["Volume"].options[0] == ("(one for each sample)", "")


def test_a_wide_file_shows_what_was_taken_and_as_many_others_as_fit() -> None:
    names = ",".join(f"extra {k}" for k in range(600))
    panel = PreviewPanel()
    panel.state.add("w.csv", f"{names},Name,RT\n{',' * 600}GM1(36:1;O2),9.5\n".encode())
    marks = shown(panel)[0]
    assert marks[-2:] == ["Name", "RT"]
    assert len(marks) == 21
    assert "20 of 602 columns" in panel._rows.value
    assert len(panel.columns["RT"].options) < 310
    assert panel.columns["RT"].value == "RT"


def test_a_file_without_a_header_is_switched_and_its_columns_chosen() -> None:
    panel = PreviewPanel()
    panel.state.add("bare.csv", BARE)
    assert shown(panel)[1] == ["Row", "GM1(36:1;O2)", "9.5"]
    panel.is_data.value = True
    assert shown(panel)[1:3] == [["Row", "column 1", "column 2"], ["1", "GM1(36:1;O2)", "9.5"]]
    panel.columns["RT"].value = "column 2"
    assert panel.state.table is not None
    assert len(panel.state.table) == 2
    assert shown(panel)[0] == ["", "Name", "RT"]
    panel.is_data.value = False
    assert panel.state.table is None


def test_what_a_refusal_asks_for_is_marked_until_it_is_chosen() -> None:
    panel = PreviewPanel()
    panel.state.add("a.csv", b"Lipid,Minutes\nGM1(36:1;O2),9.5\n")
    assert "gg-asked" in panel.columns["RT"]._dom_classes
    assert "gg-asked" not in panel.columns["Name"]._dom_classes
    assert panel.columns["Name"].value == "Lipid"
    panel.columns["RT"].value = "Minutes"
    assert panel.state.table is not None
    assert "gg-asked" not in panel.columns["RT"]._dom_classes


def test_showing_a_file_changes_no_choice() -> None:
    panel = PreviewPanel()
    panel.state.add("odd.csv", ODD)
    panel.columns["RT"].value = "Minutes"
    panel.columns["Name"].value = "Label"
    panel.state.add("b.csv", GOOD)
    assert panel.columns["Name"].value == "Name"
    reads: list[object] = []
    panel.state.observe(reads.append, "uploads")
    panel.state.choose(0)
    assert reads == []
    assert panel.state.current is not None
    assert panel.state.current.options.named == {"RT": "Minutes", "Name": "Label"}
    assert panel.columns["RT"].value == "Minutes"


def test_taking_a_recognised_column_as_found_shows_it_again() -> None:
    panel = PreviewPanel()
    panel.state.add("a.csv", GOOD)
    panel.columns["Name"].value = ""
    assert panel.columns["Name"].value == "Name"
    assert panel.state.table is not None


def test_a_named_column_that_another_file_lacks_can_be_taken_back() -> None:
    panel = PreviewPanel()
    panel.state.add("a.csv", GOOD)
    panel.state.add("odd.csv", b"Name,Minutes\nGM1(36:1;O2),9.5\n")
    panel.columns["RT"].value = "Minutes"
    panel.state.share_options()
    panel.state.choose(0)
    assert panel.state.table is None
    assert panel.columns["RT"].value == "Minutes"
    panel.columns["RT"].value = ""
    assert panel.state.table is not None


def test_the_rows_are_folded_away_until_another_file_comes() -> None:
    panel = PreviewPanel()
    panel.state.add("a.csv", GOOD)
    assert panel._fold.is_open
    panel.fold()
    assert not panel._fold.is_open
    panel.state.add("b.csv", GOOD)
    assert panel._fold.is_open


def test_texts_of_a_file_are_escaped_and_cut() -> None:
    panel = PreviewPanel()
    panel.state.add("a.csv", f"Name,RT,{EVIL}\nGM1(36:1;O2),9.5,{'y' * 500}\n".encode())
    assert "<img" not in panel._rows.value
    assert "y" * 40 not in panel._rows.value
    upload = panel.state.current
    assert upload is not None
    assert upload.preview is not None
    assert "&lt;img" in first_rows(upload.preview)


def test_the_first_rows_of_each_sheet_that_is_read() -> None:
    sheets = {
        f"part {i}": [["Name", "RT"], ["GM1(36:1;O2)", 9 + i], ["GM3(36:1;O2)", 9.5 + i]]
        for i in range(8)
    }
    state = UploadState()
    state.add("eight.xlsx", workbook(sheets))
    panel = PreviewPanel(state)
    shown = panel._rows.value
    assert [f"<b>part {i}</b>" in shown for i in range(8)] == [True] * 6 + [False] * 2
    assert "Read too: part 6, part 7." in shown
    assert shown.count("<table") == 6


def test_a_sheet_that_another_file_lacks_is_refused_in_sight_and_can_be_taken_back() -> None:
    """Once the refused file could not be shown at all, and nobody was told why."""
    rows: list[list[object]] = [["Name", "RT"], ["GM1(36:1;O2)", 9.5], ["GM1(38:1;O2)", 10.5]]
    panel = UploadPanel()
    panel.state.add("a.xlsx", workbook({"neg": rows, "pos": rows}))
    panel.state.add("b.xlsx", workbook({"all": rows}))
    panel.state.add("c.csv", GOOD)
    panel.state.choose(0)
    panel.preview.sheet.value = "pos"
    panel.share.click()
    for name, why in (("b.xlsx", "has no sheet"), ("c.csv", "Only workbooks have sheets")):
        panel.files.selected = name
        assert panel.state.table is None
        assert why in panel.notes.value
        sheet = panel.preview.sheet
        assert (sheet.value, sheet.layout.display) == ("pos", "")
        assert ("pos (not in this file)", "pos") in sheet.options
        sheet.value = ""
        assert panel.state.table is not None
        assert (sheet.value, sheet.layout.display) == ("", "none")
