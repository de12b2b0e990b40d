"""A refused table says why, and its columns can be mapped."""

from __future__ import annotations

from ganglioside.columns import INPUT_LABELS
from ganglioside_widgets import UploadPanel


def test_a_refused_table_shows_where_what_and_the_cure_and_the_mapping_opens() -> None:
    panel = UploadPanel()
    panel.state.add("a.csv", b"Label,Minutes\nGM1(36:1;O2),9.5\n")
    assert 'role="alert"' in panel._problems.value
    assert "Rename the column" in panel._problems.value
    assert panel._mapping.selected_index == 0
    panel._columns["RT"].value = "Minutes"
    panel._columns["Name"].value = "Label"
    assert panel.state.table is not None
    assert "1 features" in panel._summary.value
    assert set(panel._columns) == set(INPUT_LABELS.values())


def test_several_files_are_offered_and_can_be_one_study() -> None:
    panel = UploadPanel()
    good = b"Name,RT\nGM1(36:1;O2),9.5\nGM1(38:1;O2),10.5\n"
    panel.state.add("a.csv", good)
    assert panel._files.layout.display == "none"
    panel.state.add("b.csv", good + b"GM1(40:1;O2),11.5\n")
    assert panel._files.layout.display == ""
    assert "b.csv</b>: 3 features" in panel._summary.value
    panel._choice.value = 0
    assert "a.csv</b>: 2 features, 0 anchors, 0 unreadable" in panel._summary.value
    panel._study.value = True
    assert "5 features" in panel._summary.value
    assert panel._mapping.layout.display == "none"


def test_showing_a_file_changes_no_mapping() -> None:
    panel = UploadPanel()
    panel.state.add("a.csv", b"Name,RT\nGM1(36:1;O2),9.5\n")
    assert panel._columns["Name"].value == "Name"
    assert panel.state.current is not None
    assert panel.state.current.columns == {}


def test_a_mapping_stays_when_its_file_is_shown_again() -> None:
    panel = UploadPanel()
    panel.state.add("odd.csv", b"Label,Minutes,Name\nGM1(36:1;O2),9.5,a\nGM1(38:1;O2),10.5,b\n")
    panel._columns["RT"].value = "Minutes"
    panel._columns["Name"].value = "Label"
    panel.state.add("b.csv", b"Name,RT\nGM1(36:1;O2),9.5\n")
    reads: list[object] = []
    panel.state.observe(reads.append, "uploads")
    panel._choice.value = 0
    assert reads == []
    assert panel.state.current is not None
    assert panel.state.current.columns == {"RT": "Minutes", "Name": "Label"}
    assert panel._columns["RT"].value == "Minutes"
