"""Rows of worksheets however their XML is written: those that openpyxl reads."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from corpus.inputs import archive
from openpyxl import Workbook, load_workbook

from ganglioside.errors import ReadError
from ganglioside.reading import worksheets
from ganglioside.reading.frames import cell_text
from ganglioside.reading.records import Sheet
from ganglioside.reading.workbooks import workbook_sheets

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TEXTS = (
    '<Override PartName="/xl/sharedStrings.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)

ROWS = (
    '<row r="1" spans="1:3"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1" t="inlineStr"><is><t>RT</t>'
    '</is></c></row><row r="4"><c r="A4" t="s"><v>1</v></c><c r="B4"><v>9.50</v></c></row>'
)


def book(
    rows: str,
    change: Callable[[str], str] = str,
    encoding: str = "utf-8",
    name: str = "<si><t>Name</t></si>",
) -> bytes:
    """Return a workbook of these rows with shared texts "Name" and "GM1(36:1;O2)"."""
    made = Workbook()
    made.active["A1"].number_format = "yyyy-mm-dd"
    file = io.BytesIO()
    made.save(file)
    with zipfile.ZipFile(file) as before:
        files = {part: before.read(part) for part in before.namelist()}
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    files["xl/worksheets/sheet1.xml"] = change(sheet).encode(encoding)
    texts = f'<sst xmlns="{MAIN}">{name}<si><t>GM1(36:1;O2)</t></si></sst>'
    files["xl/sharedStrings.xml"] = texts.encode()
    types = files["[Content_Types].xml"].decode().replace("</Types>", f"{TEXTS}</Types>")
    return archive({**files, "[Content_Types].xml": types.encode()})


def read(content: bytes) -> Sheet | None:
    found = workbook_sheets(content, None, 100, 1e6)
    return found[0] if found else None


def by_openpyxl(content: bytes) -> list[tuple[int, list[str]]]:
    rows = load_workbook(io.BytesIO(content), data_only=True).active.iter_rows()
    texts = [["" if c.value is None else cell_text(c.value) for c in row] for row in rows]
    filled = [(n, row) for n, row in enumerate(texts, 1) if any(row)]
    return [(n, row[: max(i for i, text in enumerate(row, 1) if text)]) for n, row in filled]


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        ROWS.replace("><", ">\n  <"),
        ROWS.replace("><row", "><!-- a comment --><row"),
        ROWS.replace('<row r="4">', '<row r="2"/><row r="3" s="1"></row><row ht="15" r="4">'),
        ROWS.replace(' r="4"', "").replace(' r="A4"', "").replace(' r="B4"', ""),
        ROWS.replace("</row>", '<c r="C1" s="1"/><c r="D1" s="1"></c></row>'),
        ROWS.replace("<t>RT</t>", "<t>R &lt; T &amp; &#181;</t>"),
        ROWS.replace("<t>RT</t>", "<t><![CDATA[a <row> b]]></t>"),
        ROWS.replace("<t>RT</t>", '<t xml:space="preserve"> RT\r\n</t>'),
        ROWS.replace("<t>RT</t>", "<r><t>R</t></r><r><rPr><b/></rPr><t>T</t></r>"),
        ROWS.replace("<t>RT</t></is></c>", '<t></t></is></c><c r="C1"><v>7</v></c>'),
        ROWS.replace("<v>9.50</v>", "<f>57/6</f><v>9.5</v>"),
        ROWS.replace("<v>9.50</v>", '<f t="shared" si="0"/><v>9.5</v>'),
        ROWS.replace('r="B4"', 'r="B4" t="str"').replace("<v>9.50</v>", "<f>A4</f><v>9,5</v>"),
        ROWS.replace('r="B4"', 'r="B4" t="b"').replace("9.50", "1"),
        ROWS.replace('r="B4"', 'r="B4" t="e"').replace("9.50", "#N/A"),
        ROWS.replace('r="B4"', 'r="B4" s="1"').replace("9.50", "45000"),
        ROWS.replace('r="B4"', 't="n" cm="1" r="B4"'),
        ROWS.replace('r="B4"', "r='B4'"),
        ROWS.replace('r="B4"', 'r="XFD4"'),
    ],
)
def test_cells_are_those_that_openpyxl_reads(rows: str) -> None:
    content = book(rows)
    sheet = read(content)
    assert sheet is not None
    assert sheet.head == by_openpyxl(content)


@pytest.mark.parametrize(
    ("change", "encoding"),
    [
        (lambda xml: f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n{xml}', "utf-8"),
        (lambda xml: f'<?xml version="1.0"?>{xml}', "utf-8-sig"),
        (lambda xml: f'<?xml version="1.0" encoding="UTF-16"?>{xml}', "utf-16"),
        (
            lambda xml: (
                xml.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
            ),
            "utf-8",
        ),
        (lambda xml: xml.replace("<sheetData>", "<cols><col min='1' max='2'/></cols><sheetData>"),
         "utf-8"),
        (lambda xml: xml.replace("</worksheet>", "<extLst><row></row></extLst></worksheet>"),
         "utf-8"),
    ],
)  # fmt: skip
def test_a_sheet_is_read_however_its_xml_is_written(
    change: Callable[[str], str], encoding: str
) -> None:
    sheet = read(book(ROWS, change, encoding))
    assert sheet is not None
    assert sheet.head == [(1, ["Name", "RT"]), (4, ["GM1(36:1;O2)", "9.5"])]


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.partition("</sheetData>")[0],
        lambda xml: xml.replace("</v>", "</w>"),
        lambda xml: xml.replace("<v>0</v>", "<v>7</v>"),
        lambda xml: xml.replace("RT", "R\x01T"),
        lambda xml: xml.replace("<sheetData>", "<cols><sheetData>"),
        lambda xml: f'<?xml version="1.0" encoding="shift_jis"?>{xml}',
        lambda xml: xml.replace("<row", "<!-- <row", 1).replace("</row>", "</row> -->", 1),
    ],
)
def test_damaged_xml_is_refused_with_the_cure(change: Callable[[str], str]) -> None:
    with pytest.raises(ReadError, match="save it again"):
        read(book(ROWS, change))


def test_a_sheet_without_rows_is_left_out() -> None:
    assert (
        read(book("", lambda xml: xml.replace("<sheetData></sheetData>", "<sheetData/>"))) is None
    )
    assert read(book("")) is None


def test_rows_are_whole_wherever_the_text_is_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    content = book(ROWS)
    for size in (1, 7, 64):
        monkeypatch.setattr(worksheets, "_CHUNK", size)
        sheet = read(content)
        assert sheet is not None
        assert sheet.head == by_openpyxl(content)


def test_formulas_without_a_value_are_found() -> None:
    sheet = read(book(ROWS.replace("<v>9.50</v>", "<f>57/6</f><v></v>")))
    assert sheet is not None
    assert sheet.formulas == {(4, 1)}


def test_plain_rows_take_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    documents: list[str] = []
    monkeypatch.setattr(worksheets._Rows, "any", lambda self, text: documents.append(text) or [])
    content = book(ROWS)
    sheet = read(content)
    assert sheet is not None
    assert sheet.head == by_openpyxl(content)
    assert len(documents) == 1  # what stands behind the last row


@pytest.mark.parametrize(
    "name",
    [
        "<si><t>Name</t></si>",
        "<si><r><t>Na</t></r><r><rPr><b/></rPr><t>me</t></r></si>",
        "<si><t>Name</t><rPh sb='0' eb='1'><t>ne-mu</t></rPh></si>",
    ],
)
def test_shared_texts_are_read_with_and_without_formats(name: str) -> None:
    sheet = read(book(ROWS, name=name))
    assert sheet is not None
    assert sheet.head[0][1] == ["Name", "RT"]
