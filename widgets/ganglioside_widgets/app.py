"""How JupyterLab and Voila serve the notebooks and panels: here only, unless told otherwise."""

from __future__ import annotations

import ipaddress
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ganglioside.errors import JobError
from ganglioside_widgets.state.visitors import VARIABLE, Access, access_of

#: The web pages and how many kernels stand ready for each, so that it is usable at once.
PAGES: Final[Mapping[str, int]] = {"workbench.ipynb": 2, "history.ipynb": 1, "species.ipynb": 1}

#: What JupyterLab opens.
FIRST: Final = "workbench.ipynb"

#: Where only this machine can reach a server.
HERE: Final = "127.0.0.1"

#: Bytes in one message from the browser. Files come in small pieces; other panels of a notebook,
#: such as ipywidgets' own upload, send them whole, and Jupyter's default drops more than 10 MiB.
MAX_MESSAGE: Final = 200 * 1024 * 1024

#: Bytes per second that a kernel may send: charts and tables of large analyses pass.
IOPUB_RATE: Final = 1e9

#: Seconds after which the kernel of a closed page is ended, and between two looks.
IDLE: Final = 600
LOOK: Final = 60

#: Holds the template of web pages that load nothing from the network, and settings of JupyterLab
#: that its users may change: it asks nobody whether it may fetch news.
SHARE: Final = Path(__file__).resolve().parent / "share"


def serve_lab(
    folder: Path,
    port: int,
    *,
    host: str = HERE,
    open_browser: bool = True,
    extra: Sequence[str] = (),
) -> None:
    """Serve `folder` in JupyterLab until interrupted; `extra` goes to the server."""
    from jupyterlab.labapp import LabApp

    arguments = lab_arguments(folder, port, host=host, open_browser=open_browser)
    _add_share("JUPYTER_CONFIG_PATH")
    LabApp.launch_instance([*arguments, *extra])


def serve_pages(
    folder: Path,
    port: int,
    *,
    host: str = HERE,
    open_browser: bool = True,
    extra: Sequence[str] = (),
    visitors_may_change: bool = False,
) -> None:
    """Serve the web pages in `folder` with Voila until interrupted.

    Where others can reach it, they change only what they made themselves, unless
    `visitors_may_change`.

    Raises
    ------
    JobError
        If there is no page to serve.
    SettingsError
        If `GANGLIOSIDE_PAGES` is set to an unknown value.
    """
    with tempfile.TemporaryDirectory(prefix="ganglioside-pages-") as place:
        arguments = page_arguments(
            only_pages(folder, Path(place)), port, host=host, open_browser=open_browser
        )
        _add_share("JUPYTER_PATH")
        # Set beforehand, it tells of visitors whom a proxy on this machine lets in.
        os.environ.setdefault(VARIABLE, access_at(host, visitors_may_change=visitors_may_change))
        access_of(os.environ)
        from ganglioside_widgets.server import Pages

        Pages.launch_instance([*arguments, *extra])


def lab_arguments(
    folder: Path, port: int, *, host: str = HERE, open_browser: bool = True
) -> list[str]:
    """Return the arguments with which JupyterLab serves `folder`."""
    # Jupyter asks root for consent; a server that only this machine reaches needs none.
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    first = [f"--LabApp.default_url=/lab/tree/{FIRST}"] if (folder / FIRST).exists() else []
    return [
        f"--ServerApp.root_dir={folder}",
        # Neither news nor updates are looked for in the network.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        *first,
        *_server("ServerApp", port, host, open_browser=open_browser),
        *as_root,
    ]


def page_arguments(
    folder: Path, port: int, *, host: str = HERE, open_browser: bool = True
) -> list[str]:
    """Return the arguments with which Voila serves the web pages in `folder`.

    Where other machines can reach it, it wants a token, which it makes and prints.
    """
    pools = {page: {"pool_size": size} for page, size in PAGES.items()}
    return [
        str(folder),
        *_server("Voila", port, host, open_browser=open_browser),
        *([] if is_here(host) else ["--Voila.auto_token=True"]),
        "--VoilaConfiguration.template=ganglioside",
        "--VoilaConfiguration.preheat_kernel=True",
        f"--VoilaKernelManager.kernel_pools_config={pools}",
        f"--MappingKernelManager.cull_idle_timeout={IDLE}",
        f"--MappingKernelManager.cull_interval={LOOK}",
    ]


def is_here(host: str) -> bool:
    """Tell whether only this machine can reach a server at `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def access_at(host: str, *, visitors_may_change: bool = False) -> Access:
    """Return who can open a page that is served at `host`, and what may be changed there."""
    if is_here(host):
        return Access.OWN
    return Access.OPEN if visitors_may_change else Access.SHARED


def only_pages(folder: Path, place: Path) -> Path:
    """Copy the web pages of `folder` to `place`, so that nothing else is served.

    Raises
    ------
    JobError
        If there is no page.
    """
    pages = [folder / name for name in PAGES if (folder / name).is_file()]
    if not pages:
        raise JobError(
            f"{folder} holds no web page ({', '.join(PAGES)}): open what it holds with "
            "`ganglioside lab`."
        )
    for page in pages:
        shutil.copyfile(page, place / page.name)
    return place


def _add_share(variable: str) -> None:
    paths = [str(SHARE), *filter(None, [os.environ.get(variable)])]
    os.environ[variable] = os.pathsep.join(paths)


def _server(server: str, port: int, host: str, *, open_browser: bool) -> list[str]:
    return [
        f"--{server}.ip={host}",
        f"--{server}.port={port}",
        f"--{server}.open_browser={open_browser}",
        # As a dict, not as key=value: the size must reach the server as a number.
        f"--{server}.tornado_settings={{'websocket_max_message_size': {MAX_MESSAGE}}}",
        f"--ZMQChannelsWebsocketConnection.iopub_data_rate_limit={IOPUB_RATE:g}",
    ]
