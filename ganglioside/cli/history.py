"""Commands on stored sessions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ganglioside.cli import output
from ganglioside.cli.options import Changes, Json, SessionFormat, form_of, with_options
from ganglioside.cli.stored import open_history, session_ids
from ganglioside.reading.wordings import worded
from ganglioside.settings import Settings, setting_specs
from ganglioside.support.formatting import counted, plain
from ganglioside.support.local_time import SECONDS, local_text, local_texts, zone_name

if TYPE_CHECKING:
    import pandas as pd


history = typer.Typer(
    invoke_without_command=True,
    help="List stored sessions; show, check, copy and clean them up.",
)

_ONE: Final = "Id of a session, or a beginning that fits only one."

SessionId = Annotated[str, typer.Argument(metavar="ID", help=_ONE, autocompletion=session_ids)]


class SharedWith(StrEnum):
    """With whom a session is shared."""

    OWN = "own"
    GROUP = "group"
    EVERYBODY = "everybody"


_SHARED_WITH: Final = {
    SharedWith.OWN: "its author only",
    SharedWith.GROUP: "a group",
    SharedWith.EVERYBODY: "everybody",
}

#: Columns of listed sessions, with their headings.
LISTED: Final = {
    "id": "id",
    "name": "name",
    "status": "status",
    "created": "made",
    "file_name": "file",
    "features": "features",
    "valid": "valid",
}

#: Sessions that are listed unless a limit is given, as many as jobs are.
_MOST_LISTED: Final = 20

#: Facts about one session, with their labels.
_FACTS: Final = {
    "name": "name",
    "status": "status",
    "author": "made by",
    "created": "made",
    "started": "started",
    "completed": "completed",
    "file_name": "file",
    "file_size": "size of the file",
    "sha256": "SHA-256 of the file",
    "version": "version of Ganglioside",
    "rerun_of": "repeats",
    "error": "error",
    "keep": "kept from cleanup",
    "shared": "shared with",
    "shared_group": "group",
}


@history.callback()
def what_is_stored(context: typer.Context) -> None:
    """List stored sessions; show, check, copy and clean them up."""
    if context.invoked_subcommand is None:
        list_sessions()


def print_sessions(sessions: pd.DataFrame) -> None:
    """Print a list of sessions, with times in the zone of this machine."""
    headings = LISTED | {"created": f"made ({zone_name()})"}
    output.frame(sessions.assign(created=local_texts(sessions["created"])), headings)


@history.command("list")
def list_sessions(
    limit: Annotated[
        int | None,
        typer.Option(help="How many at most.", min=1, show_default="20; all as JSON"),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the sessions, the newest first."""
    store = open_history()
    sessions = store.sessions(_MOST_LISTED + 1 if limit is None and not as_json else limit)
    if as_json:
        output.json_document(output.records(sessions))
    elif sessions.empty:
        output.note(f"No session yet in {store.name}.")
    else:
        print_sessions(sessions.head(_MOST_LISTED) if limit is None else sessions)
        if limit is None and len(sessions) > _MOST_LISTED:
            output.note(f"These are the newest {_MOST_LISTED}: --limit shows more.")


@history.command("show")
def show_session(sid: SessionId, as_json: Json = False) -> None:
    """Show one session: its input, its settings and its results."""
    store = open_history()
    session = store.session(sid)
    analysis = store.load(sid) if session["status"] == "completed" else None
    if as_json:
        from ganglioside.exporting.document import document_of

        document = {"session": output.records(session.to_frame().T)[0]}
        output.json_document(document | (document_of(analysis) if analysis is not None else {}))
        return
    output.table(("session", session["id"]), _facts(session, store.settings(sid)))
    if analysis is not None:
        output.analysis_summary(str(session["name"]), analysis)


@history.command("delete")
def delete_session(
    sids: Annotated[
        list[str], typer.Argument(metavar="ID", help="Ids of sessions.", autocompletion=session_ids)
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete sessions and their results for good."""
    store = open_history()
    found = {session["id"]: session for session in map(store.session, sids)}  # each once
    sessions = list(found.values())
    if not yes:
        names = ", ".join(f"{session['id']} ({session['name']})" for session in sessions)
        output.confirm(f"Delete {names}?")
    for session in sessions:
        store.delete(session["id"])
        output.note(f"Deleted {session['id']}.")


@history.command("rename")
def rename_session(
    sid: SessionId, name: Annotated[str, typer.Argument(help="The new name.")]
) -> None:
    """Rename a session."""
    store = open_history()
    found = store.session(sid)["id"]
    store.rename(found, name)
    output.note(f"Renamed {found}: {name}")


@history.command("share")
def share_session(
    sid: SessionId,
    shared: Annotated[SharedWith, typer.Argument(help="With its author only, a group, everybody.")],
    group: Annotated[str, typer.Option(help="The group.")] = "",
) -> None:
    """Share a session, where people sign in to the history on a server."""
    store = open_history()
    found = store.session(sid)["id"]
    store.share(found, shared.value, group)
    output.note(f"{found} is shared with {_SHARED_WITH[shared]}.")


@history.command("keep")
def keep_session(
    sids: Annotated[
        list[str], typer.Argument(metavar="ID", help="Ids of sessions.", autocompletion=session_ids)
    ],
    release: Annotated[bool, typer.Option("--release", help="Remove the mark.")] = False,
) -> None:
    """Mark sessions that no cleanup deletes."""
    store = open_history()
    for sid in [store.session(sid)["id"] for sid in sids]:
        store.keep(sid, not release)
        output.note(f"{'Released' if release else 'Kept'} {sid}.")


@history.command("rerun")
@with_options
def rerun_session(sid: SessionId, changes: Changes) -> None:
    """Analyse the input of a session again, as a new session.

    Settings that are not given stay as they were.
    """
    store = open_history()
    settings = store.settings(sid).changed(**changes) if changes else None
    with output.progress_bar(sid) as progress:
        new = store.rerun(sid, settings, progress=progress)
    output.analysis_summary(str(store.session(new)["name"]), store.load(new))
    output.note(f"Saved as session {new}: ganglioside history show {new}")


def export(
    sid: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help=_ONE, autocompletion=session_ids),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="The whole history: a folder of Parquet files and a manifest."),
    ] = False,
    form: SessionFormat = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The file or folder.", show_default="ID.FORMAT or history-export here"),
    ] = None,
) -> None:
    """Write a session as a file of any format, or the whole history as a folder."""
    if (sid is None) is not everything:
        raise typer.BadParameter("give either the id of a session or --all", param_hint="ID")
    if sid is None:
        if form is not None:
            raise typer.BadParameter("--all writes Parquet files", param_hint="--format")
        written = open_history().care.export(out or Path("history-export"))
        output.note(f"{counted(written.sessions, 'session')} written to {written.folder}")
        return
    from ganglioside.exporting import export as write
    from ganglioside.exporting import file_name

    analysis = open_history().load(sid)
    kind = form_of(out, form)
    target = out or Path(file_name(sid, kind, analysis.source))
    write(analysis, target, kind)
    output.note(f"Written to {target}")


history.command("export")(export)


def _facts(session: pd.Series[Any], settings: Settings) -> list[tuple[str, str]]:
    """Labels and values of a session, without those that are not set."""
    known = session.dropna()
    rows = [(label, _fact(name, known[name])) for name, label in _FACTS.items() if name in known]
    specs = setting_specs()
    for name, value in settings.values().items():
        spec = specs.get(name)
        label = spec.label if spec else name.replace("_", " ")
        rows.append((label, f"{plain(value)} {spec.unit if spec else ''}".rstrip()))
    return rows


def _fact(name: str, value: Any) -> str:
    """Text of one fact; an error may advise an option."""
    if isinstance(value, datetime):
        return f"{local_text(value, SECONDS)} {zone_name()}"
    if name == "file_size":
        return f"{value / 1000:,.1f} kB"
    if name == "shared":
        return _SHARED_WITH[SharedWith(value)]
    if name == "keep":
        return "yes" if value else "no"
    return worded(str(value), "shell")
