"""Problems: one form for every refusal and fault."""

from __future__ import annotations

import errno

import httpx
import pytest
from fastapi import FastAPI
from served import upload
from starlette.testclient import TestClient

from ganglioside import errors
from ganglioside.server.problems import Problem, answer_problems, answers, problem_of


def test_a_problem_says_what_is_wrong_and_what_to_do(ann: httpx.Client) -> None:
    answer = ann.get("sessions/00000000000000")
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": problem["detail"],
        "code": "no-session",
    }
    assert "00000000000000" in problem["detail"]


def test_the_place_of_a_bad_parameter_is_named(ann: httpx.Client) -> None:
    problem = ann.get("sessions", params={"limit": "many", "colour": "red"}).json()
    assert (problem["status"], problem["code"]) == (422, "bad-request")
    assert [fault["place"] for fault in problem["faults"]] == ["query.limit", "query.colour"]


def test_faults_of_a_table_are_listed(ann: httpx.Client) -> None:
    answer = upload(ann, b"Name,RT\nbanana,1\nGM9(36:1;O2),2\n")
    assert (answer.status_code, answer.json()["code"]) == (422, "unusable-table")
    assert "banana" in str(answer.json()["faults"])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.UnknownSessionError("x"), 404),
        (errors.UnknownJobError("x"), 404),
        (errors.EndedError("x"), 409),
        (errors.TextError("x"), 422),
        (errors.HistoryBusyError("x"), 503),
        (errors.HistoryError("damaged"), 500),
        (errors.Cancelled(), 409),
    ],
)
def test_errors_have_their_status(error: BaseException, status: int) -> None:
    problem = problem_of(error)
    assert problem.status == status
    assert ("Retry-After" in problem.headers) == (status == 503)


def test_a_fault_of_the_history_does_not_tell_where_it_is() -> None:
    problem = problem_of(errors.HistoryError("/somewhere/secret/history.duckdb is damaged"))
    assert problem.status == 500
    assert "secret" not in problem.detail
    assert "HistoryError" in problem.detail


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.HistoryBusyError("/secret/h.duckdb is in use"), 503, "busy"),
        (errors.HistoryAwayError("secret@db.example does not answer"), 503, "away"),
        (errors.NoRoomError("/secret/h.duckdb: no space"), 503, "no-room"),
        (OSError(errno.ENOSPC, "No space left", "/secret"), 503, "no-room"),
        (errors.UnwritableError("/secret/t.csv cannot be written"), 500, "failed"),
    ],
)
def test_a_fault_of_the_place_says_what_to_do_and_not_where_it_is(
    error: BaseException, status: int, code: str
) -> None:
    problem = problem_of(error)
    assert (problem.status, problem.code) == (status, code)
    assert "secret" not in problem.detail
    assert "whoever runs" in problem.detail or "Try again" in problem.detail
    assert ("Retry-After" in problem.headers) == (status == 503)


def test_a_full_disk_met_outside_of_the_history_is_told_too() -> None:
    app = FastAPI()
    answer_problems(app)

    @app.get("/")
    def fail() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/somewhere/secret")

    answer = TestClient(app, raise_server_exceptions=False).get("/")
    assert (answer.status_code, answer.json()["code"]) == (503, "no-room")


def test_a_place_of_a_request_is_named_in_short(ann: httpx.Client) -> None:
    answer = ann.post("tokens", json={f"{number:09,}" + "x" * 10_000: 1 for number in range(200)})
    assert answer.status_code == 422
    assert len(answer.json()["faults"]) <= 100
    assert len(answer.text) < 50_000


def test_an_unforeseen_fault_tells_nothing_of_the_program() -> None:
    app = FastAPI()
    answer_problems(app)

    @app.get("/")
    def fail() -> None:
        raise RuntimeError("/somewhere/secret")

    answer = TestClient(app, raise_server_exceptions=False).get("/")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["code"] == "failed"


def test_a_problem_can_bring_headers() -> None:
    assert (
        Problem(429, "too-many", "Later.", {"Retry-After": "3"}).answer().headers["retry-after"]
        == "3"
    )


def test_declared_answers_include_those_of_every_address() -> None:
    assert set(answers(404)) == {401, 403, 404, 422, 429, 503}


@pytest.mark.parametrize("body", [b"\xff\x0e\xff", b"{", b"[1,", b"nul"])
def test_a_body_that_is_no_json_is_refused(ann: httpx.Client, body: bytes) -> None:
    answer = ann.post("tokens", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-request")


def test_a_form_that_is_none_is_refused(ann: httpx.Client) -> None:
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = ann.post("sessions", content=b"no form", headers=form)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-request")
