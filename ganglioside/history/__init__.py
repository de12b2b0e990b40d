"""The history: every analysis kept as a session in one DuckDB file.

Each name is loaded when it is first used: a server starts without DuckDB and pandas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ganglioside.support.lazy_names import lazy_names

if TYPE_CHECKING:
    from ganglioside.history.history import History as History
    from ganglioside.history.location import default_path as default_path
    from ganglioside.history.session_rows import STATUSES as STATUSES
    from ganglioside.history.session_rows import Status as Status

_HOMES: Final = {
    "History": "history",
    "STATUSES": "session_rows",
    "Status": "session_rows",
    "default_path": "location",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
