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
    relative = int(panel.family._keys[-1])
    panel.family.selected = relative
    assert state.selected == relative


def test_before_a_selection_the_panel_says_what_to_do(analysis: gg.Analysis) -> None:
    panel = FeaturePanel(ResultsState(analysis=analysis))
    assert "Select a point or a row to see the evidence" in panel.card.value
    assert panel._details.layout.display == "none"


def test_the_card_has_the_verdict_its_reason_and_the_other_explanations(
    analysis: gg.Analysis,
) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    state.select(3)
    feature = analysis.features.iloc[3]
    assert f"gg-is-{feature['verdict']}" in panel.card.value
    assert f"{feature['rt']:.3f} min" in panel.card.value
    explanation = state.explanation()
    assert explanation is not None
    listed = panel.hypotheses.value.count("<li>")
    assert 1 <= listed <= 6
    likely = [h for h in explanation.hypotheses if h.probability >= 0.001]
    assert listed == min(len(likely), 6)
    assert ("others are less likely" in panel.hypotheses.value) is (
        listed < len(explanation.hypotheses)
    )


def test_a_feature_without_relatives_has_no_family(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    features = analysis.features
    parents = set(features["parent_id"].dropna())
    alone = features[features["parent"].isna() & ~features["feature_id"].isin(parents)]
    state.select(int(alone["feature_id"].iloc[0]))
    assert panel.family.layout.display == "none"
    state.select(int(features["feature_id"][features["parent_id"].notna()].iloc[0]))
    assert panel.family.layout.display == ""
    assert panel.family.selected == state.selected
    assert state.selected in panel.family._keys


def test_an_anchor_can_be_unmarked(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    anchor = int(analysis.features["anchor"].to_numpy().argmax())
    state.select(anchor)
    assert panel.anchor.description == "Unmark as anchor"
    assert panel.undo.disabled
    panel.anchor.click()
    override = state.override()
    assert override is not None
    assert override.anchor is False
    assert panel.anchor.description == "Mark as anchor"
    assert "1 anchor mark waits" in panel._pending.value
