"""The stores of a history: most tests of it run on both, in a file and in PostgreSQL.

A test, a module of them or one case that is about the file itself is marked `file_only`, with the
reason.
A test, a module of them or one case in which the store plays a small part is marked `either_store`:
each case runs on both by night, and by day on one of them, in turn.
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb
import postgres_server
import pytest
from effort import PATIENCE, profile

from ganglioside.history.location import URLS, store_at
from ganglioside.history.storage.catalog import table_names
from ganglioside.history.storage.dialect import append_rows

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

BOTH: Final = ("file", "postgres")


def duckdb_only(*values: object) -> ParameterSet:
    """Case of a test by a statement that PostgreSQL does not understand, or its indexes forbid."""
    return pytest.param(*values, marks=pytest.mark.file_only("a statement of DuckDB"))


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a test that needs the fixture `store` once on each."""
    if "store" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("file_only")
        metafunc.parametrize("store", BOTH[:1] if only else BOTH, scope="function")


def is_void(item: pytest.Item) -> bool:
    """Whether a case that is about the file was made for PostgreSQL."""
    values = getattr(getattr(item, "callspec", None), "params", {})
    return values.get("store") == BOTH[1] and item.get_closest_marker("file_only") is not None


def is_for_the_night(item: pytest.Item) -> bool:
    """Whether it is by day the turn of the other store; never where a test is named by its id."""
    store = getattr(getattr(item, "callspec", None), "params", {}).get("store")
    marked = store is not None and item.get_closest_marker("either_store") is not None
    named = any("::" in argument for argument in item.config.args)
    if not marked or named or profile() == "nightly" or item.get_closest_marker("file_only"):
        return False
    case = item.nodeid.replace(f"[{store}", "[", 1)
    return bool(store != BOTH[zlib.crc32(case.encode()) % 2])


@contextmanager
def address(store: str, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """What opens a new history; what stands beside it is in the folder too."""
    patch.setenv("XDG_DATA_HOME", str(folder))
    if store == "file":
        yield str(folder / "history.duckdb")
        return
    with postgres_server.server().database() as url:
        yield url


def pour(file: Path, address: str) -> None:
    """Fill a new history with all rows of a file, as they are."""
    if not address.startswith(URLS):
        shutil.copy(file, address)
        return
    store = store_at(address, PATIENCE)
    store.prepare()
    with duckdb.connect(str(file), read_only=True) as source, store.write() as connection:
        for table in table_names():
            if table != "schema_version":
                append_rows(connection, table, source.sql(f"FROM {table}").to_arrow_table())
