"""What analysts say stands beside the model's verdicts and goes into the next analysis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.columns import OVERRIDE_COLUMNS, OVERRIDES, VERDICTS
from ganglioside.errors import OverrideError
from ganglioside.verdicts.overrides import MAX_NOTE, Override, Overrides
from ganglioside.verdicts.review import confirm, later, rename

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(feature_id: int = 7, **values: object) -> Override:
    return Override(**{"feature_id": feature_id, "time": WHEN, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"feature_id": -1}, "no feature"),
        ({"verdict": "wrong", "note": "x"}, "no verdict"),
        ({"verdict": "valid"}, "says why"),
        ({"verdict": "valid", "note": " "}, "says why"),
        ({"note": "x" * (MAX_NOTE + 1)}, "Shorten"),
        ({"time": datetime(2026, 1, 1)}, "no zone"),
        ({"feature_id": 3.5}, "3.5 is no feature: give its number"),
        ({"feature_id": "3"}, "'3' is no feature: give its number"),
        ({"feature_id": None}, "None is no feature"),
        ({"feature_id": True}, "True is no feature"),
        ({"verdict": 1, "note": "x"}, "verdict = 1: give the name of a verdict or None"),
        ({"anchor": "yes"}, "anchor = 'yes': give True, False or None"),
        ({"anchor": 1}, "anchor = 1: give True"),
        ({"note": None}, "note = None: give a text"),
        ({"author": 5}, "author = 5: give a text"),
        ({"time": "2026-01-01"}, "time = '2026-01-01': give a datetime"),
        ({"name": 7, "verdict": "valid", "note": "x"}, "name = 7: give the name of a lipid"),
        ({"later": "no"}, "later = 'no': give True or False"),
        ({"later": None}, "later = None: give True or False"),
        ({"confirmed_by": None}, "confirmed_by = None: give a text"),
        ({"confirmed_by": "mw", "confirmed_at": "now"}, "confirmed_at = 'now': give a datetime"),
        (
            {
                "verdict": "outlier",
                "note": "x",
                "author": "kh",
                "confirmed_by": "mw",
                "confirmed_at": datetime(2026, 1, 1),
            },
            "no zone",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused(values: dict[str, object], words: str) -> None:
    with pytest.raises(OverrideError, match=words):
        said(**values)  # type: ignore[arg-type]


def test_numbers_and_truths_of_numpy_are_taken() -> None:
    assert said(np.int64(3), anchor=np.True_) == said(3, anchor=True)


def test_a_later_word_takes_the_place_of_an_earlier_and_nothing_takes_it_away() -> None:
    first = Overrides().put(said(9, anchor=True)).put(said(3, note="look again"))
    assert [entry.feature_id for entry in first] == [3, 9]
    second = first.put(said(9, anchor=False))
    assert second.of(9) == said(9, anchor=False)
    assert first.of(9) == said(9, anchor=True)
    assert second.without(9) == Overrides((said(3, note="look again"),))
    assert second.of(4) is None


def test_many_are_put_as_one_after_the_other() -> None:
    first = Overrides((said(3, note="look again"), said(9, anchor=True)))
    made = [said(9), said(4, anchor=True), said(3, note="looked"), said(4, anchor=False)]
    one_by_one = first
    for override in made:
        one_by_one = one_by_one.put(override)
    assert first.put_all(made) == one_by_one
    assert [entry.feature_id for entry in one_by_one] == [3, 4]
    assert one_by_one.by_feature[4].anchor is False


def test_a_mark_changes_the_anchor_of_its_row_alone() -> None:
    table = gg.example()
    anchor = int(table.data["anchor"].argmax())
    other = int((~table.data["anchor"]).argmax())
    marks = Overrides().put(said(anchor, anchor=False)).put(said(other, anchor=True))
    marked = marks.mark(table)
    changed = marked.data["anchor"] != table.data["anchor"]
    assert sorted(changed[changed].index) == sorted([anchor, other])
    assert marked.data["anchor"].dtype == table.data["anchor"].dtype
    assert Overrides().put(said(other, note="only words")).mark(table) is table


def test_marks_for_another_table_are_refused() -> None:
    table = gg.example()
    with pytest.raises(OverrideError, match="another table"):
        Overrides().put(said(len(table), anchor=True)).mark(table)
    with pytest.raises(OverrideError, match="another table"):
        gg.analyze(table).with_overrides(Overrides().put(said(len(table), note="x")))


def test_the_models_verdicts_stay_and_the_analysts_stand_beside_them() -> None:
    analysis = gg.analyze(gg.example())
    kept = analysis.with_overrides(
        Overrides().put(said(5, verdict="outlier", note="no MS/MS", author="kh"))
    )
    assert kept.features is analysis.features
    overridden = kept.overridden
    assert overridden.loc[5, "analyst_verdict"] == "outlier"
    assert overridden.loc[5, ["analyst_note", "analyst"]].tolist() == ["no MS/MS", "kh"]
    assert overridden["analyst_verdict"].notna().sum() == 1
    model_only = overridden.drop(columns=list(OVERRIDE_COLUMNS.values()))
    pd.testing.assert_frame_equal(model_only, analysis.features)
    assert list(analysis.overridden) == list(analysis.features)


def test_decisions_stand_beside_the_features_in_columns_of_their_own() -> None:
    analysis = gg.analyze(gg.example())
    when = datetime(2026, 3, 2, tzinfo=UTC)
    made = [
        confirm(rename(5, "GM3(36:1;O2)", author="kh"), "mw", when),
        later(6, author="kh"),
        said(7, anchor=False, author="kh"),
    ]
    overridden = analysis.with_overrides(Overrides(tuple(made))).overridden
    shown = overridden[["analyst_decision", "analyst_name", "confirmed_by", "confirmed_at"]]
    assert shown.iloc[5].tolist() == ["renamed", "GM3(36:1;O2)", "mw", pd.Timestamp(when)]
    assert shown.iloc[6].dropna().tolist() == ["later"]
    assert shown.drop(index=[5, 6]).isna().all(axis=None)


def test_changes_lead_from_one_set_to_another_and_back() -> None:
    before = Overrides((said(3, note="look again"), said(9, anchor=True)))
    after = Overrides((said(3, note="looked"), said(5, anchor=False)))
    for here, there in ((before, after), (after, before), (before, Overrides())):
        found = here
        for change in there.changes_from(here, "kh"):
            found = found.put(change)
        assert found == there
    assert [one.feature_id for one in after.changes_from(before, "kh")] == [3, 5, 9]
    assert after.changes_from(before, "kh")[2].author == "kh"
    assert after.changes_from(after, "kh") == []


def test_other_thresholds_keep_what_was_said_and_the_anchors_that_were_used() -> None:
    table = gg.example()
    wrong = gg.analyze(table).findings.query("code == 'wrong-anchor'")["feature_id"].iloc[0]
    marks = Overrides().put(said(int(wrong), anchor=False))
    analysis = gg.analyze(marks.mark(table)).with_overrides(marks)
    again = analysis.redecide(gg.Settings(outlier_threshold=3.0))
    assert again.overrides == marks
    history_like = type(analysis)(
        **{name: getattr(analysis, name) for name in (
            "features", "models", "findings", "problems", "summary", "settings", "model",
            "source", "version", "overrides")}
    )  # fmt: skip
    anew = history_like.redecide(analysis.settings)
    pd.testing.assert_frame_equal(anew.features, analysis.features)
    assert not anew.features["anchor"].iloc[int(wrong)]


def overrides_of(values: dict[str, Any], decided: str, confirmed: bool) -> Override:
    """An override with or without a decision on the name, and the confirmation of one."""
    note = values.pop("note")
    if decided == "renamed":
        made = Override(**values | {"verdict": "valid"}, note=note, name="GM3(36:1;O2)")
    elif decided == "later":
        made = Override(**values | {"verdict": None}, note=note, later=True)
    else:
        made = Override(**values, note=note)
    can_be = made.decision not in (None, "later") and made.author.strip()
    return confirm(made, f"not {made.author}", WHEN) if confirmed and can_be else made


@given(
    st.lists(
        st.builds(
            overrides_of,
            st.fixed_dictionaries(
                {
                    "feature_id": st.integers(0, 10**6),
                    "verdict": st.none() | st.sampled_from(VERDICTS),
                    "anchor": st.none() | st.booleans(),
                    "note": st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(
                        str.strip
                    ),
                    "author": st.text(st.characters(codec="utf-8"), max_size=20),
                    "time": st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
                        lambda t: t.replace(tzinfo=UTC)
                    ),
                }
            ),
            st.sampled_from(["", "renamed", "later"]),
            st.booleans(),
        ),
        unique_by=lambda e: e.feature_id,
    )
)
def test_a_table_of_overrides_comes_back_equal(entries: list[Override]) -> None:
    overrides = Overrides()
    for entry in entries:
        overrides = overrides.put(entry)
    frame = overrides.to_frame()
    assert frame.dtypes.astype(str).to_dict() == OVERRIDES
    assert Overrides.from_frame(frame) == overrides


def test_a_table_that_lacks_a_column_or_says_two_things_of_a_feature_is_refused() -> None:
    frame = Overrides().put(said(1, note="a")).to_frame()
    with pytest.raises(OverrideError, match="author"):
        Overrides.from_frame(frame.drop(columns="author"))
    with pytest.raises(OverrideError, match="twice"):
        Overrides.from_frame(pd.concat([frame, frame], ignore_index=True))


def test_the_time_is_when_it_was_said() -> None:
    assert abs(Override(feature_id=0, note="x").time - datetime.now(UTC)) < timedelta(seconds=10)
