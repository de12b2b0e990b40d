"""Parquet files as DataFrames; their unpacked size is checked before they are read."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ganglioside.errors import ReadError
from ganglioside.reading.archives import first_line
from ganglioside.reading.limits import check_columns, check_rows, most
from ganglioside.reading.parquet_footer import RowGroup, read_footer
from ganglioside.reading.parquet_pages import ChunkSize, chunk_size

RowGroups: TypeAlias = tuple[RowGroup, ...]

_NUMBER: Final = 8  # bytes of a number or a time


def read_parquet(content: bytes, max_rows: int, max_bytes: float) -> pd.DataFrame:
    """DataFrame of a Parquet file.

    Raises
    ------
    ReadError
        If the file is damaged or too large, or a column holds lists or structures.
    """
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        groups = read_footer(content)
        check_rows(_rows(file.metadata, groups), max_rows)
        check_columns(file.metadata.num_columns)
        _check_kinds(file.schema_arrow)
        limit = most("decoded") * max_bytes
        repeated = _repeated_texts(content, file.metadata, groups, limit)
        if repeated:
            file = parquet.ParquetFile(io.BytesIO(content), read_dictionary=repeated)
        table = _spelled_out(file.read(), repeated, max_bytes)
        table.validate(full=True)  # else text that is no Unicode is found only when it is used
        frame: pd.DataFrame = table.to_pandas()
    except ReadError:
        raise
    except Exception as error:  # pandas lets through whatever its damaged notes in a file raise
        raise ReadError(
            f"The Parquet file cannot be read: {first_line(error)} It may be cut off or damaged: "
            "write it again."
        ) from error
    return frame


def _rows(about: Any, groups: RowGroups) -> int:
    """Row count: the larger of the total in the footer and the sum of its row groups."""
    return max(int(about.num_rows), sum(group.rows for group in groups))


def _check_kinds(schema: pa.Schema) -> None:
    """Refuse columns of lists or structures, of which a few bytes can hold any number of values."""
    for field in schema:
        kind = field.type
        if isinstance(kind, pa.BaseExtensionType):
            kind = kind.storage_type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if pa.types.is_nested(kind):
            raise ReadError(
                f"The column {field.name!r} of the Parquet file holds {field.type}, not single "
                "values. Leave it out, or write it as text."
            )


def _repeated_texts(content: bytes, about: Any, groups: RowGroups, limit: float) -> list[str]:
    """Columns of text that must stay dictionaries until their size is known.

    The list is empty if even the longest texts that they could hold are within the limit.
    """
    rows = _rows(about, groups)
    cells = about.num_columns * rows
    _check_decoded(_NUMBER * cells, limit)
    longest: Counter[int] = Counter()  # bytes of each column at most, by its position
    unpacked = 0
    for column, size in _chunks(content, groups):
        longest[column] += size.decoded
        unpacked += size.unpacked
        _check_decoded(unpacked, limit)
    columns = [about.schema.column(i) for i in range(about.num_columns)]
    fixed = sum(max(c.length, 0) for c in columns) * rows
    _check_decoded(fixed, limit)
    if sum(longest.values()) <= limit:
        return []
    texts = [i for i, c in enumerate(columns) if c.physical_type == "BYTE_ARRAY"]
    return [columns[i].path for i in texts if longest[i]]


def _chunks(content: bytes, groups: RowGroups) -> Iterator[tuple[int, ChunkSize]]:
    """Yield the position of the column and the size of each chunk."""
    left = most("pages")
    chunks = [chunk for group in groups for chunk in group.chunks]
    if len(chunks) > left:
        raise ReadError(
            f"The Parquet file has {len(groups):,} groups of rows, each of "
            f"{len(groups[0].chunks):,} columns: write it again with larger groups."
        )
    for chunk in chunks:
        size = chunk_size(content, chunk.start, chunk.size, left)
        left -= size.pages
        yield chunk.column, size


def _spelled_out(table: pa.Table, repeated: list[str], max_bytes: float) -> pa.Table:
    """Table with its dictionaries of texts written out, if their size is within the limit."""
    wanted = set(repeated)
    positions = [i for i, title in enumerate(table.column_names) if title in wanted]
    sizes = [_text_size(chunk) for i in positions for chunk in table.column(i).chunks]
    _check_decoded(table.nbytes + sum(sizes), most("decoded") * max_bytes)
    for i in positions:
        column = table.column(i)
        plain = column.type.value_type
        table = table.set_column(i, table.field(i).with_type(plain), column.cast(plain))
    return table


def _text_size(texts: pa.DictionaryArray) -> int:
    """Bytes of all texts of a dictionary array, written out."""
    lengths = pc.binary_length(texts.dictionary).take(texts.indices)
    return int(pc.sum(lengths).as_py() or 0)


def _check_decoded(size: float, limit: float) -> None:
    """Refuse a file that unpacks to more bytes than the limit."""
    if size > limit:
        raise ReadError(
            f"The Parquet file unpacks to {size / 1e6:,.0f} MB, more than {most('decoded')} times "
            "the limit that max_megabytes sets. If you trust it, raise the limit with "
            "Settings(max_megabytes=...), or leave out columns that the analysis does not need."
        )
