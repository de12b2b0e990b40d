"""Tokens: made, listed, replaced, revoked; by administrators only."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from ganglioside.history.sharing import Scope
from ganglioside.server import patterns
from ganglioside.server.answers import SOME_ID, SecretAnswer, Strict, Time, TokenAnswer, shown
from ganglioside.server.callers import Admin
from ganglioside.server.problems import answers
from ganglioside.server.service import Served, Service
from ganglioside.support.printed import LONGEST

router = APIRouter(tags=["tokens"])

TokenId = Annotated[
    str,
    Path(
        pattern=patterns.TOKEN_ID,
        description="Id of a token.",
        alias="token",
        examples=["3f9a0c21d7"],
    ),
]


class TokensAnswer(Strict):
    """Tokens, the oldest first."""

    tokens: list[TokenAnswer]


class TokenWish(Strict):
    """A token that is wanted."""

    model_config = shown(person="Ann", scope="write", label="KNIME on the lab PC", days=180)

    person: str = Field(min_length=1, max_length=LONGEST, pattern=patterns.NAMED)
    scope: Scope = "read"
    label: str = Field("", max_length=LONGEST, pattern=patterns.PRINTED)
    groups: list[
        Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=patterns.NAMED)]
    ] = Field(
        [], max_length=100, description="Groups of the person, whose sessions are seen with it."
    )
    days: float | None = Field(365, gt=0, le=3660, description="Its life; null: for ever.")


@router.get("/tokens", responses=answers())
def list_tokens(served: Served, _: Admin) -> TokensAnswer:
    """List tokens, without their secrets."""
    return TokensAnswer(tokens=[TokenAnswer.of(token) for token in served.history.tokens.all()])


@router.post("/tokens", status_code=201, responses=answers())
def add_token(served: Served, _: Admin, wish: TokenWish) -> SecretAnswer:
    """Make a token; its secret is shown in this answer only."""
    life = None if wish.days is None else timedelta(days=wish.days)
    secret = served.history.tokens.add(
        wish.person, wish.scope, label=wish.label, life=life, groups=wish.groups
    )
    return _secret(served, secret)


@router.post("/tokens/{token}/rotate", status_code=201, responses=answers(404))
def rotate_token(served: Served, _: Admin, token: TokenId) -> SecretAnswer:
    """Replace a token: a new secret with the same rights; the old one is valid no more."""
    return _secret(served, served.history.tokens.rotate(token))


@router.delete("/tokens/{token}", status_code=204, responses=answers(404))
def revoke_token(served: Served, _: Admin, token: TokenId) -> None:
    """Revoke a token: nobody is let in with it any more."""
    served.history.tokens.revoke(token)


def _secret(served: Service, secret: str) -> SecretAnswer:
    found = served.history.tokens.find(secret)
    assert found is not None  # it was just made
    return SecretAnswer(secret=secret, token=TokenAnswer.of(found))


class EntryAnswer(Strict):
    """An entry of the log."""

    number: int
    time: Time
    author: str
    host: str
    action: str
    subject: str | None
    details: dict[str, Any]


class LogAnswer(Strict):
    """Entries of the log."""

    entries: list[EntryAnswer]


@router.get("/log", tags=["log"], responses=answers())
def read_log(
    served: Served,
    _: Admin,
    subject: Annotated[str | None, Query(max_length=100, examples=[SOME_ID])] = None,
    limit: Annotated[int, Query(ge=1, le=10_000, examples=[50])] = 200,
) -> LogAnswer:
    """Read the log: who changed what when, the newest first."""
    newest = served.history.care.log(subject).iloc[::-1].head(limit)
    rows = newest.astype(object).where(newest.notna(), None).to_dict("records")
    entries = [
        EntryAnswer(
            details=json.loads(row["details"]),
            **{name: row[name] for name in EntryAnswer.model_fields if name != "details"},
        )
        for row in rows
    ]
    return LogAnswer(entries=entries)
