"""Kinds of files, known by their content."""

from __future__ import annotations

import dataclasses
from contextlib import suppress

import pytest
from corpus.outcomes import first_faults
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.errors import GangliosideError, ReadError, ValidationError
from ganglioside.reading.file_kinds import read_bytes
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"Name,RT\n"]))
@examples(100)
def test_random_bytes_raise_only_what_is_meant(content: bytes, start: bytes) -> None:
    with suppress(GangliosideError):
        first_faults(gg.read_features(start + content))


def test_a_tag_in_a_cell_makes_no_web_page() -> None:
    table = gg.read_features(b"Name,RT,Note\r\nGM3(36:1;O2),8.0,<TABLE 2>\r\n")
    assert table.carried["Note"].tolist() == ["<TABLE 2>"]


@pytest.mark.parametrize("name", ["1151.7056__7.54", "7.54/1151.7056", "1151.7056@7.54"])
def test_features_that_are_named_by_numbers_lack_annotation(name: str) -> None:
    """As tables for MetaboAnalyst name them, with the groups of samples below the header."""
    lines = ["Sample,S1,S2", "Label,A,B", *(f"{name},{i}00,9" for i in range(3))]
    with pytest.raises(ValidationError, match="This feature list has no lipid names") as caught:
        gg.read_features("\n".join(lines).encode())
    assert "There is no RT column" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b'<?xml version="1.0"?><a/>', "XML document"),
        (b'{"name": "GM1"}', "JSON document"),
        (b"GM1\nGM3\n", "no columns"),
        (b"\x89PNG\r\n\x1a\n", "This is"),
    ],
)
def test_what_is_no_table_is_named(content: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        read_bytes(Source.from_bytes("input", content), Settings())


def test_a_table_with_columns_is_not_said_to_have_none() -> None:
    """Whatever its first column is like to a column of names."""
    content = b"class,c cnt,c avg\nCer d18:1/16:0,1,2\nSM d34:1,3,4\n"
    with pytest.raises(ValidationError, match=r"no RT column.*'class', 'c cnt', 'c avg'"):
        gg.read_features(content)


def test_only_workbooks_have_sheets() -> None:
    content = b"Name,RT\nGM1(36:1),9\n"
    source = dataclasses.replace(
        Source.from_bytes("a.csv", content), options=ReadingOptions(sheet=0)
    )
    with pytest.raises(ReadError, match="Only workbooks"):
        read_bytes(source, Settings())


def test_lines_before_the_header_and_a_guessed_encoding_are_noted() -> None:
    content = "von Köln\nName,RT\nGM1(36:1),9\n".encode("cp1252")
    (table,) = read_bytes(Source.from_bytes("a.csv", content), Settings())
    assert [note.code for note in table.notes] == ["encoding-guessed", "lines-before-header"]
    assert (table.header_line, table.lines.tolist()) == (2, [3])
