"""The stores of a history: most tests of it run on both, in a file and in PostgreSQL.

A test, or a module of them, that is about the file itself is marked `file_only`, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import postgres_server
import pytest

BOTH: Final = ("file", "postgres")


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a test that needs the fixture `store` once on each."""
    if "store" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("file_only")
        metafunc.parametrize("store", BOTH[:1] if only else BOTH, scope="function")


@contextmanager
def address(store: str, folder: Path, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """What opens a new history; what stands beside it is in the folder too."""
    patch.setenv("XDG_DATA_HOME", str(folder))
    if store == "file":
        yield str(folder / "history.duckdb")
        return
    with postgres_server.server().database() as url:
        yield url
