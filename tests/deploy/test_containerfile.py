"""The image: built by its recipe, run without rights on a file system that it cannot write."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from effort import until
from ports import free_port

import ganglioside as gg
from deploy.containers import image, podman
from deploy.proxies import proxy

pytestmark = pytest.mark.containers

#: How a container is run that is to have no rights at all.
NO_RIGHTS = (
    "--read-only", "--tmpfs=/tmp", "--cap-drop=all", "--security-opt=no-new-privileges",
    "--memory=2g",
)  # fmt: skip


@pytest.fixture(scope="module")
def port() -> int:
    """Port of this machine that leads to the API in the container."""
    return free_port()


@pytest.fixture(scope="module")
def container(port: int) -> Iterator[str]:
    """A container with the API, as it comes."""
    published = f"--publish=127.0.0.1:{port}:8899"
    made = podman("run", "--detach", "--init", published, *NO_RIGHTS, image()).stdout.strip()
    yield made
    podman("rm", "--force", "--volumes", made)


def within(container: str, *command: str) -> str:
    return podman("exec", container, *command).stdout


def is_healthy(container: str) -> bool:
    return podman("healthcheck", "run", container, check=False).returncode == 0


def test_it_becomes_healthy(container: str) -> None:
    began = time.monotonic()
    until(lambda: is_healthy(container), "health")
    print(f"healthy after {time.monotonic() - began:.1f} s")


def test_it_has_no_rights_and_writes_to_its_data_alone(container: str) -> None:
    assert within(container, "id", "-u").strip() == "10001"
    status = within(container, "cat", "/proc/self/status")
    assert [line.split()[1] for line in status.splitlines() if line.startswith("Cap")] == [
        "0" * 16
    ] * 5
    for place, may in (("/", False), ("/opt/ganglioside", False), ("/data", True), ("/tmp", True)):
        tried = podman("exec", container, "touch", f"{place}/tried", check=False)
        assert (tried.returncode == 0) is may, place


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_it_answers_through_a_proxy(container: str, port: int, kind: str, tmp_path: Path) -> None:
    until(lambda: is_healthy(container), "health")
    token = within(container, "ganglioside", "tokens", "add", kind, "--scope", "write").split()[-1]
    bearer = {"Authorization": f"Bearer {token}"}
    with proxy(kind, port, port, tmp_path) as front, front.client(**bearer) as client:
        sent = {"file": ("a.csv", gg.example().source.content)}
        answer = client.post("/api/v1/sessions", files=sent)
        assert answer.status_code == 201
        assert "max-age" in answer.headers["strict-transport-security"]  # it knows of TLS
        path = f"/api/v1/sessions/{answer.json()['id']}/events"
        with front.websocket(path, header=bearer) as socket:
            assert "Connected" in str(socket.recv())


def test_it_stops_when_told_and_keeps_its_history(container: str) -> None:
    within(
        container, "sh", "-c", "ganglioside simulate > /tmp/a.csv && ganglioside analyze /tmp/a.csv"
    )
    before = json.loads(within(container, "ganglioside", "history", "list", "--json"))
    assert before
    podman("stop", "--time=60", container)
    code = podman("inspect", "--format={{.State.ExitCode}}", container).stdout.strip()
    assert code in {"0", "130"}
    podman("start", container)
    until(lambda: is_healthy(container), "health")
    assert json.loads(within(container, "ganglioside", "history", "list", "--json")) == before
