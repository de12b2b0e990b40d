"""The number of files, connections included, that this process may have open."""

from __future__ import annotations

import sys
from typing import Final

#: What Windows allows, which tells no limit.
_USUAL: Final = 8192


def most_open_files() -> int:
    """Most files and connections that this process may have open at once.

    Examples
    --------
    >>> most_open_files() > 0
    True
    """
    if sys.platform == "win32":
        return _USUAL
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft
