"""First rows of inputs that were read, and of those that were refused."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.errors import ValidationError
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.preview import preview_read, preview_refused
from ganglioside.reading.raw_table import Source


def refused(content: bytes, **options: bool) -> object:
    """Preview of a file that is refused."""
    with pytest.raises(ValidationError):
        gg.read_features(content, **options)  # type: ignore[arg-type]
    source = Source("x", lambda: content, ReadingOptions(**options))  # type: ignore[arg-type]
    return preview_refused(source, gg.Settings())


def test_rows_are_as_read_with_their_line() -> None:
    table = gg.read_features(b'title\n\nName;RT;x\n\'GM1(36:1);9,5;\nGM1(38:1);10,5;"a;b"\n')
    seen = preview_read(table.tables[0])
    assert seen.header_line == 3
    assert seen.rows == ((4, ("'GM1(36:1)", "9,5", "")), (5, ("GM1(38:1)", "10,5", "a;b")))
    assert seen.taken == {0: "Name", 1: "RT"}


def test_no_more_than_five_rows_are_kept() -> None:
    rows = b"".join(b"GM1(%d:1;O2),9.5\n" % n for n in range(30, 50))
    assert len(preview_read(gg.read_features(b"Name,RT\n" + rows).tables[0]).rows) == 5


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", [True, False])
def test_the_separator_of_a_file_without_a_header_is_found(separator: str, header: bool) -> None:
    mark = "." if separator == "," else ","
    lines = [separator.join((f"GM1({n}:1)", f"9{mark}{n}", "7")) for n in (34, 36)]
    seen = refused("\n".join(lines).encode(), header=header)
    first = ("GM1(34:1)", f"9{mark}34", "7")
    expected = first if header else ("column 1", "column 2", "column 3")
    assert seen.header.texts == expected  # type: ignore[attr-defined]
    assert seen.header_line == int(header)  # type: ignore[attr-defined]
    assert (seen.rows[0] == (1, first)) is not header  # type: ignore[attr-defined]


def test_a_refused_table_shows_what_was_recognised() -> None:
    seen = refused(b"note\nLipid,Area\nGM1(36:1),5\n")
    assert seen.taken == {0: "Name", 1: "Volume"}  # type: ignore[attr-defined]
    assert seen.rows == ((3, ("GM1(36:1)", "5")),)  # type: ignore[attr-defined]


def test_each_sample_has_its_columns() -> None:
    table = gg.read_features(b"Name,RT,Area S_1,Area S_2\nGM1(36:1),9.5,1,2\nGM1(38:1),10.5,3,4\n")
    seen = preview_read(table.tables[0])
    assert seen.taken[2] == "Volume of S_1"
    assert seen.of_each_sample == {"volume"}
