"""Members of zip archives without a date: like contents give the same bytes, whenever written."""

from __future__ import annotations

import zipfile
from typing import Final

#: The first date that a zip archive knows, which tells nothing.
UNDATED: Final = (1980, 1, 1, 0, 0, 0)


def undated(name: str) -> zipfile.ZipInfo:
    """Member of an archive, to be compressed, of no date.

    Examples
    --------
    >>> undated("figure.svg").date_time
    (1980, 1, 1, 0, 0, 0)
    """
    member = zipfile.ZipInfo(name, UNDATED)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member
