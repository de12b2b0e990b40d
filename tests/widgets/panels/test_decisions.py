"""Buttons that decide on a name."""

from __future__ import annotations

import pandas as pd
from effort import PATIENCE
from widgets.markup import EVIL

import ganglioside as gg
from ganglioside.history.decisions import decisions
from ganglioside.verdicts.review import DECISIONS, accept, reject
from ganglioside_widgets.panels.decisions import DecisionBar
from ganglioside_widgets.state.results import ResultsState
from ganglioside_widgets.state.review import ReviewState


def bar_of(analysis: gg.Analysis) -> DecisionBar:
    results = ResultsState(lambda: "ann", analysis=analysis)
    review = ReviewState(results, lambda: "ann")
    review.join(PATIENCE)
    return DecisionBar(results, review)


def test_each_button_decides_and_goes_on(analysis: gg.Analysis) -> None:
    bar = bar_of(analysis)
    assert [each.description for each in bar.buttons.values()] == [
        f"{kind.label} ({kind.key})" for kind in DECISIONS
    ]
    bar.review.step(1)
    first = bar.results.selected
    bar.note.value = "MS/MS"
    bar.buttons["rejected"].click()
    assert bar.results.selected != first
    assert bar.note.value == ""
    assert "name rejected." in bar._said.value
    bar.review.saved = "Saved."
    assert "name rejected. Saved." in bar._said.value
    assert bar.results.analysis is not None
    made = bar.results.analysis.overrides.of(first)
    assert made is not None
    assert (made.decision, made.note) == ("rejected", "MS/MS")
    bar.undo.click()
    assert bar.results.selected == first
    assert bar.review.decision(first) is None
    assert bar.undo.disabled


def test_the_suggested_name_is_written_and_can_be_another(analysis: gg.Analysis) -> None:
    bar = bar_of(analysis)
    better = analysis.suggested_names
    row = better[better["process"].isna()].iloc[0]
    bar.results.select(int(row["feature_id"]))
    assert bar.name.value == row["suggested_name"]
    bar.name.value = "GM1(40:1;O2)"
    bar.buttons["renamed"].click()
    assert bar.results.analysis is not None
    made = bar.results.analysis.overrides.of(int(row["feature_id"]))
    assert made is not None
    assert made.name == "GM1(40:1;O2)"
    bar.results.select(int(row["feature_id"]))
    assert bar.name.value == "GM1(40:1;O2)"
    assert "Renamed to GM1(40:1;O2) by ann" in bar._who.value


def test_several_are_counted_on_the_buttons(analysis: gg.Analysis) -> None:
    bar = bar_of(analysis)
    bar.review.mark([int(i) for i in bar.review.queue["feature_id"][:3]])
    assert bar.buttons["accepted"].description == "Accept 3 (a)"


def test_one_mark_is_counted_where_another_feature_is_selected(analysis: gg.Analysis) -> None:
    bar = bar_of(analysis)
    first, second, *_ = (int(i) for i in bar.review.queue["feature_id"])
    bar.results.select(first)
    bar.review.mark([first])
    assert bar.buttons["accepted"].description == "Accept (a)"
    bar.results.select(second)
    assert bar.buttons["accepted"].description == "Accept 1 (a)"
    bar.review.mark([])
    assert bar.buttons["accepted"].description == "Accept (a)"


def test_the_name_in_the_field_is_for_one_feature_of_several(analysis: gg.Analysis) -> None:
    bar = bar_of(analysis)
    better = analysis.suggested_names
    wanted = better[better["process"].isna()].head(3).set_index("feature_id")["suggested_name"]
    assert wanted.nunique() > 1
    first = int(wanted.index[0])
    bar.results.select(first)
    bar.review.mark([int(i) for i in wanted.index])
    bar.name.value = "GM1(40:1;O2)"
    bar.buttons["renamed"].click()
    assert "for the selected feature alone" in bar._said.value
    assert bar.review.progress[0] == 0
    bar.name.value = wanted[first]
    bar.buttons["renamed"].click()
    assert bar.results.analysis is not None
    assert {o.feature_id: o.name for o in bar.results.analysis.overrides} == wanted.to_dict()
    bar.results.select(first)
    bar.review.mark([int(i) for i in wanted.index[1:]])
    bar.name.value = "GM1(40:1;O2)"
    bar.buttons["accepted"].click()  # what stands in the field of names is not asked
    assert bar.review.decision(int(wanted.index[1])) == "accepted"


def test_only_a_second_person_can_confirm_and_both_are_named(analysis: gg.Analysis) -> None:
    bar = bar_of(analysis)
    bar.results.select(3)
    assert bar.confirm.layout.display == "none"
    bar.results.put([accept(3, author=EVIL)])
    assert bar.confirm.layout.display == ""
    bar.confirm.click()
    bar.results.select(3)
    assert "Confirmed by ann" in bar._who.value
    assert "<img" not in bar._who.value
    bar.results.put([accept(3, author="ann")])
    assert bar.confirm.layout.display == "none"


def test_the_button_that_comes_moves_no_other(analysis: gg.Analysis) -> None:
    bar = bar_of(analysis)
    bar.results.select(3)
    before = shown(bar)
    assert [bar.undo, bar.name, bar.note] == before[-3:]
    bar.results.put([accept(3, author="eva")])
    assert shown(bar) == [*before, bar.confirm]


def shown(bar: DecisionBar) -> list[object]:
    """What can be pressed or typed in, in its order."""
    parts = [each for part in bar.children for each in getattr(part, "children", [part])]
    can_be_used = [*bar.buttons.values(), bar.undo, bar.confirm, bar.name, bar.note]
    return [part for part in parts if part in can_be_used and part.layout.display != "none"]


def test_a_disagreement_is_named(analysis: gg.Analysis) -> None:
    bar = bar_of(analysis)
    bar.results.select(3)
    feature = analysis.features.iloc[3]
    mine = accept(3, author="ann")
    hers = reject(feature, author="bob")
    trail = pd.concat([gg.Overrides((one,)).to_frame() for one in (mine, hers)], ignore_index=True)
    bar.results.put([hers])
    bar.review.decisions = decisions(trail)
    assert "ann: accepted" in bar._who.value
    assert "bob: rejected" in bar._who.value


def test_nothing_is_decided_on_the_result_of_another_file(analysis: gg.Analysis) -> None:
    bar = bar_of(analysis)
    bar.results.select(3)
    bar.results.stale = "b.csv is arriving."
    assert all(each.disabled for each in bar.buttons.values())
    assert not bar.review.decide("accepted")
    assert bar.review.decision(3) is None
