"""Rows of a worksheet, and the texts of its workbook, from their XML.

openpyxl reads any cell. Rows of nothing but plain cells, which nearly all are, are read by a
pattern, in a tenth of the time. Libraries that read all of a sheet at once are no choice: two cells
in far corners make them ask for half a terabyte, which ends the process.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import IO, Any, Final, TypeAlias
from xml.etree.ElementTree import Element, fromstring, iterparse

from ganglioside.errors import ReadError
from ganglioside.reading.frames import cell_text
from ganglioside.reading.limits import CONTROL, most

#: 1-based column of a cell, and its text.
Cell: TypeAlias = tuple[int, str]

_CHUNK: Final = 1 << 20
#: The first element of a part, after its declaration.
_ROOT: Final = re.compile(r"<(?P<tag>[^\W\d][\w.:-]*+)[^<>]*>")
#: Where the rows begin; the slash ends a sheet without any.
_DATA: Final = re.compile(r"<(?P<prefix>(?:[^\W\d][\w.-]*:)?)sheetData *(?P<none>/?)>")
_DECLARED: Final = re.compile(rb"<\?xml[^>]* encoding=[\"']([\w-]+)")
#: Encodings that a part of a workbook may have.
_ENCODINGS: Final = ("utf-8", "utf8", "us-ascii", "utf-16")

_ROW: Final = re.compile(r'\s*<row r="(?P<number>[0-9]{1,9})"(?: [^<>]*[^<>/])?>')
#: A cell without a value, with one (of a formula or not), or with a text of one format.
_CELL: Final = re.compile(
    r'(<c r="([A-Z]{1,3})[0-9]+"((?: [a-z]+="\w*")*) ?'
    r"(?:/>|>(?:<f(?: [^<>]*)?(?:/>|>[^<]*</f>))?<v>([^<]+)</v></c>"
    r"|><is><t(?: [^<>]*)?>([^<]+)</t></is></c>|></c>)\s*)"
)
_ATTRIBUTE: Final = re.compile(r'([a-z]+)="(\w*)"')
#: Signs that stand for other ones in XML.
_REPLACED: Final = re.compile(r"[&\r]")


def stored_rows(
    book: Any, part: str, formulas: set[tuple[int, int]]
) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the number of each row that a sheet stores, and its cells with a value.

    Rows and cells between them are not filled in: a number in the file can claim any amount.

    Parameters
    ----------
    book : openpyxl.reader.excel.ExcelReader
        Reader that knows the formats of the workbook, and its texts.
    part
        Name of the sheet in the archive.
    formulas
        Row and 0-based column of formulas without a value are added to it.

    Raises
    ------
    ReadError
        If a row is larger than a worksheet can contain.
    ValueError
        If the XML is damaged; parts that no row needs are not looked at.
    """
    with book.archive.open(part) as stream:
        sheet = _Opened.of(_decoded(stream))
        if sheet is None:
            return
        reader = _Rows(book, formulas)
        for piece in sheet.pieces():
            plain = reader.plain(piece)
            yield from reader.any(sheet.whole(piece)) if plain is None else (plain,)


def shared_texts(book: Any) -> list[str]:
    """Texts of a workbook to which its cells refer by number."""
    from openpyxl.cell.text import Text
    from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

    part = book.package.find(SHARED_STRINGS)
    if part is None:
        return []
    item, plain = f"{{{SHEET_MAIN_NS}}}si", f"{{{SHEET_MAIN_NS}}}t"
    found = []
    with book.archive.open(part.PartName[1:]) as stream:
        for _, node in iterparse(stream):
            if node.tag != item:
                continue
            text = node[0].text if len(node) == 1 and node[0].tag == plain else None
            text = Text.from_tree(node).content if text is None else text
            found.append(text.replace("x005F_", ""))  # the mark of a text with such a mark
            node.clear()
    return found


def _decoded(stream: IO[bytes]) -> Iterator[str]:
    """Yield the text of a part.

    Raises
    ------
    ValueError
        If its encoding is none that a workbook may have, or it holds what no XML may.
    """
    chunk = stream.read(_CHUNK)
    declared = _DECLARED.match(chunk.removeprefix(codecs.BOM_UTF8))
    if declared and declared[1].decode().lower() not in _ENCODINGS:
        raise ValueError(f"The encoding {declared[1].decode()!r} is no one of a workbook")
    is_wide = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if is_wide else "utf-8-sig")()
    while chunk:
        text = decoder.decode(chunk)
        if CONTROL.search(text):
            raise ValueError("The sheet holds a control character")
        yield text
        chunk = stream.read(_CHUNK)
    yield decoder.decode(b"", final=True)


@dataclass(slots=True)
class _Opened:
    """A worksheet that was read as far as its first row.

    Attributes
    ----------
    root, tag : str
        Its first element, and the name of that.
    prefix : str
        What stands before the names of its elements: "x:" or nothing.
    rest : str
        What was read of its rows.
    chunks : iterator of str
        What follows.
    """

    root: str
    tag: str
    prefix: str
    rest: str
    chunks: Iterator[str]

    @classmethod
    def of(cls, chunks: Iterator[str]) -> _Opened | None:
        """Worksheet from its text; None if it has no rows."""
        text = ""
        for chunk in chunks:
            text += chunk
            data = _DATA.search(text)
            if data:
                break
            _check_row(text)
        else:
            return None
        root = _ROOT.search(text)
        if root is None:
            return None
        fromstring(f"{text[: data.start()]}</{root['tag']}>")  # raises if it is damaged
        if data["none"]:
            return None
        return cls(root.group(), root["tag"], data["prefix"], text[data.end() :], chunks)

    def pieces(self) -> Iterator[str]:
        """Yield each row, without its end, and what may stand before it and after the last one.

        Raises
        ------
        ReadError
            If a row is too large.
        ValueError
            If the sheet ends among its rows.
        """
        row_end, data_end = f"</{self.prefix}row>", f"</{self.prefix}sheetData>"
        while True:
            found, is_end, _ = self.rest.partition(data_end)
            *pieces, self.rest = found.split(row_end)
            for piece in pieces:
                yield f"{piece}{row_end}"
            if is_end:
                yield self.rest
                return
            _check_row(self.rest)
            self.rest += next(self.chunks, "") or _ended()

    def whole(self, piece: str) -> str:
        """XML document with the elements of a piece only."""
        return f"{self.root}{piece}</{self.tag}>"


def _check_row(text: str) -> None:
    """Refuse what is larger than a row can be."""
    if len(text) > most("row_bytes") or text.count("<") > most("row_marks"):
        raise ReadError(
            "The sheet has a row of more cells or longer texts than a worksheet can hold: the "
            "workbook is damaged. Save its table as CSV."
        )


def _ended() -> str:
    raise ValueError("The sheet ends among its rows")


class _Rows:
    """Reader of the rows of a worksheet.

    Attributes
    ----------
    texts : sequence of str
        Texts that cells refer to by number.
    formulas : set of (int, int)
        Row and 0-based column of formulas without a value.
    parser : openpyxl.worksheet._reader.WorkSheetParser
        Reads any cell.
    dates : frozenset of str
        Numbers of styles that show a number as a date.
    kinds : dict of str to str
        Results of `_kind` by the attributes of a cell.
    """

    def __init__(self, book: Any, formulas: set[tuple[int, int]]) -> None:
        from openpyxl.worksheet._reader import WorkSheetParser

        self.texts: Sequence[str] = book.shared_strings
        self.formulas = formulas
        self.dates = frozenset(map(str, book.wb._date_formats))
        self.kinds: dict[str, str] = {}
        self.parser = WorkSheetParser(
            None,
            self.texts,
            data_only=True,
            epoch=book.wb.epoch,
            date_formats=book.wb._date_formats,
            timedelta_formats=book.wb._timedelta_formats,
        )

    def plain(self, piece: str) -> tuple[int, list[Cell]] | None:
        """Number and cells of one row of plain cells; None if a piece is anything else."""
        row = _ROW.match(piece)
        if row is None or _REPLACED.search(piece):
            return None
        found = _CELL.findall(piece, row.end())
        if row.end() + sum(len(cell[0]) for cell in found) + len("</row>") != len(piece):
            return None
        cells: list[Cell] = []
        for _, letters, attributes, value, text in found:
            kind = self.kinds.get(attributes) or self._kind(attributes)
            if value and kind == "n":
                cells.append((column_number(letters), _number_text(value)))
            elif value and kind == "s":
                cells.append((column_number(letters), self.texts[int(value)]))
            elif text and kind == "inlineStr":
                cells.append((column_number(letters), text))
            elif value and kind == "str":
                cells.append((column_number(letters), value))
            elif value or text:
                return None
        self.parser.row_counter = int(row["number"])
        return self.parser.row_counter, cells

    def _kind(self, attributes: str) -> str:
        """Type of a cell by its attributes: `date` for a number that is shown as one."""
        given: dict[str, str] = dict(_ATTRIBUTE.findall(attributes))
        kind = given.get("t", "n")
        if kind == "n" and given.get("s", "0") in self.dates:
            kind = "date"
        self.kinds[attributes] = kind
        return kind

    def any(self, document: str) -> Iterator[tuple[int, list[Cell]]]:
        """Yield number and cells of the rows in a document."""
        from openpyxl.worksheet._reader import FORMULA_TAG, ROW_TAG

        for element in fromstring(document):
            if element.tag != ROW_TAG:
                continue
            number, _ = self.parser.parse_row(Element(ROW_TAG, element.attrib))
            cells: list[Cell] = []
            for cell in element:
                parsed = self.parser.parse_cell(cell)
                if parsed["value"] is not None:
                    cells.append((parsed["column"], cell_text(parsed["value"])))
                elif cell.find(FORMULA_TAG) is not None:
                    self.formulas.add((number, parsed["column"] - 1))
            yield number, cells


@cache
def column_number(letters: str) -> int:
    """1-based number of a column of a worksheet.

    >>> column_number("A"), column_number("AB"), column_number("XFD")
    (1, 28, 16384)
    """
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _number_text(text: str) -> str:
    """Text of a number as a workbook stores it: a whole one if it shows no mark.

    >>> _number_text("12"), _number_text("007"), _number_text("1.50"), _number_text("1E3")
    ('12', '7', '1.5', '1000.0')
    """
    if text.isascii() and text.isdigit():
        return text if text[0] != "0" else str(int(text))
    return repr(float(text)) if "." in text or "e" in text.lower() else str(int(text))
