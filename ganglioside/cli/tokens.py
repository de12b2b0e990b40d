"""Commands on tokens: who may call the server."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ganglioside.cli import output
from ganglioside.cli.options import Json
from ganglioside.cli.stored import open_history

if TYPE_CHECKING:
    pass

tokens = typer.Typer(no_args_is_help=True, help="Tokens: who may call the server.")

TokenId = Annotated[str, typer.Argument(metavar="TOKEN", help="Id of a token.")]


class Scope(StrEnum):
    """What a token lets its owner do."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


@tokens.command("add")
def add(
    person: Annotated[str, typer.Argument(help="Who acts with it: the author of what is done.")],
    scope: Annotated[
        Scope,
        typer.Option(
            help="read; write: make sessions and jobs, and change one's own; admin: change those "
            "of others, and tokens."
        ),
    ] = Scope.READ,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    group: Annotated[
        list[str] | None,
        typer.Option(help="Group of the person, whose sessions are seen with it; may be repeated."),
    ] = None,
    days: Annotated[
        float, typer.Option(help="How long it is valid; 0: for ever.", min=0, max=3660)
    ] = 365,
) -> None:
    """Make a token, and print its secret, which is shown here only."""
    life = timedelta(days=days) if days else None
    output.text(
        open_history().tokens.add(person, scope.value, label=label, life=life, groups=group or ())
    )


@tokens.command("list")
def list_tokens(as_json: Json = False) -> None:
    """List tokens, without their secrets."""
    found = open_history().tokens.all()
    times = {name: [_day(getattr(t, name)) for t in found] for name in _TIMES}
    rows = [
        [
            token.id,
            token.person,
            token.scope,
            ", ".join(token.groups),
            token.label,
            *(times[name][i] for name in _TIMES),
        ]
        for i, token in enumerate(found)
    ]
    headings = ["id", "person", "scope", "groups", "label", *_TIMES]
    if as_json:
        output.json_document([dict(zip(headings, row, strict=True)) for row in rows])
    else:
        output.table(headings, [["" if cell is None else cell for cell in row] for row in rows])


@tokens.command("rotate")
def rotate(token: TokenId) -> None:
    """Replace a token by a new one with the same rights, and print the new secret."""
    output.text(open_history().tokens.rotate(token))


@tokens.command("revoke")
def revoke(token: TokenId) -> None:
    """Let nobody in with a token any more."""
    open_history().tokens.revoke(token)
    output.note(f"Token {token} is revoked.")


_TIMES = ("created", "expires", "revoked")


def _day(time: object) -> str | None:
    return None if time is None else f"{time:%Y-%m-%d}"
