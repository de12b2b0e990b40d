"""The history: every analysis kept as a session in one DuckDB file."""

from __future__ import annotations

from ganglioside.history.history import History
from ganglioside.history.location import default_path
from ganglioside.history.session_rows import STATUSES, Status

__all__ = ["STATUSES", "History", "Status", "default_path"]
