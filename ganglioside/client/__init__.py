"""The client: a history on a server, with verbs of `History`.

`gg.connect(url, token)` gives a `Client`. Each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ganglioside.support.lazy_names import lazy_names

if TYPE_CHECKING:
    from ganglioside.client.client import Client as Client
    from ganglioside.client.client import connect as connect

_HOMES: Final = {"Client": "client", "connect": "client"}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
