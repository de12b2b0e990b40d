"""Problems: every refusal and fault as problem+json (RFC 9457), with a code and a cure."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from ganglioside.errors import (
    BatchError,
    Cancelled,
    EndedError,
    ExportError,
    FeatureError,
    ForbiddenError,
    GangliosideError,
    HistoryAwayError,
    HistoryBusyError,
    ModelError,
    NameFormError,
    NoRoomError,
    OverrideError,
    QueryError,
    ReadError,
    SameNameError,
    SettingsError,
    SharingError,
    TextError,
    TokenError,
    TooManyTablesError,
    UnknownJobError,
    UnknownSessionError,
    UnknownTokenError,
    UnwritableError,
    ValidationError,
)
from ganglioside.server.patterns import WORDS
from ganglioside.support.error_reports import capture
from ganglioside.support.folders import without_folders
from ganglioside.support.whole_files import FULL

MEDIA_TYPE: Final = "application/problem+json"

#: Kinds of faults that the library tells of in its own words, and what is said instead.
_WORDS_OF: Final = {
    "model_attributes_type": "Send a JSON object, with `Content-Type: application/json`",
}

#: Faults that are listed at most, and characters of the place of one.
_MOST: Final = 100
_LONGEST: Final = 200

log: Final = logging.getLogger(__name__)


class ProblemAnswer(BaseModel):
    """A refusal or fault (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Kind of the problem; `about:blank` says no more than `title`.")
    title: str = Field(description="The status in words.", examples=["Not Found"])
    status: int = Field(description="HTTP status.", examples=[404])
    detail: str = Field(
        description="What is wrong, where, and what to do.",
        examples=["There is no session '1a21eac954c0d6' in this history."],
    )
    code: str = Field(description="Kind of the fault, for programs.", examples=["no-session"])
    faults: list[dict[str, Any]] | None = Field(
        default=None, description="Places of the faults of a request or a table."
    )


class Problem(Exception):  # noqa: N818 - an answer
    """Raised where a request is refused; becomes a `problem+json` answer."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        faults: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.faults = faults

    def answer(self) -> JSONResponse:
        """The answer."""
        content: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.faults is not None:
            content["faults"] = self.faults
        return JSONResponse(content, self.status, self.headers, MEDIA_TYPE)


class BodyRefused(HTTPException):
    """Raised where a problem is met while a body comes: its parsers let this kind alone through."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status, problem.detail, problem.headers)
        self.problem = problem


#: Status and code of each error that a request can cause, the most special ones first.
_KNOWN: Final[tuple[tuple[type[BaseException], int, str], ...]] = (
    (UnknownSessionError, 404, "no-session"),
    (UnknownJobError, 404, "no-job"),
    (UnknownTokenError, 404, "no-token"),
    (FeatureError, 404, "no-feature"),
    (ForbiddenError, 403, "not-yours"),
    (SharingError, 422, "bad-sharing"),
    (QueryError, 422, "bad-request"),
    (TextError, 422, "bad-text"),
    (EndedError, 409, "wrong-state"),
    (HistoryBusyError, 503, "busy"),
    (HistoryAwayError, 503, "away"),
    (NoRoomError, 503, "no-room"),
    (UnwritableError, 500, "failed"),
    (ReadError, 422, "unreadable"),
    (ValidationError, 422, "unusable-table"),
    (ModelError, 422, "no-model"),
    (SettingsError, 422, "bad-setting"),
    (NameFormError, 422, "bad-name"),
    (OverrideError, 422, "bad-override"),
    (ExportError, 422, "no-export"),
    (SameNameError, 422, "same-name"),
    (TooManyTablesError, 422, "too-many-tables"),
    (BatchError, 422, "bad-batch"),
    (TokenError, 422, "bad-token"),
    (Cancelled, 409, "cancelled"),
)


#: What is said of errors whose own words tell where the server keeps its files.
_INSTEAD: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (HistoryBusyError, "The history is in use: others have been changing it. Try again."),
    (
        HistoryAwayError,
        "The database of the server does not answer. Try again; if it lasts, tell whoever runs "
        "the server.",
    ),
    (
        NoRoomError,
        "The disk of the server is full, and nothing was kept. Tell whoever runs the server, and "
        "try again when there is room.",
    ),
    (
        UnwritableError,
        "The server cannot write its files. Tell whoever runs it: its log says more.",
    ),
)


def problem_of(error: BaseException) -> Problem:
    """Problem that tells of an error of the program."""
    if isinstance(error, OSError) and error.errno in FULL:
        return problem_of(NoRoomError(str(error)))
    for kind, status, code in _KNOWN:
        if isinstance(error, kind):
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                log.warning("A request failed: %s", error)
            headers = {"Retry-After": "2"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
            return Problem(status, code, _words(error), headers, _faults(error))
    log.error("A request failed: %s", error, exc_info=error)
    capture(error, "api")
    return _failed(error)


def _failed(error: BaseException) -> Problem:
    """Problem that tells nothing of the program, its files and its addresses."""
    return Problem(500, "failed", f"The server failed ({type(error).__name__}). Its log says more.")


def _words(error: BaseException) -> str:
    """Words of an error, with advice that a caller of the API can follow."""
    for kind, instead in _INSTEAD:
        if isinstance(error, kind):
            return instead
    text = without_folders(str(error)) or "The analysis was cancelled."
    for kind, place in ((UnknownSessionError, "sessions"), (UnknownJobError, "jobs")):
        if isinstance(error, kind):
            return f"{text.partition(' in this history')[0]}: GET /api/v1/{place} lists them."
    return text


def _faults(error: BaseException) -> list[dict[str, Any]] | None:
    """Places of the faults of a table, the first ones."""
    if not isinstance(error, ValidationError):
        return None
    first = error.problems.head(_MOST)
    texts = first.astype("object").where(first.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in texts.to_dict("records")]


def answer_problems(app: FastAPI) -> None:
    """Make an app answer every error with a problem."""
    for kind in (Problem, GangliosideError, Cancelled, OSError):
        app.add_exception_handler(kind, _known)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unforeseen)


#: Code and words of what the framework itself refuses, by status.
_REFUSALS: Final = {
    404: ("no-address", "There is nothing at this address: see api/v1/docs."),
    405: ("wrong-method", "This address knows no such method: see Allow."),
}


async def _known(_: Request, error: Exception) -> JSONResponse:
    return (error if isinstance(error, Problem) else problem_of(error)).answer()


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, BodyRefused):
        return error.problem.answer()
    if error.status_code == HTTPStatus.BAD_REQUEST:  # of the parsers of bodies
        return Problem(422, "bad-request", f"{error.detail}: send JSON, or a form.").answer()
    other = "too-large" if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else "refused"
    code, detail = _REFUSALS.get(error.status_code, (other, str(error.detail)))
    return Problem(error.status_code, code, detail, error.headers).answer()


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [_fault_of(one) for one in error.errors()[:_MOST]]
    places = "; ".join(f"{one['place']}: {one['message']}" for one in faults[:3])
    return Problem(422, "bad-request", places or "Unreadable.", None, faults).answer()


def _fault_of(found: dict[str, Any]) -> dict[str, Any]:
    """Place and words of a fault that pydantic found."""
    own = _WORDS_OF.get(found["type"]) or WORDS.get(found.get("ctx", {}).get("pattern"))
    words = own or str(found["msg"]).removeprefix("Value error, ")
    return {"place": ".".join(map(str, found["loc"]))[:_LONGEST], "message": words}


async def _unforeseen(_: Request, error: Exception) -> JSONResponse:
    capture(error, "api")
    return _failed(error).answer()


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declaration of the answers of an address beside its good ones, and those of all addresses."""
    return {status: _declared(status) for status in sorted({*statuses, *_OF_ALL})}


def _declared(status: int) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    if status == HTTPStatus.NOT_MODIFIED:
        return {"description": phrase}
    schema = {"$ref": "#/components/schemas/ProblemAnswer"}
    return {
        "description": phrase,
        "content": {MEDIA_TYPE: {"schema": schema}},
    }


#: Statuses with which every address that needs a token may answer.
_OF_ALL: Final = (401, 403, 422, 429, 503)
