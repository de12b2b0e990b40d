"""How JupyterLab and Voila are started for the notebooks and panels."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from ganglioside.errors import JobError

#: Bytes in one message from the browser. Jupyter's default of 10 MiB lets larger uploads vanish
#: without a word; 200 MiB carries the largest table that is read by default, 50 MB.
MAX_MESSAGE: Final = 200 * 1024 * 1024

#: Bytes per second that a kernel may send: charts and tables of large analyses pass.
IOPUB_RATE: Final = 1e9

#: Seconds after which the kernel of a closed page is ended, and between two looks.
IDLE: Final = 600
LOOK: Final = 60

#: Kernels of each page that stand ready, so that it is usable in 4 s instead of 10.
POOL: Final = 2

_TORNADO: Final = f"tornado_settings={{'websocket_max_message_size': {MAX_MESSAGE}}}"
_IOPUB: Final = f"--ZMQChannelsWebsocketConnection.iopub_data_rate_limit={IOPUB_RATE:g}"


def lab_command(folder: Path, port: int, *, open_browser: bool = True) -> list[str]:
    """Return the command that serves `folder` in JupyterLab, on this machine only."""
    # Jupyter asks root for its consent, which localhost and containers do not need.
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={open_browser}",
        f"--ServerApp.{_TORNADO}",
        _IOPUB,
        *as_root,
    ]


def app_command(folder: Path, port: int, *, open_browser: bool = True) -> list[str]:
    """Return the command that serves the web pages in `folder`, on this machine only.

    Raises
    ------
    JobError
        If there is no page to serve.
    """
    return [
        *(sys.executable, "-m", "voila", str(_served(folder))),
        "--Voila.ip=127.0.0.1",
        f"--Voila.port={port}",
        f"--Voila.open_browser={open_browser}",
        f"--Voila.{_TORNADO}",
        _IOPUB,
        "--VoilaConfiguration.preheat_kernel=True",
        f"--VoilaConfiguration.default_pool_size={POOL}",
        f"--MappingKernelManager.cull_idle_timeout={IDLE}",
        f"--MappingKernelManager.cull_interval={LOOK}",
    ]


def web_pages(folder: Path) -> list[Path]:
    """Return the notebooks that are web pages: those that are not numbered tutorials."""
    return sorted(path for path in folder.glob("*.ipynb") if not path.name[0].isdigit())


def _served(folder: Path) -> Path:
    pages = web_pages(folder)
    if not pages:
        raise JobError(
            f"{folder} holds no web page, only tutorials: open them with `ganglioside lab`."
        )
    return pages[0] if len(pages) == 1 else folder
