"""Command that looks at all that a server needs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Final

import typer

from ganglioside.cli import output
from ganglioside.cli.options import Json

_MARKS: Final = {"good": "ok", "note": "note", "bad": "FAULT"}


def doctor(
    url: Annotated[
        str, typer.Option(help="Address of the server as callers use it, through the proxy.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Look at versions, store, lock, disk, clock, permissions, backup, workers, server and proxy.

    Each finding comes with its cure. The exit code is 1 if there is a fault.
    """
    from ganglioside.watching.doctor import examine

    found = examine(url)
    if as_json:
        output.json_document([asdict(one) for one in found])
    else:
        for one in found:
            output.text(f"{_MARKS[one.rank]:>5}  {one.about}: {one.words}")
            if one.cure:
                output.text(f"       Cure: {one.cure}")
    if any(one.rank == "bad" for one in found):
        raise typer.Exit(1)
