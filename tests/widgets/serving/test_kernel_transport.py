"""Kernels listen at sockets in a folder, and at ports only where that cannot be."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
import zmq
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets.config import Config

from ganglioside_widgets.serving.kernel_transport import choose_transport, kernel_transport

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no Unix sockets")


def sockets_of_a_kernel(folder: Path) -> tuple[str, list[str]]:
    """Transport of a real kernel that has answered, and the sockets in its folder."""
    config = Config()
    choose_transport(config, folder)

    async def begin() -> tuple[str, list[str]]:
        kernels = AsyncMappingKernelManager(config=config, connection_dir=str(folder))
        kernel = kernels.get_kernel(await kernels.start_kernel())
        client = kernel.client()
        client.start_channels()
        await client.wait_for_ready()
        found = kernel.transport, sorted(path.name[-6:] for path in folder.glob("*-ipc-*"))
        client.stop_channels()
        await kernels.shutdown_all(now=True)
        return found

    return asyncio.run(begin())


def deep(folder: Path, bytes_: int) -> Path:
    """Return a folder whose path has a number of bytes."""
    return folder / ("d" * (bytes_ - len(bytes(folder)) - 1))


def test_a_kernel_answers_at_its_sockets_in_the_deepest_folder_that_has_any(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    above = tmp_path_factory.mktemp("k")
    depths = range(len(bytes(above)) + 2, zmq.IPC_PATH_MAX_LEN)
    folders = [deep(above, bytes_) for bytes_ in depths]
    reached = [folder for folder in folders if kernel_transport(folder) == "ipc"]
    if not reached:
        pytest.skip("temporary folders of this machine are too deep")
    assert reached != folders
    reached[-1].mkdir()
    transport, sockets = sockets_of_a_kernel(reached[-1])
    assert transport == "ipc"
    assert sockets == ["-ipc-1", "-ipc-2", "-ipc-3", "-ipc-4", "-ipc-5"]


def test_a_kernel_in_a_deep_folder_answers_at_ports(tmp_path: Path) -> None:
    folder = tmp_path / ("d" * zmq.IPC_PATH_MAX_LEN)
    folder.mkdir()
    assert sockets_of_a_kernel(folder) == ("tcp", [])


def test_what_is_asked_for_is_kept(tmp_path: Path) -> None:
    config = Config({"KernelManager": {"transport": "tcp"}})
    choose_transport(config, Path("/"))
    assert config.KernelManager.transport == "tcp"
