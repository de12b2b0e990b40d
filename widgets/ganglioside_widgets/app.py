"""How JupyterLab and Voila serve the notebooks and panels, on this machine only."""

from __future__ import annotations

import os
from collections.abc import Sequence
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

#: Kernels that stand ready for a page, so that it is usable in 4 s instead of 10.
POOL: Final = 2

#: Holds the template of web pages that load nothing from the network.
SHARE: Final = Path(__file__).resolve().parent / "share"


def serve_lab(
    folder: Path, port: int, *, open_browser: bool = True, extra: Sequence[str] = ()
) -> None:
    """Serve `folder` in JupyterLab until interrupted; `extra` goes to the server."""
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance([*lab_arguments(folder, port, open_browser=open_browser), *extra])


def serve_pages(
    folder: Path, port: int, *, open_browser: bool = True, extra: Sequence[str] = ()
) -> None:
    """Serve the web pages in `folder` with Voila until interrupted.

    Raises
    ------
    JobError
        If there is no page to serve.
    """
    arguments = page_arguments(folder, port, open_browser=open_browser)
    from voila.app import Voila

    paths = [str(SHARE), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)
    Voila.launch_instance([*arguments, *extra])


def lab_arguments(folder: Path, port: int, *, open_browser: bool = True) -> list[str]:
    """Return the arguments with which JupyterLab serves `folder`."""
    # Jupyter asks root for consent; a server that only this machine reaches needs none.
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return [
        f"--ServerApp.root_dir={folder}",
        *_server("ServerApp", port, open_browser=open_browser),
        *as_root,
    ]


def page_arguments(folder: Path, port: int, *, open_browser: bool = True) -> list[str]:
    """Return the arguments with which Voila serves the web pages in `folder`.

    Raises
    ------
    JobError
        If there is no page to serve.
    """
    return [
        str(_served(folder)),
        *_server("Voila", port, open_browser=open_browser),
        "--VoilaConfiguration.template=ganglioside",
        "--VoilaConfiguration.preheat_kernel=True",
        f"--VoilaConfiguration.default_pool_size={POOL}",
        f"--MappingKernelManager.cull_idle_timeout={IDLE}",
        f"--MappingKernelManager.cull_interval={LOOK}",
    ]


def web_pages(folder: Path) -> list[Path]:
    """Return the notebooks that are web pages: those that are not numbered tutorials."""
    return sorted(path for path in folder.glob("*.ipynb") if not path.name[0].isdigit())


def _server(server: str, port: int, *, open_browser: bool) -> list[str]:
    return [
        f"--{server}.ip=127.0.0.1",
        f"--{server}.port={port}",
        f"--{server}.open_browser={open_browser}",
        # As a dict, not as key=value: the size must reach the server as a number.
        f"--{server}.tornado_settings={{'websocket_max_message_size': {MAX_MESSAGE}}}",
        f"--ZMQChannelsWebsocketConnection.iopub_data_rate_limit={IOPUB_RATE:g}",
    ]


def _served(folder: Path) -> Path:
    pages = web_pages(folder)
    if not pages:
        raise JobError(
            f"{folder} holds no web page, only tutorials: open them with `ganglioside lab`."
        )
    return pages[0] if len(pages) == 1 else folder
