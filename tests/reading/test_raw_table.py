"""Sources: what they keep, and how they are read again."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.errors import ValidationError
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.raw_table import Source
from ganglioside.reading.source import take
from ganglioside.settings import Settings


def test_the_source_of_a_frame_outlives_changes_to_it() -> None:
    frame = pd.DataFrame({"Name": ["a"]})
    source = Source.from_frame("x", frame)
    frame.loc[0, "Name"] = "b"
    assert source.content == b"Name\r\na\r\n"


def test_a_source_is_read_again_as_it_was() -> None:
    content = b"Label,Minutes,Name\nGM1(36:1;O2),9.5,peak 1\n"
    wanted = {"Name": "Label", "RT": "Minutes"}
    first = gg.read_features(content, columns=wanted, name="mine.csv")
    assert first.source.options.columns == tuple(wanted.items())
    again = gg.read_features(first.source)
    assert again.source == first.source
    pd.testing.assert_frame_equal(again.data, first.data)
    with pytest.raises(ValidationError):
        gg.read_features(first.source.content)


def test_a_source_comes_back_from_what_is_stored_of_it() -> None:
    options = ReadingOptions.of({"RT": "when"}, header=False)
    for source in (
        dataclasses.replace(Source.from_bytes("a.csv", b"x"), options=options),
        Source.from_frame("DataFrame", pd.DataFrame({"Name": ["a"]})),
    ):
        again = Source.stored(source.name, source.content, json.loads(json.dumps(source.reading)))
        assert (again, again.is_file) == (source, source.is_file)
        read_again = take(source, Settings(), ReadingOptions(), None)
        assert (read_again, read_again.is_file) == (source, source.is_file)  # type: ignore[union-attr]
    assert "frame" not in Source.from_bytes("a.csv", b"x").reading


def test_sources_are_equal_by_name_bytes_and_how_they_are_read() -> None:
    source = Source.from_bytes("a.csv", b"Name,RT")
    assert source == Source.from_bytes("a.csv", b"Name,RT")
    others = (
        Source.from_bytes("b.csv", b"Name,RT"),
        Source.from_bytes("a.csv", b"Name,rt"),
        dataclasses.replace(source, options=ReadingOptions(sheet=1)),
        dataclasses.replace(source, options=ReadingOptions(columns=(("RT", "rt"),))),
    )
    assert source not in others
    assert (source.size, source.sha256) == (7, hashlib.sha256(b"Name,RT").hexdigest())


def test_bytes_are_loaded_once() -> None:
    loaded: list[int] = []

    def load() -> bytes:
        loaded.append(1)
        return b"Name,RT"

    source = Source("a.csv", load)
    assert loaded == []
    assert source.content == source.content == b"Name,RT"
    assert loaded == [1]
