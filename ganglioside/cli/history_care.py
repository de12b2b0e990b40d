"""Commands on the history as a whole: query, verify, back up, clean up, ..."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganglioside.cli import output
from ganglioside.cli.history import print_sessions
from ganglioside.cli.options import Json
from ganglioside.cli.stored import open_history
from ganglioside.support.formatting import counted
from ganglioside.support.local_time import SECONDS, local_texts, zone_name

if TYPE_CHECKING:
    from ganglioside.history import History

care = typer.Typer()

_MEGABYTE = 1_000_000


@care.command("query")
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT on sessions, features, models, ...")],
    as_json: Json = False,
) -> None:
    """Query the history in SQL, read-only and without access to other files."""
    answer = open_history().query(sql)
    if as_json:
        output.json_document(output.records(answer))
    else:
        output.frame(answer)


@care.command("log")
def show_log(
    subject: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of a session or a job.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="The last ones only.", min=1)] = None,
    as_json: Json = False,
) -> None:
    """Show the log: who did what and when, the oldest entry first."""
    entries = open_history().care.log(subject)
    entries = entries if limit is None else entries.tail(limit)
    if as_json:
        output.json_document(output.records(entries))
        return
    columns = ("author", "host", "action", "subject", "details")
    headings = {"time": f"time ({zone_name()})"} | {column: column for column in columns}
    output.frame(entries.assign(time=local_texts(entries["time"], SECONDS)), headings)


@care.command("verify")
def verify(
    sample: Annotated[
        int, typer.Option(help="How many sessions to run again, chosen at random.", min=0)
    ] = 5,
    seed: Annotated[int, typer.Option(help="Seed of the random choice.", min=0)] = 0,
    heads: Annotated[
        list[Path] | None,
        typer.Option(help="File with heads of the log, kept elsewhere.", exists=True),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check all hashes and the log, and run some sessions again, bit for bit.

    The exit code is 1 if anything differs from what was stored.
    """
    found = open_history().care.verify(sample, seed, heads=heads or [])
    if as_json:
        from dataclasses import asdict

        output.json_document(asdict(found))
    else:
        output.text(
            f"{counted(found.sessions, 'session')}, {counted(found.inputs, 'input')} and "
            f"{counted(found.entries, 'entry', 'entries')} of the log checked; "
            f"{counted(len(found.reruns), 'session')} run again."
        )
        if found.unsealed:
            unsealed = counted(
                found.unsealed,
                "session of an older version has",
                "sessions of an older version have",
            )
            output.note(f"{unsealed} no hash to check.")
        if found.earlier:
            earlier = counted(
                found.earlier, "session is as it was stored", "sessions are as they were stored"
            )
            output.note(
                f"{earlier}, but of an earlier version: not compared with what this one finds."
            )
        for note in found.notes:
            output.note(note)
    for fault in found.faults:
        output.error(fault)
    if not found.is_whole:
        raise typer.Exit(1)


@care.command("head")
def show_head(
    out: Annotated[
        Path | None, typer.Option(help="File to append it to, kept where nobody can change it.")
    ] = None,
) -> None:
    """Print the newest entry of the log, with which 'verify --heads' detects a log cut off."""
    from ganglioside.history.storage.log_heads import add_to

    store = open_history()
    head = store.care.head()
    if out is None:
        output.text(head.line(store.name))
        return
    add_to(out, store.name, head)
    output.note(f"Added to {out}")


@care.command("salvage")
def salvage(
    source: Annotated[Path, typer.Argument(help="A damaged history; it stays as it is.")],
    target: Annotated[Path, typer.Argument(help="A new file for what can still be read.")],
) -> None:
    """Save what can still be read of a damaged history into a new one.

    The exit code is 1 if something is lost.
    """
    from ganglioside.history import History
    from ganglioside.history.care.salvage import LOG

    _, saved = History.salvage(source, target)
    output.text(f"{counted(len(saved.whole), 'session is', 'sessions are')} whole in {saved.path}.")
    if saved.inputs_only:
        output.note(f"To be run again, since their result is lost: {', '.join(saved.inputs_only)}")
    for sid in saved.lost:
        output.error(f"Session {sid} is lost: its row or its input cannot be read.")
    for part, why in saved.damaged.items():
        name = part if part == LOG else f"table {part}"
        output.error(f"The {name} could not be read completely: {why}")
    if saved.damaged:
        raise typer.Exit(1)


@care.command("backup")
def backup(
    target: Annotated[
        str, typer.Argument(help="A new file, or a folder to put one into.", metavar="PATH")
    ],
) -> None:
    """Copy the whole history, with tokens, tasks of workers and the schedule of the cleanup."""
    output.note(f"Backup: {open_history().care.backup(target)}")


@care.command("restore")
def restore(
    source: Annotated[Path, typer.Argument(help="What 'history backup' wrote.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Replace the history by a backup; the replaced one is kept beside it."""
    from ganglioside.history import History
    from ganglioside.history.care.backup import require_backup
    from ganglioside.history.location import TIMEOUT, store_at

    store = store_at(None, TIMEOUT)
    require_backup(store, source.expanduser())
    if not yes:
        output.confirm(f"Replace {store.name} by {source}?")
    restored, aside = History.restore(source)
    tokens, tasks = restored.tokens.valid(), restored.tasks.all()
    output.note(
        f"Restored {restored.name}: {counted(len(restored.sessions()), 'session')}, "
        f"{counted(len(tokens), 'token that lets', 'tokens that let')} somebody in (tokens list), "
        f"{counted(len(tasks), 'task')} of workers (workers tasks)."
    )
    if not tokens:
        output.note(_without_tokens(restored))
    if aside is not None:
        output.note(f"The replaced history is now {aside}")


def _without_tokens(restored: History) -> str:
    """Reason why a token lets nobody in after a restore, and the cure."""
    from ganglioside.history.care.backup import ALL_REVOKED

    last = restored.care.log().query("action == 'restored'")["details"].iloc[-1]
    if ALL_REVOKED in last and restored.tokens.all():
        return (
            "The replaced history, or the one set aside before it, is damaged, so it is not known "
            "which tokens had been revoked since the backup: all are revoked now. Make new ones "
            "(tokens add)."
        )
    return (
        "The backup holds no token that lets somebody in. If there were some (the backup of a "
        "database by an earlier version left them out, and the tasks of workers): make them again."
    )


@care.command("move")
def move(
    to: Annotated[
        str,
        typer.Option(
            help="A new file, or postgresql://user@server/database; the password in ~/.pgpass.",
            metavar="HISTORY",
        ),
    ],
) -> None:
    """Copy everything to a new history elsewhere, and compare it whole; this one stays."""
    store = open_history()
    moved = store.care.move(to)
    output.note(
        f"{counted(moved.sessions, 'session')}, {counted(moved.rows['jobs'], 'job')} and "
        f"{counted(moved.rows['log'], 'entry', 'entries')} of the log are there, without any "
        f"difference. {store.name} stays as it is."
    )
    output.note(
        "Name the new history in GANGLIOSIDE_HISTORY. Tokens, tasks of workers and the schedule of "
        "the cleanup were not copied."
    )


@care.command("import")
def import_all(
    folder: Annotated[Path, typer.Argument(help="What 'history export --all' wrote.")],
) -> None:
    """Add the sessions of another history; existing ones are not changed."""
    came = open_history().care.import_(folder)
    output.note(
        f"{counted(came.sessions, 'session')} added, "
        f"{counted(came.present, 'was', 'were')} there already."
    )
    if came.closed:
        output.note(
            counted(
                came.closed,
                "job that waited or ran elsewhere was closed",
                "jobs that waited or ran elsewhere were closed",
            )
            + ": no imported job is carried out here."
        )
    for owner, why in came.left_out.items():
        output.error(f"Left out {owner}: {why}. The rest was imported.")
    if came.left_out:
        raise typer.Exit(1)


@care.command("cleanup")
def cleanup(
    older_than: Annotated[
        str | None, typer.Option(help="Age of the sessions that go: 12h, 30d, 6w, 2y.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Delete them; without it they are only listed.")
    ] = False,
    every: Annotated[
        str | None,
        typer.Option(help="From now on, clean up automatically at this interval."),
    ] = None,
    never: Annotated[bool, typer.Option("--never", help="Stop cleaning up automatically.")] = False,
    as_json: Json = False,
) -> None:
    """List the sessions that ended long ago, and delete them with --yes.

    Sessions marked by 'history keep' stay. Nothing is cleaned up automatically without --every.
    """
    from ganglioside.history.care.cleanup import parse_age

    _require_one_wish(older_than, yes=yes, every=every, never=never)
    store = open_history()
    if never:
        store.care.set_schedule(None)
        output.note("Nothing is cleaned up automatically.")
        return
    if older_than is None:
        _show_schedule(store)
        return
    age = parse_age(older_than)
    if every is not None:
        store.care.set_schedule(age, parse_age(every))
        output.note(f"From now on, sessions older than {older_than} go every {every}.")
        return
    sessions = store.care.cleanup(age, dry_run=not yes)
    if as_json:
        output.json_document(output.records(sessions))
    else:
        print_sessions(sessions)
    what = "deleted" if yes else "would be deleted: repeat it with --yes"
    output.note(f"{counted(len(sessions), 'session')} older than {older_than} {what}.")


def _require_one_wish(older_than: str | None, *, yes: bool, every: str | None, never: bool) -> None:
    """Refuse options of which some would be ignored.

    Raises
    ------
    typer.BadParameter
    """
    if never and (older_than or yes or every):
        raise typer.BadParameter("it stands alone", param_hint="--never")
    if older_than is None and (yes or every):
        raise typer.BadParameter("say of which age, too: 30d", param_hint="--older-than")
    if yes and every:
        raise typer.BadParameter(
            "--yes deletes now, --every sets it for later: give one of them", param_hint="--every"
        )


@care.command("vacuum")
def vacuum() -> None:
    """Free the disk space of what was deleted."""
    before, after = open_history().care.vacuum()
    output.note(f"{before / _MEGABYTE:.1f} MB before, {after / _MEGABYTE:.1f} MB now.")


def _show_schedule(store: History) -> None:
    """Print how old sessions are cleaned up automatically."""
    schedule = store.care.schedule()
    if schedule is None:
        output.text("Nothing is cleaned up automatically. To list old sessions: --older-than 30d")
        return
    output.text(
        f"Sessions older than {schedule.older_than.days} days go every {schedule.every.days} days "
        f"(set by {schedule.author})."
    )
