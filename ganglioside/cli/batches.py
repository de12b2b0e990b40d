"""The command for many tables at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganglioside.cli import show
from ganglioside.cli.options import (
    DEFAULTS,
    FORMATS,
    Format,
    OutlierThreshold,
    R2Threshold,
    RtTolerance,
    Sample,
)
from ganglioside.progress import ProgressCallback, ProgressEvent
from ganglioside.settings import Settings

if TYPE_CHECKING:
    from ganglioside.batch import Batch


def batch(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES|PATTERN|MANIFEST",
            help="Tables, a quoted pattern such as 'runs/*.csv', folders of tables, or a CSV file "
            "with a column file, and name, title and settings of each table if wanted.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the results.", show_default=False)],
    resume: Annotated[
        bool, typer.Option("--resume", help="Do only what is missing or has changed.")
    ] = False,
    no_reports: Annotated[bool, typer.Option("--no-reports", help="Render no reports.")] = False,
    form: Annotated[Format, typer.Option("--format", help="Of the verdicts.")] = FORMATS[0],
    workers: Annotated[
        int | None,
        typer.Option(help="Processes of this machine.", min=1, show_default="one for each core"),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Address of a Dask cluster, such as tcp://host:8786.", metavar="ADDRESS"),
    ] = None,
    r2_threshold: R2Threshold = DEFAULTS.r2_threshold,
    outlier_threshold: OutlierThreshold = DEFAULTS.outlier_threshold,
    rt_tolerance: RtTolerance = DEFAULTS.rt_tolerance,
    sample_type: Sample = DEFAULTS.sample_type,
) -> None:
    """Judge many tables, report each, and show all on one page.

    A table that fails does not stop the others; the exit code is then 1. Interrupted with Ctrl-C,
    what is finished stays; --resume does the rest.
    """
    from ganglioside.batch import Options, plan, run_batch

    settings = Settings(
        r2_threshold=r2_threshold,
        outlier_threshold=outlier_threshold,
        rt_tolerance=rt_tolerance,
        sample_type=sample_type,
    )
    options = Options(not no_reports, form, workers, scheduler, resume)
    with show.progress_bar("batch") as bar:
        done = run_batch(plan(sources, settings), out, options, progress=_telling(bar))
    _tell(done)
    if done.failed:
        raise typer.Exit(1)


def _telling(bar: ProgressCallback | None) -> ProgressCallback:
    """Print what is no progress, such as the address of the dashboard; the bar takes the rest."""

    def tell(event: ProgressEvent) -> None:
        if event["type"] == "log":
            show.note(event["message"])
        elif bar is not None:
            bar(event)

    return tell


def _tell(done: Batch) -> None:
    for entry in done.failed:
        show.error(f"{entry.file}: {entry.error}")
    stood = len(done.entries) - done.done
    known = f", {stood:,} of them stood already" if stood else ""
    show.text(
        f"{len(done.entries):,} tables{known}: "
        f"{len(done.entries) - len(done.failed):,} judged, {len(done.failed):,} failed"
    )
    show.text(f"Overview: {done.overview}")
