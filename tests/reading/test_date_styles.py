"""Styles of a workbook that show a number as a date."""

from __future__ import annotations

import datetime
import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet

from ganglioside.errors import ReadError
from ganglioside.reading.date_styles import DateStyles, date_styles

FORMATS = ("General", "0.00", "yyyy-mm-dd", "[h]:mm", '"day" 0', "[Red]0;yyyy", "h:mm", "mm:ss.0")


def styled(formats: tuple[str, ...]) -> bytes:
    """Workbook with a cell in each format."""
    book = Workbook()
    for row, code in enumerate(formats, 1):
        book.active.cell(row, 1, 1.5).number_format = code
    book.active.cell(len(formats) + 1, 1, datetime.datetime(2026, 1, 2))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_styles(xml: str) -> zipfile.ZipFile:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/styles.xml", xml)
    return zipfile.ZipFile(stream)


def test_they_are_those_of_openpyxl() -> None:
    content = styled(FORMATS)
    reader = ExcelReader(io.BytesIO(content))
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    found = date_styles(reader.archive)
    assert found.dates == reader.wb._date_formats
    assert found.durations == reader.wb._timedelta_formats
    assert len(found.dates) == 5
    assert load_workbook(io.BytesIO(content)).active["A1"].value == 1.5


def test_a_workbook_without_styles_shows_none() -> None:
    stream = io.BytesIO()
    zipfile.ZipFile(stream, "w").close()
    assert date_styles(zipfile.ZipFile(stream)) == DateStyles()


@pytest.mark.parametrize("begins", ["[", "&quot;", "0"])
def test_a_format_made_to_take_for_ever_is_refused(begins: str) -> None:
    xml = (
        f'<styleSheet><numFmts><numFmt numFmtId="200" formatCode="{begins * 1_000_000}"/></numFmts>'
        '<cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>'
    )
    with pytest.raises(ReadError, match="number format of 1,000,000 characters"):
        date_styles(with_styles(xml))


def test_formats_that_no_cell_has_are_not_looked_at() -> None:
    xml = (
        f'<styleSheet><numFmts><numFmt numFmtId="200" formatCode="{"[" * 300}"/></numFmts>'
        '<cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    assert date_styles(with_styles(xml)) == DateStyles(dates={1})


def test_styles_in_other_places_do_not_count() -> None:
    xml = (
        '<styleSheet><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf/><a><xf numFmtId="14"/></a></cellXfs></styleSheet>'
    )
    assert date_styles(with_styles(xml)) == DateStyles()
