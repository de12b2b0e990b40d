"""Sources: what they keep, and how they are read again."""

from __future__ import annotations

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.errors import ValidationError
from ganglioside.reading.raw_table import Source


def test_the_source_of_a_frame_outlives_changes_to_it() -> None:
    frame = pd.DataFrame({"Name": ["a"]})
    source = Source.from_frame("x", frame)
    frame.loc[0, "Name"] = "b"
    assert source.content == b"Name\r\na\r\n"


def test_a_source_is_read_again_as_it_was() -> None:
    content = b"Label,Minutes,Name\nGM1(36:1;O2),9.5,peak 1\n"
    wanted = {"Name": "Label", "RT": "Minutes"}
    first = gg.read_features(content, columns=wanted, name="mine.csv")
    assert first.source.columns == tuple(wanted.items())
    again = gg.read_features(first.source)
    assert again.source == first.source
    pd.testing.assert_frame_equal(again.data, first.data)
    with pytest.raises(ValidationError):
        gg.read_features(first.source.content)
