"""`History.care`: checks, cleanup, copies and transfer of one history, and its log."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from os import PathLike
from pathlib import Path

import pandas as pd

from ganglioside.history import audit_log
from ganglioside.history.author import current_author
from ganglioside.history.care import backup, salvage, transfer
from ganglioside.history.care.cleanup import (
    Schedule,
    clean_when_due,
    outdated,
    read_schedule,
    remove,
    remove_jobs,
    write_schedule,
)
from ganglioside.history.care.interrupted import mark_dead
from ganglioside.history.care.move import move
from ganglioside.history.care.salvage import Salvaged
from ganglioside.history.care.sent_folders import leftovers, remove_leftovers
from ganglioside.history.care.transfer import Transfer
from ganglioside.history.care.verify import Verification, verify
from ganglioside.history.claims import unclaimed
from ganglioside.history.listing import list_sessions
from ganglioside.history.location import file_at, store_at
from ganglioside.history.periods import DAY
from ganglioside.history.row_hashes import adopt_older
from ganglioside.history.sharing import require_whole
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.history.storage.log_heads import Head, read_head


def bring_up_to_date(store: HistoryStore) -> None:
    """Bring a history that is opened up to date: its schema, what has died, a cleanup if due."""
    cleaned: list[bool] = []

    def put_in_order(connection: Connection, version: int) -> None:
        """Bring the content up to date; `version` is the schema it had."""
        adopt_older(connection, version)
        mark_dead(connection)
        cleaned.append(clean_when_due(connection))

    store.prepare(put_in_order)
    if any(cleaned):
        remove_leftovers(store)


class Care:
    """Care of one history: `history.care.verify()`, `history.care.backup(path)` and so on.

    Every call is one transaction, as in `History`.

    Examples
    --------
    >>> import tempfile
    >>> import ganglioside as gg
    >>> folder = tempfile.TemporaryDirectory()
    >>> history = gg.History.open(f"{folder.name}/history.duckdb")
    >>> sid = history.save(gg.analyze(gg.example()))
    >>> history.care.verify(sample=0).is_whole
    True
    >>> history.care.log()["action"].tolist()
    ['completed']
    >>> history.care.backup(f"{folder.name}/copy.duckdb").name
    'copy.duckdb'
    >>> folder.cleanup()
    """

    def __init__(self, store: HistoryStore) -> None:
        self._store = store

    def verify(
        self,
        sample: int = 5,
        seed: int = 0,
        report: Callable[[int, int], None] | None = None,
        heads: Sequence[str | PathLike[str]] = (),
    ) -> Verification:
        """Faults found by a check that everything is as it was stored and can be found again.

        Every input is compared with its SHA-256, every result with the hash that was taken when
        it was saved; sessions, jobs, events, overrides and the schedule with what the log records
        of them, both ways; the log with its own chain and with the heads that were noted outside.
        A sample of the sessions that this code has judged is run again and must give the same
        bits; those of an earlier version may differ, and are not compared.

        Anyone who can write the file can also write a new log from some entry on. Only heads noted
        where that person cannot write reveal this.

        Others may work with the history meanwhile: what they store or delete is no fault.

        Parameters
        ----------
        sample
            Number of sessions to run again, drawn at random.
        seed
            Seed of that draw.
        report
            Called with the number of sessions checked so far and the total.
        heads
            Files with heads of the log, besides those in which they are always noted.

        Returns
        -------
        Verification

        Raises
        ------
        HistoryBusyError, HistoryAwayError
            If the history could not be read to the end: that says nothing of what is stored.
        """
        files = [Path(file).expanduser() for file in heads]
        return verify(unclaimed(self._store), sample, seed, report, files)

    def log(self, subject: str | None = None) -> pd.DataFrame:
        """Entries of the log: who did what when, the oldest first.

        Parameters
        ----------
        subject
            Id of a session or a job; all entries where None. A deleted session keeps its entries.

        Returns
        -------
        pandas.DataFrame
            Columns number, time (UTC), author, host, action, subject, details (JSON), previous
            and sha256 (hash of the entry before and of this one).
        """
        with self._store.read() as connection:
            return audit_log.read_log(connection, subject)

    def head(self) -> Head:
        """Newest entry of the log: kept elsewhere, it lets `verify` find a log that was cut off.

        It is noted beside the history after each change, and in the file that `GANGLIOSIDE_HEADS`
        names.

        Returns
        -------
        Head
        """
        with self._store.read() as connection:
            return read_head(connection)

    def cleanup(self, older_than: timedelta, dry_run: bool = True) -> pd.DataFrame:
        """Delete sessions and jobs that ended long enough ago, unless they are marked as kept.

        Parameters
        ----------
        older_than
            Age from which sessions and jobs are deleted.
        dry_run
            List the sessions without deleting anything.

        Returns
        -------
        pandas.DataFrame
            The sessions that were (or would be) deleted, with the columns of `History.sessions`.
        """
        if dry_run:
            with self._store.read() as connection:
                return list_sessions(connection, outdated(connection, older_than))
        with self._store.write() as connection:
            old = outdated(connection, older_than)
            listed = list_sessions(connection, old)
            remove(connection, old, f"older than {older_than / DAY:g} days")
            remove_jobs(connection, older_than)
        remove_leftovers(self._store)
        return listed

    def leftovers(self) -> list[Path]:
        """Folders of batches, sent over the API or a page, that nothing in the history needs.

        Deletions and cleanups remove them; what is found could not be removed, or was left by a
        process that was killed.

        Returns
        -------
        list of pathlib.Path
        """
        return leftovers(self._store)

    def schedule(self) -> Schedule | None:
        """Schedule of the automatic cleanup; None where nobody has set one.

        Returns
        -------
        Schedule or None
        """
        with self._store.read() as connection:
            return read_schedule(connection)

    def set_schedule(self, older_than: timedelta | None, every: timedelta | None = None) -> None:
        """Switch the automatic cleanup, which takes place when a history is opened, on or off.

        Parameters
        ----------
        older_than
            Age from which sessions are deleted; None switches the cleanup off, the default.
        every
            Time between two cleanups; a day where None.
        """
        wanted = None
        if older_than:
            wanted = Schedule(older_than, every or DAY, current_author(), None)
        with self._store.write() as connection:
            write_schedule(connection, wanted)

    def backup(self, target: str | PathLike[str]) -> Path:
        """Copy the whole history to a new file, or to a file named by date and time in a folder.

        Returns
        -------
        pathlib.Path
            The copy, itself a history that `History.open` opens; of a history in a database, a
            folder as `export` writes it, with tokens (their hashes), tasks of workers and the
            schedule of the cleanup.

        Raises
        ------
        HistoryError
            If the file exists already or cannot be written, or a folder named with a slash at
            its end does not exist.
        """
        made = backup.backup(
            require_whole(unclaimed(self._store)),
            Path(target).expanduser(),
            is_folder=os.fspath(target).endswith(("/", os.sep)),
        )
        with self._store.write(adding=True) as connection:
            audit_log.append(connection, current_author(), "backed up", backup=made.name)
        return made

    def restore(self, source: str | PathLike[str]) -> Path | str | None:
        """Replace this history by a backup; the present file is kept beside it.

        The present history may be of a newer version, the backup of an older one. Tokens that are
        revoked here stay revoked, and so are those of the file that was set aside last; where one
        of the two is too damaged to tell which those are, all tokens are revoked, and the log says
        so.

        `History.restore` does the same where the present file is absent or cannot be opened.

        Parameters
        ----------
        source
            File or folder that `backup` wrote.

        Returns
        -------
        pathlib.Path, str or None
            New name of the file that was replaced, or of the schema in a database; None where there
            was none.

        Raises
        ------
        HistoryError
            If there is no such backup, it is not a history, or a newer version wrote it.
        """
        aside = backup.restore(require_whole(self._store), Path(source).expanduser())
        bring_up_to_date(self._store)
        return aside

    def salvage(self, target: str | PathLike[str]) -> Salvaged:
        """Copy what can still be read of this history, if it is damaged, to a new one.

        `History.salvage` does the same where the damaged file cannot be opened.

        Parameters
        ----------
        target
            File of the new history.

        Returns
        -------
        Salvaged

        Raises
        ------
        HistoryError
            If nothing can be read, or the new file exists already.
        """
        new = file_at(target, self._store.timeout)
        return salvage.salvage(backup.file_of(require_whole(self._store)).path, new)

    def vacuum(self) -> tuple[int, int]:
        """Rewrite the file without the space of deleted rows.

        Returns
        -------
        before, after : int
            Size of the file, bytes.
        """
        return backup.vacuum(require_whole(self._store))

    def move(self, to: str | PathLike[str]) -> Transfer:
        """Copy everything to a new history elsewhere: from a file to PostgreSQL, or back.

        All of it is compared before it is stored there: rows, events, results and the chain of the
        log. This history stays as it is; name the new one in `GANGLIOSIDE_HISTORY`. Tokens, tasks
        of workers and the schedule of the cleanup belong to the place, and are not copied.

        Parameters
        ----------
        to
            A new file, or the URL of a database without a history.

        Returns
        -------
        Transfer

        Raises
        ------
        HistoryError
            If there is a history already, if work goes on in this one, or if anything differs; then
            the other place is as it was before.
        """
        return move(require_whole(self._store), store_at(to, self._store.timeout))

    def export(self, folder: str | PathLike[str]) -> Transfer:
        """Write everything to a new folder: one Parquet file per table, and a manifest.

        The manifest holds the number of rows and the SHA-256 of each file.

        Returns
        -------
        Transfer

        Raises
        ------
        HistoryError
            If the folder exists already or cannot be written.
        """
        return transfer.export_all(require_whole(self._store), Path(folder).expanduser())

    def import_(self, folder: str | PathLike[str]) -> Transfer:
        """Add everything from a folder that `export` wrote; present sessions stay as they are.

        Returns
        -------
        Transfer

        Raises
        ------
        HistoryError
            If a file differs from its manifest, if not all rows arrive, or if a session is
            present with other content; then nothing is added.
        """
        return transfer.import_all(require_whole(self._store), Path(folder).expanduser())
