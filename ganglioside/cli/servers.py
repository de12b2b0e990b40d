"""Commands that open the notebooks in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ganglioside import places
from ganglioside.cli import show

#: What follows `--` is passed on to the server.
PASS_ON: Final[dict[str, Any]] = {"allow_extra_args": True, "ignore_unknown_options": True}

Port = Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]
Host = Annotated[
    str,
    typer.Option(help="Address to listen at; others than this machine's need a token."),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--notebooks",
        help="Folder to work in; notebooks that it lacks are copied into it.",
        show_default="the project's, or one in your documents",
    ),
]


def lab(
    context: typer.Context,
    folder: Folder = None,
    port: Port = 8888,
    host: Host = "127.0.0.1",
    no_browser: NoBrowser = False,
) -> None:
    """Open the workbench in JupyterLab."""
    from ganglioside_widgets.app import serve_lab

    serve_lab(_workplace(folder), port, host=host, open_browser=not no_browser, extra=context.args)


def serve_app(
    context: typer.Context,
    port: Port = 8866,
    host: Host = "127.0.0.1",
    no_browser: NoBrowser = False,
    visitors_may_change: Annotated[
        bool,
        typer.Option(
            "--visitors-may-change",
            help="Let visitors from other machines change sessions and jobs of others.",
        ),
    ] = False,
) -> None:
    """Serve the web pages with Voila."""
    from ganglioside_widgets.app import serve_pages

    serve_pages(
        places.notebooks(),
        port,
        host=host,
        open_browser=not no_browser,
        extra=context.args,
        visitors_may_change=visitors_may_change,
    )


def _workplace(folder: Path | None) -> Path:
    """Return where to work: never inside an installed package, which an update replaces."""
    if folder is None and places.in_checkout():
        return places.notebooks()
    from platformdirs import user_documents_path

    target = folder or user_documents_path() / "ganglioside"
    show.note(f"Notebooks in {target}")
    return places.working_copy(target)
