"""The history: every analysis kept as a session in one DuckDB file."""

from __future__ import annotations

from ganglioside.history.rows import STATUSES, Status
from ganglioside.history.sessions import History, default_path

__all__ = ["STATUSES", "History", "Status", "default_path"]
