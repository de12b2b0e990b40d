"""One server for all tests of the package, with callers."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from served import Running, Served, upload

from ganglioside.history import History


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for all tests of this package."""
    folder = tmp_path_factory.mktemp("server")
    with Running(History.open(folder / "history.duckdb")) as served:
        yield served


@pytest.fixture(scope="package")
def ann(running: Served) -> Iterator[httpx.Client]:
    """An administrator."""
    with running.caller() as client:
        yield client


@pytest.fixture(scope="package")
def sid(ann: httpx.Client) -> str:
    """A session of Ann's that is read only."""
    return upload(ann).json()["id"]
