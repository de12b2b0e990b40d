"""Files with the state of each, and a refused table that says why."""

from __future__ import annotations

from widgets.markup import EVIL

from ganglioside.errors import BatchError
from ganglioside.history import History
from ganglioside.reading.registry import tools
from ganglioside_widgets import UploadPanel
from ganglioside_widgets.elements.dropzone import DropZone
from ganglioside_widgets.state.batch import BatchState
from ganglioside_widgets.state.upload import UploadState

GOOD = b"Name,RT\nGM1(36:1;O2),9.5\nGM1(38:1;O2),10.5\n"


def test_a_refused_table_shows_what_is_wrong_and_the_cure_in_the_panels_words() -> None:
    panel = UploadPanel()
    panel.state.add("a.csv", b"Label,Minutes\nGM1(36:1;O2),9.5\n")
    shown = panel.notes.value
    assert 'role="alert"' in shown
    assert "Rename the column that holds it to RT, or choose that column under RT." in shown
    assert shown.count("There is no RT column") == 1
    panel.preview.columns["RT"].value = "Minutes"
    panel.preview.columns["Name"].value = "Label"
    assert panel.state.table is not None
    assert "1 feature," in panel._summary.value
    assert "What was taken" in panel._taken.value
    assert "&quot;Minutes&quot;" in panel._taken.value


def test_files_are_listed_chosen_joined_and_removed() -> None:
    panel = UploadPanel()
    assert panel.remove.layout.display == "none"
    panel.state.add("a.csv", GOOD)
    assert panel._files.layout.display == "none"
    assert panel.remove.layout.display == ""
    panel.state.add("b.csv", GOOD + b"GM1(40:1;O2),11.5\n")
    assert panel._files.layout.display == ""
    assert (panel.files._total, panel.files.selected) == (2, "b.csv")
    assert "b.csv</b>: 3 features" in panel._summary.value
    panel.files.selected = "a.csv"
    assert "a.csv</b>: 2 features, 0 anchors, 0 not judged" in panel._summary.value
    panel.study.value = True
    assert "5 features" in panel._summary.value
    assert panel.preview.layout.display == "none"
    panel.study.value = False
    panel.remove.click()
    assert [upload.name for upload in panel.state.uploads] == ["b.csv"]
    assert "b.csv</b>: 3 features" in panel._summary.value
    panel.remove.click()
    assert panel.state.uploads == ()
    assert "Give the file as your tool wrote it" in panel._summary.value


def test_the_files_of_all_tools_are_listed_on_demand() -> None:
    values = [getattr(child, "value", "") for child in UploadPanel().children]
    (listed,) = [value for value in values if "Which files" in str(value)]
    assert listed.startswith("<details><summary>Which files are read?</summary>")
    assert listed.count("<tr>") == len(tools()) > 20
    assert all(f"<b>{tool}</b>" in listed for tool, _, _ in tools())
    assert "alignment result, versions 3 to 5" in listed
    assert "`" not in listed
    assert "http" not in listed


def test_a_row_that_does_not_exist_chooses_nothing() -> None:
    panel = UploadPanel()
    panel.state.add("a.csv", GOOD)
    panel.state.add("b.csv", GOOD)
    for name in (-1, 99, 0, "c.csv"):
        panel.files.selected = name
        assert panel.state.chosen == 1


def test_a_study_names_the_files_that_are_left_out() -> None:
    panel = UploadPanel()
    for name, content in (("a.csv", GOOD), ("b.csv", GOOD), (EVIL, b"Name,Area\nx,1\n")):
        panel.state.add(name, content)
    panel.study.value = True
    assert "Left out, because refused: &lt;img" in panel._summary.value


def test_one_way_of_reading_is_shared_where_files_differ() -> None:
    panel = UploadPanel()
    panel.state.add("a.csv", GOOD)
    panel.state.add("b.csv", GOOD)
    assert panel.share.layout.display == "none"
    panel.preview.unit.value = "s"
    assert panel.share.layout.display == ""
    panel.study.value = True
    assert panel.share.description in panel.notes.value
    panel.share.click()
    assert panel.state.table is not None
    assert panel.share.layout.display == "none"


def test_a_click_is_answered_for_its_file_though_the_list_has_changed() -> None:
    panel = UploadPanel()
    for name in ("a.csv", "b.csv", "c.csv", "d.csv"):
        panel.state.add(name, GOOD)
    panel.state.remove(0)
    panel.files.selected = "b.csv"
    assert "b.csv</b>: 2 features" in panel._summary.value


def test_a_batch_is_offered_for_several_tables_and_a_refusal_is_said() -> None:
    def refuse() -> History:
        raise BatchError(EVIL)

    state = UploadState()
    batch = BatchState(refuse)
    panel = UploadPanel(state, run_batch=lambda: batch.start(state, state.settings), batch=batch)
    state.add("a.csv", GOOD)
    assert panel.run_batch.disabled
    assert "several tables" in panel.run_batch.tooltip
    state.add("b.csv", GOOD)
    assert not panel.run_batch.disabled
    state.expect("c.csv")
    assert "c.csv is arriving" in panel.run_batch.tooltip
    state.expect("")
    panel.run_batch.click()
    assert "&lt;img" in panel._batch_said.value
    assert 'role="alert"' in panel._batch_said.value
    assert UploadPanel().run_batch.layout.display == "none"


def drop_on(panel: UploadPanel, content: dict[str, object], *pieces: bytes) -> None:
    """What a browser sends of a file."""
    (zone,) = (part for part in panel.children if isinstance(part, DropZone))
    zone._receive(zone, content, [memoryview(piece) for piece in pieces])


def test_a_file_that_is_not_added_is_named_until_the_next_drop() -> None:
    panel = UploadPanel()
    drop_on(panel, {"what": "drop"})
    drop_on(panel, {"what": "too-large", "name": f"{EVIL}.csv", "size": 10**9})
    assert "Give the file as your tool wrote it" not in panel._summary.value
    for name in ("a.csv", "b.csv"):
        drop_on(panel, {"what": "begin", "name": name, "size": len(GOOD), "of": 3})
        drop_on(panel, {"what": "piece", "from": 0}, GOOD)
    assert "b.csv</b>: 2 features" in panel._summary.value
    assert ".csv has 1,000 MB; the limit is" in panel.notes.value
    assert 'role="alert"' in panel.notes.value
    assert "<img" not in panel.notes.value
    assert panel.notes.layout.display == ""
    drop_on(panel, {"what": "drop"})
    assert "1,000 MB" not in panel.notes.value


def test_of_many_files_that_are_not_added_the_others_are_named_only() -> None:
    panel = UploadPanel()
    for number in range(8):
        drop_on(panel, {"what": "failed", "name": f"{number}.csv", "why": "gone."})
    drop_on(panel, {"what": "end"})
    assert panel.notes.value.count('role="alert"') == 3
    assert "Not added either: 3.csv, 4.csv, 5.csv and 3 more." in panel.notes.value


def test_run_all_is_offered_while_a_file_is_to_be_run() -> None:
    ran = []
    panel = UploadPanel(run_all=lambda: ran.append(panel.state.to_run))
    panel.state.add("a.csv", GOOD)
    panel.state.add("b.csv", GOOD)
    panel.run_all.click()
    assert ran == [panel.state.uploads]
    panel.state.states = {"a.csv": "2 of 2 valid", "b.csv": "2 of 2 valid"}
    assert panel.run_all.disabled
    assert "Each file that could be read has its result" in panel.run_all.tooltip
    panel.state.add("b.csv", b"nothing")
    panel.state.states = {}
    assert not panel.run_all.disabled
    assert panel.run_all.tooltip == "Analyse every file"
