"""Jobs: listed, read, cancelled, retried."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from ganglioside.history.session_rows import Status
from ganglioside.jobs import cancel, retry
from ganglioside.server.answers import AcceptedAnswer, JobAnswer, JobsAnswer, accepted
from ganglioside.server.callers import Reader, Writer
from ganglioside.server.problems import answers
from ganglioside.server.service import JobId, Served

router = APIRouter(tags=["jobs"])


@router.get("/jobs", responses=answers())
def list_jobs(
    served: Served,
    _: Reader,
    status: Annotated[Status | None, Query(examples=["processing"])] = None,
    limit: Annotated[int, Query(ge=1, le=500, examples=[20])] = 50,
) -> JobsAnswer:
    """List jobs, the newest first."""
    statuses = () if status is None else (status,)
    found = served.history.jobs.all(*statuses, limit=limit)
    return JobsAnswer(jobs=[JobAnswer.of(job) for job in found])


@router.get("/jobs/{job}", responses=answers(404))
def read_job(served: Served, _: Reader, job: JobId) -> JobAnswer:
    """Read one job."""
    return JobAnswer.of(served.history.jobs.get(job))


@router.post("/jobs/{job}/cancel", status_code=202, responses=answers(404, 409))
def cancel_job(served: Served, _: Writer, job: JobId) -> JobAnswer:
    """Request the end of a job: at its next step, or at once where it waits."""
    return JobAnswer.of(cancel(served.history, job))


@router.post("/jobs/{job}/retry", status_code=202, responses=answers(404, 409))
def retry_job(served: Served, person: Writer, job: JobId, response: Response) -> AcceptedAnswer:
    """Start a job again that has ended, as a new job."""
    served.rates.count_upload(person.name)
    served.require_room_for_job()
    new = retry(served.history, job)
    return accepted(response, served.base, new)
