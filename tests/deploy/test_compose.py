"""`deploy/compose.yml`: the whole of it, as a group would start it, and cut off from power."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from effort import until
from paths import ROOT
from ports import free_port

import ganglioside as gg
from deploy.containers import environment, hub_image, image, others, podman
from deploy.proxies import NAME, Proxy, answers
from deploy.wanted import leave

pytestmark = pytest.mark.containers

PROJECT = "ganglioside-tested"
SERVICES = ("database", "api", "pages", "worker", "backup", "proxy")


def _compose() -> list[str]:
    """The program that reads compose files with podman here."""
    if (found := shutil.which("podman-compose")) is None:
        leave("There is no podman-compose.")
    return [str(found)]


@dataclass(frozen=True)
class Stack:
    """What compose.yml starts."""

    folder: Path
    https: int
    variables: dict[str, str]

    def compose(self, *arguments: str, check: bool = True) -> str:
        """Run compose; what it says."""
        return subprocess.run(
            [*_compose(), "--project-name", PROJECT, *arguments], cwd=self.folder, check=check,
            env=environment() | self.variables, stdout=subprocess.PIPE, stderr=sys.stderr,
            text=True,
        ).stdout  # fmt: skip

    def within(self, service: str, *command: str, check: bool = True) -> str:
        """Run a command in the container of a service."""
        return podman("exec", self.container(service), *command, check=check).stdout

    def container(self, service: str) -> str:
        """Id of the container of a service."""
        label = f"label=com.docker.compose.service={service}"
        mine = f"label=io.podman.compose.project={PROJECT}"
        found = podman("ps", "--all", "--quiet", "--filter", label, "--filter", mine)
        return found.stdout.split()[0]

    def front(self) -> Proxy:
        """The stack as browsers reach it; they trust the authority that the proxy made."""
        path = "/data/caddy/pki/authorities/local/root.crt"
        until(lambda: self.within("proxy", "cat", path, check=False), "the proxy's authority")
        trusted = ssl.create_default_context(cadata=self.within("proxy", "cat", path))
        return Proxy(http=0, https=self.https, trusted=trusted)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack, started in two commands."""
    folder = tmp_path_factory.mktemp("stack") / "deploy"
    shutil.copytree(ROOT / "deploy", folder)
    ports = {"GANGLIOSIDE_HTTP": str(free_port()), "GANGLIOSIDE_HTTPS": str(free_port())}
    variables = others() | ports | {"GANGLIOSIDE_IMAGE": image()}
    made = Stack(folder, int(ports["GANGLIOSIDE_HTTPS"]), variables)
    subprocess.run(["./prepare", NAME], cwd=folder, check=True)
    _remove()
    # Named, since an older podman-compose starts services of profiles as well.
    made.compose("up", "-d", "--no-build", *SERVICES)
    yield made
    _remove()


def _remove() -> None:
    """Remove all containers and volumes of the project, also what an ended run has left."""
    mine = f"--filter=label=io.podman.compose.project={PROJECT}"
    if found := podman("ps", "--all", "--quiet", mine).stdout.split():
        podman("rm", "--force", "--volumes", *found)
    volumes = podman("volume", "ls", "--quiet").stdout.split()
    if found := [name for name in volumes if name.startswith(f"{PROJECT}_")]:
        podman("volume", "rm", "--force", *found)


def test_secrets_are_made_once_and_are_in_no_other_file(stack: Stack) -> None:
    secrets = {file: file.read_text() for file in (stack.folder / "secrets").iterdir()}
    subprocess.run(["./prepare", "other.test"], cwd=stack.folder, check=True)
    assert {file: file.read_text() for file in secrets} == secrets
    assert (stack.folder / "secrets").stat().st_mode & 0o077 == 0
    services = ("api", "pages", "database")
    everything = "".join(podman("inspect", stack.container(one)).stdout for one in services)
    assert not any(secret in everything for secret in secrets.values())


def test_it_answers_with_tls_and_keeps_what_it_is_given(stack: Stack) -> None:
    front = stack.front()
    with front.client() as client:
        until(lambda: answers(client, "/api/v1/ready"), "the API")
        until(lambda: answers(client, "/login"), "the pages")
    made = stack.within("api", "ganglioside", "tokens", "add", "ada", "--scope", "admin")
    token = made.split()[-1]
    assert "gs_" not in podman("logs", stack.container("api")).stdout
    with front.client(Authorization=f"Bearer {token}") as client:
        sent = {"file": ("a.csv", gg.example().source.content)}
        sid = client.post("/api/v1/sessions", files=sent).json()["id"]
        before = client.get(f"/api/v1/sessions/{sid}/exports/csv").content
        bearer = {"Authorization": f"Bearer {token}"}
        path = f"/api/v1/sessions/{sid}/events"
        with front.websocket(path, header=bearer) as socket:
            assert "Connected" in str(socket.recv())
        _cut_power(stack)
        until(lambda: answers(client, "/api/v1/ready"), "the API after the cut")
        assert client.get(f"/api/v1/sessions/{sid}/exports/csv").content == before
        until(lambda: answers(client, "/login"), "the pages after the cut")


def _cut_power(stack: Stack) -> None:
    """Kill all that runs in it at once, the database too; nobody starts it again."""
    mine = f"label=io.podman.compose.project={PROJECT}"
    running = podman("ps", "--quiet", f"--filter={mine}").stdout.split()
    pids = [int(podman("inspect", "--format={{.State.Pid}}", one).stdout) for one in running]
    for pid in filter(None, pids):
        os.kill(pid, signal.SIGKILL)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "the cut")


def test_a_copy_can_be_restored(stack: Stack) -> None:
    stack.within("backup", "ganglioside", "history", "backup", "/backup")
    copy = stack.within("backup", "sh", "-c", "ls -d /backup/*-*-*").split()[0]
    said = stack.within("backup", "ganglioside", "history", "verify")
    assert "1 session, " in said
    stack.within("backup", "ganglioside", "history", "restore", "--yes", copy)
    listed = json.loads(stack.within("api", "ganglioside", "history", "list", "--json"))
    assert len(listed) == 1


#: Pages and API of the hub: one service.
SERVICE = "/services/ganglioside"


@pytest.fixture(scope="module")
def hub(stack: Stack) -> Stack:
    """The stack with people who sign in, as the README says it."""
    with (stack.folder / ".env").open("a") as settings:
        settings.write("GANGLIOSIDE_FRONT=hub:8000\n")
    stack.variables["GANGLIOSIDE_HUB_IMAGE"] = hub_image()
    podman("rm", "--force", stack.container("proxy"))
    # A service that is named needs no --profile, which an older podman-compose does not know.
    stack.compose("up", "-d", "--no-build", "hub", "proxy")
    with stack.front().client() as client:
        until(lambda: answers(client, "/hub/login"), "the hub")
        until(lambda: client.get(f"{SERVICE}/").status_code == 302, "the pages of the hub")
    return stack


@contextmanager
def sign_in(hub: Stack, name: str, role: str = "user") -> Iterator[httpx.Client]:
    """Client of somebody who gave the password of a role."""
    password = (hub.folder / "secrets" / f"hub_{role}_password").read_text()
    with hub.front().client() as client:
        client.follow_redirects = True
        form = client.get(f"{SERVICE}/")
        (xsrf,) = re.findall(r'name="_xsrf" value="([^"]*)"', form.text)
        fields = {"username": name, "password": password, "_xsrf": xsrf}
        client.post(str(form.url), data=fields)
        tokens = {one.path: one.value for one in client.cookies.jar if one.name == "_xsrf"}
        client.headers["X-XSRFToken"] = tokens.get(f"{SERVICE}/") or ""
        yield client


def test_people_sign_in_and_see_what_is_theirs(hub: Stack) -> None:
    sessions = f"{SERVICE}/api/v1/sessions"
    with sign_in(hub, "ann") as ann, sign_in(hub, "bob") as bob, sign_in(hub, "eve") as eve:
        assert ann.get(f"{SERVICE}/voila/render/workbench.ipynb").status_code == 200
        sent = {"file": ("a.csv", gg.example().source.content)}
        made = ann.post(sessions, files=sent, data={"shared": "own"})
        assert made.status_code == 201, made.text[:300]
        sid = made.json()["id"]
        assert bob.get(f"{sessions}/{sid}").status_code == 404
        assert eve.get(sessions).status_code == 403  # she is in no group
    with sign_in(hub, "ada", "admin") as ada:
        found = ada.get(f"{sessions}/{sid}")
        assert (found.status_code, found.json()["author"]) == (200, "ann")


def test_nobody_gets_in_with_the_password_of_another_role(hub: Stack) -> None:
    with sign_in(hub, "ada") as posing, sign_in(hub, "ann", "admin") as wrong:
        for client in (posing, wrong):
            assert "/hub/login" in str(client.get(f"{SERVICE}/").url)
            assert client.get(f"{SERVICE}/api/v1/sessions").status_code in {401, 403}


def test_a_job_of_a_person_is_done_by_a_worker_of_the_stack(hub: Stack) -> None:
    with sign_in(hub, "ann") as ann:
        sent = [("files", (name, gg.example().source.content)) for name in ("a.csv", "b.csv")]
        job = ann.post(f"{SERVICE}/api/v1/batches", files=sent).json()["job"]
        place = f"{SERVICE}/api/v1/batches/{job}"
        until(lambda: ann.get(place).json()["status"] in {"completed", "failed"}, "the batch")
        assert ann.get(place).json()["status"] == "completed"
        assert ann.get(f"{place}/results").status_code == 200
    said = hub.within("worker", "ganglioside", "workers", "list", "--json")
    assert json.loads(said)[0]["state"] == "working"
    done = hub.within("api", "ganglioside", "jobs", "list", "--json")
    assert next(one for one in json.loads(done) if one["id"] == job)["worker"]
