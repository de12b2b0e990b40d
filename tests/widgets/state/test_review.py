"""Decisions on names: taken, gone on from, undone, confirmed."""

from __future__ import annotations

import pandas as pd
import pytest
from effort import PATIENCE

import ganglioside as gg
from ganglioside_widgets.state.results import ResultsState
from ganglioside_widgets.state.review import ReviewState


@pytest.fixture
def results(analysis: gg.Analysis) -> ResultsState:
    return ResultsState(lambda: "ann", analysis=analysis)


@pytest.fixture
def review(results: ResultsState) -> ReviewState:
    state = ReviewState(results, lambda: "ann")
    state.join(PATIENCE)
    return state


def queue(review: ReviewState) -> list[int]:
    return [int(i) for i in review.queue["feature_id"]]


def test_the_queue_is_that_of_the_analysis(review: ReviewState, analysis: gg.Analysis) -> None:
    assert review.is_ready
    assert review.queue.equals(analysis.review_queue)
    assert review.progress == (0, len(analysis.review_queue))


def test_a_decision_is_kept_counted_and_goes_on(review: ReviewState, results: ResultsState) -> None:
    first, second, *_ = queue(review)
    review.step(1)
    assert results.selected == first
    assert review.then_on(lambda: review.decide("rejected", note="co-elutes"))
    assert results.analysis is not None
    made = results.analysis.overrides.of(first)
    assert made is not None
    assert (made.decision, made.author, made.note) == ("rejected", "ann", "co-elutes")
    assert review.progress[0] == 1
    assert "name rejected" in review.said
    assert results.selected == second
    assert review.decide("later")
    assert review.progress[0] == 1  # it is still to be decided
    review.step(-1)
    assert results.selected == first
    assert review.then_on(lambda: review.decide("accepted"))
    assert results.selected not in (first, second)  # neither is open


def test_what_is_not_in_the_queue_goes_on_to_the_next_row(
    review: ReviewState, results: ResultsState
) -> None:
    outside = [i for i in range(len(results.features)) if i not in queue(review)]
    results.select(outside[0])
    assert review.then_on(lambda: review.decide("accepted"))
    assert results.selected == outside[0] + 1
    assert not review.then_on(lambda: review.decide("renamed", name="nonsense"))
    assert results.selected == outside[0] + 1


@pytest.mark.parametrize("view", [{"decisions": ("later",)}, {"order_by": "analyst_decision"}])
def test_a_row_that_a_decision_takes_away_goes_on_to_the_one_below(
    review: ReviewState, results: ResultsState, view: dict[str, object]
) -> None:
    outside = [i for i in range(len(results.features)) if i not in queue(review)][4:10]
    for feature_id in outside:
        results.select(feature_id)
        assert review.decide("later")
    results.refine(**view)
    results.select(outside[2])
    assert review.then_on(lambda: review.decide("accepted"))
    assert results.selected == outside[3]
    results.select(outside[-1])
    below = results.beside(1)
    assert review.then_on(lambda: review.decide("rejected"))
    assert results.selected == below


def test_the_suggested_name_is_taken_where_none_is_written(
    review: ReviewState, results: ResultsState
) -> None:
    of_species = review.queue[
        review.queue["suggested_name"].notna() & review.queue["suggested_process"].isna()
    ]
    results.select(int(of_species["feature_id"].iloc[0]))
    assert review.decide("renamed")
    made = results.override()
    assert made is not None
    assert made.name == of_species["suggested_name"].iloc[0]
    assert review.decide("renamed", name=" GM1(40:1;O2) ")
    made = results.override()
    assert made is not None
    assert made.name == "GM1(40:1;O2)"


def test_another_ion_is_no_name_to_be_taken(review: ReviewState, results: ResultsState) -> None:
    by_process = review.queue[review.queue["suggested_process"].notna()]
    results.select(int(by_process["feature_id"].iloc[0]))
    assert review.suggested(results.selected) == ""
    assert not review.decide("renamed")
    assert "Write the new name" in review.error
    assert results.override() is None


def test_an_unreadable_name_is_refused_and_nothing_changes(
    review: ReviewState, results: ResultsState
) -> None:
    results.select(3)
    assert not review.decide("renamed", name="<b>ceramide")
    assert review.error
    assert results.override() is None
    assert not review.can_undo


def test_without_a_selection_there_is_nothing_to_decide(review: ReviewState) -> None:
    assert not review.decide("accepted")
    assert "Select a feature first" in review.error
    assert not review.undo()
    assert not review.confirm()


def test_several_are_decided_together_and_undone_together(
    review: ReviewState, results: ResultsState
) -> None:
    some = queue(review)[3:6]
    results.select(some[0])
    assert review.decide("later", note="look at MS/MS")
    review.mark([*some, 10_000_000])
    assert review.marked == tuple(sorted(some))
    assert review.decide("rejected")
    assert [review.decision(i) for i in some] == ["rejected"] * 3
    assert review.marked == ()
    assert "3 features" in review.said
    assert review.undo()
    assert [review.decision(i) for i in some] == ["later", None, None]
    assert review.undo()
    assert review.decision(some[0]) is None
    assert not review.can_undo


def species_suggested(review: ReviewState) -> pd.Series:
    """Names of the species suggested in the queue, by feature."""
    rows = review.queue[
        review.queue["suggested_name"].notna() & review.queue["suggested_process"].isna()
    ]
    return rows.set_index("feature_id")["suggested_name"].head(3)


def test_each_marked_feature_gets_the_name_suggested_for_it(
    review: ReviewState, results: ResultsState
) -> None:
    wanted = species_suggested(review)
    assert wanted.nunique() > 1
    review.mark([int(i) for i in wanted.index])
    assert review.decide("renamed")
    assert results.analysis is not None
    made = {o.feature_id: o.name for o in results.analysis.overrides}
    assert made == wanted.to_dict()
    assert review.said == f"{len(wanted)} features: renamed to the name suggested for each."


def test_a_typed_name_is_for_the_selected_feature_alone(
    review: ReviewState, results: ResultsState
) -> None:
    first, second, *_ = (int(i) for i in species_suggested(review).index)
    results.select(first)
    for marked in ([first, second], [second]):
        review.mark(marked)
        assert not review.decide("renamed", name="GM1(40:1;O2)")
        assert "for the selected feature alone" in review.error
        assert results.analysis is not None
        assert not len(results.analysis.overrides)
    review.mark([first])
    assert review.decide("renamed", name="GM1(40:1;O2)")


def test_of_several_the_one_without_a_suggestion_is_named(
    review: ReviewState, results: ResultsState
) -> None:
    bare = next(i for i in queue(review) if not review.suggested(i))
    review.mark([int(species_suggested(review).index[0]), bare])
    assert not review.decide("renamed")
    assert review.error.startswith(f"{results.features['name'].iloc[bare]}: Write the new name")


def test_undo_takes_back_the_last_deed_of_the_page_whatever_it_was(
    review: ReviewState, results: ResultsState
) -> None:
    results.select(3)
    assert review.decide("accepted")
    accepted = results.override()
    results.select(5)
    assert results.override_verdict("outlier", "no MS/MS")
    assert results.override_anchor(True)
    assert results.undo_override()
    results.select(3)
    seen = []
    while review.can_undo:
        assert review.undo()
        five = results.analysis and results.analysis.overrides.of(5)
        seen.append((results.selected, five and (five.verdict, five.anchor)))
        if results.selected == 5:
            assert results.analysis is not None
            assert results.analysis.overrides.of(3) == accepted
    assert seen == [
        (5, ("outlier", True)), (5, ("outlier", None)), (5, None), (3, None),
    ]  # fmt: skip
    assert review.decision(3) is None


def test_a_decision_keeps_the_anchor_mark(review: ReviewState, results: ResultsState) -> None:
    results.select(3)
    results.override_anchor(True)
    assert review.decide("accepted")
    made = results.override()
    assert made is not None
    assert (made.anchor, made.decision) == (True, "accepted")


def test_a_second_person_confirms_and_nobody_else(
    review: ReviewState, results: ResultsState
) -> None:
    results.select(3)
    review.decide("accepted")
    assert not review.confirm()
    assert "a second person confirms" in review.error
    review.author = lambda: "bob"
    assert review.confirm()
    made = results.override()
    assert made is not None
    assert (made.author, made.confirmed_by, made.confirmed_at is not None) == ("ann", "bob", True)
    results.override_verdict("valid", "another note")  # what is changed is confirmed no more
    made = results.override()
    assert made is not None
    assert made.confirmed_by == ""


def test_another_table_begins_anew(review: ReviewState, results: ResultsState) -> None:
    results.select(3)
    review.decide("accepted")
    review.mark(queue(review)[:2])
    results.analysis = gg.analyze(gg.simulate(4))
    review.join(PATIENCE)
    assert review.marked == ()
    assert not review.can_undo
    assert results.analysis is not None
    assert review.queue.equals(results.analysis.review_queue)


def test_other_thresholds_ask_anew_and_keep_what_was_decided(
    review: ReviewState, results: ResultsState, analysis: gg.Analysis
) -> None:
    results.select(3)
    review.decide("rejected")
    moved = analysis.redecide(gg.Settings(outlier_threshold=1.0))
    assert results.analysis is not None
    results.analysis = moved.with_overrides(results.analysis.overrides)
    review.join(PATIENCE)
    assert review.queue.equals(moved.review_queue)
    assert review.can_undo
    assert review.decision(3) == "rejected"


def test_what_was_said_of_a_feature_goes_with_it(
    review: ReviewState, results: ResultsState
) -> None:
    review.step(1)
    assert review.then_on(lambda: review.decide("rejected"))
    assert "name rejected" in review.said  # it is read beside the next feature
    results.move(1)
    assert review.said == ""
    assert review.undo()
    assert "undone" in review.said
    assert not review.decide("renamed", name="nonsense")
    assert review.error
    results.move(1)
    assert review.error == ""


def test_a_mark_goes_with_its_line_and_takes_no_decision(
    review: ReviewState, results: ResultsState, analysis: gg.Analysis
) -> None:
    """Once the decision fell on the marked feature, which no list showed any more."""
    moved = analysis.redecide(gg.Settings(outlier_threshold=5.0))
    gone = [i for i in queue(review) if i not in set(moved.review_queue["feature_id"])]
    kept = [i for i in queue(review) if i not in gone]
    assert gone
    review.mark([gone[0], kept[0]])
    results.analysis = moved
    review.join(PATIENCE)
    assert review.marked == (kept[0],)
    results.analysis = analysis
    review.join(PATIENCE)
    review.mark(gone[:1])
    results.analysis = moved
    review.join(PATIENCE)
    assert review.marked == ()
    other = next(i for i in range(len(results.features)) if i not in gone)
    results.select(other)
    assert review.decide("rejected")
    assert results.analysis is not None
    assert [override.feature_id for override in results.analysis.overrides] == [other]
