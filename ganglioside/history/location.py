"""Location of the history: its file or database, and the store behind it."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from ganglioside.errors import HistoryError
from ganglioside.history.storage.interface import HistoryStore
from ganglioside.history.storage.store import Store
from ganglioside.support.whole_files import path_fault

#: Names the history: a file, or the URL of a database.
VARIABLE: Final = "GANGLIOSIDE_HISTORY"

#: How the URL of a database begins.
URLS: Final = ("postgresql://", "postgres://")

#: Seconds to wait for other processes that use the same history.
TIMEOUT: Final = 30.0


def default_path() -> Path:
    """File of the history: `GANGLIOSIDE_HISTORY`, or in the user's data folder.

    Where the history is in a database, it is the path beside which its logs of jobs are.
    """
    named = os.environ.get(VARIABLE)
    if named and named.startswith(URLS):
        return store_at(named, TIMEOUT).path
    if named:
        return resolved(Path(named))
    return resolved(user_data_path("ganglioside", appauthor=False) / "history.duckdb")


def resolved(path: Path) -> Path:
    """Absolute path without symbolic links, so that lock and copies are beside the file itself.

    Raises
    ------
    HistoryError
        If a link leads to itself, or the path names no file.
    """
    try:
        found = path.expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise HistoryError(f"{path} names no file ({error}): name another.") from error
    require_possible(found)
    if not found.name:
        raise HistoryError(f"{path} names no file: add the history's name, as in "
                           f"{path / 'history.duckdb'}.")  # fmt: skip
    return found


def require_possible(path: Path) -> None:
    """Raise `HistoryError` where no file can have a path, whatever is on the disk."""
    if fault := path_fault(path):
        raise HistoryError(f"{path} names no file ({fault}): name another.")


def store_at(path: str | PathLike[str] | None, timeout: float) -> HistoryStore:
    """Store of a path or URL, or of the default path, whose folder is made."""
    named = os.environ.get(VARIABLE) if path is None else path
    if isinstance(named, str) and named.startswith(URLS):
        return _database(named, timeout)
    return file_at(path, timeout)


def file_at(path: str | PathLike[str] | None, timeout: float) -> Store:
    """Store of a file."""
    file = default_path() if path is None else resolved(Path(path))
    if path is None and not os.environ.get(VARIABLE):
        _make_folder(file.parent)
    return Store(file, timeout)


def _database(url: str, timeout: float) -> HistoryStore:
    try:
        from ganglioside.history.storage.postgres.address import Address
        from ganglioside.history.storage.postgres.store import PostgresStore
    except ImportError as error:
        raise HistoryError(
            "A history in PostgreSQL needs the package psycopg: "
            "pip install 'ganglioside[postgres]'."
        ) from error
    return PostgresStore(Address.of(url), timeout)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise HistoryError(
            f"The folder of the history, {folder}, cannot be made ({error.strerror}). Name a "
            "file elsewhere: History.open(path), or set GANGLIOSIDE_HISTORY."
        ) from error
