"""Overrides: decisions on names, verdicts, anchor marks and notes of analysts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from ganglioside.history.overrides import current
from ganglioside.server import patterns
from ganglioside.server.answers import (
    OverrideAnswer,
    OverridesAnswer,
    Strict,
    VerdictName,
    shown,
)
from ganglioside.server.callers import Reader, Writer
from ganglioside.server.problems import answers
from ganglioside.server.routes.questions import FeatureId
from ganglioside.server.service import Served, SessionId
from ganglioside.verdicts.overrides import MAX_NAME, MAX_NOTE, Override, Overrides, entries_of

router = APIRouter(tags=["overrides"])

DecisionTime = Annotated[
    AwareDatetime | None,
    Query(
        description="`time` of the decision that was read: no other one is confirmed.",
        examples=["2026-12-01T09:30:00Z"],
    ),
]


class OverrideWish(Strict):
    """Verdict, name, anchor mark and note on one feature."""

    model_config = shown(verdict="outlier", anchor=None, note="Co-elutes with the blank.")

    verdict: VerdictName | None = Field(None, description="null keeps the model's.")
    anchor: bool | None = Field(None, description="null keeps the input's mark.")
    note: str = Field(
        "", max_length=MAX_NOTE, pattern=patterns.KEPT, description="Needed with a verdict."
    )
    name: str | None = Field(
        None, max_length=MAX_NAME, description="Another name, with the verdict valid."
    )
    later: bool = Field(False, description="Whether the feature is left for later.")


def _answer(overrides: Overrides) -> OverridesAnswer:
    """Answer about overrides."""
    return OverridesAnswer(overrides=[_one(override) for override in overrides])


def _one(override: Override) -> OverrideAnswer:
    """Answer about one override."""
    return OverrideAnswer(**{name: getattr(override, name) for name in OverrideAnswer.model_fields})


@router.get("/sessions/{sid}/overrides", responses=answers(404))
def read_overrides(served: Served, _: Reader, sid: SessionId) -> OverridesAnswer:
    """Read the overrides that are in effect."""
    return _answer(current(served.history.override_trail(sid)))


@router.get("/sessions/{sid}/overrides/trail", responses=answers(404))
def read_override_trail(served: Served, _: Reader, sid: SessionId) -> OverridesAnswer:
    """Read all overrides ever made or undone, in order; one without content undoes."""
    trail = served.history.override_trail(sid)
    return OverridesAnswer(overrides=[_one(override) for override in entries_of(trail)])


@router.put("/sessions/{sid}/overrides/{feature_id}", responses=answers(404, 409))
def put_override(
    served: Served, person: Writer, sid: SessionId, feature_id: FeatureId, wish: OverrideWish
) -> OverridesAnswer:
    """Override the verdict, name or anchor mark of a feature, or note something about it.

    A confirmation of before is gone: it was of what was decided then.
    """
    made = Override(
        feature_id=feature_id,
        verdict=wish.verdict,
        anchor=wish.anchor,
        note=wish.note,
        author=person.name,
        name=wish.name,
        later=wish.later,
    )
    return _answer(served.history.put_override(sid, made))


@router.post("/sessions/{sid}/overrides/{feature_id}/confirm", responses=answers(404, 409))
def confirm_override(
    served: Served, _: Writer, sid: SessionId, feature_id: FeatureId, time: DecisionTime = None
) -> OverridesAnswer:
    """Confirm what another person decided on the name of a feature.

    Nobody confirms a decision of their own, or one for later. With the time of the decision that
    was read, no other one is confirmed.
    """
    return _answer(served.history.confirm_override(sid, feature_id, time=time))


@router.delete("/sessions/{sid}/overrides/{feature_id}", responses=answers(404, 409))
def undo_override(
    served: Served, person: Writer, sid: SessionId, feature_id: FeatureId
) -> OverridesAnswer:
    """Undo the override of a feature; the trail keeps it."""
    nothing = Override(feature_id=feature_id, author=person.name)
    return _answer(served.history.put_override(sid, nothing))
