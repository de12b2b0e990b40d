"""How a server reaches its kernels."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import zmq
from traitlets.config import Config

#: A socket of a kernel, beside its connection file: its number is the last thing in the name.
_SOCKET: Final = "kernel-00000000-0000-0000-0000-000000000000-ipc-10"


def kernel_transport(folder: Path) -> str:
    """``"ipc"`` where kernels can listen at Unix sockets in a folder, ``"tcp"`` elsewhere.

    A port is found free long before its kernel listens there: another process may have taken it by
    then, and every user of the machine can knock at it. A socket is its kernel's own.

    Parameters
    ----------
    folder : pathlib.Path
        Where the connection files are, which only this user should be able to enter. The system
        bounds the length of a socket's path; Windows has no such sockets.

    Examples
    --------
    >>> kernel_transport(Path("/tmp/" + "long" * 40))
    'tcp'
    """
    fits = len(bytes(folder / _SOCKET)) <= zmq.IPC_PATH_MAX_LEN
    return "ipc" if zmq.has("ipc") and fits else "tcp"


def choose_transport(config: Config, folder: Path) -> None:
    """Let kernels be reached in the way that their folder allows, unless another one is asked for.

    Parameters
    ----------
    config : traitlets.config.Config
        That of the server, before it has kernels.
    folder : pathlib.Path
        Where the connection files are.
    """
    config.KernelManager.setdefault("transport", kernel_transport(folder))
