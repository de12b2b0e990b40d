"""Command for many tables at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganglioside.cli import output
from ganglioside.cli.jobs import started
from ganglioside.cli.options import USUAL, Format, with_options
from ganglioside.progress import ProgressEvent
from ganglioside.reading.options import ReadingOptions
from ganglioside.settings import Settings
from ganglioside.support.formatting import counted

if TYPE_CHECKING:
    from ganglioside.history.jobs import Job


@with_options
def batch(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES|PATTERN|MANIFEST",
            help="Tables, a quoted pattern such as 'runs/*.csv', folders of tables, or a CSV file "
            "with a column file, and name, title, settings and options of each table if wanted.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the results.", show_default=False)],
    resume: Annotated[
        bool, typer.Option("--resume", help="Do only what is missing or has changed.")
    ] = False,
    no_reports: Annotated[bool, typer.Option("--no-reports", help="Render no reports.")] = False,
    form: Annotated[Format, typer.Option("--format", help="Of the verdicts.")] = USUAL,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Processes of this machine.", min=1, max=1024, show_default="one for each core"
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Address of a Dask cluster, such as tls://host:8786.", metavar="ADDRESS"),
    ] = None,
    dashboard: Annotated[
        bool,
        typer.Option(
            "--dashboard",
            help="Show workers and tasks in a browser, to every user of this machine.",
        ),
    ] = False,
    background: Annotated[
        bool, typer.Option("--background", help="Start it as a job, and do not wait for it.")
    ] = False,
    *,
    settings: Settings,
    reading: ReadingOptions,
) -> None:
    """Judge many tables, report each, and show all on one page.

    A table that fails does not stop the others; the exit code is then 1. Interrupted with Ctrl-C,
    what is finished stays; --resume does the rest.
    """
    from ganglioside.history import History
    from ganglioside.jobs import Batch, run_here, start

    if scheduler is not None and (workers is not None or dashboard):
        raise typer.BadParameter(
            "a cluster has workers and a dashboard of its own: leave out --workers and --dashboard",
            param_hint="--scheduler",
        )

    work = Batch(
        sources=[str(Path(source).expanduser().absolute()) for source in sources],
        out=str(out.absolute()),
        settings=settings.to_dict(),
        reading=reading.to_dict(),
        reports=not no_reports,
        form=form,
        workers=workers,
        scheduler=scheduler,
        resume=resume,
        dashboard=dashboard,
    )
    history = History.open()
    if background:
        started(start(history, work))
        return
    with output.progress_bar("batch") as bar:
        job = run_here(history, work, bar or _print_logs)
    _print_result(job)


def _print_logs(event: ProgressEvent) -> None:
    """Print log events, where there is no bar to print them above."""
    if event["type"] == "log":
        output.note(event["message"])


def _print_result(job: Job) -> None:
    """Print the outcome of a batch; exit with 1 if it or one of its tables failed."""
    done = job.outcome
    if done is None:
        output.error(job.error or job.status)
        raise typer.Exit(1)
    for file, error in done["failed"].items():
        output.error(f"{file}: {error}")
    failed = len(done["failed"])
    known = f", {done['stood']:,} of them already done" if done["stood"] else ""
    output.text(f"{counted(done['tables'], 'table')}{known}: {failed:,} failed")
    output.text(f"Overview: {done['overview']}")
    if failed:
        raise typer.Exit(1)
