"""The workers of a batch: processes of this machine, or an existing cluster.

Anyone who can connect to a Dask scheduler or worker can run any program as its user. The processes
of this machine therefore use TLS, and accept only the certificate and key that are made for this
batch.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType
from typing import Any, Final
from urllib.parse import urlsplit

import dask
from distributed import Client, LocalCluster, Security
from distributed.utils import get_mp_context

from ganglioside.errors import BatchError
from ganglioside.support.environment import SAFE_PATH, safe_path
from ganglioside.support.hosts import is_loopback

#: Seconds to wait for the scheduler of an existing cluster, and for its first worker.
TIMEOUT: Final = 30

#: Dask watches and balances the processes of one machine less often than by default, and does not
#: profile the workers every few milliseconds: together that took a fifth of a core.
_CALM: Final = {
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "2s",
    "distributed.scheduler.work-stealing-interval": "500ms",
    "distributed.worker.profile.enabled": False,
}

#: By default Python looks for modules in the current folder first, where others may be able to
#: write: in the processes of a batch it does not.
_ENVIRONMENT: Final = "distributed.nanny.pre-spawn-environ"

#: How a process of a batch begins.
_METHOD: Final = "distributed.worker.multiprocessing-method"

#: Without a dashboard, the HTTP servers that Dask always starts answer 404 to everything.
_NO_PAGES: Final[dict[str, Any]] = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}

#: Signals that interrupt a batch, where nobody else handles them.
_INTERRUPTING: Final = (signal.SIGINT, signal.SIGTERM)

#: Protocols of Dask under which both sides show a certificate.
_ENCRYPTED: Final = frozenset({"tls", "wss"})


@contextmanager
def connected(
    scheduler: str | None, workers: int | None, *, dashboard: bool = False
) -> Iterator[Client]:
    """Yield a client of the cluster at `scheduler`, or of one that lasts as long as this block.

    Every worker has one thread, also in numpy: a table is one task, and tables are many.

    Parameters
    ----------
    scheduler
        Address of an existing cluster; processes of this machine where None.
    workers
        Number of processes; one per core where None.
    dashboard
        Whether processes of this machine can be watched in a browser, by every user of the
        machine.

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
        # Not the shared folder that Dask uses by default, which anybody may have made before.
        tempfile.TemporaryDirectory(prefix="ganglioside-batch-") as folder,
        _local(workers or os.cpu_count() or 1, folder, dashboard) as cluster,
        # Reports come straight from the workers, not through the scheduler.
        Client(cluster, direct_to_workers=True) as client,
    ):
        yield client


def _local(workers: int, folder: str, dashboard: bool) -> LocalCluster:
    """Start workers on this machine; Ctrl-C reaches the calling process alone, which ends them."""
    # It tells of each connection that ends with its worker, with a traceback, as of no fault.
    logging.getLogger("distributed.batched").setLevel(logging.WARNING)
    environment = {_ENVIRONMENT: {**dask.config.get(_ENVIRONMENT), **SAFE_PATH}}
    pages = {} if dashboard else _NO_PAGES
    with _interrupts_held(), dask.config.set({**_CALM, **environment, **pages, **_copied()}):
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            security=Security.temporary(),
            local_directory=folder,
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": dashboard},
            silence_logs=logging.CRITICAL,
        )


def _copied() -> dict[str, str]:
    """Settings with which workers begin as copies of a process that has loaded what they need."""
    if sys.platform != "linux":  # elsewhere, libraries of the system do not bear to be copied
        return {}
    copied = {_METHOD: "forkserver"}
    with dask.config.set(copied):  # asked first, Dask names modules of its own, and never again
        get_mp_context().set_forkserver_preload(["distributed", "ganglioside.batch.tasks"])
    return copied


def warning(scheduler: str | None) -> str | None:
    """Warning that the connection to a scheduler is open to others; None if it is not.

    Examples
    --------
    >>> warning("tls://cluster.example.org:8786") is None, warning("127.0.0.1:8786") is None
    (True, True)
    """
    if scheduler is None:
        return None
    protocol, _, address = scheduler.rpartition("://")
    if protocol in _ENCRYPTED or protocol == "inproc" or _is_this_machine(address):
        return None
    return (
        f"{protocol or 'tcp'}://{address} is neither encrypted nor asks who you are: anyone who "
        "reaches it can read your tables and run programs on its workers. Use tls:// with "
        "certificates, or a network that only you reach."
    )


def _is_this_machine(address: str) -> bool:
    return is_loopback(urlsplit(f"//{address}").hostname or "")


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Block Ctrl-C; threads and processes that start in the block never receive it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    _start_tracker()  # now, as its start would let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_tracker() -> None:
    """Start Python's process that clears up after workers; it inherits this environment."""
    with safe_path():
        resource_tracker.ensure_running()


@contextmanager
def interrupts() -> Iterator[Callable[[], None]]:
    """Yield a check that raises KeyboardInterrupt if one was raised before and swallowed.

    Python ignores exceptions raised while it deletes an object, interrupts included.
    """
    raised = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        raised.set()
        signal.default_int_handler(number, frame)

    def check() -> None:
        if raised.is_set():
            raise KeyboardInterrupt

    heard = [n for n in _INTERRUPTING if signal.getsignal(n) is signal.default_int_handler]
    report = sys.unraisablehook
    if threading.current_thread() is not threading.main_thread() or not heard:
        yield check
        return

    def report_others(swallowed: sys.UnraisableHookArgs) -> None:
        if not isinstance(swallowed.exc_value, KeyboardInterrupt):  # that one is raised again
            report(swallowed)

    for number in heard:
        signal.signal(number, note)
    sys.unraisablehook = report_others
    try:
        yield check
    finally:
        for number in heard:
            signal.signal(number, signal.default_int_handler)
        sys.unraisablehook = report


@contextmanager
def _existing(address: str) -> Iterator[Client]:
    _require_certificate(address)
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


def _require_certificate(address: str) -> None:
    protocol, _, _ = address.rpartition("://")
    known: Any = Security()
    if protocol == "tls" and not (known.tls_ca_file and known.tls_client_cert):
        raise BatchError(
            f"{address} asks for a certificate, and Dask has none: name the files in "
            "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and "
            "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY."
        )


def dashboard_of(client: Client) -> str | None:
    """Address at which workers and tasks can be watched; None if there is none."""
    link: Any = client.dashboard_link
    return str(link) if link else None


def slots(client: Client) -> int:
    """Count of tasks that run at once."""
    threads: dict[str, int] = client.nthreads()
    return max(1, sum(threads.values()))
