"""Error reports to a Sentry address, where `SENTRY_DSN` names one: off otherwise.

A report holds the kind of the error, where in the program it happened, and which versions run. All
else is left out, whatever the library would send: words of the error, values, rows, files, people,
machines, arguments, addresses. So nothing of a measurement leaves the house.
"""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Mapping
from typing import Any, Final, Literal

from ganglioside.errors import ServerError
from ganglioside.support.requests import current_job, current_request
from ganglioside.version import __version__

log: Final = logging.getLogger(__name__)

#: Address that takes the reports.
VARIABLE: Final = "SENTRY_DSN"

Place = Literal["api", "job", "worker", "page", "program"]

#: What is kept of each step of a traceback.
_OF_FRAME: Final = ("function", "module", "lineno", "in_app")

#: Seconds to wait at most for what is not sent yet, when the process ends.
_PATIENCE: Final = 2.0

#: The process that has been set up: a forked one is another.
_ready: set[int] = set()


def report_errors() -> bool:
    """Whether errors of this process are reported from now on.

    Raises
    ------
    ServerError
        If an address is set, and sentry-sdk is not there or refuses it.
    """
    address = os.environ.get(VARIABLE, "").strip()
    if not address:
        return False
    if os.getpid() in _ready:
        return True
    try:
        import sentry_sdk
    except ImportError as error:
        raise ServerError(
            f"{VARIABLE} is set, and error reports need sentry-sdk: "
            "pip install 'ganglioside[sentry]'."
        ) from error
    try:
        sentry_sdk.init(
            dsn=address,
            release=f"ganglioside@{__version__}",
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            send_default_pii=False,
            max_breadcrumbs=0,
            send_client_reports=False,
            auto_session_tracking=False,
            server_name="",
            shutdown_timeout=_PATIENCE,
            before_send=lambda event, _: slimmed(event),  # type: ignore[arg-type,return-value]
        )
    except sentry_sdk.utils.BadDsn as error:
        raise ServerError(f"{VARIABLE} is no address of Sentry ({error}).") from None
    _ready.add(os.getpid())
    return True


def capture(error: BaseException, place: Place) -> None:
    """Report an error, if reports are on in this process."""
    if os.getpid() not in _ready and not os.environ.get(VARIABLE):
        return
    if not report_errors():
        return
    import sentry_sdk

    tags = {"place": place, "request": current_request(), "job": current_job()}
    with sentry_sdk.new_scope() as scope:
        for name, value in tags.items():
            if value:
                scope.set_tag(name, value)
        sentry_sdk.capture_exception(error)
    if place != "api":
        sentry_sdk.flush(_PATIENCE)  # the process may end by `os._exit`, or at once


def slimmed(event: Mapping[str, Any]) -> dict[str, Any]:
    """Report with nothing but what is listed here.

    >>> told = slimmed({"exception": {"values": [{"type": "KeyError", "value": "GM1 of Ann"}]}})
    >>> told["exception"]
    {'values': [{'type': 'KeyError', 'module': None, 'stacktrace': {'frames': []}}]}
    """
    kept = {
        name: event[name]
        for name in ("event_id", "timestamp", "level", "platform", "release", "tags")
        if name in event
    }
    values = event.get("exception", {}).get("values", [])
    return {
        **kept,
        "exception": {"values": [_slim_error(value) for value in values]},
        "contexts": {
            "runtime": {"name": "Python", "version": platform.python_version()},
            "os": {"name": platform.system()},
        },
    }


def _slim_error(value: Mapping[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames", [])
    slim = [{name: frame.get(name) for name in _OF_FRAME} for frame in frames]
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "stacktrace": {"frames": slim},
    }
