"""SHA-256 of a result, independent of the library that reads or writes it."""

from __future__ import annotations

import hashlib
import json
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: Value by which a missing cell is hashed, besides the mark that it is missing.
_ABSENT: Final[dict[pa.DataType, object]] = {
    pa.int64(): 0,
    pa.float64(): 0.0,
    pa.bool_(): False,
    pa.string(): "",
}


def digest(parts: dict[str, str]) -> str:
    """SHA-256 of the fingerprints of all parts, hex."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def of_bytes(content: bytes | None) -> str:
    """SHA-256 of bytes, hex; the empty string for None."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def of_rows(rows: pa.Table) -> str:
    """SHA-256 of the rows of a table, hex.

    Each column, in order of the names, enters with its name, the mask of its missing values and
    the little-endian bytes of its values; text as UTF-8 after the lengths of the cells. A column
    without any value is left out, so that columns added later change nothing.
    """
    found = hashlib.sha256(f"{rows.num_rows} rows".encode())
    for name in sorted(rows.column_names):
        _add_column(found, name, rows.column(name))
    return found.hexdigest()


def _add_column(found: hashlib._Hash, name: str, column: pa.ChunkedArray) -> None:
    if column.null_count == len(column):
        return
    is_full = column.null_count == 0
    present = np.ones(len(column), np.bool_) if is_full else np.asarray(column.is_valid())
    kind = column.type
    found.update(f";{name}:{kind};".encode())
    found.update(np.packbits(present).tobytes())
    filled = column if is_full else column.fill_null(_ABSENT[kind])
    if pa.types.is_string(kind):
        lengths = pc.binary_length(filled).to_numpy(zero_copy_only=False)
        found.update(lengths.astype("<i4").tobytes())
        found.update("".join(filled.to_pylist()).encode())
        return
    values = filled.to_numpy(zero_copy_only=False)
    found.update(values.astype(values.dtype.newbyteorder("<")).tobytes())
