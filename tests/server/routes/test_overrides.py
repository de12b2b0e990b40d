"""Overrides over the API."""

from __future__ import annotations

import httpx
import pytest
from served import Served, upload


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
        (3, {"colour": "red"}, "bad-request"),
    ],
)
def test_a_wrong_override_is_refused(
    ann: httpx.Client, sid: str, feature: int, wish: dict[str, object], code: str
) -> None:
    answer = ann.put(f"sessions/{sid}/overrides/{feature}", json=wish)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_two_people_override_without_losing_either(
    ann: httpx.Client, running: Served, own: str
) -> None:
    with running.caller("admin", "Bob") as bob:
        ann.put(f"sessions/{own}/overrides/1", json={"note": "mine"})
        bob.put(f"sessions/{own}/overrides/2", json={"note": "his"})
    found = ann.get(f"sessions/{own}/overrides").json()["overrides"]
    assert [(one["note"], one["author"]) for one in found] == [("mine", "Ann"), ("his", "Bob")]
