"""Decisions of a review: one call each, a second person to confirm, anchor marks left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from ganglioside.columns import VERDICTS
from ganglioside.errors import OverrideError
from ganglioside.verdicts.overrides import MAX_NAME, MAX_NOTE, Override
from ganglioside.verdicts.review import (
    DECISIONS,
    accept,
    confirm,
    later,
    merge,
    reject,
    rename,
)

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def feature(verdict: str) -> pd.Series:
    return pd.Series({"feature_id": 7, "verdict": verdict})


def test_each_decision_is_known_by_its_override() -> None:
    made = [
        accept(7, author="kh"),
        rename(7, " GM3(36:1;O2) ", author="kh"),
        reject(feature("valid"), author="kh"),
        later(7, author="kh"),
    ]
    assert [one.decision for one in made] == [kind.name for kind in DECISIONS]
    assert [one.verdict for one in made] == ["valid", "valid", "outlier", None]
    assert made[1].name == "GM3(36:1;O2)"
    assert {one.author for one in made} == {"kh"}
    assert all(one.note.endswith("review.") for one in made)
    assert Override(feature_id=7, note="looked").decision is None


def test_keys_and_names_of_decisions_are_one_each() -> None:
    for values in zip(*((kind.name, kind.label, kind.key) for kind in DECISIONS), strict=True):
        assert len(set(values)) == len(DECISIONS)
    assert [kind.key for kind in DECISIONS] == ["a", "r", "x", "l"]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_rejected_name_keeps_the_verdict_that_rejects_it_too(verdict: str) -> None:
    kept = verdict not in ("valid", "undetermined")
    assert reject(feature(verdict), author="kh").verdict == (verdict if kept else "outlier")
    assert reject(feature(verdict), author="kh").decision == "rejected"


def test_a_note_of_ones_own_stands() -> None:
    for made in (
        accept(7, author="kh", note="MS/MS"),
        rename(7, "GM3(36:1;O2)", author="kh", note="MS/MS"),
        reject(feature("valid"), author="kh", note="MS/MS"),
        later(7, author="kh", note="MS/MS"),
    ):
        assert made.note == "MS/MS"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "Write the new name"),
        ("  ", "Write the new name"),
        ("foo", "Feature 7: "),
        ("=cmd|' /C calc'!A1", "Feature 7: "),
        (f"GM3(36:1;O2){' ' * 9}{'x' * MAX_NAME}", f"at most {MAX_NAME}"),
    ],
)
def test_a_name_that_cannot_be_read_is_refused_with_the_reason(name: str, why: str) -> None:
    with pytest.raises(OverrideError, match=why):
        rename(7, name, author="kh")


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"name": "GM3(36:1;O2)"}, "needs the verdict valid"),
        ({"name": "GM3(36:1;O2)", "verdict": "outlier", "note": "x"}, "needs the verdict valid"),
        ({"name": "GM3(36:1;O2)", "verdict": "valid"}, "says why"),
        ({"later": True, "verdict": "valid", "note": "x"}, "has no verdict"),
        ({"later": True, "note": "x" * (MAX_NOTE + 1)}, "Shorten"),
    ],
)
def test_a_decision_that_contradicts_itself_is_refused(values: dict[str, object], why: str) -> None:
    with pytest.raises(OverrideError, match=why):
        Override(feature_id=7, **values)  # type: ignore[arg-type]


def test_a_second_person_confirms_what_was_decided() -> None:
    made = accept(7, author="kh")
    confirmed = confirm(made, "mw", WHEN)
    assert (confirmed.confirmed_by, confirmed.confirmed_at) == ("mw", WHEN)
    assert replace(confirmed, confirmed_by="", confirmed_at=None) == made
    assert abs((confirm(made, "mw").confirmed_at or WHEN) - datetime.now(UTC)).seconds < 60


@pytest.mark.parametrize(
    ("made", "person", "why"),
    [
        (accept(7, author="kh"), "kh", "a second person confirms"),
        (accept(7, author="kh"), " KH ", "a second person confirms"),
        (accept(7, author="kh"), "", "a person and a time"),
        (accept(7, author=""), "mw", "nobody is named"),
        (later(7, author="kh"), "mw", "no decision to confirm"),
        (Override(feature_id=7, anchor=True, author="kh"), "mw", "no decision to confirm"),
        (Override(feature_id=7), "mw", "no decision to confirm"),
        (confirm(accept(7, author="kh"), "mw"), "ab", "mw confirmed this already"),
        (accept(7, author="kh"), "x" * 201, "Shorten"),
    ],
)
def test_what_no_second_person_can_confirm_is_refused(
    made: Override, person: str, why: str
) -> None:
    with pytest.raises(OverrideError, match=why):
        confirm(made, person)


def test_a_decision_leaves_the_anchor_mark_and_takes_no_confirmation_along() -> None:
    before = confirm(replace(accept(7, author="kh"), anchor=False), "mw")
    after = merge(reject(feature("valid"), author="kh"), before)
    assert (after.anchor, after.verdict, after.confirmed_by) == (False, "outlier", "")
    assert after.confirmed_at is None
    assert merge(after, None) is after
