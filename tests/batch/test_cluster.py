"""Clusters that others have started, and the shell's Ctrl-C: the same bytes, and nothing torn."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import command_line
import dask
import psutil
import pytest
from distributed import Client, Security
from effort import PATIENCE, until

import ganglioside as gg
from batch.conftest import small_table
from ganglioside.batch import Batch, Options, plan, run_batch
from ganglioside.batch.cluster import connected, dashboard_of, interrupts, warning
from ganglioside.batch.ledger import Ledger
from ganglioside.batch.result_files import LEDGER
from ganglioside.errors import BatchError

#: Tables of the batch that is interrupted, and how many of them are let through before: all but
#: one, since only then are they stored.
TABLES, LET_THROUGH = 6, 5

#: Keeps a worker at the table that is not let through, so that the interruption comes before.
HOLD = f"""
import itertools, time
from ganglioside.batch import tasks
def holding(analyse):
    number = itertools.count()
    def held(*given):
        while next(number) >= {LET_THROUGH}:
            time.sleep(0.1)
        return analyse(*given)
    return held
if tasks.analyse.__name__ == "analyse":  # Dask may load this twice
    tasks.analyse = holding(tasks.analyse)
"""


@contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(PATIENCE)


@contextmanager
def started_separately(tmp_path: Path) -> Iterator[str]:
    """Yield the address of a scheduler and a worker, started as on two machines."""
    known = Security.temporary()
    certificate, key = tmp_path / "cluster.crt", tmp_path / "cluster.pem"
    certificate.write_text(known.tls_ca_file)
    key.write_text(known.tls_client_key)
    shown = ("--tls-ca-file", str(certificate), "--tls-cert", str(certificate),
             "--tls-key", str(key))  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    host, port = address.split(":")
    program = (sys.executable, "-m", "dask")
    with ExitStack() as running:
        running.enter_context(
            process(*program, "scheduler", "--protocol", "tls", "--host", host, "--port", port,
                    "--no-dashboard", *shown)
        )  # fmt: skip
        running.enter_context(
            process(*program, "worker", f"tls://{address}", "--nthreads", "1", "--no-dashboard",
                    "--no-nanny", *shown)
        )  # fmt: skip
        settings = {
            "distributed.comm.tls.ca-file": str(certificate),
            "distributed.comm.tls.client.cert": str(certificate),
            "distributed.comm.tls.client.key": str(key),
        }
        running.enter_context(dask.config.set(settings))
        yield f"tls://{address}"


def made_by(done: Batch) -> dict[str, str]:
    """Return the files of a batch without what differs by design: session ids and times."""
    texts = {}
    for entry in done.entries:
        for name in (entry.verdicts, entry.report):
            text = (done.folder / str(name)).read_text(encoding="utf-8")
            text = text.replace(str(entry.session), "SESSION")
            texts[str(name)] = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "TIME", text)
    return texts


def test_a_cluster_started_separately_gives_the_same_bytes(tmp_path: Path, cluster: str) -> None:
    for number in range(2):
        (tmp_path / f"{number}.csv").write_text(small_table(number / 10))
    items = plan([f"{tmp_path}/*.csv"])
    history = gg.History.open(tmp_path / "history.duckdb")
    here = run_batch(items, tmp_path / "here", Options(scheduler=cluster), history=history)
    with started_separately(tmp_path) as scheduler:
        elsewhere = run_batch(
            items, tmp_path / "elsewhere", Options(scheduler=scheduler), history=history
        )
    assert not elsewhere.failed
    assert len(made_by(here)) == 4
    assert made_by(elsewhere) == made_by(here)


# --- who may use the processes of this machine ---------------------------------------------


@dataclass(frozen=True)
class Own:
    """A worker of this machine, started where others have left what could mislead it."""

    client: Client
    folder: Path  # for all temporary files, with one that others made
    ran: Path  # made if the worker runs what others planted


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    folder, at_hand = tmp_path_factory.mktemp("temporary"), tmp_path_factory.mktemp("at hand")
    shared = folder / "dask-scratch-space"  # as anybody could have made it before
    shared.mkdir(mode=0o777)
    planted = at_hand / "multiprocessing"
    planted.mkdir()
    (planted / "__init__.py").write_text(
        f"open({str(at_hand / 'ran')!r}, 'w').close(); raise SystemExit"
    )
    with ExitStack() as running:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(folder))
            patch.chdir(at_hand)
            client = running.enter_context(connected(None, 1))
        yield Own(client, folder, at_hand / "ran")
    assert list(folder.iterdir()) == [shared]


def addresses(client: Client) -> list[str]:
    """Return the addresses of the scheduler, the workers and their nannies."""
    known = client.scheduler_info(n_workers=-1)
    nannies = [worker["nanny"] for worker in known["workers"].values()]
    return [known["address"], *known["workers"], *nannies]


def obeyed(
    client: Client, tmp_path: Path, seconds: int, certificate: str = "", key: str = ""
) -> int:
    """Return in how many processes a stranger's program ran code."""
    marker = tmp_path / "obeyed"
    marker.unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, str(Path(__file__).with_name("intruder.py")), str(marker), str(seconds),
         *addresses(client)],
        input=f"{certificate}|{key}", text=True, check=True,
    )  # fmt: skip
    return len(marker.read_text().splitlines()) if marker.exists() else 0


def test_no_other_user_of_the_machine_runs_code_in_a_batch(own: Own, tmp_path: Path) -> None:
    client = own.client
    assert len(addresses(client)) == 3
    assert obeyed(client, tmp_path, 2) == 0
    known: Security = client.security
    assert obeyed(client, tmp_path, int(PATIENCE), known.tls_ca_file, known.tls_client_key) == 3


def test_each_batch_has_a_certificate_of_its_own(own: Own, workers: Client, tmp_path: Path) -> None:
    others: Security = workers.security
    assert obeyed(own.client, tmp_path, 2, others.tls_ca_file, others.tls_client_key) == 0


def answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE):
            return True
    except urllib.error.HTTPError:
        return False


@pytest.mark.parametrize("dashboard", [False, True])
def test_nobody_looks_at_a_batch_unless_it_is_shown(
    own: Own, workers: Client, dashboard: bool
) -> None:
    client = workers if dashboard else own.client
    known = client.scheduler_info(n_workers=-1)
    ports = [known["services"]["dashboard"]]
    ports += [worker["services"]["dashboard"] for worker in known["workers"].values()]
    assert len(ports) == 1 + len(known["workers"]) >= 2
    seen = [answers(port, path) for port in ports
            for path in ("/", "/status", "/metrics", "/json/counts.json", "/health",
                         "/info/main/workers.html")]  # fmt: skip
    assert any(seen) is dashboard
    link = dashboard_of(client)
    assert link is not None
    assert link.startswith("http://127.0.0.1:")


def test_workers_keep_their_files_where_only_this_user_may_go(own: Own) -> None:
    (place,) = own.client.run(lambda dask_worker: dask_worker.local_directory).values()
    (folder,) = (made for made in own.folder.iterdir() if made.name != "dask-scratch-space")
    assert folder in Path(place).parents
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies workers")
def test_workers_are_copies_with_the_threads_that_they_shall_have(own: Own) -> None:
    assert "forkserver" in own.client.submit(_parent_of_worker).result(timeout=PATIENCE)
    threads = own.client.submit(os.environ.get, "OMP_NUM_THREADS").result(timeout=PATIENCE)
    assert threads == "1"


def _parent_of_worker() -> str:
    """Command line of the process that this one was copied from."""
    return " ".join(psutil.Process().parent().cmdline())  # type: ignore[union-attr]


def test_workers_take_no_modules_from_the_folder_at_hand(own: Own) -> None:
    assert own.client.submit(len, "four").result(timeout=PATIENCE) == 4
    assert not own.ran.exists()


#: Starts the processes of a batch, in a Python that has started none before.
START = """
from multiprocessing import resource_tracker
from ganglioside.batch.cluster import _interrupts_held
with _interrupts_held():
    pass
resource_tracker._resource_tracker._stop()  # which waits for its end
"""


def test_no_process_of_a_batch_takes_modules_from_the_folder_at_hand(tmp_path: Path) -> None:
    """Whoever judged the tables of a folder that others sent ran their `multiprocessing.py`."""
    (tmp_path / "multiprocessing.py").write_text("open('ran', 'w').close()")
    program = tmp_path / "elsewhere" / "program.py"
    program.parent.mkdir()
    program.write_text(START)  # as a command is: with no folder at hand among its own
    subprocess.run([sys.executable, str(program)], cwd=tmp_path, check=True)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "scheduler",
    ["tcp://10.0.0.1:8786", "10.0.0.1:8786", "ws://10.0.0.1:8786", "ucx://node7:1",
     "tcp://[fe80::1]:8786", "tcp://localhost.example.org:8786"],
)  # fmt: skip
def test_an_open_way_to_a_cluster_is_warned_of(scheduler: str) -> None:
    told = warning(scheduler)
    assert told is not None
    assert scheduler.rpartition("://")[2] in told


@pytest.mark.parametrize(
    "scheduler",
    [None, "tls://10.0.0.1:8786", "wss://10.0.0.1:443", "tcp://127.0.0.1:8786", "localhost:8786",
     "tcp://[::1]:8786"],
)  # fmt: skip
def test_a_closed_way_to_a_cluster_is_not_warned_of(scheduler: str | None) -> None:
    assert warning(scheduler) is None


def test_the_warning_reaches_whoever_watches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganglioside.batch.cluster.TIMEOUT", 0.5)
    (tmp_path / "1.csv").write_text(small_table())
    events: list[Any] = []
    with pytest.raises(BatchError):
        run_batch(
            plan([tmp_path / "1.csv"]), tmp_path / "out",
            Options(scheduler="tcp://no-such-host.invalid:8786"),
            history=gg.History.open(tmp_path / "history.duckdb"), progress=events.append,
        )  # fmt: skip
    assert any("neither encrypted" in event["message"] for event in events)


def test_a_cluster_with_tls_asks_for_certificates_with_words() -> None:
    with (
        pytest.raises(BatchError, match="DASK_DISTRIBUTED__COMM__TLS__CA_FILE"),
        connected("tls://127.0.0.1:1", None),
    ):
        pass


#: A program that runs behind another one may have been started deaf to it.
HEARS_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"


def _is_filled(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0


def test_ctrl_c_leaves_finished_work_whole_and_resume_does_the_rest(
    tmp_path: Path, cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(TABLES):
        (tmp_path / f"{number}.csv").write_text(small_table(number / 100))
    out, history = tmp_path / "out", tmp_path / "history.duckdb"
    program = [sys.executable, "-c", f"{HEARS_CTRL_C}; from ganglioside.cli import app; app()"]
    command = ["batch", f"{tmp_path}/*.csv", "--no-reports", "--out", str(out)]
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(history))
    (tmp_path / "hold.py").write_text(HOLD)
    holding = {**os.environ, "DASK_DISTRIBUTED__WORKER__PRELOAD": str([f"{tmp_path}/hold.py"])}
    running = subprocess.Popen(
        [*program, *command, "--workers", "1"],
        env=holding, start_new_session=True, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until(lambda: running.poll() is not None or _is_filled(out / LEDGER))
    assert running.poll() is None, running.communicate()
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to workers, too
    _, said = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130, said
    assert "Traceback" not in said
    finished = Ledger(out).read()
    assert 0 < len(finished) <= LET_THROUGH
    assert "Not done yet" in (out / "overview.html").read_text()
    stored = gg.History.open(history)
    (job,) = stored.jobs.all()
    assert job.status == "cancelled"
    assert len(stored.sessions()) >= len(finished)

    command_line.run(*command, "--scheduler", cluster, "--resume")
    whole = Ledger(out).read()
    assert len(whole) == TABLES
    assert {name: whole[name].session for name in finished} == {
        name: entry.session for name, entry in finished.items()
    }
    result = json.loads(str(stored.jobs.all()[0].result))
    assert result["stood"] == len(finished)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_that_python_swallows_is_raised_again_and_not_told(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)

    class Deaf:
        def __del__(self) -> None:
            signal.raise_signal(number)

    before = signal.signal(number, signal.default_int_handler)
    try:
        with interrupts() as check:
            check()
            Deaf()
            with pytest.raises(KeyboardInterrupt):
                check()
    finally:
        signal.signal(number, before)
    assert told == []
