"""Pages of Parquet files: their sizes, from their headers alone."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from corpus.hostile import PARQUET as PARQUET_FILES
from pyarrow import parquet as pq

from ganglioside.reading.parquet_pages import chunk_size


def test_a_page_that_lies_about_its_size_is_known_by_its_header() -> None:
    content = PARQUET_FILES["a dictionary of 6 GB"]()
    about = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(0)
    size = chunk_size(content, about.dictionary_page_offset, about.total_compressed_size, 10)
    assert size.dictionary > 60_000
    assert size.picked == 100_000
    for cut in range(about.dictionary_page_offset + 1, about.dictionary_page_offset + 12):
        with pytest.raises(ValueError, match=r"page|header"):
            chunk_size(content[:cut], about.dictionary_page_offset, cut - 4, 10)


def test_pages_are_counted_as_the_writer_made_them() -> None:
    frame = pd.DataFrame({"Name": [f"n{i}" for i in range(5_000)], "RT": np.arange(5_000.0)})
    for version, compression in (("1.0", "snappy"), ("2.0", "zstd"), ("2.0", "none")):
        file = io.BytesIO()
        frame.to_parquet(file, data_page_version=version, compression=compression)
        group = pq.ParquetFile(file).metadata.row_group(0)
        for chunk in map(group.column, range(2)):
            size = chunk_size(
                file.getvalue(), chunk.dictionary_page_offset, chunk.total_compressed_size, 100
            )
            assert size.picked == 5_000
            # The footer counts the headers of the pages too.
            assert 0 < chunk.total_uncompressed_size - size.unpacked < 100 * size.pages
