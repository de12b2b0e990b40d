"""Batches: many tables judged by one job."""

from __future__ import annotations

import io
import json
import os
import secrets
import shutil
import zipfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Query, Response, UploadFile

from ganglioside.history.jobs import Job
from ganglioside.jobs import Batch, start
from ganglioside.server.answers import AcceptedAnswer, JobAnswer, JobsAnswer, accepted
from ganglioside.server.callers import Reader, Writer
from ganglioside.server.problems import Problem, answers
from ganglioside.server.routes.sessions import attachment
from ganglioside.server.service import JobId, Served, Service
from ganglioside.server.uploads import GroupField, SettingsField, SharedField, file_name, wanted
from ganglioside.support.whole_files import write_whole

router = APIRouter(tags=["batches"])

#: Names a cluster of Dask that does the batches of the API: tls://host:8786. Without one, a batch
#: has one process, and others go on beside it.
SCHEDULER = "GANGLIOSIDE_SCHEDULER"

#: Most tables of one batch.
_MOST_TABLES = 500

_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@router.post("/batches", status_code=202, responses=answers(413))
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
    if len(files) > _MOST_TABLES:
        raise Problem(422, "too-many-tables", f"A batch takes at most {_MOST_TABLES} tables.")
    history = served.sharing(shared, group)
    served.require_room_for_job()
    folder = served.work / secrets.token_hex(12)
    tables = folder / "tables"
    tables.mkdir(parents=True, mode=0o700)
    try:
        for upload in files:
            _keep(upload, tables)
        work = Batch(
            sources=[str(tables)],
            out=str(folder / "results"),
            settings=chosen.to_dict(),
            reports=False,
            workers=1,
            scheduler=os.environ.get(SCHEDULER) or None,
        )
        job = start(history, work, served.limits.job_seconds)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return accepted(response, job, place="batches")


def _keep(upload: UploadFile, folder: Path) -> None:
    """Write an uploaded table into a folder, under a name that nothing there has yet."""
    name = file_name(upload)
    target = folder / name
    if target.exists():
        raise Problem(422, "same-name", f"Two tables are called {name}: rename one.")
    write_whole(target, upload.file.read())


@router.get("/batches", responses=answers())
def list_batches(
    served: Served, _: Reader, limit: Annotated[int, Query(ge=1, le=500, examples=[20])] = 50
) -> JobsAnswer:
    """List batches, the newest first."""
    found = [job for job in served.history.jobs.all() if job.kind == Batch.kind][:limit]
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
    overview = results / Path(json.loads(_batch(served, job).result or "{}")["overview"]).name
    return attachment(_content(overview), f"batch-{job}.html", "application/octet-stream")


@router.get("/batches/{job}/results", response_class=Response,
            responses={200: {"content": _BINARY}, **answers(404, 409)})  # fmt: skip
def read_results(served: Served, _: Reader, job: JobId) -> Response:
    """Read all results of a batch that is done, as one ZIP file."""
    results = _results(served, job)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(results.rglob("*")):
            if file.is_file() and not file.is_symlink():
                archive.write(file, file.relative_to(results))
    return attachment(packed.getvalue(), f"batch-{job}.zip", "application/octet-stream")


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
    out = Path(json.loads(found.parameters)["out"]).resolve()
    if not out.is_relative_to(served.work.resolve()) or not out.is_dir():
        raise Problem(404, "no-results", f"The results of batch {job} are not on this server.")
    return out


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise Problem(404, "no-results", f"There is no {file.name} among the results.")
    return file.read_bytes()
