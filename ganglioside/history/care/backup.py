"""Copies of the whole file: backup, restore, and rewriting without the gaps of deleted rows."""

from __future__ import annotations

import re
import shutil
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Final

from ganglioside.errors import HistoryError
from ganglioside.history import audit_log
from ganglioside.history.author import current_author
from ganglioside.history.care.transfer import MANIFEST, export_all, import_all
from ganglioside.history.jobs import FOREIGN, close_foreign
from ganglioside.history.location import require_possible
from ganglioside.history.row_hashes import adopt_older
from ganglioside.history.storage.damage import DAMAGE
from ganglioside.history.storage.dialect import make_room
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.history.storage.set_aside import MOMENT, free_name, set_aside
from ganglioside.history.storage.store import (
    Store,
    log_beside,
    read_damaged,
    require_restorable,
    utc_now,
)
from ganglioside.history.tokens import revoke_again, revoked_tokens
from ganglioside.support.whole_files import whole_file

#: What the log says of a restore where the replaced file was too damaged to read its tokens.
ALL_REVOKED: Final = "not known: all tokens revoked"

#: Characters that tell the copies of one history from those of another.
_MARK: Final = 6

#: Bytes that are copied at once.
_CHUNK: Final = 1 << 20


def file_of(store: HistoryStore) -> Store:
    """Store of a file.

    Raises
    ------
    HistoryError
        If the history is in a database.
    """
    if not isinstance(store, Store):
        raise HistoryError(
            f"The history {store.name} is in a database, not in a file: what is kept there is "
            "copied with `ganglioside history backup`, and mended with PostgreSQL's own tools."
        )
    return store


def backup(store: HistoryStore, target: Path, *, is_folder: bool = False) -> Path:
    """Copy a history to a file, or into a folder, which must exist; see `Care.backup`."""
    require_possible(target)
    if not isinstance(store, Store):
        folder = target / _name_of_copy(store) if target.is_dir() else target
        return export_all(store, folder, place=True).folder
    if is_folder and not target.is_dir():
        raise HistoryError(
            f"There is no folder {target}: make it first, or name a file, without a slash."
        )
    if target.is_dir():
        target = target / f"{_name_of_copy(store)}.duckdb"
    if target.exists():
        raise HistoryError(f"{target} is there already: name another file for the backup.")
    with store.alone() as path:
        _copy(path, target)
    return target


def _name_of_copy(store: HistoryStore) -> str:
    """Name of a copy made now: what is copied, a mark of where it is, date and time.

    Histories in several folders are often called the same: by the mark, `prune` knows whose copy
    is whose.
    """
    is_file = isinstance(store, Store)
    what, where = (
        (store.path.stem, store.path.resolve()) if is_file else ("ganglioside", store.name)
    )
    mark = sha256(str(where).encode()).hexdigest()[:_MARK]
    return f"{what}-{mark}-{utc_now():{MOMENT}}"


def prune(folder: Path, made: Path, keep: int) -> int:
    """Remove the oldest backups of a folder beside the one just made; return how many went.

    Only what is called as `backup` calls the copies of this history is touched.
    """
    stem = made.stem.rpartition("-")[0].rpartition("-")[0]
    named = re.compile(rf"{re.escape(stem)}-\d{{8}}-\d{{6}}{re.escape(made.suffix)}")
    copies = sorted(file for file in folder.iterdir() if named.fullmatch(file.name))
    outdated = [file for file in copies[: -max(keep, 1)] if file != made and not file.is_symlink()]
    for file in outdated:
        if file.is_dir():
            shutil.rmtree(file)
        else:
            file.unlink()
    return len(outdated)


def require_backup(store: HistoryStore, source: Path) -> None:
    """Raise `HistoryError` where there is nothing that could become this history."""
    require_possible(source)
    if isinstance(store, Store):
        _require_file(source)
    elif not (source / MANIFEST).is_file():
        raise HistoryError(
            f"There is no backup of a database at {source}: name the folder that `ganglioside "
            "history backup` wrote."
        )


def restore(store: HistoryStore, source: Path) -> Path | str | None:
    """Replace a history by a backup; see `Care.restore`.

    Returns
    -------
    pathlib.Path, str or None
        New path of the history that was replaced, or the name of its schema in a database; None if
        there was none.
    """
    require_backup(store, source)
    if not isinstance(store, Store):
        return _restore_database(store, source)
    with store.draft() as draft:
        _copy(source, draft)
        if log_beside(source).exists():  # of a process that died: it holds what was stored last
            _copy(log_beside(source), log_beside(draft))
        require_restorable(source, draft)
        with store.locked():  # what is revoked from here on finds the file replaced
            aside = free_name(store.path, utc_now()) if store.path.exists() else None
            record = partial(_record_restore, store=store, source=source, aside=aside)
            Store(draft, store.timeout).prepare(record, noting=False)
            store.replace_by(draft, aside)
            return aside


def vacuum(store: HistoryStore) -> tuple[int, int]:
    """Rewrite a history without its gaps; return its size before and after, bytes."""
    return store.vacuum()


def _restore_database(store: HistoryStore, source: Path) -> str | None:
    """Replace what is in a database by an export; return the new name of its schema."""
    moment = f"{utc_now():{MOMENT}}".replace("-", "_")
    aside: str | None = None
    revoked: list[str] = []

    def put_aside(connection: Connection) -> None:
        nonlocal aside, revoked
        revoked = revoked_tokens(connection)
        aside = make_room(connection, moment)

    def record(connection: Connection) -> None:
        audit_log.append(connection, current_author(), "restored", backup=source.name)
        revoke_again(connection, revoked)

    import_all(store, source, last=record, first=put_aside, whole=True, place=True)
    return aside


def _require_file(source: Path) -> None:
    """Raise `HistoryError` where a backup is not a file, with what to name."""
    if source.is_file():
        return
    if (source / MANIFEST).is_file():
        raise HistoryError(
            f"{source} is an export, as backups of a database are, and this history is a file: "
            "ganglioside history import adds what it holds."
        )
    if source.is_dir():
        files = sorted(source.glob("*.duckdb"), key=lambda file: file.stat().st_mtime)
        such = f", such as {files[-1]}" if files else ""
        raise HistoryError(f"{source} is a folder: name a backup in it{such}.")
    raise HistoryError(
        f"There is no backup {source}: name what `ganglioside history backup` wrote."
    )


def _revoked_here(store: Store, followed: set[str]) -> list[str] | None:
    """Ids of the tokens revoked in the present file, of any version; None if that is not known.

    And in the one set aside last: where a restore has ended before it was done, or was one of a
    wrong backup, only that one knows.

    Parameters
    ----------
    store
    followed
        Names of files set aside whose revocations the backup has followed already.
    """
    present = [store.path] if store.path.exists() else []
    before = [file for file in set_aside(store.path)[-1:] if file.name not in followed]
    found = [_revoked_in(file) for file in (*present, *before)]
    known = [tokens for tokens in found if tokens is not None]
    return list(chain.from_iterable(known)) if len(known) == len(found) else None


def _revoked_in(file: Path) -> list[str] | None:
    """Ids of the revoked tokens of a history; None if it is damaged."""
    try:
        with read_damaged(file) as connection:
            return revoked_tokens(connection)
    except HistoryError:
        raise
    except DAMAGE:  # often the reason for a restore, whose entry in the log says so
        return None


def _record_restore(
    connection: Connection, version: int, store: Store, source: Path, aside: Path | None
) -> None:
    """Close the unfinished jobs of a backup and record the restore in its log.

    Where it is not known which tokens were revoked, all are: one of them may have been stolen.
    """
    adopt_older(connection, version)
    revoked = _revoked_here(store, _followed(connection))
    connection.begin()
    close_foreign(connection, f"It came in with the backup {source.name}. {FOREIGN}")
    audit_log.append(
        connection, current_author(), "restored", backup=source.name,
        revoked_since=ALL_REVOKED if revoked is None else "revoked again",
        replaced=None if aside is None else aside.name,
    )  # fmt: skip
    revoke_again(connection, revoked)
    connection.commit()


def _followed(connection: Connection) -> set[str]:
    """Names of the files that the history in a backup has replaced, as its log says."""
    restored = [entry for entry in audit_log.entries(connection) if entry.action == "restored"]
    return {str(entry.facts.get("replaced")) for entry in restored}


def _copy(source: Path, target: Path) -> None:
    """Copy a file with its permissions: the whole copy is on disk, or nothing is."""
    try:
        with source.open("rb") as old, whole_file(target) as (new, draft):
            shutil.copymode(source, draft)
            shutil.copyfileobj(old, new, _CHUNK)
    except OSError as error:
        raise HistoryError(
            f"{target} cannot be written ({error.strerror}): name a file in a folder that exists, "
            "that you may write to and that has room."
        ) from error
