"""Jobs over the API."""

from __future__ import annotations

import httpx
import pytest
from served import Served, upload

from ganglioside.jobs import Analyze, run_here

pytestmark = pytest.mark.usefixtures("jobs_here")


def wait_for(client: httpx.Client, job: str) -> dict[str, object]:
    headers = {"Accept": "text/event-stream"}
    with client.stream("GET", f"jobs/{job}/events", headers=headers) as stream:
        stream.read()
    found: dict[str, object] = client.get(f"jobs/{job}").json()
    return found


def test_a_job_is_listed_read_and_retried(ann: httpx.Client) -> None:
    started = upload(ann, mode="job").json()
    done = wait_for(ann, started["job"])
    assert (done["status"], done["session"], done["author"]) == (
        "completed", started["session"], "Ann",
    )  # fmt: skip
    assert "features explained" in str(done["result"])
    assert done in ann.get("jobs", params={"status": "completed"}).json()["jobs"]
    again = ann.post(f"jobs/{started['job']}/retry")
    assert again.status_code == 202
    second = wait_for(ann, again.json()["job"])
    assert (second["status"], second["retry_of"]) == ("completed", started["job"])
    assert second["session"] != started["session"]


def test_a_failed_job_says_why(ann: httpx.Client) -> None:
    started = upload(ann, b"no table at all", mode="job").json()
    done = wait_for(ann, started["job"])
    assert done["status"] == "failed"
    assert "no columns" in str(done["error"])
    assert ann.get(f"sessions/{started['session']}").json()["status"] == "failed"


def test_a_waiting_job_is_cancelled(ann: httpx.Client, running: Served) -> None:
    job = running.history.jobs.add("analyze", {}, "waits")
    cancelled = ann.post(f"jobs/{job}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
    assert ann.post(f"jobs/{job}/cancel").json()["code"] == "wrong-state"


def test_jobs_of_others_are_not_changed(running: Served) -> None:
    job = run_here(running.history, Analyze(source="missing.csv")).id
    with running.caller("write", "Bob") as bob:
        for action in ("cancel", "retry"):
            assert bob.post(f"jobs/{job}/{action}").json()["code"] == "not-yours"


def test_a_job_that_is_not_there_is_not_found(ann: httpx.Client) -> None:
    for answer in (ann.get(f"jobs/{'0' * 14}"), ann.post(f"jobs/{'0' * 14}/cancel")):
        assert (answer.status_code, answer.json()["code"]) == (404, "no-job")
    assert ann.get("jobs/x").status_code == 422
