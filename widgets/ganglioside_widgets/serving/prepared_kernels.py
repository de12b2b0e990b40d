"""Kernels of web pages that begin prepared: what every page loads is loaded once, before them.

A kernel spends most of its first seconds on loading the same modules as all others. On Linux one
process loads them for all, and each kernel begins as a copy of it: sooner, and sharing its memory.
Elsewhere this module is not loaded: other systems have no copies, or libraries that do not bear it.
"""

from __future__ import annotations

import asyncio
import atexit
import multiprocessing
import os
import signal
import sys
import weakref
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Thread
from typing import Any, Final

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from ganglioside.support.environment import safe_path

#: What is loaded ahead.
_PREPARATION: Final = "ganglioside_widgets.serving.preparation"

#: How the command of a Python kernel ends, before its arguments.
_LAUNCHER: Final = ("-m", "ipykernel_launcher")

#: Streams that are the server's own, unless others are named.
_STREAMS: Final = ("stdin", "stdout", "stderr")

#: How Python copies processes: from one that has neither threads nor connections yet.
_CONTEXT: Final = multiprocessing.get_context("forkserver")


class PreparedProvisioner(LocalProvisioner):
    """Starts kernels as copies of a process that has loaded what pages need.

    Other kernels, and those with streams of their own, are started as usual.
    """

    async def launch_kernel(self, cmd: list[str], **named: Any) -> KernelConnectionInfo:
        """Start a kernel; returns how to reach it."""
        arguments = _arguments(cmd)
        streams = {name for name in _STREAMS if named.get(name) is not None}
        if arguments is None or streams:
            return await super().launch_kernel(cmd, **named)
        folder = str(named.get("cwd") or Path.cwd())
        kernel: Any = await asyncio.to_thread(PreparedKernel, arguments, named["env"], folder)
        self.process = kernel
        self.pid = self.pgid = kernel.pid  # it leads a group of its own, once it has begun
        self.cwd = folder
        return self.connection_info


def _arguments(command: list[str]) -> list[str] | None:
    """Arguments of a kernel of this very Python; None where the command is another one."""
    for at in range(1, len(command)):
        if command[0] == sys.executable and tuple(command[at : at + 2]) == _LAUNCHER:
            return command[at + 2 :]
    return None


class PreparedKernel:
    """A kernel that has begun as a copy, with what Jupyter asks of a process.

    Parameters
    ----------
    arguments : list of str
        Of the kernel.
    environment : dict of str to str
        All of its environment.
    folder : str
        Where it works.
    """

    stdin = stdout = stderr = None

    def __init__(self, arguments: list[str], environment: dict[str, str], folder: str) -> None:
        _CONTEXT.set_forkserver_preload([_PREPARATION])
        with safe_path():  # nothing is loaded from the folder in which the server was started
            forkserver.ensure_running()
        self._process = _CONTEXT.Process(target=begin, args=(arguments, environment, folder))
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid
        _running.add(self._process)

    def poll(self) -> int | None:
        """Exit code; None while it runs."""
        return self._process.exitcode

    def wait(self) -> int | None:
        """Exit code, once it has ended."""
        self._process.join()
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


_running: weakref.WeakSet[ForkServerProcess] = weakref.WeakSet()


@atexit.register
def _end_all() -> None:
    """End the kernels that are left, for which Python would else wait at its end."""
    for process in _running:
        process.kill()


def begin(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """Be a kernel from now on, in the copied process."""
    import ipywidgets
    import numpy as np

    from ganglioside_widgets.serving.kernel_program import KernelProgram

    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    np.random.seed()  # noqa: NPY002  (all copies would draw the same numbers)
    sys.argv = [_LAUNCHER[-1], *arguments]
    Thread(target=_end_with_server, daemon=True).start()
    kernel: Any = KernelProgram.instance()
    # Jupyter looks for a parent when it is loaded, which was before this was a copy.
    kernel.initialize([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])
    ipywidgets.register_comm_target()  # as it does itself where a kernel loads it
    kernel.start()


def _end_with_server() -> None:
    """End this kernel when its server has ended, by whatever."""
    server = multiprocessing.parent_process()
    assert server is not None
    server.join()
    os._exit(1)
