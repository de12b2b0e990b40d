"""The history: every analysis kept as a session in one DuckDB file.

Each name is loaded when it is first used: a server starts without DuckDB and pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ganglioside.history' has no attribute {name!r}")
    return getattr(import_module(f"ganglioside.history.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
