"""The selected feature: evidence, family and override."""

from __future__ import annotations

import asyncio

import ganglioside as gg
from ganglioside_widgets import FeaturePanel
from ganglioside_widgets.panels.feature import _family_rows, _suggestion
from ganglioside_widgets.state.results import ResultsState
from ganglioside_widgets.state.review import ReviewState


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
    assert "to see the evidence" in panel.card.value
    assert panel._details.layout.display == "none"


def test_the_card_has_the_verdict_its_reason_and_the_other_explanations(
    analysis: gg.Analysis,
) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    state.select(3)
    feature = analysis.features.iloc[3]
    assert f"gg-is-{feature['verdict']}" in panel.card.value
    assert f"{feature['rt']:.3f} min" in panel._facts.value
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
    assert panel._family.layout.display == "none"
    state.select(int(features["feature_id"][features["parent_id"].notna()].iloc[0]))
    assert panel._family.layout.display == ""
    assert panel.family.selected == state.selected
    assert state.selected in panel.family._keys


def test_people_read_processes_in_words(analysis: gg.Analysis) -> None:
    rows = _family_rows(analysis.family(3))
    assert "loss of Hex + HexNAc + NeuAc" in rows["process"].tolist()
    assert not rows["process"].dropna().str.startswith(("-", "+")).any()
    other_ion = analysis.suggest(274).iloc[0].to_dict() | {"process": "+Na-H"}
    assert ", sodium adduct " in _suggestion(other_ion)
    assert "+Na-H" not in _suggestion(other_ion)


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


def test_four_bars_say_whether_the_evidence_agrees_with_the_name(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    state.select(3)
    for title in ("Retention time", "Co-elution", "Peak area", "Mass"):
        assert f"<b>{title}</b>" in panel.scores.value
    assert "gg-score-poor" in panel.scores.value  # the RT of a fragment is not that of its name
    assert "no evidence" in panel.scores.value  # the table has no m/z


def test_a_name_that_fits_better_is_used_by_a_button(analysis: gg.Analysis) -> None:
    state = ResultsState(lambda: "kh", analysis=analysis)
    panel = FeaturePanel(state, ReviewState(state, lambda: "kh"))
    better = analysis.suggested_names
    species = better[better["process"].isna()].iloc[0]
    state.select(int(species["feature_id"]))
    _, *lines = panel.names.children
    (use,) = [part for part in lines[0].children if hasattr(part, "click")]
    use.click()
    override = analysis.overrides.of(int(species["feature_id"]))
    assert override is None  # the analysis of before is as it was
    assert state.analysis is not None
    made = state.analysis.overrides.of(int(species["feature_id"]))
    assert made is not None
    assert (made.decision, made.name, made.author) == ("renamed", species["suggested_name"], "kh")


def test_no_other_name_is_suggested_for_a_valid_one(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    state.select(int(analysis.features.index[analysis.features["verdict"] == "valid"][0]))
    assert panel.names.children == ()


def test_the_charts_of_the_feature_are_drawn_and_select(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    state.select(3)
    assert panel.lanes._title.startswith("Peaks of")
    assert panel.curve._title.startswith("Retention by carbon number")
    panel.lanes.selected = 12
    assert state.selected == panel.curve.selected == 12


def test_charts_are_drawn_where_the_visitor_stays(analysis: gg.Analysis) -> None:
    drawn: list[int] = []

    async def visit() -> None:
        state = ResultsState(analysis=analysis)
        panel = FeaturePanel(state)
        panel.curve.show = lambda _: drawn.append(state.selected)  # type: ignore[method-assign]
        for feature_id in (3, 4, 5):
            state.select(feature_id)
            assert analysis.features["name"].iloc[feature_id] in panel.card.value
        assert drawn == []
        while not drawn:
            await asyncio.sleep(0.01)
        rested: list[None] = []
        draw = panel._draw
        panel._draw = lambda: rested.append(draw())  # type: ignore[method-assign]
        state.select(6)
        state.analysis = None
        while not rested:
            await asyncio.sleep(0.01)

    asyncio.run(visit())
    assert drawn == [5]


def test_a_refusal_stays_when_the_charts_are_drawn_after_it(analysis: gg.Analysis) -> None:
    async def visit() -> None:
        state = ResultsState(analysis=analysis)
        panel = FeaturePanel(state)
        state.select(3)
        panel.verdict.value = "outlier"
        panel.save.click()
        assert "needs a note" in panel._error.value
        while panel.curve.selected != 3:
            await asyncio.sleep(0.01)
        assert "needs a note" in panel._error.value

    asyncio.run(visit())


def test_an_anchor_mark_keeps_the_verdict_and_note_that_are_not_saved(
    analysis: gg.Analysis,
) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    state.select(3)
    panel.verdict.value, panel.note.value = "outlier", "seen by MS/MS"
    panel.anchor.click()
    assert (panel.verdict.value, panel.note.value) == ("outlier", "seen by MS/MS")
    panel.save.click()
    override = state.override()
    assert override is not None
    assert (override.verdict, override.note, override.anchor) == ("outlier", "seen by MS/MS", True)
    state.select(4)
    assert (panel.verdict.value, panel.note.value) == ("", "")
    state.select(3)
    panel.undo.click()
    assert (panel.verdict.value, panel.note.value) == ("", "")
    panel.note.value = "of this table"
    state.analysis = gg.analyze(gg.simulate(seed=1))
    state.select(3)
    assert panel.note.value == ""


def test_what_is_typed_of_a_feature_is_there_again_until_it_is_saved(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    state.select(3)
    panel.verdict.value, panel.note.value = "outlier", "tails"
    state.select(4)
    assert (panel.verdict.value, panel.note.value) == ("", "")
    panel.note.value = "look again"
    state.select(-1)  # a click beside all points
    state.select(3)
    assert (panel.verdict.value, panel.note.value) == ("outlier", "tails")
    state.analysis = analysis.redecide(gg.Settings(outlier_threshold=1.0))  # the same table
    state.select(4)
    assert panel.note.value == "look again"
    panel.save.click()
    state.select(3)
    panel.note.value = ""
    panel.verdict.value = ""
    state.select(4)
    assert panel.note.value == "look again"  # as saved
    state.select(3)
    assert (panel.verdict.value, panel.note.value) == ("", "")


def test_what_is_typed_of_one_table_is_not_there_of_another(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    other = gg.analyze(gg.simulate(seed=1))
    state.select(3)
    panel.note.value = "tails"
    for table in (other, analysis):
        state.analysis = table
        state.select(3)
        assert panel.note.value == ""


def test_what_is_typed_is_not_put_over_what_was_decided_meanwhile(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    state.select(3)
    panel.note.value = "tails"
    state.select(4)
    state.put([gg.Override(feature_id=3, verdict="valid", note="MS/MS")])
    state.select(3)
    assert (panel.verdict.value, panel.note.value) == ("valid", "MS/MS")
