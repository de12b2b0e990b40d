"""Small tables, and one cluster for all batches of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dask
import pytest
from distributed import Client, Security

import ganglioside as gg
from ganglioside.batch.cluster import connected

HEADER = "Name,RT,Volume,Log P,Anchor\n"


def small_table(shift: float = 0.0) -> str:
    """Return a table of two series, 12 features, whose RTs stand `shift` min later."""
    rows = [
        f"{series}({carbons}:1;O2),{late + carbons / 4 + shift:.3f},{1000 * carbons},1.5,T"
        for series, late in (("GM1", 0.0), ("GD1", -0.8))
        for carbons in (34, 36, 38, 40, 42, 44)
    ]
    return HEADER + "\n".join(rows) + "\n"


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A folder of three tables, one of which cannot be read."""
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "first.csv").write_text(small_table())
    (folder / "second.csv").write_text(small_table(0.2))
    (folder / "bad.csv").write_text("this,is\nno,table\n")
    return folder


@pytest.fixture
def history(tmp_path: Path) -> gg.History:
    return gg.History.open(tmp_path / "history.duckdb")


@pytest.fixture(scope="package")
def workers() -> Iterator[Client]:
    """A client of two workers, which everyone may watch."""
    with connected(None, 2, dashboard=True) as client:
        yield client


@pytest.fixture
def cluster(workers: Client) -> Iterator[str]:
    """The address of a scheduler with two workers, whose certificate is at hand."""
    with dask.config.set(certificate_of(workers.security)):
        yield address_of(workers)


def certificate_of(security: Security) -> dict[str, str]:
    """Return the settings of Dask that let a client join."""
    return {
        "distributed.comm.tls.ca-file": security.tls_ca_file,
        "distributed.comm.tls.client.cert": security.tls_client_cert,
        "distributed.comm.tls.client.key": security.tls_client_key,
    }


def address_of(client: Client) -> str:
    return str(client.scheduler_info()["address"])
