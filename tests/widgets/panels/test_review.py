"""The list of what to look at."""

from __future__ import annotations

from html import escape

import pandas as pd
from effort import PATIENCE
from widgets.markup import EVIL

import ganglioside as gg
from ganglioside.history.decisions import decisions
from ganglioside.verdicts.review import accept, reject
from ganglioside_widgets.panels.review import QueuePanel, warnings
from ganglioside_widgets.state.results import ResultsState
from ganglioside_widgets.state.review import ReviewState


def panel_of(analysis: gg.Analysis) -> QueuePanel:
    results = ResultsState(lambda: "ann", analysis=analysis)
    review = ReviewState(results, lambda: "ann")
    review.join(PATIENCE)
    return QueuePanel(results, review)


def test_each_line_opens_its_feature_and_shows_its_decision(analysis: gg.Analysis) -> None:
    panel = panel_of(analysis)
    ids = [item["id"] for item in panel.list._items]
    assert ids == list(analysis.review_queue["feature_id"])
    assert panel.list._items[0]["group"] == "Wrong anchors"
    places = [item["place"] for item in panel.list._items]
    assert places == [f"row {row}" for row in analysis.features["row"].iloc[ids]]
    assert f"0 of {len(ids)} reviewed" in panel.progress.value
    panel.list._receive(panel.list, {"open": ids[2]}, [])
    assert panel.results.selected == panel.list.selected == ids[2]
    panel.review.decide("rejected")
    assert panel.list._items[2]["decision"] == "rejected"
    assert f"1 of {len(ids)} reviewed" in panel.progress.value


def test_what_two_people_decided_differently_comes_first(analysis: gg.Analysis) -> None:
    panel = panel_of(analysis)
    feature = analysis.features.iloc[3]
    made = [accept(3, author="ann"), reject(feature, author=EVIL)]
    frames = [gg.Overrides((one,)).to_frame() for one in made]
    panel.review.decisions = decisions(pd.concat(frames, ignore_index=True))
    first, *rest = panel.list._items
    assert (first["id"], first["group"]) == (3, "Two people disagree")
    assert first["text"] == f"ann: accepted, {EVIL}: rejected"
    assert len(rest) == len(analysis.review_queue)
    panel.list._receive(panel.list, {"open": 3}, [])
    assert panel.results.selected == 3


def test_several_lines_are_marked_together(analysis: gg.Analysis) -> None:
    panel = panel_of(analysis)
    ids = [item["id"] for item in panel.list._items[:3]]
    panel.list._receive(panel.list, {"mark": [*ids, 999_999]}, [])
    assert panel.review.marked == tuple(sorted(ids))
    panel.review.decide("later")
    assert panel.list._marked == []
    assert {item["decision"] for item in panel.list._items[:3]} == {"later"}


def test_notes_on_the_whole_table_stand_below(analysis: gg.Analysis) -> None:
    panel = panel_of(analysis)
    whole = analysis.findings[analysis.findings["feature_id"].isna()]
    for message, severity in zip(whole["message"], whole["severity"], strict=True):
        assert (escape(str(message)) in panel.findings.value) == (severity == "info")
    assert f"{(whole['severity'] == 'info').sum()} note" in panel.findings.value


def test_of_several_warnings_the_first_is_in_sight() -> None:
    found = pd.DataFrame(
        {
            "feature_id": pd.array([pd.NA, pd.NA, pd.NA, 3], dtype="Int64"),
            "severity": ["error", "warning", "info", "warning"],
            "message": ["No model.", EVIL, "A note.", "Of a row."],
            "advice": "Check it.",
        }
    )
    seen, _, folded = warnings(found).partition("<details>")
    assert "No model. Check it." in seen
    assert "1 more warning</summary>" in folded
    assert "<img" not in folded
    assert "A note." not in seen + folded
    assert "Of a row." not in seen + folded
    assert warnings(found[2:]) == ""


def test_a_table_without_doubts_says_so_and_names_never_become_markup() -> None:
    names = ["GM1(36:1;O2)", "GM1(38:1;O2)", "GM1(40:1;O2)", EVIL]
    panel = panel_of(gg.analyze(pd.DataFrame({"Name": names, "RT": [9.5, 10.5, 11.5, 3.0]})))
    if not panel.list._items:
        assert "Nothing here needs a second look" in panel.progress.value
    assert "<img" not in panel.findings.value + panel.progress.value
