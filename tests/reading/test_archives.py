"""Zip archives are judged by their directory, before anything of them is unpacked."""

from __future__ import annotations

import io
import zipfile

import pytest
from corpus.hostile import encrypted
from corpus.inputs import archive

from ganglioside.errors import ReadError
from ganglioside.reading.archives import check_markup, first_line, open_archive
from ganglioside.reading.limits import most

LIMIT = 50e6


def packed(content: bytes, method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as target:
        target.writestr("part.xml", content)
    return file.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_usual_archive_is_opened(method: int) -> None:
    opened = open_archive(packed(b"<a/>", method), "The workbook", LIMIT)
    assert opened.read("part.xml") == b"<a/>"
    check_markup(opened, 100)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 and no more", "cut off or damaged"),
        (packed(b"<a/>", zipfile.ZIP_LZMA), "packed in an unusual way"),
        (encrypted(archive({"part.xml": b"<a/>"})), "protected by a password"),
        (b"PK\x01\x02" * (most("members") + 1), "more than"),
    ],
    ids=["damaged", "unusual method", "encrypted", "too many members"],
)
def test_a_refusal_names_the_archive_and_the_reason(content: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        open_archive(content, "The workbook", LIMIT)
    assert str(caught.value).startswith("The workbook")


def test_an_archive_that_unpacks_to_far_too_much_is_refused() -> None:
    content = packed(bytes(2_000_000), zipfile.ZIP_DEFLATED)
    open_archive(content, "The workbook", LIMIT)
    with pytest.raises(ReadError, match="max_megabytes"):
        open_archive(content, "The workbook", 2_000_000 / most("unpacked") - 1)


def test_an_archive_that_unpacks_to_many_times_its_size_is_refused() -> None:
    size = most("unpacked_anyway")
    content = packed(bytes(size + 1), zipfile.ZIP_DEFLATED)
    assert size > most("unpacked_ratio") * len(content)
    with pytest.raises(ReadError, match="times its size"):
        open_archive(content, "The workbook", size)


@pytest.mark.parametrize("code", ["ascii", "utf-16-le", "utf-16-be"])
def test_a_document_type_is_found_in_every_encoding(code: str) -> None:
    text = "<?xml?>" + " " * (1 << 20) + "<!DOCTYPE a>"
    opened = open_archive(packed(text.encode(code), zipfile.ZIP_STORED), "The workbook", LIMIT)
    with pytest.raises(ReadError, match="document type"):
        check_markup(opened, 1 << 20)


def test_elements_are_counted_over_all_parts() -> None:
    half = b"<a>" * (most("marks") // 2 + 1)
    opened = open_archive(archive({"1.xml": half}), "The workbook", LIMIT)
    check_markup(opened, 0)
    opened = open_archive(archive({"1.xml": half, "2.xml": half}), "The workbook", LIMIT)
    with pytest.raises(ReadError, match=r"2\.xml"):
        check_markup(opened, 0)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("bad\nand more"), "bad."),
        (ValueError("bad."), "bad."),
        (ValueError(), "ValueError."),
    ],
)
def test_the_first_line_of_a_foreign_message_is_a_sentence(error: Exception, line: str) -> None:
    assert first_line(error) == line
