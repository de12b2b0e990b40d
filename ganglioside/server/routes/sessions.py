"""Sessions: made by upload, listed, read, renamed, run again, deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, Field

from ganglioside.history.listing import MOST_AT_ONCE, SessionQuery, SortBy, cursor
from ganglioside.history.session_rows import Status
from ganglioside.history.sharing import Shared
from ganglioside.jobs import Queued, start
from ganglioside.jobs import Rerun as RerunWork
from ganglioside.jobs.sent_batches import LONGEST_NAME
from ganglioside.reading.raw_table import Source
from ganglioside.server import patterns
from ganglioside.server.answers import (
    SOME_ID,
    AcceptedAnswer,
    SessionAnswer,
    SessionsAnswer,
    Strict,
    accepted,
    json_answer,
    shown,
)
from ganglioside.server.callers import Reader, Writer
from ganglioside.server.problems import Problem, answers
from ganglioside.server.service import Served, Service, SessionId
from ganglioside.server.uploads import (
    FORM,
    ColumnsField,
    GroupField,
    HeaderField,
    Mode,
    ModeField,
    SettingsField,
    SharedField,
    SheetField,
    Title,
    UnitField,
    Upload,
    source_of,
    wanted,
)
from ganglioside.settings import Settings

router = APIRouter(tags=["sessions"])

_MADE: dict[int | str, dict[str, Any]] = {
    201: {"model": SessionAnswer, "description": "Analysed: the session holds the result."},
    202: {"model": AcceptedAnswer, "description": "The analysis goes on: watch it."},
}


#: Continues a list by name after a session called "liver".
_AFTER: Final = cursor("liver", SOME_ID)


class ListQuery(Strict):
    """Which sessions are listed, and in which order."""

    status: Status | None = Field(None, examples=["completed"])
    author: str | None = Field(None, max_length=LONGEST_NAME, examples=["Ann"])
    sample_type: str | None = Field(None, max_length=LONGEST_NAME, examples=["mouse"])
    text: str | None = Field(
        None,
        max_length=LONGEST_NAME,
        description="In the session's name or its file's.",
        examples=["brain"],
    )
    since: AwareDatetime | None = Field(
        None, description="Created from then on.", examples=["2026-01-01T00:00:00Z"]
    )
    before: AwareDatetime | None = Field(
        None, description="Created before.", examples=["2100-01-01T00:00:00Z"]
    )
    sort: SortBy = Field("created", examples=["name"])
    order: Literal["asc", "desc"] = Field("desc", examples=["asc"])
    limit: int = Field(50, ge=1, le=MOST_AT_ONCE, examples=[20])
    after: str | None = Field(
        None, max_length=2000, description="`next` of the page before.", examples=[_AFTER]
    )

    def query(self) -> SessionQuery:
        """The query of the history."""
        return SessionQuery(
            status=self.status,
            author=self.author,
            sample_type=self.sample_type,
            text=self.text,
            since=_plain(self.since),
            before=_plain(self.before),
            sort=self.sort,
            descending=self.order == "desc",
            limit=self.limit,
            after=self.after,
        )


def _plain(time: datetime | None) -> datetime | None:
    """Time as the history holds it: UTC, without a zone."""
    if time is None:
        return None
    try:
        return time.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        raise Problem(422, "bad-request", f"{time} is no time of this world.") from None


@router.get("/sessions", response_model=SessionsAnswer, responses=answers(304, 409))
def list_sessions(
    request: Request, served: Served, _: Reader, query: Annotated[ListQuery, Query()]
) -> Response:
    """List sessions, page by page, the newest first."""

    def find() -> bytes:
        page = served.history.page(query.query())
        found = SessionsAnswer(
            sessions=[SessionAnswer.of(row) for row in page.sessions],
            total=page.total,
            next=page.next,
        )
        return found.model_dump_json().encode()

    return json_answer(request, *served.reads.get(("sessions", query.model_dump_json()), find))


@router.post("/sessions", status_code=201, response_model=None, dependencies=[FORM],
             responses={**_MADE, **answers(409, 413)})  # fmt: skip
def create_session(
    served: Served,
    person: Writer,
    response: Response,
    file: Upload,
    name: Title = "",
    mode: ModeField = "now",
    settings: SettingsField = "",
    columns: ColumnsField = "",
    sheet: SheetField = "",
    unit: UnitField = "",
    header: HeaderField = True,
    shared: SharedField = None,
    group: GroupField = "",
) -> SessionAnswer | AcceptedAnswer:
    """Analyse an uploaded table and keep it as a session."""
    served.rates.count_upload(person.name)
    chosen = wanted(settings, columns, sheet, unit, header)
    source = source_of(file, chosen.options)
    history = served.sharing(shared, group)
    name = name.strip()
    if mode == "job":
        served.require_room_for_job()
        sid = history.queue(source, chosen.settings, name or None)
        return _started(served, response, sid, name or source.name)
    row, _ = served.at_once(
        lambda late: history.run_at_once(source, chosen.settings, name or None, late)
    )
    return _made(response, served.base, row)


def _made(response: Response, base: str, row: dict[str, Any]) -> SessionAnswer:
    """Answer with a session that was made."""
    response.headers["Location"] = f"{base}/api/v1/sessions/{row['id']}"
    return SessionAnswer.of(row)


def _started(served: Service, response: Response, sid: str, name: str) -> AcceptedAnswer:
    """Start the job of a session that waits, and answer where to watch it."""
    job = start(served.history, Queued(session=sid, title=name), served.limits.job_seconds)
    return accepted(response, served.base, job, session=sid)


def _session(served: Service, sid: str) -> SessionAnswer:
    """Answer about one session."""
    return SessionAnswer.of(served.history.listed(sid))


@router.get("/sessions/{sid}", response_model=SessionAnswer, responses=answers(304, 404))
def read_session(request: Request, served: Served, _: Reader, sid: SessionId) -> Response:
    """Read one session."""

    def find() -> bytes:
        return _session(served, sid).model_dump_json().encode()

    return json_answer(request, *served.reads.get(("session", sid), find))


class SessionChange(Strict):
    """What is changed of a session."""

    model_config = shown(name="mouse brain, 2nd injection", keep=True)

    name: str | None = Field(None, min_length=1, max_length=LONGEST_NAME, pattern=patterns.NAMED)
    keep: bool | None = Field(None, description="Whether no cleanup deletes it.")
    shared: Shared | None = Field(None, description="Who sees it: its author, a group, everybody.")
    group: str = Field(
        "", max_length=LONGEST_NAME, description="The group, where you belong to several."
    )


@router.patch("/sessions/{sid}", responses=answers(404, 409))
def change_session(
    served: Served, _: Writer, sid: SessionId, change: SessionChange
) -> SessionAnswer:
    """Rename a session, keep it from every cleanup, or share it otherwise."""
    if change.shared is not None or change.group:
        served.history.share(sid, change.shared or "group", change.group)
    if change.name is not None:
        served.history.rename(sid, change.name)
    if change.keep is not None:
        served.history.keep(sid, change.keep)
    return _session(served, sid)


@router.delete("/sessions/{sid}", status_code=204, responses=answers(404, 409))
def delete_session(served: Served, _: Writer, sid: SessionId) -> None:
    """Delete a session with all that it holds, permanently."""
    served.history.delete(sid)


@router.post("/sessions/{sid}/cancel", status_code=202, responses=answers(404, 409))
def cancel_session(served: Served, _: Writer, sid: SessionId) -> SessionAnswer:
    """Request the end of an analysis: at its next step, or at once where it waits."""
    served.history.runs.request_cancel(sid)
    return _session(served, sid)


class Rerun(Strict):
    """How a session is run again."""

    model_config = shown(settings={"rt_tolerance": 0.03}, mode="now")

    settings: dict[str, Any] | None = Field(
        None, description="All settings, those left out at their defaults; as before where null."
    )
    mode: Mode = "now"


@router.post("/sessions/{sid}/rerun", status_code=201, response_model=None,
             responses={**_MADE, **answers(404, 409)})  # fmt: skip
def rerun_session(
    served: Served, person: Writer, response: Response, sid: SessionId, wish: Rerun
) -> SessionAnswer | AcceptedAnswer:
    """Analyse the input of a session again, as a new session."""
    served.rates.count_upload(person.name)
    settings = None if wish.settings is None else Settings.from_dict(wish.settings)
    if wish.mode == "job":
        served.require_room_for_job()
        served.history.session(sid)
        work = RerunWork(session=sid, settings=None if settings is None else settings.to_dict())
        job = start(served.history, work, served.limits.job_seconds)
        return accepted(response, served.base, job)
    row, _ = served.at_once(lambda late: served.history.rerun_at_once(sid, settings, late))
    return _made(response, served.base, row)


@router.get("/sessions/{sid}/input", response_class=Response,
            responses={200: {"content": {"application/octet-stream": {"schema": {
                "type": "string", "format": "binary"}}}}, **answers(404)})  # fmt: skip
def read_input(served: Served, _: Reader, sid: SessionId) -> Response:
    """Read the input of a session, byte for byte as it was received."""
    source: Source = served.history.source(sid)
    return attachment(source.content, source.name, "application/octet-stream")


@router.get("/sessions/{sid}/settings", responses=answers(404))
def read_settings(served: Served, _: Reader, sid: SessionId) -> dict[str, float | int | str]:
    """Read the settings of a session."""
    return served.history.settings(sid).to_dict()


def attachment(content: bytes, name: str, media_type: str) -> Response:
    """Answer with a file to keep."""
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )
