"""Kernels of web pages are copies of a process that has loaded what they need."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import psutil
import pytest
from effort import PATIENCE, until
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import LocalProvisioner

from ganglioside_widgets.serving import prepared_kernels
from ganglioside_widgets.serving.prepared_kernels import PreparedKernel, PreparedProvisioner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies kernels")


class Kernel:
    """A prepared kernel that can be asked."""

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client = manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.manager.provisioner.pid)  # type: ignore[union-attr]

    def tell(self, expression: str) -> Any:
        """Value of an expression in the kernel."""
        told: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            told.append(content.get("text") or "\n".join(content.get("traceback", [])))

        code = f"import json; print(json.dumps({expression}))"
        self.client.execute_interactive(code, timeout=PATIENCE, output_hook=hear)
        return json.loads("".join(told))


@contextmanager
def prepared(folder: Path, **environment: str) -> Iterator[Kernel]:
    """Start a kernel in a folder, in an environment with more variables."""
    manager = KernelManager(kernel_name="python3", transport="ipc")
    manager.connection_file = str(folder / "kernel.json")
    started = PreparedProvisioner(parent=manager, kernel_id="k", kernel_spec=manager.kernel_spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "jupyter_client.provisioning.KernelProvisionerFactory.create_provisioner_instance",
            lambda self, *given, **named: started,
        )
        manager.start_kernel(cwd=str(folder), env=os.environ | environment)
    kernel = Kernel(manager)
    try:
        yield kernel
    finally:
        kernel.client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module", autouse=True)
def _own_process() -> Iterator[None]:
    """Copy kernels from a process of their own: other tests copy what they need from another."""
    server = forkserver.ForkServer()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("ensure_running", "connect_to_new_process", "set_forkserver_preload"):
            patch.setattr(forkserver, name, getattr(server, name))
        yield


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with prepared(tmp_path_factory.mktemp("copied"), GANGLIOSIDE_TRIED="yes") as started:
        yield started


def test_a_kernel_has_the_environment_and_folder_that_it_was_given(kernel: Kernel) -> None:
    assert kernel.tell("__import__('os').environ['GANGLIOSIDE_TRIED']") == "yes"
    found = kernel.tell("__import__('os').environ.get('PYTHONSAFEPATH')")
    assert found == os.environ.get("PYTHONSAFEPATH")
    assert Path(kernel.tell("__import__('os').getcwd()")).name.startswith("copied")


def test_all_that_pages_need_is_loaded_before_they_begin(kernel: Kernel) -> None:
    """What is not, each page would load for itself."""
    own = "sorted(m for m in __import__('sys').modules if m.startswith('ganglioside'))"
    before = kernel.tell(own)
    made = "__import__('ganglioside_widgets').{}() is None"
    for page in ("Workbench", "HistoryPage", "SpeciesPage"):
        assert not kernel.tell(made.format(page))
    judged = "(lambda gg: len(gg.analyze(gg.example())))(__import__('ganglioside'))"
    assert kernel.tell(judged) == 332
    assert kernel.tell(own) == before


def test_a_kernel_has_the_program_that_loses_nothing(kernel: Kernel) -> None:
    """What it keeps of all that it sends: see `test_kernel_program.py`."""
    program = "type(__import__('ipykernel').kernelapp.IPKernelApp.instance()).__name__"
    assert kernel.tell(program) == "KernelProgram"


def test_widgets_can_be_asked_for_their_states(kernel: Kernel) -> None:
    """They say so where a kernel loads them: a copy has loaded them before it was a kernel."""
    targets = "sorted(__import__('comm').get_comm_manager().targets)"
    assert kernel.tell(targets) == ["jupyter.widget", "jupyter.widget.control"]


def test_a_kernel_is_interrupted_and_goes_on(kernel: Kernel, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    code = f"import pathlib, time; pathlib.Path({str(begun)!r}).touch(); time.sleep({PATIENCE})"
    asked = kernel.client.execute(code)
    until(begun.exists)
    kernel.manager.interrupt_kernel()
    reply = kernel.client.get_shell_msg(timeout=PATIENCE)
    while reply["parent_header"].get("msg_id") != asked:
        reply = kernel.client.get_shell_msg(timeout=PATIENCE)
    assert reply["content"]["ename"] == "KeyboardInterrupt"
    assert kernel.tell("1 + 1") == 2


def test_copies_share_their_memory_and_draw_other_random_numbers(
    kernel: Kernel, tmp_path: Path
) -> None:
    drawn = "[__import__('random').random(), __import__('numpy').random.rand()]"
    with prepared(tmp_path) as other:
        assert not set(other.tell(drawn)) & set(kernel.tell(drawn))
        assert other.process.parent() == kernel.process.parent()
        process, memory = other.process, other.process.memory_full_info()
    assert memory.uss < memory.rss / 2
    assert not process.is_running()


def test_a_killed_kernel_is_seen_and_begins_again(tmp_path: Path) -> None:
    with prepared(tmp_path) as kernel:
        kernel.process.kill()
        until(lambda: not kernel.manager.is_alive())
        kernel.manager.restart_kernel(now=True)
        kernel.client.wait_for_ready(timeout=PATIENCE)
        assert kernel.tell("1 + 1") == 2


def test_where_what_is_copied_was_killed_it_begins_anew(tmp_path: Path) -> None:
    with prepared(tmp_path) as kernel:
        process = kernel.process
        process.parent().kill()  # type: ignore[union-attr]
        until(lambda: not process.is_running())  # nobody would know when it ends
        kernel.manager.restart_kernel(now=True)
        kernel.client.wait_for_ready(timeout=PATIENCE)
        assert kernel.tell("1 + 1") == 2


def test_exit_codes_and_signals_are_those_of_a_process(tmp_path: Path) -> None:
    kernel = PreparedKernel(["-f", str(tmp_path / "kernel.json")], dict(os.environ), str(tmp_path))
    assert kernel.poll() is None
    kernel.terminate()
    assert kernel.wait() == kernel.poll() == -15
    kernel.kill()  # its number may be another process's by now
    refused = PreparedKernel(["--nonsense"], dict(os.environ), str(tmp_path / "nowhere"))
    assert refused.wait() == 1


SERVER = """
import os, sys
from ganglioside_widgets.serving.prepared_kernels import PreparedKernel

if __name__ == "__main__":
    kernel = PreparedKernel(["-f", sys.argv[1]], dict(os.environ), os.getcwd())
    print(kernel.pid, flush=True)
    sys.stdin.read()  # until it may end
"""


@pytest.mark.parametrize("end", ["killed", "ends"])
def test_a_kernel_ends_with_its_server_and_loads_nothing_from_where_that_was_started(
    tmp_path: Path, end: str
) -> None:
    planted = tmp_path / "planted"
    (tmp_path / "numpy.py").write_text(f"open({str(planted)!r}, 'w')")
    script = tmp_path / "scripts" / "server.py"
    script.parent.mkdir()
    script.write_text(SERVER)
    connection = tmp_path / "kernel.json"
    server = subprocess.Popen(
        [sys.executable, script, connection],
        cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert server.stdout is not None
    assert server.stdin is not None
    kernel = psutil.Process(int(server.stdout.readline()))
    if end == "killed":
        until(connection.exists)  # it listens
        server.kill()
    server.stdin.close()
    server.wait(PATIENCE)
    server.stdout.close()
    until(lambda: not kernel.is_running() or kernel.status() == psutil.STATUS_ZOMBIE)
    assert not planted.exists()


@pytest.mark.parametrize(
    ("command", "named"),
    [
        (["R", "--slave"], {}),
        (["/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "k.json"], {}),
        ([sys.executable, "-m", "other_launcher", "-f", "k.json"], {}),
        ([sys.executable, "-m", "ipykernel_launcher", "-f", "k.json"], {"stderr": 1}),
    ],
    ids=["R", "another Python", "another kernel", "streams of its own"],
)
def test_other_kernels_are_started_as_usual(
    command: list[str], named: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []

    async def start(self: object, cmd: list[str], **named: object) -> dict[str, object]:
        started.append(cmd)
        return {}

    monkeypatch.setattr(LocalProvisioner, "launch_kernel", start)
    monkeypatch.delattr(prepared_kernels, "PreparedKernel")
    provisioner = PreparedProvisioner(kernel_spec=KernelSpec())
    asyncio.run(provisioner.launch_kernel(command, env={}, **named))
    assert started == [command]
