"""One server for all tests of the client, with a client of an administrator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from served import Running, Served

import ganglioside as gg
from ganglioside.client import Client
from ganglioside.history import History


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for all tests of this package."""
    folder = tmp_path_factory.mktemp("server")
    with Running(History.open(folder / "history.duckdb")) as served:
        yield served


@pytest.fixture(scope="package")
def client(running: Served) -> Iterator[Client]:
    """Client of an administrator."""
    secret = running.history.tokens.add("Ann", "admin")
    with gg.connect(running.url, secret) as client:
        yield client


@pytest.fixture(scope="package")
def sid(client: Client) -> str:
    """A session that is read only."""
    return client.run(gg.example(), name="mouse brain")
