"""Commands on stored sessions."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganglioside.cli import output
from ganglioside.cli.options import USUAL, Format, Json
from ganglioside.reading.wordings import worded

if TYPE_CHECKING:
    from ganglioside.history import History

history = typer.Typer(
    no_args_is_help=True, help="Find, show, check, copy and clean up stored sessions."
)

SessionId = Annotated[
    str, typer.Argument(metavar="ID", help="Id of a session, or a beginning that fits only one.")
]


class SharedWith(StrEnum):
    """With whom a session is shared."""

    OWN = "own"
    GROUP = "group"
    EVERYBODY = "everybody"


#: Columns of listed sessions.
LISTED = ("id", "name", "status", "created", "file_name", "features", "valid")


@history.command("list")
def list_sessions(
    limit: Annotated[int | None, typer.Option(help="How many at most.", min=1)] = None,
    as_json: Json = False,
) -> None:
    """List the sessions, the newest first."""
    store = _open()
    sessions = store.sessions(limit)
    if as_json:
        output.json_document(output.records(sessions))
    elif sessions.empty:
        output.note(f"No session yet in {store.name}.")
    else:
        sessions["created"] = sessions["created"].dt.tz_convert(None).dt.round("s").astype(str)
        output.frame(sessions[list(LISTED)])


@history.command("show")
def show_session(sid: SessionId, as_json: Json = False) -> None:
    """Show one session: its input, its settings and its results."""
    store = _open()
    session = store.session(sid)
    analysis = store.load(sid) if session["status"] == "completed" else None
    if as_json:
        from ganglioside.exporting.document import document_of

        document = {"session": output.records(session.to_frame().T)[0]}
        output.json_document(document | (document_of(analysis) if analysis else {}))
        return
    settings = "  ".join(f"{k} {v}" for k, v in store.settings(sid).to_dict().items())
    details = session.dropna().astype(str).map(_worded)
    output.table(("session", details["id"]), [*details.drop("id").items(), ("settings", settings)])
    if analysis is not None:
        output.analysis_summary(str(session["name"]), analysis)


@history.command("delete")
def delete_session(
    sids: Annotated[list[str], typer.Argument(metavar="ID", help="Ids of sessions.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete sessions and their results for good."""
    store = _open()
    sessions = [store.session(sid) for sid in sids]
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
    _open().rename(sid, name)


@history.command("share")
def share_session(
    sid: SessionId,
    shared: Annotated[SharedWith, typer.Argument(help="With its author only, a group, everybody.")],
    group: Annotated[str, typer.Option(help="The group.")] = "",
) -> None:
    """Share a session, where people sign in to the history on a server."""
    _open().share(sid, shared.value, group)


@history.command("keep")
def keep_session(
    sids: Annotated[list[str], typer.Argument(metavar="ID", help="Ids of sessions.")],
    release: Annotated[bool, typer.Option("--release", help="Remove the mark.")] = False,
) -> None:
    """Mark sessions that no cleanup deletes."""
    store = _open()
    for sid in [store.session(sid)["id"] for sid in sids]:
        store.keep(sid, not release)
        output.note(f"{'Released' if release else 'Kept'} {sid}.")


@history.command("rerun")
def rerun_session(sid: SessionId) -> None:
    """Analyse the input of a session again, as a new session."""
    store = _open()
    with output.progress_bar(sid) as progress:
        new = store.rerun(sid, progress=progress)
    output.analysis_summary(str(store.session(new)["name"]), store.load(new))
    output.note(f"Saved as session {new}: ganglioside history show {new}")


def export(
    sid: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="Id of a session, or a beginning that fits only one."),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="The whole history: a folder of Parquet files and a manifest."),
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="Kind of file of one session.")] = USUAL,
    out: Annotated[
        Path | None,
        typer.Option(help="The file or folder.", show_default="ID.FORMAT or history-export here"),
    ] = None,
) -> None:
    """Write a session as a file of any format, or the whole history as a folder."""
    if (sid is None) is not everything:
        raise typer.BadParameter("give either the id of a session or --all", param_hint="ID")
    if sid is None:
        written = _open().export_all(out or Path("history-export"))
        output.note(f"{written.sessions:,} sessions written to {written.folder}")
        return
    from ganglioside.exporting import export as write
    from ganglioside.exporting import file_name

    analysis = _open().load(sid)
    target = out or Path(file_name(sid, form, analysis.source))
    write(analysis, target, form)
    output.note(f"Written to {target}")


history.command("export")(export)


def _worded(value: str) -> str:
    """Text of a session, whose error may advise an option."""
    return worded(value, "shell")


def _open() -> History:
    """Open the history of this user."""
    from ganglioside.history import History

    return History.open()
