"""The author: who acts on the history."""

from __future__ import annotations

import getpass
import os
from typing import Final

#: Names who acts; a hub for many users sets the second one.
_VARIABLES: Final = ("GANGLIOSIDE_AUTHOR", "JUPYTERHUB_USER")


def current_author() -> str:
    """Name of the user: `GANGLIOSIDE_AUTHOR`, else the user of a hub, else of the system."""
    for variable in _VARIABLES:
        if name := os.environ.get(variable, "").strip():
            return name
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container without an entry for its user
        return "unknown"
