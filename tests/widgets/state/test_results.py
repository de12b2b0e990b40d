"""Selecting a feature, and saying something of it."""

from __future__ import annotations

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.verdicts.overrides import Override
from ganglioside.verdicts.review import accept, confirm
from ganglioside_widgets.state.results import NONE, ResultsState


@pytest.fixture
def state(analysis: gg.Analysis) -> ResultsState:
    return ResultsState(lambda: "kh", analysis=analysis)


def test_before_an_analysis_there_is_nothing() -> None:
    state = ResultsState()
    state.select(3)
    assert state.selected == NONE
    assert len(state.rows()) == 0
    assert state.feature() is None
    assert state.explanation() is None
    assert state.suggestions() is None
    assert state.family().empty
    assert not state.override_verdict("valid", "x")
    assert "Select" in state.error


def test_a_feature_that_is_not_there_selects_none(state: ResultsState) -> None:
    state.select(3)
    assert state.selected == 3
    state.select(10_000)
    assert state.selected == NONE


def test_a_refusal_goes_when_its_reason_ends(state: ResultsState) -> None:
    state.select(3)
    state.stale = "b.csv is arriving."
    assert not state.override_anchor(True)
    assert state.error == "b.csv is arriving. Nothing can be decided on it now."
    state.stale = ""
    assert state.error == ""
    assert not state.override_verdict("valid", "x" * 10_000)
    refusal = state.error
    state.stale = "b.csv is arriving."
    assert refusal
    assert state.error == refusal


def test_a_fragment_is_shown_with_its_parent_and_its_siblings(
    state: ResultsState, analysis: gg.Analysis
) -> None:
    features = analysis.features
    pieces = features[features["parent_id"].notna()]
    parent = int(pieces["parent_id"].value_counts().index[0])
    members = set(pieces.loc[pieces["parent_id"] == parent, "feature_id"]) | {parent}
    assert len(members) > 2
    for member in members:
        state.select(int(member))
        assert set(state.family()["feature_id"]) >= members


def test_pieces_of_a_parent_without_a_row_find_each_other(
    state: ResultsState, analysis: gg.Analysis
) -> None:
    features = analysis.features
    ghosts = features[features["parent_id"].isna() & features["parent"].notna()]
    state.select(int(ghosts["feature_id"].iloc[0]))
    family = state.family()
    first = features.loc[family.loc[family["depth"] == 1, "feature_id"].astype(int), "parent"]
    assert set(first) == {ghosts["parent"].iloc[0]}


def test_the_explanation_is_of_the_selected_feature(state: ResultsState) -> None:
    state.select(3)
    explanation = state.explanation()
    assert explanation is not None
    assert explanation.feature_id == 3
    assert state.suggestions() is not None


def test_processes_are_read_and_searched_in_words(state: ResultsState) -> None:
    assert state.analysis is not None
    machine = state.analysis.features["process"]
    assert machine[3] == "-Hex-HexNAc-NeuAc"
    assert state.features["process"][3] == "loss of Hex + HexNAc + NeuAc"
    assert not state.features["process"].dropna().str.startswith(("-", "+")).any()
    state.refine(columns=(("process", "loss of"),))
    assert state.rows().tolist() == machine.index[machine.str.startswith("-", na=False)].tolist()


def test_a_verdict_of_the_analyst_stands_beside_the_models(state: ResultsState) -> None:
    state.select(3)
    before = state.features["verdict"].copy()
    assert state.override_verdict("valid", " MS/MS ")
    said = state.override()
    assert said is not None
    assert (said.verdict, said.note, said.author) == ("valid", "MS/MS", "kh")
    assert state.features["verdict"].equals(before)
    assert state.features.loc[3, "analyst_verdict"] == "valid"
    assert state.selected == 3
    assert state.undo_override()
    assert state.override() is None


def test_a_verdict_without_a_note_is_refused_and_nothing_changes(state: ResultsState) -> None:
    state.select(3)
    assert not state.override_verdict("valid", "")
    assert "says why" in state.error
    assert state.override() is None
    state.select(4)
    assert state.error == ""


def test_a_note_alone_may_stand(state: ResultsState) -> None:
    state.select(3)
    assert state.override_verdict(None, "look again")
    assert state.override() is not None


def test_an_anchor_mark_waits_for_the_next_run(state: ResultsState, analysis: gg.Analysis) -> None:
    anchor = int(analysis.features["anchor"].to_numpy().argmax())
    state.select(anchor)
    assert state.override_anchor(False)
    assert state.pending_marks() == [anchor]
    assert state.analysis is not None
    marks = state.analysis.overrides
    state.analysis = gg.analyze(marks.mark(gg.example())).with_overrides(marks)
    assert state.pending_marks() == []
    state.select(anchor)
    assert state.undo_override()
    assert state.pending_marks() == [anchor]


def test_a_mark_that_a_run_has_used_is_undone_by_its_opposite() -> None:
    table = gg.example()
    state = ResultsState(lambda: "kh", analysis=gg.analyze(table))
    assert state.analysis is not None
    anchor = int(state.analysis.features["anchor"].to_numpy().argmax())
    state.select(anchor)
    assert state.override_anchor(False)
    marks = state.analysis.overrides
    state.analysis = gg.analyze(marks.mark(table)).with_overrides(marks)
    assert state.can_undo
    assert state.undo() == (anchor,)
    assert state.pending_marks() == [anchor]
    assert not state.can_undo
    assert state.undo() == ()


def test_undo_leaves_what_others_said_since(state: ResultsState) -> None:
    assert state.put([accept(i, author="kh") for i in (3, 4, 5, 6)])
    assert state.analysis is not None
    mine = state.analysis.overrides
    hers = accept(3, author="eva")
    confirmed = confirm(mine.by_feature[4], "bob")
    gone = Override(feature_id=5)
    state.analysis = state.analysis.with_overrides(mine.put_all([hers, confirmed, gone]))
    assert state.decided_since() == {3: "eva", 4: "bob", 5: "somebody"}
    assert state.undo() == (6,)
    assert state.analysis.overrides == gg.Overrides((hers, confirmed))
    assert not state.can_undo


def test_what_undo_brings_back_can_itself_be_undone(state: ResultsState) -> None:
    assert state.analysis is not None
    hers = accept(3, author="eva")
    state.analysis = state.analysis.with_overrides(gg.Overrides((hers,)))
    assert state.put([confirm(hers, "kh")])
    for _ in range(2):  # brought back unconfirmed, twice
        assert state.put([accept(3, author="kh")])
        assert state.undo() == (3,)
    assert state.undo() == (3,)
    assert state.analysis.overrides == gg.Overrides((hers,))
    assert not state.can_undo


def test_nothing_is_undone_while_the_result_is_of_another_file(state: ResultsState) -> None:
    state.select(3)
    assert state.override_verdict("valid", "MS/MS")
    state.stale = "b.csv is arriving."
    assert state.undo() == ()
    assert "b.csv is arriving." in state.error
    state.stale = ""
    assert state.undo() == (3,)


def test_the_view_and_selection_outlive_other_thresholds_but_not_another_table(
    state: ResultsState, analysis: gg.Analysis
) -> None:
    state.select(3)
    state.refine(search="gm3")
    state.analysis = analysis.redecide(gg.Settings(outlier_threshold=1.5))
    assert (state.selected, state.view.search) == (3, "gm3")
    state.analysis = gg.analyze(pd.DataFrame({"Name": ["GM1(36:1;O2)"], "RT": [9.0]}))
    assert (state.selected, state.view.search) == (NONE, "")


def test_the_next_row_is_that_of_the_table_as_it_is_filtered_and_ordered(
    state: ResultsState,
) -> None:
    state.refine(verdicts=("outlier",), order_by="rt", descending=True)
    rows = state.rows().tolist()
    state.move(1)
    assert state.selected == rows[0]
    state.move(1)
    assert state.selected == rows[1]
    state.move(-5)
    assert state.selected == rows[0]
    state.move(10_000)
    assert state.selected == rows[-1]
    state.refine(search="no such thing")
    state.move(1)
    assert state.selected == rows[-1]


def test_features_are_chosen_together_with_a_reason(state: ResultsState) -> None:
    state.choose([5, 3, 10_000, -1], "in the box")
    assert state.rows().tolist() == [3, 5]
    assert state.view.chosen is not None
    assert state.view.chosen.why == "in the box"
    state.refine(order_by="rt")
    state.show_all()
    assert len(state.rows()) == len(state.features)
    assert state.view.order_by == "rt"
    state.choose([], "in the box")
    assert not state.view.is_filtered


@pytest.mark.parametrize("order", [{}, {"order_by": "confidence", "descending": True}], ids=str)
def test_a_row_that_a_deed_takes_out_of_the_table_leaves_its_place_to_the_next(
    state: ResultsState, order: dict[str, object]
) -> None:
    state.put([accept(i, author="kh") for i in range(8)])
    state.refine(decisions=("accepted",), **order)
    rows = state.rows().tolist()
    for step, expected in ((1, rows[5]), (-1, rows[3])):
        state.select(rows[4])
        assert state.override_verdict("outlier", "carry-over")
        assert rows[4] not in state.rows()
        assert state.beside(step) == expected
        state.move(step)
        assert state.selected == expected
        state.undo()
    state.select(rows[-1])
    assert state.override_verdict("outlier", "carry-over")
    assert state.beside(1) == rows[-2]
    state.refine(search=" ")  # another table of another length has no such place
    assert state.beside(1) == rows[0]
