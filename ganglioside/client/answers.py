"""Answers of a server as the values that the package uses elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, cast

import pandas as pd

from ganglioside.columns import VERDICTS
from ganglioside.errors import ServerError
from ganglioside.progress import ProgressEvent
from ganglioside.questions.explanation import Explanation, Hypothesis
from ganglioside.verdicts.overrides import Override, Overrides

#: Columns of sessions that are times, and those that are counts.
_TIMES: Final = ("created", "started", "completed")
_COUNTS: Final = ("features", *VERDICTS)


@dataclass(frozen=True, slots=True)
class ServerVersion:
    """What a server is, and who you are to it.

    Attributes
    ----------
    version, api, python : str
    person, scope : str
        Whose token it is, and what it lets you do.
    groups : list of str
        Groups of people to which you belong.
    shares : str
        Who sees your new sessions: you (`own`), a `group`, `everybody`.
    exports, sample_types : list of str
    """

    version: str
    api: str
    python: str
    person: str
    scope: str
    groups: list[str]
    shares: str
    exports: list[str]
    sample_types: list[str]


def version_of(answer: Any) -> ServerVersion:
    """Version of a server; what a newer server tells besides is left out.

    Raises
    ------
    ServerError
        If it is not the answer of such a server.
    """
    names = [field.name for field in fields(ServerVersion)]
    if not isinstance(answer, dict) or not answer.keys() >= {*names}:
        raise ServerError(
            "What answers is no server of Ganglioside, or one of an earlier version: name the "
            "address that `ganglioside serve` prints."
        )
    return ServerVersion(**{name: answer[name] for name in names})


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a server; times are in UTC.

    Attributes
    ----------
    id, kind, name, status, author : str
    created, started, ended : datetime.datetime or None
    time_limit : float or None
        s.
    cancel_requested : bool
    attempts : int or None
        How often workers have begun it.
    not_before : datetime.datetime or None
        When it is tried again.
    retry_of, session : str or None
    result : dict or None
    error : str or None
    """

    id: str
    kind: str
    name: str
    status: str
    author: str
    created: datetime
    started: datetime | None
    ended: datetime | None
    time_limit: float | None
    cancel_requested: bool
    attempts: int | None
    not_before: datetime | None
    retry_of: str | None
    session: str | None
    result: dict[str, Any] | None
    error: str | None


#: Fields of a job that are times.
_JOB_TIMES: Final = ("created", "started", "ended", "not_before")


def job_of(answer: dict[str, Any]) -> Job:
    """Job from an answer; None for what an earlier version of the server does not send."""
    known: dict[str, Any] = {field.name: answer.get(field.name) for field in fields(Job)}
    for name in _JOB_TIMES:
        known[name] = known[name] and datetime.fromisoformat(known[name])
    return Job(**known)


def sessions_frame(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Sessions as `History.sessions` gives them."""
    from ganglioside.history.listing import LISTED

    frame = frame_of(rows) if rows else pd.DataFrame(columns=list(LISTED))
    frame = frame[list(LISTED)]
    typed = {name: pd.to_datetime(frame[name], utc=True, format="ISO8601") for name in _TIMES}
    counts = {name: frame[name].astype("Int64") for name in _COUNTS}
    return frame.assign(**typed, **counts)


def frame_of(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Rows of an answer as a frame; what is missing is NaN."""
    frame = pd.DataFrame(list(rows)).infer_objects()
    texts = [name for name in frame if _is_text(frame[name])]
    return frame.astype(dict.fromkeys(texts, "str"))


def _is_text(column: pd.Series[Any]) -> bool:
    """Whether a column holds texts, or nothing at all."""
    return column.dtype == object and all(isinstance(v, str) for v in column.dropna())


def events_of(answers: Sequence[dict[str, Any]]) -> list[ProgressEvent]:
    """Events of an answer, without their numbers."""
    return [
        cast(ProgressEvent, {k: v for k, v in event.items() if k != "id" and _says(k, v)})
        for event in answers
    ]


def _says(name: str, value: Any) -> bool:
    """Whether an entry of an event says something: `error` is there only where there is one."""
    return name != "error" or value is not None


def overrides_of(answer: dict[str, Any]) -> Overrides:
    """Overrides from an answer."""
    return Overrides(tuple(_override(one) for one in answer["overrides"]))


def _override(answer: dict[str, Any]) -> Override:
    """Override from an answer; its decision follows from the rest."""
    known = {name: value for name, value in answer.items() if name != "decision"}
    for name in ("time", "confirmed_at"):
        known[name] = known[name] and datetime.fromisoformat(known[name])
    return Override(**known)


def explanation_of(answer: dict[str, Any]) -> Explanation:
    """Explanation from an answer."""
    hypotheses = tuple(_hypothesis(one) for one in answer["hypotheses"])
    return Explanation(
        feature_id=answer["feature_id"],
        name=answer["name"],
        rt=_number(answer["rt"]),
        verdict=answer["verdict"],
        confidence=_number(answer["confidence"]),
        reason=answer["reason"],
        parent=answer["parent"],
        outlier_threshold=answer["outlier_threshold"],
        hypotheses=hypotheses,
    )


_NUMBERS: Final = (
    *("probability", "expected_rt", "difference", "sigma", "area_ratio", "usual_ratio"),
)


def _hypothesis(row: dict[str, Any]) -> Hypothesis:
    numbers: dict[str, Any] = {name: _number(row[name]) for name in _NUMBERS}
    texts: dict[str, Any] = {field.name: row[field.name] for field in fields(Hypothesis)
             if field.name not in numbers}  # fmt: skip
    return Hypothesis(**texts, **numbers)


def _number(value: Any) -> float:
    """Number of an answer: NaN where it is null, infinite where it is a text."""
    return math.nan if value is None else float(value)
