"""Batches: many tables judged by one job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, File, Query, Response, UploadFile

from ganglioside.errors import TooManyTablesError
from ganglioside.history.jobs import Job
from ganglioside.jobs import Batch
from ganglioside.jobs.sent_batches import (
    MOST_TABLES,
    SentTable,
    bytes_in,
    handed_out,
    overview_in,
    packed,
    results_of,
    start_sent_batch,
)
from ganglioside.server.answers import AcceptedAnswer, JobAnswer, JobsAnswer, accepted
from ganglioside.server.callers import Reader, Writer
from ganglioside.server.problems import Problem, answers
from ganglioside.server.routes.sessions import attachment
from ganglioside.server.service import JobId, Served, Service
from ganglioside.server.uploads import (
    FORM,
    GroupField,
    SettingsField,
    SharedField,
    file_name,
    wanted,
)

router = APIRouter(tags=["batches"])

#: So many bytes of results take as long to pack as a usual export; work counted for the largest.
_BYTES_OF_WORK: Final = 2_000_000
_MOST_WORK: Final = 50

_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@router.post("/batches", status_code=202, dependencies=[FORM], responses=answers(413))
def create_batch(
    served: Served,
    person: Writer,
    response: Response,
    files: Annotated[list[UploadFile], File(description="The tables.")],
    settings: SettingsField = "",
    shared: SharedField = None,
    group: GroupField = "",
) -> AcceptedAnswer:
    """Judge many tables: a session for each, and an overview of all."""
    served.rates.count_upload(person.name)
    chosen = wanted(settings, "", "", "", True).settings
    if len(files) > MOST_TABLES:  # before any of them is kept
        raise TooManyTablesError(f"A batch takes at most {MOST_TABLES} tables: make several.")
    history = served.sharing(shared, group)
    served.require_room_for_job()
    tables = (SentTable(file_name(upload), upload.file.read()) for upload in files)
    job = start_sent_batch(
        history, tables, chosen, folder=served.work, time_limit=served.limits.job_seconds
    )
    return accepted(response, served.base, job, place="batches")


@router.get("/batches", responses=answers())
def list_batches(
    served: Served, _: Reader, limit: Annotated[int, Query(ge=1, le=500, examples=[20])] = 50
) -> JobsAnswer:
    """List batches, the newest first."""
    found = served.history.jobs.all(limit=limit, kind=Batch.kind)
    return JobsAnswer(jobs=[JobAnswer.of(job) for job in found])


@router.get("/batches/{job}", responses=answers(404))
def read_batch(served: Served, _: Reader, job: JobId) -> JobAnswer:
    """Read the state of a batch, and how many of its tables failed."""
    return JobAnswer.of(_batch(served, job))


@router.get("/batches/{job}/overview", response_class=Response,
            responses={200: {"content": _BINARY}, **answers(404, 409)})  # fmt: skip
def read_overview(served: Served, _: Reader, job: JobId) -> Response:
    """Read the overview of a batch that is done: a page (HTML) about all tables."""
    results = _results(served, job)
    page = overview_in(results)
    if page is None:
        raise Problem(404, "no-results", f"The overview of batch {job} is gone.")
    return attachment(handed_out(page, results), f"batch-{job}.html", "application/octet-stream")


@router.get("/batches/{job}/results", response_class=Response,
            responses={200: {"content": _BINARY}, **answers(404, 409)})  # fmt: skip
def read_results(served: Served, _: Reader, job: JobId) -> Response:
    """Read all results of a batch that is done, as one ZIP file."""
    results = _results(served, job)
    work = 1 + min(bytes_in(results) // _BYTES_OF_WORK, _MOST_WORK)
    content, _tag = served.worked(("results", job), lambda: packed(results), work)
    return attachment(content, f"batch-{job}.zip", "application/octet-stream")


def _batch(served: Service, job: str) -> Job:
    found = served.history.jobs.get(job)
    if found.kind != Batch.kind:
        raise Problem(404, "no-batch", f"Job {job} is no batch: it is of the kind {found.kind}.")
    return found


def _results(served: Service, job: str) -> Path:
    """Folder with the results of a batch that is done and was made by this server."""
    found = _batch(served, job)
    if found.status != "completed":
        raise Problem(409, "wrong-state", f"Batch {job} has no results: it is {found.status}.")
    out = results_of(found, served.work)
    if out is None:
        raise Problem(404, "no-results", f"The results of batch {job} are not on this server.")
    return out
