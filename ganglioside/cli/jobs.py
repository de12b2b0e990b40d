"""Commands on jobs: start, list, show, watch, cancel, retry."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ganglioside.cli import output
from ganglioside.cli.options import (
    NO_OPTIONS,
    Changes,
    InputFile,
    Json,
    SessionFormat,
    TableOrSession,
    form_of,
    with_options,
)
from ganglioside.cli.stored import job_ids, open_history, session_ids
from ganglioside.progress import event_text
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.wordings import worded
from ganglioside.settings import Settings
from ganglioside.support.local_time import SECONDS, local_text, zone_name

if TYPE_CHECKING:
    from ganglioside.history.jobs import Job
    from ganglioside.jobs import Work
    from ganglioside.progress import ProgressEvent

jobs = typer.Typer(
    invoke_without_command=True, help="List jobs; start, watch, cancel and retry them."
)
start = typer.Typer(
    no_args_is_help=True, help="Start a job that goes on when the terminal is closed."
)
jobs.add_typer(start, name="start")

JobId = Annotated[
    str,
    typer.Argument(
        metavar="JOB",
        help="Id of a job, or a beginning that fits only one.",
        autocompletion=job_ids,
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit", help="Seconds after which the job fails.", min=0.001, max=31_557_600
    ),
]

#: Characters of a job's last message in a list.
_MESSAGE_LENGTH: Final = 70


@jobs.callback()
def what_runs(context: typer.Context) -> None:
    """List jobs; start, watch, cancel and retry them."""
    if context.invoked_subcommand is None:
        list_jobs()


@jobs.command("list")
def list_jobs(
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 20,
    as_json: Json = False,
) -> None:
    """List the jobs, the newest first."""
    from ganglioside.jobs import resume_waiting

    history = open_history()
    resume_waiting(history)
    found = history.jobs.latest(limit)
    if as_json:
        output.json_document([_document(job) for job, _ in found])
    elif not found:
        output.note(f"No job yet in {history.name}.")
    else:
        headings = ("id", "kind", "name", "status", "%", f"started ({zone_name()})", "took", "last")
        output.table(headings, [_row(job, last) for job, last in found])


@jobs.command("show")
def show_job(job: JobId, as_json: Json = False) -> None:
    """Show one job with all its events."""
    history = open_history()
    found = history.jobs.get(job)
    events = history.jobs.events(found.id)
    if as_json:
        output.json_document({**_document(found), "events": events})
        return
    output.table(("job", found.id), _facts(found))
    headings = (f"time ({zone_name()})", "%", "step", "message")
    output.table(headings, (_event_row(event) for event in events))


@jobs.command()
def watch(job: JobId) -> None:
    """Follow a job until it ends; Ctrl-C ends the watching, not the job."""
    from ganglioside.jobs import follow

    history = open_history()
    found = history.jobs.get(job)
    with output.progress_bar(f"{found.kind} {found.name}") as bar:
        for event in follow(history, found.id):
            if bar is None:
                output.note(f"{event['percentage']:3.0f}%  {event['message']}")
            else:
                bar(event)
    _print_end(history.jobs.get(found.id))


@jobs.command()
def cancel(
    found: Annotated[
        list[str], typer.Argument(metavar="JOB", help="Ids of jobs.", autocompletion=job_ids)
    ],
) -> None:
    """Cancel jobs: at their next step, or at once if they are waiting."""
    from ganglioside.jobs import cancel as ask

    history = open_history()
    for job in found:
        state = ask(history, job)
        done = "Cancelled" if state.has_ended else "Cancelling"
        output.note(f"{done} {state.id}.")


@jobs.command()
def retry(
    job: JobId,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask about jobs of others.")
    ] = False,
) -> None:
    """Start a job again that has ended; you are asked first about jobs of others."""
    from ganglioside.jobs import retry as again

    history = open_history()
    found = history.jobs.get(job)
    foreign = not history.jobs.is_own(found)
    if foreign and not yes:
        output.table(("job", found.id), _facts(found))
        output.confirm("You did not ask for this job on this machine. Carry it out as yours?")
    started(again(history, found.id, foreign=foreign))


@jobs.command("notify")
def try_notification() -> None:
    """Send a test notification."""
    from ganglioside.notify import Message, config_path, is_open_to_others, read_config, send

    to = read_config()
    if is_open_to_others(file := config_path()):
        output.note(f"{file} holds a secret, and everybody can read it: chmod 640 {file}, and "
                    "renew the secret.")  # fmt: skip
    reached = send(
        Message("Ganglioside: a test", "Notifications arrive.", {"event": "test"}),
        to,
    )
    if not reached:
        output.note(f"No notification was sent: {config_path()} has no channel.")
    for name in reached:
        output.note(f"Sent by {name}.")


@start.command("analyze")
@with_options
def start_analysis(
    file: InputFile,
    name: Annotated[str, typer.Option(help="Name of the session.")] = "",
    time_limit: TimeLimit = None,
    *,
    settings: Settings,
    reading: ReadingOptions,
) -> None:
    """Analyse a table and keep it as a session."""
    from ganglioside.jobs import Analyze

    work = Analyze(
        source=str(file.absolute()),
        settings=settings.to_dict(),
        reading=reading.to_dict(),
        title=name,
    )
    _start(work, time_limit)


@start.command("report")
@with_options
def start_report(
    source: TableOrSession,
    out: Annotated[Path, typer.Option(help="The HTML file.", show_default=False)],
    title: Annotated[str, typer.Option(help="Title of the report.")] = "",
    pdf: Annotated[bool, typer.Option("--pdf", help="Write a PDF beside it.")] = False,
    time_limit: TimeLimit = None,
    *,
    changes: Changes,
    reading: ReadingOptions,
) -> None:
    """Render the report of a table or a session, which keeps its own settings."""
    from ganglioside.jobs import Report
    from ganglioside.reports.parameters import Parameters

    path = Parameters(source=source, output=str(out.absolute())).path
    work = Report(
        source=_full_id(source) if path is None else str(path),
        out=str(out.absolute()),
        settings=changes.of_table.to_dict() if changes else None,
        reading=None if reading == NO_OPTIONS else reading.to_dict(),
        title=title,
        pdf=pdf,
    )
    _start(work, time_limit)


@start.command("export")
def start_export(
    sid: Annotated[
        str, typer.Argument(metavar="ID", help="Id of a session.", autocompletion=session_ids)
    ],
    form: SessionFormat = None,
    out: Annotated[
        Path | None, typer.Option(help="The file.", show_default="ID.FORMAT here")
    ] = None,
    time_limit: TimeLimit = None,
) -> None:
    """Write the results of a session."""
    from ganglioside.exporting import file_name
    from ganglioside.exporting.files import check_name
    from ganglioside.jobs import Export

    full = _full_id(sid)
    kind = form_of(out, form)
    source = open_history().source(full)
    target = (out or Path(file_name(sid, kind, source))).absolute()
    check_name(target, kind, source)
    _start(Export(session=full, out=str(target), form=kind), time_limit)


def _full_id(sid: str) -> str:
    """Full id of a session: one that there is not is refused now, and not by the job."""
    return str(open_history().session(sid)["id"])


def _start(work: Work, time_limit: float | None) -> None:
    """Start a job, and print its id."""
    from ganglioside.jobs import start as launch

    started(launch(open_history(), work, time_limit))


def started(job: str) -> None:
    """Print the id of a job that was started, and how to follow it."""
    output.text(job)
    output.note(f"Started. To follow it: ganglioside jobs watch {job}")


def _print_end(job: Job) -> None:
    """Print the result of a job; exit with 1 if it failed."""
    if job.status == "completed":
        output.text(job.session or str(job.result or "Done"))
        return
    output.error(f"{job.status}: {job.error}" if job.error else job.status)
    raise typer.Exit(1)


def _row(job: Job, last: ProgressEvent | None) -> tuple[Any, ...]:
    """Cells of a job in a list."""
    from ganglioside.jobs.announcements import duration, seconds

    message = worded(job.error or (last["message"] if last else ""), "shell")
    return (
        job.id,
        job.kind,
        job.name,
        job.status,
        f"{last['percentage']:.0f}" if last else "0",
        "" if job.started is None else local_text(job.started),
        duration(seconds(job)) if job.ended and job.started else "",
        shorten(message.partition("\n")[0], _MESSAGE_LENGTH, placeholder=" ..."),
    )


def _event_row(event: Any) -> tuple[str, str, str, str]:
    """Cells of an event: time, percentage, step and message."""
    message = worded(event_text(event), "shell")
    time = local_text(datetime.fromisoformat(event["timestamp"]), SECONDS)[11:]
    return time, f"{event['percentage']:.0f}", event["step"], message


#: Fields of a job that are shown, with their headings.
_SHOWN: Final = {
    "kind": "kind",
    "name": "name",
    "status": "status",
    "author": "asked for by",
    "created": "asked at",
    "started": "started",
    "ended": "ended",
    "host": "machine",
    "pid": "process",
    "time_limit": "time limit (s)",
    "retry_of": "repeats",
    "parameters": "parameters",
    "session": "session",
    "result": "result",
    "error": "error",
}


def _facts(job: Job) -> list[tuple[str, str]]:
    """Headings and values of a job's fields, without those that are not set."""
    values = {label: getattr(job, name) for name, label in _SHOWN.items()}
    if values["error"] is not None:
        values["error"] = worded(values["error"], "shell")
    return [(label, _short(value)) for label, value in values.items() if value is not None]


def _short(value: object) -> str:
    """Text of a value; a time in full seconds, in the zone of this machine."""
    if isinstance(value, datetime):
        return f"{local_text(value, SECONDS)} {zone_name()}"
    return str(value)


def _document(job: Job) -> dict[str, Any]:
    """JSON document of a job."""
    facts = dataclasses.asdict(job)
    times = {n: v.isoformat() + "Z" for n, v in facts.items() if isinstance(v, datetime)}
    objects = {n: json.loads(facts[n]) for n in ("parameters", "result") if facts[n] is not None}
    return facts | times | objects
