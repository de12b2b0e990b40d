"""Parquet files as DataFrames."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from corpus.inputs import parquet

import ganglioside as gg


def test_a_parquet_file_whose_text_is_damaged_is_refused() -> None:
    content = io.BytesIO()
    pd.DataFrame({"Name": ["GD1(36:1;O2)"] * 3, "RT": [9.5, 9.6, 9.7]}).to_parquet(content)
    damaged = content.getvalue().replace(b"GD1(36", b"\x80D1(36")
    with pytest.raises(gg.errors.ReadError, match="damaged"):
        gg.read_features(damaged)


@pytest.mark.parametrize("wide", [False, True])
def test_repeated_texts_of_a_parquet_file_read_as_those_of_its_frame(wide: bool) -> None:
    names = ["GM1(36:1;O2)", None, "GM3(36:1;O2)"] * 1_000
    frame = pd.DataFrame({"Name": names, "RT": np.arange(3_000) / 100 + 1})
    if wide:  # which could hold so long texts that they are kept as a dictionary at first
        frame["note"] = [f"{'x' * 2_000}{i}" for i in range(1_000)] * 3
    settings = gg.Settings(max_megabytes=2.0)
    read, expected = (gg.read_features(source, settings) for source in (parquet(frame), frame))
    pd.testing.assert_frame_equal(read.data, expected.data)
    pd.testing.assert_frame_equal(read.carried, expected.carried)
