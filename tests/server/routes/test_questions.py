"""Questions over the API."""

from __future__ import annotations

import httpx
import pytest
from served import Served

import ganglioside as gg
from ganglioside.exporting.document import records_of


def test_an_explanation_is_that_of_the_package(ann: httpx.Client, sid: str) -> None:
    here = gg.analyze(gg.example()).explain(12)
    answer = ann.get(f"sessions/{sid}/features/12/explanation").json()
    assert answer["text"] == here.text
    assert answer["hypotheses"] == records_of(here.table)
    assert sum(answer["probabilities"].values()) == pytest.approx(1)


def test_suggestions_are_those_of_the_package(ann: httpx.Client, sid: str) -> None:
    here = gg.analyze(gg.example()).suggest(12, 3)
    answer = ann.get(f"sessions/{sid}/features/12/suggestions", params={"limit": 3}).json()
    assert answer == {"suggestions": records_of(here)}


def test_predictions_are_those_of_the_package(ann: httpx.Client, running: Served, sid: str) -> None:
    names = ["GM3(36:1;O2)", "GD1a(d18:1/20:0)"]
    answer = ann.post(f"sessions/{sid}/predictions", json={"names": names}).json()
    assert answer == {"predictions": records_of(running.history.load(sid).predict(names))}


@pytest.mark.parametrize(
    ("wish", "code"),
    [({"names": ["banana"]}, "bad-name"), ({"names": []}, "bad-request"), ({}, "bad-request"),
     ({"names": ["x" * 201]}, "bad-request"), ({"names": "GM3(36:1;O2)"}, "bad-request")],
)  # fmt: skip
def test_what_cannot_be_predicted_is_refused(
    ann: httpx.Client, sid: str, wish: dict[str, object], code: str
) -> None:
    answer = ann.post(f"sessions/{sid}/predictions", json=wish)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("question", ["explanation", "suggestions"])
@pytest.mark.parametrize(("feature", "status"), [("9999", 404), ("-1", 422), ("x", 422)])
def test_a_feature_that_is_not_there_is_not_found(
    ann: httpx.Client, sid: str, question: str, feature: str, status: int
) -> None:
    assert ann.get(f"sessions/{sid}/features/{feature}/{question}").status_code == status
