"""Who sits before the page."""

from __future__ import annotations

import getpass
import os


def current_author() -> str:
    """Return who acts: `GANGLIOSIDE_AUTHOR`, else the user of a hub, else of the system."""
    for variable in ("GANGLIOSIDE_AUTHOR", "JUPYTERHUB_USER"):
        if name := os.environ.get(variable, "").strip():
            return name
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container without an entry for its user
        return "unknown"
