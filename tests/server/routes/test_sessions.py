"""Sessions over the API: made, listed, read, changed, run again, deleted."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pandas as pd
import pytest
from served import EXAMPLE, Served, upload

import ganglioside as gg

pytestmark = pytest.mark.usefixtures("jobs_here")


def ids(answer: httpx.Response) -> list[str]:
    return [session["id"] for session in answer.json()["sessions"]]


def test_an_upload_is_analysed_and_kept_as_by_the_package(
    ann: httpx.Client, running: Served
) -> None:
    answer = upload(ann, name="mouse brain", settings='{"rt_tolerance": 0.05}')
    session = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/sessions/{session['id']}"
    assert (session["name"], session["status"], session["author"]) == (
        "mouse brain", "completed", "Ann",
    )  # fmt: skip
    here = gg.analyze(gg.example(), gg.Settings(rt_tolerance=0.05))
    pd.testing.assert_frame_equal(running.history.load(session["id"]).features, here.features)
    assert session["valid"] == here.summary.valid


def test_an_upload_can_say_how_it_is_read(ann: httpx.Client) -> None:
    frame = gg.example().data[["name", "rt"]].rename(columns={"name": "Mine", "rt": "t"})
    content = frame.assign(t=frame["t"] * 60).to_csv(index=False, header=True).encode()
    assert upload(ann, content).status_code == 422
    answer = upload(ann, content, columns='{"Name": "Mine", "RT": "t"}', unit="s")
    assert answer.status_code == 201
    features = ann.get(f"sessions/{answer.json()['id']}/features").json()["features"]
    assert features[0]["rt"] == pytest.approx(frame["t"].iloc[0])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"settings": "{"}, "bad-setting"),
        ({"settings": "[]"}, "bad-setting"),
        ({"settings": '{"colour": 1}'}, "bad-setting"),
        ({"settings": '{"rt_tolerance": 99}'}, "bad-setting"),
        ({"columns": '{"Name": 1}'}, "bad-setting"),
        ({"mode": "later"}, "bad-request"),
        ({"unit": "hours"}, "bad-request"),
        ({"name": "x" * 201}, "bad-request"),
        ({"name": "a\x00b"}, "bad-request"),
        ({"name": "a\nb"}, "bad-request"),
        ({"setting": '{"rt_tolerance": 0.05}'}, "bad-request"),
        ({"name": ["one", "two"]}, "bad-request"),
    ],
)
def test_what_a_form_says_wrongly_is_refused(
    ann: httpx.Client, fields: dict[str, str], code: str
) -> None:
    answer = upload(ann, **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("request_", "place", "cure"),
    [
        ({"content": EXAMPLE, "headers": {"content-type": "text/csv"}}, "body", "multipart"),
        ({"json": {"file": "x"}}, "body", "multipart"),
        ({"files": {"file": ("", EXAMPLE)}}, "body.file", "curl -F file=@"),
        ({"files": [("file", ("a.csv", EXAMPLE)), ("file", ("b.csv", EXAMPLE))]}, "body.file",
         "twice"),
        ({"files": {"File": ("a.csv", EXAMPLE)}}, "body.File", "the fields are file, name, mode"),
    ],
)  # fmt: skip
def test_a_form_that_is_none_is_refused_with_the_cure(
    ann: httpx.Client, request_: dict[str, Any], place: str, cure: str
) -> None:
    before = ann.get("sessions").json()["total"]
    answer = ann.post("sessions", **request_).json()
    assert (answer["status"], answer["code"]) == (422, "bad-request")
    assert [fault["place"] for fault in answer["faults"]] == [place]
    assert cure in answer["detail"]
    assert ann.get("sessions").json()["total"] == before


def test_whoever_may_not_write_is_told_that_before_faults_of_a_form(running: Served) -> None:
    with running.caller("read") as reader:
        assert upload(reader, nonsense="x").status_code == 403


def test_a_name_of_blanks_is_that_of_the_file(ann: httpx.Client) -> None:
    assert upload(ann, name="   ").json()["name"] == "example.csv"


def test_a_group_alone_asks_to_share_with_it(ann: httpx.Client) -> None:
    sid = upload(ann).json()["id"]
    answer = ann.patch(f"sessions/{sid}", json={"group": "lipids"}).json()
    assert (answer["shared"], answer["shared_group"]) == ("group", "lipids")


def test_json_under_another_name_is_refused_with_the_cure(ann: httpx.Client, sid: str) -> None:
    answer = ann.patch(f"sessions/{sid}", content=b'{"name": "x"}', headers={
        "content-type": "text/plain"}).json()  # fmt: skip
    assert (answer["status"], answer["code"]) == (422, "bad-request")
    assert "Content-Type: application/json" in answer["detail"]


def test_a_table_that_cannot_be_read_leaves_no_session(ann: httpx.Client) -> None:
    before = ann.get("sessions").json()["total"]
    answer = upload(ann, b"\x00\x01\x02")
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")
    assert ann.get("sessions").json()["total"] == before


def test_a_job_is_accepted_with_an_address_to_watch(ann: httpx.Client, running: Served) -> None:
    answer = upload(ann, mode="job", name="later")
    accepted = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/api/v1/jobs/{accepted['job']}"
    host = str(ann.base_url).removesuffix("/api/v1/")
    with ann.stream("GET", host + accepted["watch"], headers={"Accept": "text/event-stream"}) as s:
        text = s.read().decode()
    assert "event: complete" in text
    session = ann.get(f"sessions/{accepted['session']}").json()
    assert (session["status"], session["name"], session["author"]) == ("completed", "later", "Ann")
    job = running.history.jobs.get(accepted["job"])
    assert (job.session, job.author) == (accepted["session"], "Ann")


@pytest.fixture(scope="module")
def three(ann: httpx.Client) -> list[str]:
    names = ["Delta", "alpha", "Charlie"]
    return [upload(ann, name=f"three {name}").json()["id"] for name in names]


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({}, [2, 1, 0]),
        ({"order": "asc"}, [0, 1, 2]),
        ({"sort": "name", "order": "asc"}, [1, 2, 0]),
        ({"sort": "name"}, [0, 2, 1]),
        ({"sort": "author", "status": "completed"}, [2, 1, 0]),
        ({"text": "THREE ALPHA"}, [1]),
        ({"author": "nobody"}, []),
        ({"sample_type": "mouse"}, []),
        ({"status": "failed"}, []),
    ],
)
def test_sessions_are_filtered_and_sorted(
    ann: httpx.Client, three: list[str], query: dict[str, str], order: list[int]
) -> None:
    answer = ann.get("sessions", params={"text": "three", **query})
    assert ids(answer) == [three[i] for i in order]
    assert answer.json()["total"] == len(order)


@pytest.mark.parametrize("sort", ["created", "name", "status", "author", "file_name"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_hold_every_session_once(
    ann: httpx.Client, three: list[str], sort: str, order: str
) -> None:
    query = {"sort": sort, "order": order, "limit": 1, "text": "three"}
    found, after = [], None
    for _ in range(4):
        answer = ann.get("sessions", params=query if after is None else {**query, "after": after})
        found += ids(answer)
        after = answer.json()["next"]
        if after is None:
            break
    assert sorted(found) == sorted(three)
    assert found == ids(ann.get("sessions", params={**query, "limit": 50}))


def test_sessions_of_a_time_are_listed(ann: httpx.Client, three: list[str]) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert ids(ann.get("sessions", params={"text": "three", "before": soon}))
    assert ids(ann.get("sessions", params={"text": "three", "since": soon})) == []


@pytest.mark.parametrize("after", ["x", "%%%", "WzFd", "bnVsbA", "e30", "[" * 500])
def test_a_wrong_continuation_is_refused(ann: httpx.Client, after: str) -> None:
    answer = ann.get("sessions", params={"after": after})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-request")


def test_a_session_is_renamed_kept_and_deleted(ann: httpx.Client) -> None:
    sid = upload(ann).json()["id"]
    changed = ann.patch(f"sessions/{sid}", json={"name": "new", "keep": True}).json()
    assert (changed["name"], changed["keep"]) == ("new", True)
    assert ann.patch(f"sessions/{sid}", json={"name": " "}).status_code == 422
    assert ann.delete(f"sessions/{sid}").status_code == 204
    assert ann.get(f"sessions/{sid}").status_code == 404
    assert ann.delete(f"sessions/{sid}").status_code == 404


@pytest.mark.parametrize("name", ["\0", "\x1b[2J", "a\nb", "a\x7fb", " "])
def test_a_name_that_cannot_be_printed_is_refused(ann: httpx.Client, sid: str, name: str) -> None:
    answer = ann.patch(f"sessions/{sid}", json={"name": name})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-request")


def test_a_session_is_run_again_with_other_settings(ann: httpx.Client, sid: str) -> None:
    answer = ann.post(f"sessions/{sid}/rerun", json={"settings": {"outlier_threshold": 2.0}})
    assert answer.status_code == 201
    again = answer.json()
    assert again["rerun_of"] == sid
    assert ann.get(f"sessions/{again['id']}/settings").json()["outlier_threshold"] == 2.0
    job = ann.post(f"sessions/{sid}/rerun", json={"mode": "job"})
    assert job.status_code == 202


def test_others_may_not_change_a_session(running: Served, sid: str) -> None:
    with running.caller("write", "Bob") as bob:
        for answer in (
            bob.patch(f"sessions/{sid}", json={"name": "mine"}),
            bob.delete(f"sessions/{sid}"),
            bob.post(f"sessions/{sid}/cancel"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "not-yours")
        own = upload(bob).json()["id"]
        assert bob.patch(f"sessions/{own}", json={"name": "mine"}).status_code == 200
        assert bob.delete(f"sessions/{own}").status_code == 204


def test_what_has_ended_cannot_be_cancelled(ann: httpx.Client, sid: str) -> None:
    answer = ann.post(f"sessions/{sid}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")


def test_a_waiting_session_is_cancelled_at_once(ann: httpx.Client, running: Served) -> None:
    sid = running.history.queue(gg.example().source, gg.Settings())
    assert ann.get(f"sessions/{sid}/features").status_code == 409
    cancelled = ann.post(f"sessions/{sid}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")


def test_the_input_comes_back_byte_for_byte(ann: httpx.Client, sid: str) -> None:
    answer = ann.get(f"sessions/{sid}/input")
    assert answer.content == gg.example().source.content
    assert "example.csv" in answer.headers["content-disposition"]


def test_a_workbook_can_be_uploaded(ann: httpx.Client) -> None:
    book = io.BytesIO()
    gg.example().data[["name", "rt", "volume", "anchor"]].to_excel(book, index=False)
    files = {"file": ("table.xlsx", book.getvalue())}
    assert ann.post("sessions", files=files).status_code == 201


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\x\\passwd", "a\r\nX: y/passwd", "passwd"]
)
def test_no_folder_of_a_file_name_is_kept(ann: httpx.Client, name: str) -> None:
    content = gg.example().source.content
    form = [("file", (name, content))]
    answer = ann.post("sessions", files=form)
    assert answer.status_code == 201
    assert answer.json()["file_name"].strip("_").endswith("passwd")
    assert not set("/\\\r\n") & set(answer.json()["file_name"])


def test_an_analysis_that_takes_too_long_is_refused(tmp_path: Any) -> None:
    from served import NO_RATES, Running

    from ganglioside.history import History

    limits = type(NO_RATES)(requests_per_second=0, uploads_per_minute=0, seconds=1e-6)
    with (
        Running(History.open(tmp_path / "history.duckdb"), limits) as served,
        served.caller() as client,
    ):
        answer = upload(client)
        assert (answer.status_code, answer.json()["code"]) == (409, "cancelled")
        assert "mode=job" in json.dumps(answer.json())
        assert client.get("sessions").json()["total"] == 0
