"""Overrides over the API."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from served import Served, upload

#: Values as only a hostile or a broken program sends them.
ODD = st.one_of(
    st.sampled_from(["\x00", "\ud800", "x" * 100_000, "'; --", "../x", 1e308, float("nan"), 2**70]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    ),
)
FIELDS = ("verdict", "anchor", "name", "note", "later", "author", "confirmed_by")
#: Ids of features and sessions that are not there, or none.
FEATURES = st.sampled_from(["0", "3", "-1", "99999999999999999999", "1e3", "%00", "3%2F..", "x"])
SESSIONS = st.sampled_from(["", "0" * 14, "%00", "x" * 5000, "..%2F..", "%F0%9F%A7%AC"])


@pytest.fixture
def own(ann: httpx.Client) -> str:
    return str(upload(ann).json()["id"])


def test_an_override_is_made_undone_and_kept_in_the_trail(ann: httpx.Client, own: str) -> None:
    wish = {"verdict": "outlier", "note": "tailing"}
    (made,) = ann.put(f"sessions/{own}/overrides/3", json=wish).json()["overrides"]
    assert (made["verdict"], made["note"], made["author"]) == ("outlier", "tailing", "Ann")
    second = ann.put(f"sessions/{own}/overrides/5", json={"anchor": True}).json()["overrides"]
    assert [one["feature_id"] for one in second] == [3, 5]
    left = ann.delete(f"sessions/{own}/overrides/3").json()["overrides"]
    assert [one["feature_id"] for one in left] == [5]
    assert ann.get(f"sessions/{own}/overrides").json()["overrides"] == left
    trail = ann.get(f"sessions/{own}/overrides/trail").json()["overrides"]
    assert [(one["feature_id"], one["verdict"], one["author"]) for one in trail] == [
        (3, "outlier", "Ann"),
        (5, None, "Ann"),
        (3, None, "Ann"),
    ]


@pytest.mark.parametrize(
    ("feature", "wish", "code"),
    [
        (3, {"verdict": "outlier"}, "bad-override"),
        (9999, {"anchor": True}, "bad-override"),
        (3, {"verdict": "wrong", "note": "x"}, "bad-request"),
        (3, {"note": "x" * 2001}, "bad-request"),
        (3, {"note": "x\x00"}, "bad-request"),
        (3, {"colour": "red"}, "bad-request"),
        (3, {"name": "GM3(36:1;O2)"}, "bad-override"),
        (3, {"name": "foo", "verdict": "valid", "note": "x"}, "bad-override"),
        (3, {"name": "x" * 201, "verdict": "valid", "note": "x"}, "bad-request"),
        (3, {"later": True, "verdict": "valid", "note": "x"}, "bad-override"),
    ],
)
def test_a_wrong_override_is_refused(
    ann: httpx.Client, sid: str, feature: int, wish: dict[str, object], code: str
) -> None:
    answer = ann.put(f"sessions/{sid}/overrides/{feature}", json=wish)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_name_is_changed_and_a_second_person_confirms_it(
    ann: httpx.Client, running: Served, own: str
) -> None:
    wish = {"verdict": "valid", "name": "GM3(36:1;O2)", "note": "MS/MS", "later": False}
    (made,) = ann.put(f"sessions/{own}/overrides/3", json=wish).json()["overrides"]
    assert (made["decision"], made["name"]) == ("renamed", "GM3(36:1;O2)")
    assert (made["confirmed_by"], made["confirmed_at"]) == ("", None)
    refused = ann.post(f"sessions/{own}/overrides/3/confirm")
    assert (refused.status_code, refused.json()["code"]) == (422, "bad-override")
    with running.caller("admin", "Bob") as bob:
        for other in (
            "2026-01-01T00:00:00Z",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:00:00-23:00",
            "x",
        ):
            refused = bob.post(f"sessions/{own}/overrides/3/confirm", params={"time": other})
            assert refused.status_code == 422
        read = {"time": made["time"]}
        (confirmed,) = bob.post(f"sessions/{own}/overrides/3/confirm", params=read).json()[
            "overrides"
        ]
        assert bob.post(f"sessions/{own}/overrides/3/confirm").status_code == 422
    assert confirmed["confirmed_by"] == "Bob"
    assert confirmed["confirmed_at"] > confirmed["time"]
    assert (confirmed["author"], confirmed["decision"]) == ("Ann", "renamed")
    (again,) = ann.put(f"sessions/{own}/overrides/3", json={"later": True}).json()["overrides"]
    assert (again["decision"], again["name"], again["confirmed_by"]) == ("later", None, "")
    trail = ann.get(f"sessions/{own}/overrides/trail").json()["overrides"]
    assert [one["confirmed_by"] for one in trail] == ["", "Bob", ""]


def test_author_and_confirmation_come_from_nobody_but_the_caller(
    ann: httpx.Client, own: str
) -> None:
    for field in ("author", "confirmed_by", "confirmed_at", "time", "decision"):
        wish = {"verdict": "outlier", "note": "x", field: "Bob"}
        answer = ann.put(f"sessions/{own}/overrides/3", json=wish)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad-request")
    assert ann.get(f"sessions/{own}/overrides").json()["overrides"] == []


def test_nothing_is_confirmed_where_nothing_was_decided(ann: httpx.Client, own: str) -> None:
    ann.put(f"sessions/{own}/overrides/4", json={"anchor": True})
    for feature in (3, 4, 9999):
        answer = ann.post(f"sessions/{own}/overrides/{feature}/confirm")
        assert (answer.status_code, answer.json()["code"]) == (422, "bad-override")
    assert ann.post(f"sessions/{'0' * 14}/overrides/3/confirm").status_code == 404


def test_two_people_override_without_losing_either(
    ann: httpx.Client, running: Served, own: str
) -> None:
    with running.caller("admin", "Bob") as bob:
        ann.put(f"sessions/{own}/overrides/1", json={"note": "mine"})
        bob.put(f"sessions/{own}/overrides/2", json={"note": "his"})
    found = ann.get(f"sessions/{own}/overrides").json()["overrides"]
    assert [(one["note"], one["author"]) for one in found] == [("mine", "Ann"), ("his", "Bob")]


@examples(60)
@given(
    wish=st.one_of(ODD, st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=4)),
    feature=FEATURES,
    place=st.none() | SESSIONS,
)
def test_whatever_is_sent_is_answered_and_no_fault_of_the_server(
    ann: httpx.Client, sid: str, wish: Any, feature: str, place: str | None
) -> None:
    path = f"sessions/{sid if place is None else place}/overrides/{feature}"
    kind = {"Content-Type": "application/json"}
    answers = [
        ann.put(path, content=json.dumps(wish), headers=kind),
        ann.post(f"{path}/confirm"),
        ann.delete(path),
    ]
    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
