"""Results of a session: features, models, findings, problems, consensus, exports."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import pandas as pd
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from ganglioside.exporting.document import document_of, types_of
from ganglioside.exporting.files import content_of, file_name
from ganglioside.exporting.formats import EXPORT_FORMATS, FORMATS, ExportFormat, Format, format_of
from ganglioside.exporting.schema import json_schema
from ganglioside.server.answers import Strict, VerdictName, json_answer, table_json, to_json
from ganglioside.server.callers import Reader
from ganglioside.server.problems import answers
from ganglioside.server.routes.sessions import attachment
from ganglioside.server.service import Served, SessionId

router = APIRouter(tags=["results"])

#: Most rows of one answer.
MOST_ROWS: Final = 100_000

_TABLES: Final = json_schema()["properties"]


_TYPES: Final = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": "With types=true: the type of each column, as in the JSON export.",
}

WithTypes = Annotated[
    bool, Query(description="Whether to name the type of each column.", examples=[True])
]


def _object_with(name: str, rows: dict[str, Any], **beside: Any) -> dict[int | str, dict[str, Any]]:
    """Declaration of an answer: an object with a table and values beside it."""
    schema = {
        "type": "object",
        "properties": {**beside, "types": _TYPES, name: rows},
        "required": [*beside, name],
        "additionalProperties": False,
    }
    return {200: {"content": {"application/json": {"schema": schema}}}}


def _records() -> dict[str, Any]:
    """Schema of a table whose columns depend on the session."""
    return {"type": "array", "items": {"type": "object"}}


class FeatureQuery(Strict):
    """Which features are read."""

    verdict: VerdictName | None = Field(None, examples=["fragment"])
    series: str | None = Field(None, max_length=100, examples=["GM1"])
    sample: str | None = Field(None, max_length=1000, examples=["S01"])
    least_confidence: float | None = Field(None, ge=0, le=1, examples=[0.9])
    offset: int = Field(0, ge=0, le=10**9, examples=[0])
    limit: int = Field(1000, ge=1, le=MOST_ROWS, examples=[100])
    types: WithTypes = False


@router.get("/sessions/{sid}/features",
            responses={**_object_with("features", _TABLES["features"], total={"type": "integer"}),
                       **answers(304, 404, 409)},
            response_class=Response)  # fmt: skip
def read_features(
    request: Request, served: Served, _: Reader, sid: SessionId,
    query: Annotated[FeatureQuery, Query()],
) -> Response:  # fmt: skip
    """Read features with verdict, confidence, parent and reason, and overrides where there are."""

    def find() -> bytes:
        chosen = _choose(served.analysis(sid).overridden, query)
        part = chosen.iloc[query.offset : query.offset + query.limit]
        return _table_json("features", part, query.types, total=len(chosen))

    key = ("features", sid, query.model_dump_json())
    return json_answer(request, *served.reads.get(key, find))


def _choose(features: pd.DataFrame, query: FeatureQuery) -> pd.DataFrame:
    """Features that a query asks for."""
    wanted = pd.Series(True, index=features.index)
    for column in ("verdict", "series", "sample"):
        value = getattr(query, column)
        if value is not None:
            known = column in features
            wanted &= (features[column] == value).fillna(False).astype(bool) if known else False
    if query.least_confidence is not None:
        wanted &= (features["confidence"] >= query.least_confidence).fillna(False).astype(bool)
    return features[wanted]


def _table_json(name: str, frame: pd.DataFrame, types: bool, **beside: Any) -> bytes:
    """JSON object with the rows of a table, and the types of its columns where they are wanted."""
    if types:
        beside["types"] = types_of(frame)
    return table_json(name, frame, **beside)


def _add_table(name: str, what: str, rows: dict[str, Any]) -> None:
    """Add the address of one table of an analysis."""

    @router.get(f"/sessions/{{sid}}/{name}", response_class=Response, operation_id=f"read_{name}",
                summary=f"Read {name.capitalize()}", description=what,
                responses={**_object_with(name, rows), **answers(304, 404, 409)})  # fmt: skip
    def read(
        request: Request, served: Served, _: Reader, sid: SessionId, types: WithTypes = False
    ) -> Response:
        def find() -> bytes:
            return _table_json(name, getattr(served.analysis(sid), name), types)

        return json_answer(request, *served.reads.get((name, sid, types), find))


_add_table("models", "Lines of each series and how well they fit.", _TABLES["models"])
_add_table("findings", "What the analyst should know, with advice.", _TABLES["findings"])
_add_table("problems", "What was reported on reading the input.", _TABLES["problems"])
_add_table("consensus", "Each shared peak over all samples; empty for one sample.", _records())
_add_table("differences", "Differences of samples from the others.", _records())
_add_table("drift", "Drift of each sample against the study.", _records())


@router.get("/sessions/{sid}/summary", response_class=Response,
            responses={200: {"content": {"application/json": {"schema": _TABLES["summary"]}}},
                       **answers(304, 404, 409)})  # fmt: skip
def read_summary(request: Request, served: Served, _: Reader, sid: SessionId) -> Response:
    """Read the counts and the headline of a session."""

    def find() -> bytes:
        return to_json(document_of(served.analysis(sid), [])["summary"])

    return json_answer(request, *served.reads.get(("summary", sid), find))


#: Work of the exports that take longer than the others.
_WORK: Final[dict[str, int]] = {"figures": 10, "xlsx": 2, "mztab": 2}


def _shape(known: ExportFormat) -> dict[str, Any]:
    """Schema of a file of a format."""
    return {} if known.name == "json" else {"type": "string", "format": "binary"}


FormatName = Annotated[
    Literal[FORMATS],  # type: ignore[valid-type]  # of the table of formats
    Path(description="Format of the file.", examples=["xlsx"]),
]


@router.get("/sessions/{sid}/exports/{form}", response_class=Response,
            responses={200: {"content": {known.media_type: {"schema": _shape(known)}
                                         for known in EXPORT_FORMATS}},
                       **answers(304, 404, 409)})  # fmt: skip
def export_session(served: Served, _: Reader, sid: SessionId, form: FormatName) -> Response:
    """Export a session as a file; `your-file` is the input with the verdicts appended."""
    wanted: Format = form

    def find() -> bytes:
        return content_of(served.analysis(sid), wanted)

    def name() -> bytes:
        source = served.analysis(sid).source
        return file_name(source.name.rpartition(".")[0] or source.name, wanted, source).encode()

    content, _tag = served.worked(("export", sid, form), find, _WORK.get(form, 1))
    called, _tag = served.reads.get(("name of export", sid, form), name)
    return attachment(content, called.decode(), format_of(form).media_type)
