"""Units and timers: nothing that systemd does not understand, and little that they may do."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from effort import PATIENCE, until
from paths import ROOT
from queue_of_workers import worker

import ganglioside as gg
from deploy.wanted import program
from ganglioside.jobs.worker import DRAINED

UNITS = ROOT / "deploy" / "systemd"
UNIT_NAMES = sorted(path.name for path in UNITS.glob("ganglioside*") if path.is_file())
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))

#: Exposure of a service, by systemd's own measure (0 to 10), that is not reached.
MOST_EXPOSED = 4.0


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root of a machine that has systemd's own units, ours, and what they start."""
    root = tmp_path_factory.mktemp("root")
    own = Path("/lib/systemd/system").resolve()
    if own.is_dir():
        shutil.copytree(own, root / "usr/lib/systemd/system", symlinks=True)
    (root / "lib").symlink_to("usr/lib")
    shutil.copytree(UNITS, root / "etc/systemd/system")
    for line in "\n".join(path.read_text() for path in UNITS.rglob("*.service")).splitlines():
        if started := re.match(r"Exec\w+=(/\S+)", line):
            file = root / started[1].lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("#!/bin/sh\n")
            file.chmod(0o755)
    return root


def analyze(machine: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program("systemd-analyze"), "--no-pager", f"--root={machine}", *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def instance(name: str) -> str:
    return name.replace("@.", "@1.")


@pytest.mark.parametrize(
    "name", sorted(path.name for path in UNITS.glob("ganglioside*.*") if path.is_file())
)
def test_systemd_has_nothing_to_say(machine: Path, name: str) -> None:
    checked = analyze(machine, "verify", "--man=no", instance(name))
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_it_would_say_what_is_wrong(machine: Path) -> None:
    wrong = machine / "etc/systemd/system/ganglioside-wrong.service"
    wrong.write_text("[Service]\nExecStart=/usr/bin/find\nRestrt=always\n")
    assert "Restrt" in analyze(machine, "verify", "--man=no", wrong.name).stderr


@pytest.mark.parametrize("name", SERVICES)
def test_services_may_do_little(machine: Path, name: str) -> None:
    judged = analyze(machine, "security", "--offline=yes", instance(name))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", judged.stdout)
    assert found, judged.stderr
    assert float(found[1]) < MOST_EXPOSED


def test_a_drained_worker_stays_away_and_one_that_is_told_to_stop_or_killed_does_not(
    tmp_path: Path,
) -> None:
    unit = (UNITS / "ganglioside-worker@.service").read_text()
    prevented = re.search(r"^RestartPreventExitStatus=(.*)$", unit, re.MULTILINE)
    fine = re.search(r"^SuccessExitStatus=(.*)$", unit, re.MULTILINE)
    assert prevented
    assert fine
    assert "Restart=always" in unit
    history = gg.History.open(tmp_path / "history.duckdb")
    drained, stopped, killed = workers = [worker(history.address, "--lease", "4") for _ in range(3)]
    until(lambda: len(history.workers.beating()) == 3, "the workers")
    by_pid = {one.pid: one.id for one in history.workers.all()}
    history.workers.drain(by_pid[drained.pid])
    # It is drained at its next sign of life; the others are told at once.
    stopped.send_signal(signal.SIGTERM)
    killed.kill()
    ended = [one.wait(PATIENCE) for one in workers]
    assert ended == [DRAINED, 0, -signal.SIGKILL]
    assert prevented[1] == fine[1] == str(DRAINED)


@pytest.mark.parametrize("name", SERVICES)
def test_what_goes_on_comes_back_and_what_ends_has_a_timer(name: str) -> None:
    text = (UNITS / name).read_text()
    if "Type=oneshot" in text:
        assert "Persistent=yes" in (UNITS / name).with_suffix(".timer").read_text()
    else:
        assert "Restart=always" in text
        assert "StartLimitIntervalSec=0" in text
