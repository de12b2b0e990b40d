"""Formats of exports, by the ending of the file."""

from __future__ import annotations

from typing import Final, Literal, get_args

Format = Literal["csv", "xlsx", "json", "parquet", "mztab"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
