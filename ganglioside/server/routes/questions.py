"""Questions about a session: explanation, suggestions, predictions."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from ganglioside.exporting.document import records_of
from ganglioside.server.answers import (
    Strict,
    json_answer,
    number_or_none,
    shown,
    table_json,
    to_json,
)
from ganglioside.server.callers import Reader
from ganglioside.server.problems import answers
from ganglioside.server.service import Served, SessionId

router = APIRouter(tags=["questions"])

FeatureId = Annotated[
    int, Path(ge=0, le=2**31, description="feature_id of a feature.", examples=[12])
]

_OBJECT: Final[dict[str, Any]] = {"type": "object"}


def _answer(schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"schema": schema}}}}


def _rows(name: str) -> dict[str, Any]:
    """Schema of an object with a table."""
    rows = {"type": "array", "items": _OBJECT}
    return {"type": "object", "properties": {name: rows}, "required": [name]}


_EXPLANATION: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "feature_id": {"type": "integer"},
        "name": {"type": "string"},
        "verdict": {"type": "string"},
        "confidence": {"type": ["number", "null"]},
        "rt": {"type": ["number", "null"], "description": "min"},
        "reason": {"type": "string"},
        "parent": {"type": ["string", "null"]},
        "outlier_threshold": {"type": "number", "description": "sigma"},
        "probabilities": {"type": "object", "additionalProperties": {"type": "number"}},
        "hypotheses": {"type": "array", "items": _OBJECT},
        "text": {"type": "string"},
    },
    "required": ["feature_id", "verdict", "reason", "probabilities", "hypotheses", "text"],
}


@router.get("/sessions/{sid}/features/{feature_id}/explanation", response_class=Response,
            responses={**_answer(_EXPLANATION), **answers(304, 404, 409)})  # fmt: skip
def explain_feature(
    request: Request, served: Served, _: Reader, sid: SessionId, feature_id: FeatureId
) -> Response:
    """Explain a feature: every hypothesis on it, with probabilities and numbers."""

    def find() -> bytes:
        explanation = served.prepared(sid).explain(feature_id)
        return to_json(
            {
                "feature_id": feature_id,
                "name": explanation.name,
                "rt": number_or_none(explanation.rt),
                "verdict": explanation.verdict,
                "confidence": number_or_none(explanation.confidence),
                "reason": explanation.reason,
                "parent": explanation.parent,
                "outlier_threshold": explanation.outlier_threshold,
                "probabilities": {k: float(p) for k, p in explanation.probabilities.items()},
                "hypotheses": records_of(explanation.table),
                "text": explanation.text,
            }
        )

    return json_answer(request, *served.worked(("explanation", sid, feature_id), find))


@router.get("/sessions/{sid}/features/{feature_id}/suggestions", response_class=Response,
            responses={**_answer(_rows("suggestions")), **answers(304, 404, 409)})  # fmt: skip
def suggest_names(
    request: Request, served: Served, _: Reader, sid: SessionId, feature_id: FeatureId,
    limit: Annotated[int, Query(ge=1, le=100, examples=[3])] = 5,
) -> Response:  # fmt: skip
    """Suggest names of the mass of a feature that are expected at its RT, the best first."""

    def find() -> bytes:
        return table_json("suggestions", served.prepared(sid).suggest(feature_id, limit))

    return json_answer(request, *served.worked(("suggestions", sid, feature_id, limit), find))


#: So many names take as long as a usual export.
_NAMES_OF_WORK: Final = 500


class Names(Strict):
    """Names whose RT is asked for."""

    model_config = shown(names=["GM3(36:1;O2)", "GD1a(38:1;O2)"])

    names: list[Annotated[str, Field(max_length=200)]] = Field(min_length=1, max_length=10_000)


@router.post("/sessions/{sid}/predictions", response_class=Response,
             responses={**_answer(_rows("predictions")), **answers(404, 409)})  # fmt: skip
def predict_names(served: Served, _: Reader, sid: SessionId, wish: Names) -> Response:
    """Predict the RT of names, in the table or not, with their 95 % intervals."""

    def find() -> bytes:
        return table_json("predictions", served.analysis(sid).predict(wish.names))

    asked = hashlib.sha256(wish.model_dump_json().encode()).hexdigest()
    work = 1 + len(wish.names) // _NAMES_OF_WORK
    content, _tag = served.worked(("predictions", sid, asked), find, work)
    return Response(content, media_type="application/json")
