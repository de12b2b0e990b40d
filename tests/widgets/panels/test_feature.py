"""The selected feature: evidence, family and override."""

from __future__ import annotations

import ganglioside as gg
from ganglioside_widgets import FeaturePanel
from ganglioside_widgets.state.results import ResultsState


def test_an_override_is_saved_and_undone_through_the_panel(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    state.select(3)
    panel.verdict.value = "valid"
    panel.save.click()
    assert "says why" in panel._error.value
    panel.note.value = "MS/MS"
    panel.save.click()
    assert state.override() is not None
    panel.undo.click()
    assert state.override() is None
    assert panel.note.value == ""
    panel.anchor.click()
    assert "waits for the next run" in panel._pending.value
    panel.family.selected = 0
    assert state.selected == panel._family_ids[0]
