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
