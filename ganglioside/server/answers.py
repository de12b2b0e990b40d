"""Answers: their models for the documentation, and how tables become JSON."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer
from starlette.requests import Request
from starlette.responses import Response

from ganglioside.columns import VERDICTS
from ganglioside.exporting.document import records_of
from ganglioside.history.jobs import Job
from ganglioside.history.listing import LISTED
from ganglioside.history.session_rows import Status
from ganglioside.history.sharing import Scope, Shared
from ganglioside.history.tokens import Token
from ganglioside.progress import ProgressEvent
from ganglioside.server import patterns
from ganglioside.server.shown_paths import ShownPaths
from ganglioside.support.folders import without_folders

#: An id of a session or job, in examples.
SOME_ID: Final = "1a21eac954c0d6"

Time = Annotated[datetime, PlainSerializer(lambda time: _iso(time), return_type=str)]


def _known_verdict(value: str) -> str:
    """The value, if it is a verdict."""
    if value not in VERDICTS:
        raise ValueError(f"give one of {', '.join(VERDICTS)}")
    return value


VerdictName = Annotated[
    str, AfterValidator(_known_verdict), Field(json_schema_extra={"enum": [*VERDICTS]})
]


def _iso(time: datetime) -> str:
    """Time as ISO 8601 in UTC; times of the history have no zone."""
    return time.replace(tzinfo=time.tzinfo or UTC).isoformat()


class Strict(BaseModel):
    """A model that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid")


def shown(**example: Any) -> ConfigDict:
    """Configuration of a model of a body whose example is shown in the documentation."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class SessionAnswer(Strict):
    """A session."""

    id: str = Field(pattern=patterns.ID, examples=[SOME_ID])
    name: str = Field(examples=["mouse brain"])
    status: Status
    sample_type: str = Field(examples=["mouse"])
    created: Time
    started: Time | None
    completed: Time | None = Field(description="When it ended, whichever way.")
    features: int | None = Field(description="Number of features; null without a result.")
    valid: int | None
    fragment: int | None
    adduct: int | None
    outlier: int | None
    undetermined: int | None = Field(
        description="Rows with this verdict, those that could not be judged among them."
    )
    file_name: str = Field(examples=["features.csv"])
    file_size: int = Field(description="bytes")
    sha256: str = Field(description="SHA-256 of the input.")
    version: str = Field(description="Version of Ganglioside.")
    rerun_of: str | None
    error: str | None
    author: str | None
    keep: bool = Field(description="Whether no cleanup deletes it.")
    shared: Shared = Field(description="Who sees it: its author, a group, everybody.")
    shared_group: str | None = Field(description="The group, where it is shared with one.")

    @classmethod
    def of(cls, row: dict[str, Any]) -> SessionAnswer:
        """Answer about a row of a listing."""
        values = {column: row[column] for column in LISTED}
        error = None if values["error"] is None else without_folders(values["error"])
        return cls(**{**values, "keep": bool(row["keep"]), "error": error})


class SessionsAnswer(Strict):
    """A page of sessions."""

    sessions: list[SessionAnswer]
    total: int = Field(description="Number of sessions on all pages.")
    next: str | None = Field(description="`after` of the next page; null on the last one.")


class JobAnswer(Strict):
    """A job."""

    id: str = Field(pattern=patterns.ID)
    kind: str = Field(examples=["session"])
    name: str
    status: Status
    author: str
    created: Time
    started: Time | None
    ended: Time | None
    time_limit: float | None = Field(description="s")
    cancel_requested: bool
    attempts: int | None = Field(description="How often workers have begun it.")
    not_before: Time | None = Field(description="When it is tried again.")
    retry_of: str | None
    session: str | None = Field(description="The session that it makes.")
    result: dict[str, Any] | None
    error: str | None

    @classmethod
    def of(cls, job: Job) -> JobAnswer:
        """Answer about a job."""
        shown = ShownPaths(job)
        plain = {name: getattr(job, name) for name in cls.model_fields}
        texts = {"name": job.name, "error": job.error, "result": job.outcome}
        return cls(**{**plain, **{name: shown(value) for name, value in texts.items()}})


class JobsAnswer(Strict):
    """Jobs, the newest first."""

    jobs: list[JobAnswer]


class AcceptedAnswer(Strict):
    """Work that goes on."""

    job: str = Field(pattern=patterns.ID)
    session: str | None = Field(description="The session that it makes.")
    watch: str = Field(description="Address of its events.", examples=["/api/v1/jobs/.../events"])


def accepted(
    response: Response, base: str, job: str, session: str | None = None, place: str = "jobs"
) -> AcceptedAnswer:
    """Answer about a job that was started, with its address at a place of the API.

    Parameters
    ----------
    response, job, session, place
    base
        What is before `/api/v1` in the addresses of this server.
    """
    response.status_code = 202
    response.headers["Location"] = f"{base}/api/v1/{place}/{job}"
    owner = f"jobs/{job}" if session is None else f"sessions/{session}"
    return AcceptedAnswer(job=job, session=session, watch=f"{base}/api/v1/{owner}/events")


class EventAnswer(BaseModel):
    """An event of a session or job."""

    id: int = Field(description="0, 1, 2, ... of this session or job.")
    type: str = Field(description="progress, log, complete or error")
    session_id: str | None
    step: str
    message: str
    percentage: float
    timestamp: str
    error: str | None = None


class EventsAnswer(Strict):
    """Events in order."""

    events: list[EventAnswer]
    has_ended: bool = Field(description="Whether no more will come.")


class TokenAnswer(Strict):
    """A token, without its secret."""

    id: str
    person: str
    scope: Scope
    groups: list[str]
    label: str
    created: Time
    expires: Time | None
    revoked: Time | None

    @classmethod
    def of(cls, token: Token) -> TokenAnswer:
        """Answer about a token."""
        return cls(**{name: getattr(token, name) for name in cls.model_fields})


class SecretAnswer(Strict):
    """A new token; its secret is shown here only."""

    secret: str
    token: TokenAnswer


class OverrideAnswer(Strict):
    """Decision, verdict, anchor mark and note of an analyst on one feature."""

    feature_id: int
    decision: str | None
    name: str | None
    verdict: str | None
    later: bool
    anchor: bool | None
    note: str
    author: str
    time: Time
    confirmed_by: str
    confirmed_at: Time | None


class OverridesAnswer(Strict):
    """Overrides."""

    overrides: list[OverrideAnswer]


def event_of(number: int, event: ProgressEvent, shown: ShownPaths) -> dict[str, Any]:
    """An event with its number, ready for JSON, its texts as callers see them."""
    return {"id": number, **{name: shown(value) for name, value in event.items()}}


def number_or_none(value: float) -> float | None:
    """Number for JSON; None for one that is missing."""
    return float(value) if math.isfinite(value) else None


def table_json(name: str, frame: pd.DataFrame, **beside: Any) -> bytes:
    """JSON object with the rows of a table under a name, and values beside it."""
    return to_json({**beside, name: records_of(frame)})


def to_json(value: Any) -> bytes:
    """Value as JSON."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False).encode()


def json_answer(request: Request, content: bytes, tag: str) -> Response:
    """Answer with JSON that was made before; 304 where the caller has it already."""
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)
