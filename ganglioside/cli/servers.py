"""Commands that serve: pages in a browser, the API for other programs, a hub of many people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ganglioside.cli import output
from ganglioside.settings import Settings, setting_specs
from ganglioside.support import locations

#: Arguments after `--` are passed on to the server.
PASS_ON: Final[dict[str, Any]] = {"allow_extra_args": True, "ignore_unknown_options": True}

Port = Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]
Host = Annotated[
    str,
    typer.Option(
        help="Address to listen on. Any but this machine's own needs TLS, by --certfile or by a "
        "proxy; `ssh -L` needs neither."
    ),
]
Certificate = Annotated[
    Path | None,
    typer.Option("--certfile", help="Certificate (PEM) to serve TLS with.", dir_okay=False),
]
Key = Annotated[
    Path | None,
    typer.Option("--keyfile", help="Key of the certificate (PEM).", dir_okay=False),
]
AllowHost = Annotated[
    list[str] | None,
    typer.Option("--allow-host", help="Further host name of this server, such as that of a proxy."),
]
TrustProxy = Annotated[
    list[str] | None,
    typer.Option(
        "--trust-proxy",
        help="Address, or network, of a proxy that reports TLS by X-Forwarded-Proto.",
    ),
]
MaxKernels = Annotated[
    int,
    typer.Option(help="Most kernels: one for each open page and 4 in reserve; 0.1 GB each."),
]
_MEGABYTES: Final = setting_specs()["max_megabytes"]
_MOST_BY_DEFAULT: Final = Settings().max_megabytes
MaxMegabytes = Annotated[
    float, typer.Option(help="Largest request, MB.", min=_MEGABYTES.low, max=_MEGABYTES.high)
]
LogFile = Annotated[
    Path | None,
    typer.Option("--log", help="Write a log of JSON lines to this file, which is rotated."),
]
LeaveJobs = Annotated[
    bool,
    typer.Option("--leave-jobs", help="Start no job here: workers do them (ganglioside worker)."),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--notebooks",
        help="Folder to work in; notebooks that it lacks are copied into it.",
        show_default="ganglioside in your documents",
    ),
]


def lab(
    context: typer.Context,
    folder: Folder = None,
    port: Port = 8888,
    host: Host = "127.0.0.1",
    no_browser: NoBrowser = False,
    certfile: Certificate = None,
    keyfile: Key = None,
    log: LogFile = None,
    leave_jobs: LeaveJobs = False,
) -> None:
    """Open the lessons and the workbench in JupyterLab, as copies in a folder of your own.

    A token in GANGLIOSIDE_TOKEN is used instead of a new one.
    """
    from ganglioside_widgets.app import serve_lab
    from ganglioside_widgets.serving.options import ServerOptions

    options = ServerOptions(
        port=port,
        host=host,
        open_browser=not no_browser,
        certificate=certfile,
        key=keyfile,
        extra=tuple(context.args),
    )
    watched(log, leave_jobs=leave_jobs)
    serve_lab(_workplace(folder), options)


def serve_app(
    context: typer.Context,
    port: Port = 8866,
    host: Host = "127.0.0.1",
    no_browser: NoBrowser = False,
    certfile: Certificate = None,
    keyfile: Key = None,
    allow_host: AllowHost = None,
    trust_proxy: TrustProxy = None,
    max_kernels: MaxKernels = 20,
    max_megabytes: MaxMegabytes = _MOST_BY_DEFAULT,
    idle_minutes: Annotated[
        float,
        typer.Option(help="Time without use after which a closed page's kernel ends.", min=0.1),
    ] = 10.0,
    visitors_may_change: Annotated[
        bool,
        typer.Option(
            "--visitors-may-change",
            help="Let visitors from other machines change sessions and jobs of others.",
        ),
    ] = False,
    hub: Annotated[
        bool,
        typer.Option("--hub", help="Serve as a service of JupyterHub, where people sign in."),
    ] = False,
    log: LogFile = None,
    leave_jobs: LeaveJobs = False,
) -> None:
    """Serve the web pages with Voila.

    Visitors need a token. It is part of the address that is printed, or comes from
    GANGLIOSIDE_TOKEN, so that bookmarks last. Behind a hub, which starts this command, they sign in
    there, and the hub says where to listen.
    """
    from ganglioside.server.hub import HubService
    from ganglioside_widgets.app import serve_pages
    from ganglioside_widgets.serving.options import PageOptions

    service = HubService.from_environment() if hub else None
    options = PageOptions(
        port=port if service is None else service.port,
        host=host if service is None else service.host,
        hub=service,
        open_browser=not (no_browser or hub),
        certificate=certfile,
        key=keyfile,
        allow_hosts=tuple(allow_host or ()),
        trusted_proxies=tuple(trust_proxy or ()),
        max_kernels=max_kernels,
        max_megabytes=max_megabytes,
        idle_minutes=idle_minutes,
        visitors_may_change=visitors_may_change,
        extra=tuple(context.args),
    )
    watched(log, leave_jobs=leave_jobs)
    serve_pages(locations.notebooks(), options)


def serve(
    port: Annotated[
        int, typer.Option(help="Port on this machine; 0: any that is free.", min=0, max=65535)
    ] = 8899,
    host: Host = "127.0.0.1",
    certfile: Certificate = None,
    keyfile: Key = None,
    trust_proxy: TrustProxy = None,
    requests: Annotated[
        int, typer.Option(help="Requests a second of one person; 0: any number.", min=0)
    ] = 10,
    uploads: Annotated[
        int, typer.Option(help="Uploads a minute of one person; 0: any number.", min=0)
    ] = 2,
    max_megabytes: MaxMegabytes = _MOST_BY_DEFAULT,
    log: LogFile = None,
    leave_jobs: LeaveJobs = False,
) -> None:
    """Serve the API for other programs: KNIME, Galaxy, R, a LIMS.

    Callers need a token: `ganglioside tokens add`. The first start makes one and prints it, unless
    there is one of your own in GANGLIOSIDE_TOKEN.
    """
    from ganglioside.history import History
    from ganglioside.jobs import resume_waiting
    from ganglioside.server.own_token import take_token
    from ganglioside.server.service_limits import ServiceLimits
    from ganglioside.server.standalone import (
        FIRST_LIFE,
        RunningServer,
        ServeOptions,
        first_token,
    )

    limits = ServiceLimits(
        requests_per_second=requests, uploads_per_minute=uploads, megabytes=max_megabytes
    )
    options = ServeOptions(
        host=host,
        port=port,
        certificate=certfile,
        key=keyfile,
        trusted_proxies=tuple(trust_proxy or ()),
        limits=limits,
    )
    watched(log, leave_jobs=leave_jobs)
    history = History.open()
    token = take_token()
    if not token and (secret := first_token(history)):
        output.text(f"Your token, valid for {FIRST_LIFE.days} days and shown here only: {secret}")
    resume_waiting(history)
    server = RunningServer(history, options, token)
    output.text(f"The API is served at {server.url}, its documentation at {server.url}/docs")
    server.run()


def hub_config() -> None:
    """Print the path of a configuration of JupyterHub, where people sign in to pages and API."""
    from ganglioside.server import hub_config

    output.text(str(hub_config.__file__))


def _workplace(folder: Path | None) -> Path:
    """Folder to work in, the user's own: the notebooks of the project stay as they are."""
    from platformdirs import user_documents_path

    target = folder or user_documents_path() / "ganglioside"
    output.note(f"Notebooks in {target}")
    return locations.working_copy(target)


def watched(log: Path | None, *, leave_jobs: bool = False) -> None:
    """Write the log, report errors and leave jobs to workers, as was asked."""
    from ganglioside.jobs.launcher import leave_to_workers
    from ganglioside.support.error_reports import report_errors
    from ganglioside.support.logs import write_log

    if leave_jobs:
        leave_to_workers()
    if written := write_log(log):
        output.note(f"Log: {written}")
    report_errors()
