"""Footers of Parquet files: what the writer put there, and damage that would end the process."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet as pq

import ganglioside as gg
from ganglioside.reading.parquet_footer import read_footer


def parquet(**options: object) -> bytes:
    """Content of a file with a text and a number, which is missing here and there."""
    rt = np.where(np.arange(4_000) % 7, np.arange(4_000) / 400 + 1, np.nan)
    names = [f"GM3({30 + i % 20}:1;O2)" for i in range(4_000)]
    file = io.BytesIO()
    pd.DataFrame({"Name": names, "RT": rt}).to_parquet(file, **options)
    return file.getvalue()


@pytest.mark.parametrize("dictionary", [True, False])
def test_chunks_are_where_the_writer_put_them(dictionary: bool) -> None:
    content = parquet(row_group_size=1_500, use_dictionary=dictionary)
    about = pq.ParquetFile(io.BytesIO(content)).metadata
    groups = read_footer(content)
    assert [group.rows for group in groups] == [1_500, 1_500, 1_000]
    for number, group in enumerate(groups):
        for chunk in group.chunks:
            written = about.row_group(number).column(chunk.column)
            first = written.dictionary_page_offset or written.data_page_offset
            assert (chunk.start, chunk.size) == (first, written.total_compressed_size)


def test_a_footer_that_contradicts_itself_is_refused() -> None:
    """A column without missing values that has a histogram of them: pyarrow ends the process."""
    content = parquet()
    optional, required = b"%\x02\x18\x02RT", b"%\x00\x18\x02RT"
    assert content.count(optional) == 1
    with pytest.raises(gg.errors.ReadError, match="damaged"):
        gg.read_features(content.replace(optional, required))


def test_a_footer_of_many_megabytes_is_refused_before_it_is_read() -> None:
    content = parquet()
    swollen = content[:-8] + bytes(7_000_000) + (7_000_000).to_bytes(4, "little") + b"PAR1"
    with pytest.raises(gg.errors.ReadError, match="footer of 7 MB"):
        read_footer(swollen)


def test_a_footer_beyond_the_file_is_damaged() -> None:
    content = parquet()
    with pytest.raises(ValueError, match="within the file"):
        read_footer(content[:-8] + (10**6).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(ValueError, match="no end"):
        read_footer(content[:-1])
