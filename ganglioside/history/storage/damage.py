"""Errors of rows with damaged content: one of them must not spoil the others."""

from __future__ import annotations

from typing import Final

import duckdb
import pyarrow as pa

from ganglioside.errors import GangliosideError

#: Errors that reading a row with damaged cells can raise.
DAMAGE: Final = (
    GangliosideError,
    duckdb.Error,
    pa.ArrowException,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    OSError,
)


def damage(error: BaseException) -> str:
    """Short reason why something could not be read."""
    text = " ".join(str(error).split())
    if isinstance(error, GangliosideError):
        return text
    return f"{type(error).__name__}: {text[:200]}"
