"""How JupyterLab and Voila serve the notebooks and panels: here only, unless told otherwise."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ganglioside.errors import JobError
from ganglioside_widgets.state.visitors import VARIABLE, Access, access_of

if TYPE_CHECKING:
    from ganglioside_widgets.serving.address import Address

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

#: Seconds in which a kernel may end by itself before it is ended.
END: Final = 2

#: Kernels at once, those that stand ready included; each needs about 0.1 GB of memory.
MOST_KERNELS: Final = 20
KERNELS: Final = "ganglioside_widgets.serving.kernels.BoundedKernels"

#: The environment variable with a token to keep, and bytes of one that is made.
TOKEN: Final = "GANGLIOSIDE_TOKEN"
TOKEN_BYTES: Final = 24

#: Holds the template of web pages that load nothing from the network, and settings of JupyterLab
#: that its users may change: it asks nobody whether it may fetch news.
SHARE: Final = Path(__file__).resolve().parent / "share"


def serve_lab(
    folder: Path,
    port: int,
    *,
    host: str = HERE,
    open_browser: bool = True,
    certificate: Path | None = None,
    key: Path | None = None,
    extra: Sequence[str] = (),
) -> None:
    """Serve `folder` in JupyterLab until interrupted; `extra` goes to the server.

    Raises
    ------
    JobError
        If there is no such address, or the certificate cannot be used.
    """
    from ganglioside_widgets.serving.address import Address
    from ganglioside_widgets.serving.lab import Lab, LabServer
    from ganglioside_widgets.serving.logs import keep_out_of_logs

    address = Address(host, port, certificate, key)
    address.check()
    address.tls_context()
    _warn_if_open(address)
    token = take_token()
    keep_out_of_logs(token)
    arguments = lab_arguments(
        folder, port, host=host, open_browser=open_browser, certificate=certificate, key=key
    )
    _add_share("JUPYTER_CONFIG_PATH")
    LabServer.own_token = token
    Lab.launch_instance([*arguments, *extra])


def serve_pages(
    folder: Path,
    port: int,
    *,
    host: str = HERE,
    open_browser: bool = True,
    certificate: Path | None = None,
    key: Path | None = None,
    allow_hosts: Sequence[str] = (),
    trusted_proxies: Sequence[str] = (),
    max_kernels: int = MOST_KERNELS,
    extra: Sequence[str] = (),
    visitors_may_change: bool = False,
) -> None:
    """Serve the web pages in `folder` with Voila until interrupted.

    Where others can reach it, they change only what they made themselves, unless
    `visitors_may_change`.

    Parameters
    ----------
    folder
    port, host
        Where to listen.
    open_browser
    certificate, key
        Files of PEM with which to serve TLS.
    allow_hosts
        Further names under which visitors ask.
    trusted_proxies
        Addresses of proxies that tell whether a visitor came over TLS.
    max_kernels
        How many pages can be open at once, with those that stand ready.
    visitors_may_change
        Whether visitors from other machines may change what others made.
    extra
        Arguments for Voila.

    Raises
    ------
    JobError
        If there is no page to serve, or no such address, or it is taken.
    SettingsError
        If `GANGLIOSIDE_PAGES` is set to an unknown value.
    """
    from ganglioside_widgets.serving.address import Address
    from ganglioside_widgets.serving.door import Door, known_hosts
    from ganglioside_widgets.serving.leftovers import temporary_folder
    from ganglioside_widgets.serving.logs import keep_out_of_logs
    from ganglioside_widgets.serving.pages import Pages

    _refuse_token_argument(extra)
    address = Address(host, port, certificate, key)
    own_token = take_token()
    token = own_token or secrets.token_hex(TOKEN_BYTES)
    keep_out_of_logs(token)
    door = Door(token, known_hosts(host, tuple(allow_hosts)), frozenset(trusted_proxies))
    # Set beforehand, it tells of visitors whom a proxy on this machine lets in.
    others = (*allow_hosts, *trusted_proxies)
    access = access_at(host, others, visitors_may_change=visitors_may_change)
    os.environ.setdefault(VARIABLE, access)
    access_of(os.environ)
    with temporary_folder() as place:
        (place / "pages").mkdir()
        arguments = page_arguments(
            only_pages(folder, place / "pages"), port,
            host=host, open_browser=open_browser, max_kernels=max_kernels,
        )  # fmt: skip
        _add_share("JUPYTER_PATH")
        _warn_if_open(address)
        show_address(address.url("" if own_token else token), has_own_token=bool(own_token))
        Pages.launch_instance([*arguments, *extra], door=door, address=address, workplace=place)


def show_address(url: str, *, has_own_token: bool) -> None:
    """Print, once and to no log, where a browser finds the server and what lets it in."""
    if has_own_token:
        print(f"Open {url} and sign in with the token of {TOKEN}.", flush=True)
        return
    print(f"Open {url}\nWhoever has this address can use the pages.", flush=True)


def take_token() -> str:
    """Return the token of the environment, which kernels do not inherit; empty if there is none.

    Raises
    ------
    JobError
        If it can be guessed or cannot be part of an address.
    """
    token = os.environ.pop(TOKEN, "")
    if token and re.fullmatch(r"[A-Za-z0-9._~-]{16,}", token) is None:
        raise JobError(
            f"The token of {TOKEN} has {len(token)} characters: give at least 16 letters, digits, "
            "dots, hyphens or underscores, for example from `openssl rand -hex 24`."
        )
    return token


def lab_arguments(
    folder: Path,
    port: int,
    *,
    host: str = HERE,
    open_browser: bool = True,
    certificate: Path | None = None,
    key: Path | None = None,
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
        *([f"--ServerApp.certfile={certificate}"] if certificate else []),
        *([f"--ServerApp.keyfile={key}"] if key else []),
        *as_root,
    ]


def page_arguments(
    folder: Path,
    port: int,
    *,
    host: str = HERE,
    open_browser: bool = True,
    max_kernels: int = MOST_KERNELS,
) -> list[str]:
    """Return the arguments with which Voila serves the web pages in `folder`.

    Raises
    ------
    JobError
        If `max_kernels` leaves none for a visitor.
    """
    ready = sum(PAGES.values())
    if max_kernels <= ready:
        raise JobError(
            f"{max_kernels} kernels are too few: {ready} stand ready for visitors, so give "
            f"--max-kernels at least {ready + 1}."
        )
    pools = {page: {"pool_size": size} for page, size in PAGES.items()}
    return [
        str(folder),
        *_server("Voila", port, host, open_browser=open_browser),
        "--VoilaConfiguration.template=ganglioside",
        # Voila writes what the address asks for into the page as it stands.
        "--VoilaConfiguration.allow_template_override=NO",
        "--VoilaConfiguration.allow_theme_override=NO",
        "--VoilaConfiguration.preheat_kernel=True",
        f"--VoilaConfiguration.multi_kernel_manager_class={KERNELS}",
        f"--BoundedKernels.max_kernels={max_kernels}",
        f"--VoilaKernelManager.kernel_pools_config={pools}",
        f"--KernelManager.shutdown_wait_time={END}",
        f"--MappingKernelManager.cull_idle_timeout={IDLE}",
        f"--MappingKernelManager.cull_interval={LOOK}",
    ]


def access_at(
    host: str, others: Sequence[str] = (), *, visitors_may_change: bool = False
) -> Access:
    """Return who can open a page that is served at `host`, and what may be changed there.

    Parameters
    ----------
    host
    others
        Further names and proxies under which visitors come: from elsewhere, though the server
        listens on this machine only.
    visitors_may_change
    """
    from ganglioside_widgets.serving.door import is_loopback

    if is_loopback(host) and not others:
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


def _warn_if_open(address: Address) -> None:
    """Warn of a server whose visitors can be listened to on their way."""
    if address.is_open:
        print(
            f"Warning: others in the network can read what is sent to {address.host}, the token "
            "included. Serve TLS (--certfile, --keyfile), put a proxy with TLS before it, or stay "
            f"on 127.0.0.1 and use: ssh -L {address.port}:127.0.0.1:{address.port} this-machine",
            flush=True,
        )


def _refuse_token_argument(extra: Sequence[str]) -> None:
    """Refuse a token among the arguments, which every user of the machine can read."""
    if any("token" in argument.partition("=")[0].lower() for argument in extra):
        raise JobError(
            f"A token among the arguments can be read by every user of this machine: set {TOKEN}."
        )


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
