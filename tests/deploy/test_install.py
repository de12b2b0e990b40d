"""`deploy/install.sh`: a fresh Debian becomes a server, is upgraded, rolled back, without power.

The tests of this file go on from each other, as the life of a server does.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from effort import until

import ganglioside as gg
from deploy.machines import NAME, Machine, checkout, machine, wheel
from deploy.proxies import answers

pytestmark = pytest.mark.containers

#: The last commit before there was a `deploy/`.
BEFORE = "89beae9"

#: A migration that fails half-way, and one that does not.
FAILS = "ALTER TABLE sessions ADD COLUMN planted VARCHAR;\nSELECT planted FROM nowhere;\n"
CHANGES = "ALTER TABLE sessions RENAME COLUMN name TO planted;\n"


@dataclass
class Server:
    """A server in use: its machine, a token for its API, and what it held when last looked at."""

    machine: Machine
    token: str = ""
    held: dict[str, bytes] = field(default_factory=dict)

    def caller(self) -> httpx.Client:
        return self.machine.front().client(Authorization=f"Bearer {self.token}")

    def holds(self) -> dict[str, bytes]:
        """Results of every session, by its id."""
        with self.caller() as client:
            until(lambda: answers(client, "/api/v1/ready"), "the server")
            listed = client.get("/api/v1/sessions", params={"limit": 100})
            assert listed.status_code == 200, listed.text
            ids = [each["id"] for each in listed.json()["sessions"]]
            return {i: client.get(f"/api/v1/sessions/{i}/exports/csv").content for i in ids}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A machine with a checkout, and wheels of versions before and after it."""
    given = tmp_path_factory.mktemp("given")
    checkout(given / "checkout")
    _without_workers(checkout(given / "earlier"))
    built = tmp_path_factory.mktemp("built")
    wheel(checkout(built / "before", BEFORE), given / "before")
    for name, plant in (("fails", _plant_failure), ("changes", _plant_change)):
        wheel(checkout(built / name), given / name, plant)
    with machine(given) as fresh:
        yield Server(fresh)


def table_of(seed: int) -> bytes:
    """A feature table as a file."""
    return gg.simulate(seed=seed).source.content


def _without_workers(source: Path) -> None:
    """Units as an earlier version understands them: it leaves no jobs to workers."""
    for unit in (source / "deploy/systemd").glob("*.service"):
        unit.write_text(unit.read_text().replace(" --leave-jobs", ""))


def _migration(source: Path, content: str) -> None:
    folder = source / "ganglioside/history/storage/migrations"
    last = max(int(file.name[:4]) for file in folder.glob("*.sql"))
    (folder / f"{last + 1:04}_planted.sql").write_text(content)


def _plant_failure(source: Path) -> None:
    _migration(source, FAILS)


def _plant_change(source: Path) -> None:
    """A version that changes the database, and then does not start."""
    _migration(source, CHANGES)
    (source / "ganglioside/server/standalone.py").write_text("raise SystemExit('planted')\n")


def _all_judged(held: dict[str, bytes]) -> dict[str, list[tuple[str, ...]]]:
    """What results say of each row, by session; a later version may export more beside it."""
    columns = ("name", "rt", "verdict", "predicted_rt")
    rows = {
        one: csv.DictReader(io.StringIO(each.decode("utf-8-sig"))) for one, each in held.items()
    }
    return {one: [tuple(row[c] for c in columns) for row in each] for one, each in rows.items()}


def _wheel(server: Server, name: str) -> str:
    found = next((server.machine.folder / name).glob("*.whl"))
    return f"--wheel=/given/{name}/{found.name}"


def test_a_fresh_machine_becomes_a_server(server: Server) -> None:
    said = server.machine.install(
        "--name", NAME, _wheel(server, "before"), checkout="earlier"
    ).stdout
    found = re.search(r"token for the API.*?(gs_\S+)", said)
    assert found, said
    server.token = found[1]
    with server.caller() as client:
        for number in range(2):  # as many uploads as one person may make in a minute
            sent = {"file": ("a.csv", table_of(number))}
            assert client.post("/api/v1/sessions", files=sent).status_code == 201
    server.held = server.holds()
    assert len(server.held) == 2
    # The commands of the README that follow.
    made = server.machine.run("ganglioside-server", "tokens", "add", "ada", "--scope", "write")
    with server.machine.front().client(Authorization=f"Bearer {made.stdout.split()[-1]}") as ada:
        assert ada.get("/api/v1/version").json()["person"] == "ada"
    listed = server.machine.run("ganglioside-server", "history", "list", "--json").stdout
    assert {each["id"] for each in json.loads(listed)} == set(server.held)


def test_an_upgrade_keeps_every_session(server: Server) -> None:
    before = server.held
    server.machine.install()
    server.held = server.holds()
    assert _all_judged(server.held) == _all_judged(before)
    log = server.machine.run("ganglioside-server", "history", "verify", "--sample=0").stdout
    assert "2 sessions" in log


def test_back_to_the_version_before_and_forward_again(server: Server) -> None:
    server.machine.install("--back")
    assert _all_judged(server.holds()) == _all_judged(server.held)
    server.machine.run("ganglioside-server", "history", "verify", "--sample=0")
    assert server.machine.install("--back", check=False).returncode == 1  # there is none before
    server.machine.install()  # and forward again
    assert server.holds() == server.held


def test_a_drained_worker_stays_away_until_it_is_started(server: Server) -> None:
    def states() -> dict[str, str]:
        said = server.machine.run("ganglioside-server", "workers", "list", "--json").stdout
        return {one["worker"]: one["state"] for one in json.loads(said)}

    until(lambda: "working" in states().values(), "the worker")
    known = states()
    (working,) = [worker for worker, state in known.items() if state == "working"]
    server.machine.run("ganglioside-server", "workers", "drain", working)
    until(lambda: states()[working] == "ended", "its end")
    until(lambda: _is_left_alone(server, "ganglioside-worker@1"), "the end of its unit")
    assert states() == {**known, working: "ended"}
    server.machine.run("systemctl", "start", "ganglioside-worker@1")
    until(lambda: "working" in states().values(), "the worker again")


def _is_left_alone(server: Server, unit: str) -> bool:
    """Whether a unit has ended for good: one that is started again is active or activating."""
    said = server.machine.run("systemctl", "is-active", unit, check=False).stdout
    return said.strip() == "inactive"


def test_a_failed_migration_is_taken_back(server: Server) -> None:
    tried = server.machine.install(_wheel(server, "fails"), check=False)
    assert tried.returncode == 1
    assert server.holds() == server.held


def test_a_version_that_does_not_start_is_taken_back_with_its_database(server: Server) -> None:
    tried = server.machine.install(_wheel(server, "changes"), check=False)
    assert tried.returncode == 1
    assert "Bringing back the database" in tried.stdout
    assert server.holds() == server.held
    server.machine.run("ganglioside-server", "history", "verify", "--sample=0")


def test_after_a_power_cut_all_comes_back_by_itself(server: Server) -> None:
    server.machine.cut_power()
    server.machine.power_on()
    assert server.holds() == server.held
    with server.machine.front().client() as client:
        until(lambda: answers(client, "/login"), "the pages")
