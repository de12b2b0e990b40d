"""The workers of a batch: processes of this machine, or a cluster that is there already."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from distributed import Client, LocalCluster

from ganglioside.errors import BatchError

#: Seconds to wait for the scheduler of an existing cluster, and for its first worker.
TIMEOUT: Final = 30


@contextmanager
def connected(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    """Yield a client of the cluster at `scheduler`, or of one that lives as long as this context.

    Every worker has one thread, also in numpy: a table is one task, and tables are many.

    Raises
    ------
    BatchError
        If there is no cluster at that address, or it has no worker.
    """
    if scheduler is not None:
        with _existing(scheduler) as client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=workers or os.cpu_count() or 1,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextmanager
def _existing(address: str) -> Iterator[Client]:
    try:
        client = Client(address, timeout=TIMEOUT)
    except (OSError, ValueError) as error:
        raise BatchError(
            f"There is no scheduler at {address} ({error or 'no answer'}): start one with "
            "`dask scheduler`, or leave out --scheduler to use the cores of this machine."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=TIMEOUT)
        except TimeoutError as error:
            raise BatchError(
                f"The scheduler at {address} has no worker: start some with "
                f"`dask worker {address} --nthreads 1`."
            ) from error
        yield client


def dashboard(client: Client) -> str | None:
    """Return the address at which workers and tasks can be watched; None where there is none."""
    link: Any = client.dashboard_link
    return str(link) if link else None


def slots(client: Client) -> int:
    """Return how many tasks run at once."""
    threads: dict[str, int] = client.nthreads()
    return max(1, sum(threads.values()))
