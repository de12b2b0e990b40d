"""Commands on workers: run one, list and drain them, and set what they do by themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganglioside.cli import output
from ganglioside.cli.options import Json
from ganglioside.cli.servers import LogFile, watched
from ganglioside.cli.stored import open_history
from ganglioside.support.formatting import counted
from ganglioside.support.local_time import SECONDS, local_text, utc_text, zone_name

if TYPE_CHECKING:
    from ganglioside.history import History

workers = typer.Typer(
    invoke_without_command=True, help="List workers; drain them; set what they do by themselves."
)


def worker(
    lease: Annotated[
        float,
        typer.Option(
            help="Seconds without a sign after which its job goes to another.", min=1, max=86_400
        ),
    ] = 60.0,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="End when no job waits.")
    ] = False,
    log: LogFile = None,
) -> None:
    """Carry out the jobs of the history, one after the other.

    Start as many as you like, also on other machines that reach the database. SIGTERM or Ctrl-C
    lets it end after the job that it has; a second one gives that job back. Where it was drained
    from elsewhere, the exit code is 3, so that what keeps it running leaves it alone.
    """
    from ganglioside.history import History
    from ganglioside.jobs.worker import DRAINED, JobWorker, begin_anew, stopped_by_signals
    from ganglioside.watching.alarms import sound

    watched(log)
    history = History.open()
    one = JobWorker(history, lease, leave=begin_anew, each=lambda: sound(history))
    output.note(f"Worker {one.worker.id} takes jobs. Ctrl-C lets it end after the one it has.")
    with stopped_by_signals(one):
        done = one.run(until_empty=until_empty)
    output.note(f"Worker {one.worker.id} has ended after {counted(done, 'job')}.")
    if one.was_drained:
        raise typer.Exit(DRAINED)


@workers.callback()
def what_works(context: typer.Context) -> None:
    """List workers; drain them; set what they do by themselves."""
    if context.invoked_subcommand is None:
        list_workers()


@workers.command("list")
def list_workers(as_json: Json = False) -> None:
    """List the workers of the last week, and what each does."""
    history = open_history()
    rows = _rows(history, *_clock(as_json))
    if as_json:
        output.json_document(rows)
    elif not rows:
        output.note("No worker: `ganglioside worker` starts one.")
    else:
        output.table(tuple(rows[0]), [tuple(row.values()) for row in rows])


@workers.command("drain")
def drain(found: Annotated[list[str], typer.Argument(metavar="WORKER", help="Ids.")]) -> None:
    """Let workers end after the job that they have."""
    history = open_history()
    for one in found:
        drained = history.workers.drain(one)
        output.note(f"Worker {drained.id} ends after its job.")


Every = Annotated[str, typer.Option(help="How often: 12h, 1d, 1w; never: not any more.")]


@workers.command("backup")
def schedule_backup(
    into: Annotated[Path, typer.Option(help="Folder of the copies.")],
    every: Every = "1d",
    keep: Annotated[int, typer.Option(help="How many copies stay.", min=1)] = 7,
) -> None:
    """Let workers copy the history again and again."""
    _set("backup", every, {"folder": str(into.absolute()), "keep": keep})


@workers.command("verify")
def schedule_verify(
    every: Every = "1w",
    sample: Annotated[int, typer.Option(help="Sessions to run again each time.", min=0)] = 5,
) -> None:
    """Let workers check the history again and again."""
    _set("verify", every, {"sample": sample})


@workers.command("tasks")
def list_tasks(as_json: Json = False) -> None:
    """List what workers do by themselves."""
    from ganglioside.history.periods import DAY

    history = open_history()
    zone, text = _clock(as_json)
    rows = [
        {"task": t.kind, "every (days)": t.every / DAY, "parameters": t.parameters,
         "set by": t.author, f"last ({zone})": "" if t.last_run is None else text(t.last_run),
         "last job": t.last_job or ""}
        for t in history.tasks.all()
    ]  # fmt: skip
    if as_json:
        output.json_document(rows)
    elif not rows:
        output.note("Nothing: ganglioside workers backup, ganglioside workers verify set it.")
    else:
        output.table(tuple(rows[0]), [tuple(row.values()) for row in rows])


def _set(kind: str, every: str, parameters: dict[str, Any]) -> None:
    from ganglioside.history.care.cleanup import parse_age

    open_history().tasks.set(kind, None if every == "never" else parse_age(every), parameters)
    output.note(f"{kind}: {'not any more' if every == 'never' else f'every {every}, by workers'}.")


def _clock(as_json: bool) -> tuple[str, Callable[..., str]]:
    """Zone of times and how they are written: for programs in UTC, for people in theirs."""
    return ("UTC", utc_text) if as_json else (zone_name(), local_text)


def _rows(history: History, zone: str, text: Callable[..., str]) -> list[dict[str, Any]]:
    """One row per worker, with the job that it has; `text` writes times in the zone."""
    from ganglioside.history.storage.store import utc_now

    now = utc_now()
    has = {job.worker: f"{job.id} {job.kind} {job.name}" for job in history.jobs.all("processing")}
    return [
        {"worker": one.id, "state": one.state(now), "machine": one.host, "process": one.pid,
         f"since ({zone})": text(one.started),
         f"last sign ({zone})": text(one.heartbeat, SECONDS),
         "job": has.get(one.id, "")}
        for one in history.workers.all()
    ]  # fmt: skip
