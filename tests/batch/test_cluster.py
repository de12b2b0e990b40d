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
from pathlib import Path
from typing import Any

import dask
import pytest
from batch.conftest import small_table
from distributed import Client, Security
from effort import PATIENCE, until

import ganglioside as gg
from ganglioside.batch import Batch, Options, plan, run_batch
from ganglioside.batch.cluster import connected, dashboard_of, interrupts, warning
from ganglioside.batch.ledger import FILE, Ledger
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


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler and two workers, started one by one as on several machines."""
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
        for _ in range(2):
            running.enter_context(
                process(*program, "worker", f"tls://{address}", "--nthreads", "1", "--no-dashboard",
                        *shown)
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


def test_a_cluster_started_separately_gives_the_same_bytes(tmp_path: Path, scheduler: str) -> None:
    for number in range(2):
        (tmp_path / f"{number}.csv").write_text(small_table(number / 10))
    items = plan([f"{tmp_path}/*.csv"])
    history = gg.History.open(tmp_path / "history.duckdb")
    elsewhere = run_batch(
        items, tmp_path / "elsewhere", Options(scheduler=scheduler), history=history
    )
    here = run_batch(items, tmp_path / "here", Options(workers=1), history=history)
    assert not elsewhere.failed
    assert len(made_by(here)) == 4
    assert made_by(elsewhere) == made_by(here)


# --- who may use the processes of this machine ---------------------------------------------


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


def test_no_other_user_of_the_machine_runs_code_in_a_batch(tmp_path: Path) -> None:
    with connected(None, 1) as client:
        assert len(addresses(client)) == 3
        assert obeyed(client, tmp_path, 2) == 0
        known: Security = client.security
        assert obeyed(client, tmp_path, int(PATIENCE), known.tls_ca_file, known.tls_client_key) == 3


def test_each_batch_has_a_certificate_of_its_own(tmp_path: Path) -> None:
    with connected(None, 1) as client, connected(None, 1) as other:
        mine: Security = client.security
        assert obeyed(other, tmp_path, 2, mine.tls_ca_file, mine.tls_client_key) == 0


def answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE):
            return True
    except urllib.error.HTTPError:
        return False


@pytest.mark.parametrize("dashboard", [False, True])
def test_nobody_looks_at_a_batch_unless_it_is_shown(dashboard: bool) -> None:
    with connected(None, 1, dashboard=dashboard) as client:
        known = client.scheduler_info(n_workers=-1)
        ports = [known["services"]["dashboard"]]
        ports += [worker["services"]["dashboard"] for worker in known["workers"].values()]
        assert len(ports) == 2
        seen = [answers(port, path) for port in ports
                for path in ("/", "/status", "/metrics", "/json/counts.json", "/health",
                             "/info/main/workers.html")]  # fmt: skip
        assert any(seen) is dashboard
        link = dashboard_of(client)
        assert link is not None
        assert link.startswith("http://127.0.0.1:")


def test_workers_keep_their_files_where_only_this_user_may_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shared = tmp_path / "dask-scratch-space"  # as anybody could have made it before
    shared.mkdir(mode=0o777)
    with connected(None, 1) as client:
        (place,) = client.run(lambda dask_worker: dask_worker.local_directory).values()
        (folder,) = set(tmp_path.iterdir()) - {shared}
        assert folder in Path(place).parents
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_workers_take_no_modules_from_the_folder_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = tmp_path / "multiprocessing"
    planted.mkdir()
    (planted / "__init__.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w').close(); raise SystemExit"
    )
    monkeypatch.chdir(tmp_path)
    with connected(None, 1) as client:
        assert client.submit(len, "four").result(timeout=PATIENCE) == 4
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


def test_ctrl_c_leaves_finished_work_whole_and_resume_does_the_rest(tmp_path: Path) -> None:
    for number in range(TABLES):
        (tmp_path / f"{number}.csv").write_text(small_table(number / 100))
    out, history = tmp_path / "out", tmp_path / "history.duckdb"
    program = [sys.executable, "-c", f"{HEARS_CTRL_C}; from ganglioside.cli import app; app()"]
    command = [*program, "batch", f"{tmp_path}/*.csv", "--no-reports", "--out", str(out),
               "--workers", "1"]  # fmt: skip
    environment = {**os.environ, "GANGLIOSIDE_HISTORY": str(history)}
    (tmp_path / "hold.py").write_text(HOLD)
    holding = {**environment, "DASK_DISTRIBUTED__WORKER__PRELOAD": str([f"{tmp_path}/hold.py"])}
    running = subprocess.Popen(
        command, env=holding, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    until(lambda: running.poll() is not None or _is_filled(out / FILE))
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

    resumed = subprocess.run(
        [*command, "--resume"], env=environment, capture_output=True, text=True
    )
    assert resumed.returncode == 0, resumed.stderr
    whole = Ledger(out).read()
    assert len(whole) == TABLES
    assert {name: whole[name].session for name in finished} == {
        name: entry.session for name, entry in finished.items()
    }
    result = json.loads(str(stored.jobs.all()[0].result))
    assert result["stood"] == len(finished)


def test_an_interrupt_that_python_swallows_is_raised_again_and_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)

    class Deaf:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with interrupts() as check:
            check()
            Deaf()
            with pytest.raises(KeyboardInterrupt):
                check()
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == []
