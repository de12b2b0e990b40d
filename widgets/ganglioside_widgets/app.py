"""Servers of the notebooks and panels: JupyterLab, and the web pages through Voila.

Unless told otherwise, both listen on this machine only.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ganglioside.errors import JobError
from ganglioside.server.own_token import VARIABLE as TOKEN
from ganglioside.server.own_token import take_token
from ganglioside.support.hosts import network_of
from ganglioside_widgets.serving.options import USUAL_MEGABYTES, PageOptions, ServerOptions
from ganglioside_widgets.state.visitors import VARIABLE, Access, access_of

if TYPE_CHECKING:
    from ganglioside_widgets.serving.address import Address

#: The web pages, with the number of spare kernels started for each, so that it opens at once; that
#: of administrators is opened seldom.
PAGES: Final[Mapping[str, int]] = {
    "workbench.ipynb": 2,
    "history.ipynb": 1,
    "species.ipynb": 1,
    "admin.ipynb": 0,
}

#: The notebook with which JupyterLab opens.
FIRST: Final = "00_start_here.ipynb"

#: Bytes in one message from the browser. Files come in small pieces; other widgets of a notebook,
#: such as ipywidgets' own upload, send them whole, and Jupyter's default drops more than 10 MiB.
MAX_MESSAGE: Final = 200 * 1024 * 1024

#: Bytes per second that a kernel may send: enough for charts and tables of large analyses.
IOPUB_RATE: Final = 1e9

#: Seconds between two looks for kernels that are not used any more.
CULL_INTERVAL: Final = 60

#: Seconds that a page waits for its kernel and for what it shows, on a very busy machine.
PATIENCE: Final = 600

#: Seconds that a kernel gets to end by itself before it is killed.
SHUTDOWN_WAIT: Final = 2

#: The class that starts the kernels of the web pages.
KERNEL_MANAGER: Final = "ganglioside_widgets.serving.kernels.BoundedKernels"

#: Bytes of a generated token.
TOKEN_BYTES: Final = 24

#: Folder with the template of the web pages, which loads nothing from the network, and with
#: JupyterLab settings that its users may change: it does not ask whether to fetch news.
SHARE: Final = Path(__file__).resolve().parent / "share"


def serve_lab(folder: Path, options: ServerOptions) -> None:
    """Serve `folder` in JupyterLab until interrupted.

    Parameters
    ----------
    folder : pathlib.Path
    options : ServerOptions

    Raises
    ------
    JobError
        If there is no such address, or the certificate cannot be used.
    TokenError
        If the token of the environment can be guessed.
    """
    address = options.address
    address.check()
    address.tls_context()
    _warn_if_open(address)
    token = take_token()

    # Loaded last, as it takes longest: what cannot be served is told at once.
    from ganglioside_widgets.serving.lab import Lab, LabServer
    from ganglioside_widgets.serving.logs import keep_out_of_logs

    keep_out_of_logs(token)
    arguments = lab_arguments(folder, options)
    _add_share("JUPYTER_CONFIG_PATH")
    LabServer.own_token = token
    _keep_dicts()
    Lab.launch_instance([*arguments, *options.extra])


def serve_pages(folder: Path, options: PageOptions) -> None:
    """Serve the web pages in `folder` with Voila until interrupted.

    Visitors from other machines change only what they made themselves, unless
    `options.visitors_may_change`.

    Parameters
    ----------
    folder : pathlib.Path
    options : PageOptions

    Raises
    ------
    JobError
        If there is no page to serve, no such address, or it is taken, or the certificate cannot
        be used.
    SettingsError
        If `GANGLIOSIDE_PAGES` has an unknown value.
    TokenError
        If the token of the environment can be guessed.
    """
    from ganglioside_widgets.serving.door import Door, known_hosts
    from ganglioside_widgets.serving.leftovers import temporary_folder
    from ganglioside_widgets.serving.logs import keep_out_of_logs

    _refuse_token_argument(options.extra)
    own_token = take_token()
    token = own_token or secrets.token_hex(TOKEN_BYTES)
    keep_out_of_logs(token)
    hosts = known_hosts(options.host, tuple(options.allow_hosts))
    hub = options.hub
    proxies = frozenset(map(network_of, options.trusted_proxies))
    door = Door(token, hosts, proxies, any_host=hub is not None)
    _set_access(options)
    address = options.address
    with temporary_folder() as workplace:
        pages = workplace / "pages"
        pages.mkdir()
        copy_pages(folder, pages)
        arguments = page_arguments(pages, options)
        if hub is not None:
            people = workplace / "people"
            people.mkdir(mode=0o700)
            arguments += [
                f"--Voila.base_url={hub.prefix}",
                f"--BoundedKernels.people_folder={people}",
            ]
        _add_share("JUPYTER_PATH")
        sockets, tls = address.bind(), address.tls_context()
        _warn_if_open(address)

        def announce() -> None:
            """Print the address, once the server answers at it."""
            if hub is None:
                show_address(address.url("" if own_token else token), has_own_token=bool(own_token))

        print("Starting the web pages ...", file=sys.stderr, flush=True)
        # Loaded last, as it takes longest: what cannot be served is told at once.
        from ganglioside_widgets.serving.pages import Pages

        _keep_dicts()
        Pages.launch_instance(
            [*_quiet(), *arguments, *options.extra],
            announce=announce,
            door=door,
            address=address,
            sockets=sockets,
            tls=tls,
            workplace=workplace,
            guests=access_of(os.environ) is Access.SHARED,
            hub=hub,
        )


def show_address(url: str, *, has_own_token: bool) -> None:
    """Print the server's address and how to sign in: once, and to no log."""
    if has_own_token:
        print(f"Open {url} and sign in with the token of {TOKEN}.", flush=True)
        return
    print(
        f"Whoever has this address can use the pages. To end them: Ctrl-C.\nOpen {url}", flush=True
    )


def _keep_dicts() -> None:
    """Warn nobody of arguments that are dicts: sizes must reach the server as numbers."""
    told = r"[\s\S]* for dict-traits is deprecated"
    warnings.filterwarnings("ignore", told, DeprecationWarning)


def _quiet() -> list[str]:
    """Arguments that keep the servers' own notes out of a person's terminal.

    Where there is no terminal, as with a service, they are kept: a log is read when something is
    wrong.
    """
    return ["--Application.log_level=ERROR"] if sys.stderr.isatty() else []


def lab_arguments(folder: Path, options: ServerOptions) -> list[str]:
    """Command line arguments with which JupyterLab serves `folder`."""
    arguments = [
        f"--ServerApp.root_dir={folder}",
        # Look for neither news nor updates in the network.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if (folder / FIRST).exists():
        arguments.append(f"--LabApp.default_url=/lab/tree/{FIRST}")
    arguments += _server_arguments("ServerApp", options)
    if options.certificate:
        arguments.append(f"--ServerApp.certfile={options.certificate}")
    if options.key:
        arguments.append(f"--ServerApp.keyfile={options.key}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Jupyter refuses to run as root without it.
        arguments.append("--allow-root")
    return arguments


def page_arguments(folder: Path, options: PageOptions) -> list[str]:
    """Command line arguments with which Voila serves the web pages in `folder`.

    Raises
    ------
    JobError
        If `options.max_kernels` leaves no kernel for a visitor.
    """
    spare = sum(PAGES.values())
    if options.max_kernels <= spare:
        raise JobError(
            f"{options.max_kernels} kernels are too few: {spare} are kept ready for visitors, so "
            f"give --max-kernels at least {spare + 1}."
        )
    idle_seconds = max(1, round(60 * options.idle_minutes))
    limits = []
    if options.max_megabytes != USUAL_MEGABYTES:  # given twice, as an extra too, it is refused
        limits.append(f"--ApiLimits.megabytes={options.max_megabytes:g}")
    pools = {page: {"pool_size": size} for page, size in PAGES.items()}
    return [
        str(folder),
        *_server_arguments("Voila", options),
        "--VoilaConfiguration.template=ganglioside",
        # Voila writes these values of the address into the page unescaped.
        "--VoilaConfiguration.allow_template_override=NO",
        "--VoilaConfiguration.allow_theme_override=NO",
        "--VoilaConfiguration.preheat_kernel=True",
        f"--VoilaConfiguration.multi_kernel_manager_class={KERNEL_MANAGER}",
        f"--BoundedKernels.max_kernels={options.max_kernels}",
        *limits,
        f"--VoilaKernelManager.kernel_pools_config={pools}",
        # A page whose widgets came later than this would be shown without them.
        f"--VoilaExecutor.iopub_timeout={PATIENCE}",
        f"--VoilaExecutor.startup_timeout={PATIENCE}",
        f"--KernelManager.shutdown_wait_time={SHUTDOWN_WAIT}",
        f"--MappingKernelManager.cull_idle_timeout={idle_seconds}",
        f"--MappingKernelManager.cull_interval={min(CULL_INTERVAL, idle_seconds)}",
    ]


def copy_pages(folder: Path, target: Path) -> None:
    """Copy the web pages of `folder` to `target`, from which nothing else can then be served.

    Raises
    ------
    JobError
        If `folder` has no web page.
    """
    pages = [folder / name for name in PAGES if (folder / name).is_file()]
    if not pages:
        raise JobError(
            f"{folder} contains no web page ({', '.join(PAGES)}): open its notebooks with "
            "`ganglioside lab`."
        )
    for page in pages:
        shutil.copyfile(page, target / page.name)


def _set_access(options: PageOptions) -> None:
    """Put the visitors' access into the environment, which kernels inherit, unless it is there.

    It is set beforehand where a proxy on this machine lets visitors in.
    """
    os.environ.setdefault(VARIABLE, options.access)
    access_of(os.environ)  # refuses an unknown value


def _warn_if_open(address: Address) -> None:
    """Warn of a server whose traffic others in the network can read."""
    if address.is_open:
        print(
            f"Warning: others in the network can read what is sent to {address.host}, the token "
            "included. Serve TLS (--certfile, --keyfile), put a proxy with TLS before it, or stay "
            f"on 127.0.0.1 and use: ssh -L {address.port}:127.0.0.1:{address.port} this-machine",
            flush=True,
        )


def _refuse_token_argument(extra: Sequence[str]) -> None:
    """Refuse a token among the arguments, which every user of the machine can read."""
    names = [argument.partition("=")[0].lower() for argument in extra]
    if any("token" in name for name in names):
        raise JobError(
            f"A token among the arguments can be read by every user of this machine: set {TOKEN}."
        )


def _add_share(variable: str) -> None:
    """Put `SHARE` in front of a search path of the environment."""
    paths = [str(SHARE), *filter(None, [os.environ.get(variable)])]
    os.environ[variable] = os.pathsep.join(paths)


def _server_arguments(server: str, options: ServerOptions) -> list[str]:
    return [
        f"--{server}.ip={options.host}",
        f"--{server}.port={options.port}",
        f"--{server}.open_browser={options.open_browser}",
        # As a dict, not as key=value: the size must reach the server as a number.
        f"--{server}.tornado_settings={{'websocket_max_message_size': {MAX_MESSAGE}}}",
        f"--ZMQChannelsWebsocketConnection.iopub_data_rate_limit={IOPUB_RATE:g}",
    ]
