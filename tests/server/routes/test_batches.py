"""Batches over the API."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from served import Served, upload

import ganglioside as gg
from ganglioside.jobs import launcher
from ganglioside.server.rates import RateLimits
from ganglioside.server.routes import batches

pytestmark = pytest.mark.usefixtures("jobs_here")

ODD = st.one_of(
    st.sampled_from(
        [
            "\x00",
            "\x00.csv",
            "../../x.csv",
            "x" * 5000 + ".csv",
            "鼠" * 100 + ".csv",
            "..",
            "{",
            "'; --",
            "[1]",
        ]
    ),
    st.text(st.characters(codec="utf-8"), max_size=30),
)


@pytest.fixture(scope="module")
def batch(ann: httpx.Client, jobs_here: None, one_worker: None) -> str:
    files = [("files", (f"table {i}.csv", gg.example().source.content)) for i in range(2)]
    files.append(("files", ("wrong.csv", b"no table")))
    answer = ann.post("batches", files=files, data={"settings": '{"rt_tolerance": 0.05}'})
    assert answer.status_code == 202
    job = str(answer.json()["job"])
    headers = {"Accept": "text/event-stream"}
    with ann.stream("GET", f"jobs/{job}/events", headers=headers) as stream:
        stream.read()
    return job


def test_a_batch_judges_each_table(ann: httpx.Client, batch: str) -> None:
    done = ann.get(f"batches/{batch}").json()
    assert done["status"] == "completed"
    assert done["result"]["tables"] == 3
    assert [*done["result"]["failed"]] == ["wrong.csv"]
    assert done["result"]["overview"] == "overview.html"
    assert done in ann.get("batches").json()["jobs"]


def test_nobody_learns_where_the_server_keeps_a_batch(
    ann: httpx.Client, running: Served, batch: str
) -> None:
    places = ("batches", f"batches/{batch}", "jobs", f"jobs/{batch}", f"jobs/{batch}/events")
    texts = [ann.get(place).text for place in places]
    with ann.stream(
        "GET", f"jobs/{batch}/events", headers={"Accept": "text/event-stream"}
    ) as stream:
        texts.append(stream.read().decode())
    assert "overview.html" in texts[-1]
    texts.append(ann.get(f"batches/{batch}/overview").text)
    assert "wrong.csv" in texts[-1]
    packed = zipfile.ZipFile(io.BytesIO(ann.get(f"batches/{batch}/results").content))
    texts += [packed.read(name).decode() for name in packed.namelist()]
    folder = json.loads(running.history.jobs.get(batch).parameters)["out"].removesuffix("results")
    assert [text for text in texts if folder in text] == []


def test_results_of_a_batch_come_as_one_file(ann: httpx.Client, batch: str) -> None:
    answer = ann.get(f"batches/{batch}/results")
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert any("table 0" in name for name in names)
    assert ann.get(f"batches/{batch}/overview").status_code == 200


def test_results_are_packed_once_and_counted_by_their_size(
    ann: httpx.Client, running: Served, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever could read a batch of 500 tables had it packed ten times a second, in all threads."""
    counted: list[int] = []
    monkeypatch.setattr(RateLimits, "count_work", lambda _, __, work: counted.append(work))
    monkeypatch.setattr(batches, "_BYTES_OF_WORK", 1_000)
    running.history.tokens.add("Bob")  # answers are kept until the history is written to
    first, second = (ann.get(f"batches/{batch}/results").content for _ in range(2))
    assert first == second
    assert counted == [1 + batches._MOST_WORK]


def test_two_tables_of_one_name_are_refused(ann: httpx.Client) -> None:
    files = [("files", ("same.csv", b"x")), ("files", ("same.csv", b"y"))]
    answer = ann.post("batches", files=files)
    assert (answer.status_code, answer.json()["code"]) == (422, "same-name")


def test_a_job_of_another_kind_is_no_batch(ann: httpx.Client) -> None:
    job = upload(ann, mode="job").json()["job"]
    assert ann.get(f"batches/{job}").json()["code"] == "no-batch"
    assert ann.get(f"batches/{job}/results").json()["code"] == "no-batch"


def test_what_cannot_be_a_batch_is_refused_with_its_code(ann: httpx.Client) -> None:
    before = len(ann.get("batches").json()["jobs"])
    many = [("files", (f"{number}.csv", b"x")) for number in range(501)]
    answer = ann.post("batches", files=many)
    assert (answer.status_code, answer.json()["code"]) == (422, "too-many-tables")
    answer = ann.post("batches", files=[("files", ("notes.pdf", b"x"))])
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-batch")
    assert "notes.pdf is no table by its name" in answer.json()["detail"]
    assert len(ann.get("batches").json()["jobs"]) == before


@pytest.fixture(scope="module")
def _jobs_wait(batch: str) -> Iterator[None]:
    """Let jobs wait; the batch is carried out before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launcher, "_launch", lambda *_: None)
        yield


@pytest.mark.usefixtures("_jobs_wait")
@examples(40)
@given(name=ODD, chosen=ODD, shared=ODD, group=ODD, job=ODD)
def test_whatever_is_sent_is_answered_and_no_fault_of_the_server(
    ann: httpx.Client,
    name: str, chosen: str, shared: str, group: str, job: str,
) -> None:  # fmt: skip
    """Also what a table may be called, with whom it is shared, and which batch is asked for."""
    files = [("files", (name, b"no table"))]
    for data in ({}, {"settings": chosen}, {"shared": shared, "group": group}):
        answer = ann.post("batches", files=files, data=data)
        assert answer.status_code < 500, answer.text
        if answer.status_code == 202:
            ann.post(f"jobs/{answer.json()['job']}/cancel")
    for path in ("", "/results", "/overview"):
        asked = ann.build_request("GET", f"{ann.base_url}batches/{quote(job, safe='')}{path}")
        assert ann.send(asked).status_code < 500


@examples(40)
@given(
    change=st.dictionaries(st.sampled_from(["shared", "group", "name", "keep"]), ODD, max_size=3)
)
def test_odd_wishes_to_share_are_answered(ann: httpx.Client, sid: str, change: object) -> None:
    assert ann.patch(f"sessions/{sid}", json=change).status_code < 500
    ann.patch(f"sessions/{sid}", json={"shared": "everybody"})  # as it was, for the other tests
