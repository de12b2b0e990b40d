"""Exports written to disk: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from ganglioside.errors import ExportError
from ganglioside.export.document import to_json
from ganglioside.export.mztab import to_mztab
from ganglioside.export.tables import to_csv, to_parquet
from ganglioside.export.workbook import to_xlsx

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis

Format = Literal["csv", "xlsx", "json", "parquet", "mztab"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

_WRITERS: Final[dict[str, Callable[[Analysis], bytes]]] = {
    "csv": to_csv,
    "xlsx": to_xlsx,
    "json": to_json,
    "parquet": to_parquet,
    "mztab": to_mztab,
}


def export(
    analysis: Analysis,
    path: str | PathLike[str],
    format: Format | None = None,
) -> Path:
    """Write an analysis to a file; one that is there is replaced.

    Parameters
    ----------
    analysis
    path
        Its folder must exist.
    format
        csv or parquet (the features), xlsx or json (everything), mztab (what a repository
        takes); by the file's ending where None.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ExportError
        If the format is unknown or the file cannot be written; then no part of it is left.
    """
    target = Path(path).expanduser()
    return write_whole(target, _writer(target, format)(analysis))


def content_of(analysis: Analysis, format: Format) -> bytes:
    """Return what `export` writes."""
    return _WRITERS[format](analysis)


def write_whole(target: Path, content: bytes) -> Path:
    """Write a file so that it is there whole or not at all.

    Raises
    ------
    ExportError
        If it cannot be written.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    except OSError as error:
        raise ExportError(
            f"{target} cannot be written: {error.strerror}. Name a file in a folder that exists "
            "and that you may write to."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return target


def _writer(target: Path, format: str | None) -> Callable[[Analysis], bytes]:
    wanted = (format or target.suffix.removeprefix(".")).lower()
    if wanted not in _WRITERS:
        raise ExportError(
            f"{wanted or 'No ending'!r} is no export format: name the file .csv, .xlsx, .json, "
            ".parquet or .mztab, or give format=."
        )
    return _WRITERS[wanted]
