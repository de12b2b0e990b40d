"""The bytes of an input: every kind of source, and those that are refused."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from corpus.inputs import GOOD

import ganglioside as gg
from ganglioside.errors import ReadError


def test_every_kind_of_source_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(GOOD)
    expected = gg.read_features(path).data
    with path.open("rb") as binary, path.open() as text:
        sources = [str(path), GOOD.encode(), binary, text, io.StringIO(GOOD), pd.read_csv(path)]
        for source in sources:
            pd.testing.assert_frame_equal(gg.read_features(source).data, expected)
    read = gg.read_features(GOOD.encode(), name="liver.csv")
    assert gg.read_features(read) is read
    assert read.source.name == "liver.csv"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("no/such/file.csv", "cannot be opened"),
        ("Name,RT\nGD1(36:1;O2),9", "no path"),
        ("bad\0path", "cannot be opened"),
        (io.StringIO("Name,RT\n\ud800,1"), "cannot be read"),
        (7, "A int is no feature table"),
    ],
)
def test_sources_that_cannot_be_read(source: object, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        gg.read_features(source)  # type: ignore[arg-type]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be opened"):
        gg.read_features(tmp_path)
