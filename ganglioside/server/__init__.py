"""The server: the history and its work as an API for other programs.

`application.py` makes the app, `routes/` its addresses; `standalone.py` serves it alone and
`jupyter.py` within Jupyter. Everything is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ganglioside.support.lazy_names import lazy_names

if TYPE_CHECKING:
    from ganglioside.server.application import create_app as create_app
    from ganglioside.server.service_limits import ServiceLimits as ServiceLimits
    from ganglioside.server.standalone import RunningServer as RunningServer
    from ganglioside.server.standalone import ServeOptions as ServeOptions

_HOMES: Final = {
    "RunningServer": "standalone",
    "ServeOptions": "standalone",
    "ServiceLimits": "service_limits",
    "create_app": "application",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
