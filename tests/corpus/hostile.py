"""Files made to cost time or memory: `HOSTILE` builds each by its name.

Every one must be refused or read soon, whatever it claims of itself.
"""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
from effort import most
from pyarrow import parquet

import ganglioside as gg

HEAD: Final = "Name,RT,Volume\n"
ROW: Final = "GM1(36:1;O2),9.5,1000\n"

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_GOOD: Final = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>RT</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>GM1(36:1;O2)</t></is></c>'
    '<c r="B2"><v>9.5</v></c></row>'
)


# --- workbooks ---------------------------------------------------------------------------


def packed(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def sheet(rows: str, before: str = "", after: str = "") -> str:
    """Return a worksheet part."""
    return f'<worksheet xmlns="{_MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def book_parts(
    rows: str = _GOOD, before: str = "", after: str = "", sheets: int = 1
) -> dict[str, str | bytes]:
    """Return the parts of a workbook whose sheets share one part."""
    listed = "".join(f'<sheet name="S{i}" sheetId="{i + 1}" r:id="r1"/>' for i in range(sheets))
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>'
            "</Types>"
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}" count="1000000000"/>',
        "xl/worksheets/sheet1.xml": sheet(rows, before, after),
    }


def book(rows: str = _GOOD, before: str = "", after: str = "", sheets: int = 1) -> bytes:
    """Return a workbook."""
    return packed(book_parts(rows, before, after, sheets))


def book_with(**parts: str) -> bytes:
    """Return a good workbook with some parts replaced: the names of `_PARTS`."""
    replaced = {_PARTS[name]: content for name, content in parts.items()}
    return packed({**book_parts(), **replaced})


_PARTS: Final = {
    "styles": "xl/styles.xml",
    "strings": "xl/sharedStrings.xml",
    "workbook": "xl/workbook.xml",
    "core": "docProps/core.xml",
    "rels": "xl/_rels/workbook.xml.rels",
    "sheet": "xl/worksheets/sheet1.xml",
    "types": "[Content_Types].xml",
}


def stored_size(content: bytes, name: str, size: int) -> bytes:
    """Return an archive in which a member claims another unpacked size."""
    changed = bytearray(content)
    for mark, at, length in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        place = changed.find(mark)
        while place >= 0:
            if changed[place + length :].startswith(name.encode()):
                struct.pack_into("<I", changed, place + at, size)
            place = changed.find(mark, place + 4)
    return bytes(changed)


def encrypted(content: bytes) -> bytes:
    """Return an archive whose members claim to be encrypted."""
    changed = bytearray(content)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(mark)
        while place >= 0:
            changed[place + at] |= 1
            place = changed.find(mark, place + 4)
    return bytes(changed)


def _overlapping() -> bytes:
    """Return an archive whose thousand members are the same hundred megabytes."""
    one = packed({**book_parts(), "xl/big": bytes(100_000_000)})
    end = one.rfind(b"PK\x05\x06")
    start = one.rfind(b"PK\x01\x02", 0, end)
    entry, first = one[start:end], one.find(b"PK\x01\x02")
    directory = one[first:end] + entry * 1000
    count = 6 + 1000
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(directory), first, 0)
    return one[:first] + directory + tail


_FAR: Final = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
_DEEP: Final = "<a>" * 200_000 + "</a>" * 200_000
_LAUGHS: Final = (
    '<!DOCTYPE x [<!ENTITY a "<c/><c/><c/><c/><c/><c/><c/><c/><c/><c/>">'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
)

WORKBOOKS: Final[dict[str, Callable[[], bytes]]] = {
    "row number 1e18": lambda: book(_GOOD + '<row r="1000000000000000000"><c><v>1</v></c></row>'),
    "row number 1e400": lambda: book(_GOOD + f'<row r="{"9" * 400}"><c><v>1</v></c></row>'),
    "row number in floats": lambda: book(_GOOD + '<row r="1e300"><c><v>1</v></c></row>'),
    "row number infinite": lambda: book(_GOOD + '<row r="inf"><c><v>1</v></c></row>'),
    "row number 0": lambda: book('<row r="0"><c><v>1</v></c></row>' + _GOOD),
    "row number negative": lambda: book('<row r="-5"><c><v>1</v></c></row>' + _GOOD),
    "rows backward": lambda: book(_GOOD + '<row r="1"><c><v>1</v></c></row>'),
    "far cell": lambda: book(_GOOD + _FAR),
    "many far cells": lambda: book(
        _GOOD + "".join(f'<row r="{i}"><c r="XFD{i}"><v>1</v></c></row>' for i in range(3, 30_000))
    ),
    "cell ZZZZZZ1": lambda: book(_GOOD + '<row r="3"><c r="ZZZZZZ3"><v>1</v></c></row>'),
    "cell ZZZ3": lambda: book(_GOOD + '<row r="3"><c r="ZZZ3"><v>1</v></c></row>'),
    "cell A0": lambda: book(_GOOD + '<row r="3"><c r="A0"><v>1</v></c></row>'),
    "cell without a letter": lambda: book(_GOOD + '<row r="3"><c r="3"><v>1</v></c></row>'),
    "2e4 sheets": lambda: book(sheets=20_000),
    "3e6 empty rows": lambda: book(_GOOD + "<row/>" * 3_000_000),
    "4e6 empty cells": lambda: book(_GOOD + "<row>" + "<c/>" * 4_000_000 + "</row>"),
    "a row of 2e5 cells": lambda: book(_GOOD + "<row>" + "<c><v>1</v></c>" * 200_000 + "</row>"),
    "3e6 elements before the rows": lambda: book(before="<cols>" + "<col/>" * 3_000_000),
    "column spans": lambda: book(before='<cols><col min="1" max="1000000000"/></cols>'),
    "lying dimension": lambda: book(before='<dimension ref="A1:XFD1048576"/>'),
    "merged ranges": lambda: book(
        after="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 100_000 + "</mergeCells>"
    ),
    "a text of 50 MB": lambda: book(
        _GOOD + '<row><c t="inlineStr"><is><t>' + "x" * 50_000_000 + "</t></is></c></row>"
    ),
    "deep XML": lambda: book(before=_DEEP),
    "deep styles": lambda: book_with(styles=f'<styleSheet xmlns="{_MAIN}">{_DEEP}</styleSheet>'),
    "3e6 strings": lambda: book_with(strings=f'<sst xmlns="{_MAIN}">{"<si/>" * 3_000_000}</sst>'),
    "3e6 styles": lambda: book_with(
        styles=f'<styleSheet xmlns="{_MAIN}"><cellXfs>{"<xf/>" * 3_000_000}</cellXfs></styleSheet>'
    ),
    "4e5 styles": lambda: book_with(
        styles=f'<styleSheet xmlns="{_MAIN}"><cellXfs>{"<xf/>" * 400_000}</cellXfs></styleSheet>'
    ),
    "defined names": lambda: book_with(
        workbook=(
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" '
            f'r:id="r1"/></sheets><definedNames>'
            + "".join(
                f'<definedName name="n{i}">S!A1:XFD1048576</definedName>'
                for i in range(most(90_000))
            )
            + "</definedNames></workbook>"
        )
    ),
    "sheet outside": lambda: book_with(
        rels=(
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_OFFICE}/worksheet" Target="../../../../etc/passwd"/></Relationships>'
        )
    ),
    "entities": lambda: book_with(sheet=_LAUGHS + sheet(f"{_GOOD}<row>&b;</row>")),
    "entities in UTF-16": lambda: packed(
        {
            **book_parts(),
            "xl/worksheets/sheet1.xml": (_LAUGHS + sheet(f"{_GOOD}<row>&b;</row>")).encode(
                "utf-16"
            ),
        }
    ),
    "2e4 members": lambda: packed(
        {**book_parts(), **{f"{i}": b"" for i in range(20_000)}}, zipfile.ZIP_STORED
    ),
    "overlapping members": _overlapping,
    "a member that claims 4 GB": lambda: stored_size(book(), "xl/worksheets/sheet1.xml", 2**32 - 2),
    "a member that claims less": lambda: stored_size(
        book(_GOOD + "<row/>" * 1_000_000), "xl/worksheets/sheet1.xml", 500
    ),
    "packed by LZMA": lambda: packed(book_parts(), zipfile.ZIP_LZMA),
    "encrypted members": lambda: encrypted(book()),
    "gzip named xlsx": lambda: gzip.compress(bytes(50_000_000)),
    "bzip2 named xlsx": lambda: bz2.compress(bytes(5_000_000)),
}


# --- Parquet -----------------------------------------------------------------------------


def parquet_of(columns: Mapping[str, object], **options: object) -> bytes:
    """Return a Parquet file of Arrow arrays."""
    file = io.BytesIO()
    parquet.write_table(pa.table(dict(columns)), file, **options)
    return file.getvalue()


def repeated(text: str | bytes, n: int) -> pa.DictionaryArray:
    """Return one text n times, which a file holds once."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int32()), pa.array([text]))


def _floats(n: int) -> pa.Array:
    return pa.array([9.5] * n)


def _nested(depth: int) -> bytes:
    kind = pa.int32()
    for _ in range(depth):
        kind = pa.list_(kind)
    return parquet_of({"Name": ["GM1(36:1;O2)"], "RT": [9.5], "x": pa.array([None], kind)})


def with_notes(notes: bytes) -> bytes:
    """Return a small Parquet file with other notes for pandas."""
    file = io.BytesIO()
    table = pa.table({"Name": ["GM1(36:1;O2)"], "RT": [9.5]})
    parquet.write_table(table.replace_schema_metadata({b"pandas": notes}), file)
    return file.getvalue()


_INDEX: Final = b'{"index_columns": [%s], "columns": [], "column_indexes": [%s]}'

PARQUET: Final[dict[str, Callable[[], bytes]]] = {
    "a dictionary of 6 GB": lambda: parquet_of(
        {"Name": repeated("x" * 60_000, 100_000), "RT": _floats(100_000)}, store_schema=False
    ),
    "a dictionary of 6 GB of bytes": lambda: parquet_of(
        {
            "Name": ["GM1(36:1;O2)"] * 100_000,
            "RT": _floats(100_000),
            "x": repeated(b"x" * 60_000, 100_000),
        },
        store_schema=False,
    ),
    "a dictionary of fixed length": lambda: parquet_of(
        {
            "Name": ["GM1(36:1;O2)"] * 85_000,
            "RT": _floats(85_000),
            "x": pa.FixedSizeBinaryArray.from_buffers(
                pa.binary(6_000), 85_000, [None, pa.py_buffer(bytes(85_000 * 6_000))]
            ),
        }
    ),
    "texts by their beginnings": lambda: parquet_of(
        {"Name": pa.array(["x" * 5_000] * 20_000), "RT": _floats(20_000)},
        use_dictionary=False,
        column_encoding={"Name": "DELTA_BYTE_ARRAY", "RT": "PLAIN"},
    ),
    "600 MB of one number": lambda: parquet_of(
        {
            "Name": pa.nulls(2_000_000, pa.string()),
            **{f"x{i}": pa.nulls(2_000_000, pa.int64()) for i in range(35)},
            "RT": _floats(2_000_000),
        }
    ),
    "1e9 nulls in a list": lambda: parquet_of(
        {
            "Name": ["GM1(36:1;O2)"],
            "RT": [9.5],
            "x": pa.ListArray.from_arrays(
                pa.array([0, 30_000_000]), pa.nulls(30_000_000, pa.int32())
            ),
        }
    ),
    "20,000 columns": lambda: parquet_of(
        {"Name": ["GM1(36:1;O2)"], "RT": [9.5], **{f"c{i}": [1] for i in range(20_000)}}
    ),
    "lists 50 deep": lambda: _nested(50),
    "lists 300 deep": lambda: _nested(300),
    "a map": lambda: parquet_of(
        {"Name": ["a"], "RT": [9.5], "x": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int32()))}
    ),
    "many groups": lambda: parquet_of(
        {
            "Name": ["GM1(36:1;O2)"] * 3_200,
            "RT": _floats(3_200),
            **{f"c{i}": [1] * 3_200 for i in range(30)},
        },
        row_group_size=1,
    ),
    "decimals": lambda: parquet_of(
        {"Name": ["a"], "RT": [9.5], "x": pa.array([10**75], pa.decimal256(76, 0))}
    ),
    "times at their ends": lambda: parquet_of(
        {
            "Name": ["a", "b"],
            "RT": [9.5, 9.6],
            **{
                f"t{u}": pa.array([2**63 - 1, -(2**63) + 1], pa.timestamp(u))
                for u in ("ms", "us", "ns")
            },
        }
    ),
    "dates at their ends": lambda: parquet_of(
        {"Name": ["a", "b"], "RT": [9.5, 9.6], "d": pa.array([2**31 - 1, -(2**31)], pa.date32())}
    ),
    "an index without end": lambda: with_notes(
        _INDEX
        % (b'{"kind": "range", "name": "n", "start": 0, "stop": 1000000000000, "step": 1}', b"")
    ),
    "an index that is not there": lambda: with_notes(_INDEX % (b'"nothing"', b"")),
    "an index of a wrong type": lambda: with_notes(
        _INDEX % (b"5", b'{"name": [1], "pandas_type": {}}')
    ),
    "notes that are no JSON": lambda: with_notes(b"{" * 100_000),
    "notes that are deep JSON": lambda: with_notes(b"[" * 100_000 + b"]" * 100_000),
    "notes of 40 MB": lambda: with_notes(
        b'{"index_columns": [], "x": "' + b"x" * 40_000_000 + b'"}'
    ),
    "cut off": lambda: parquet_of({"Name": ["a"], "RT": [9.5]})[:-20],
}


# --- text and studies --------------------------------------------------------------------

TEXTS: Final[dict[str, Callable[[], bytes]]] = {
    "a quote that is not closed": lambda: (HEAD + ROW + '"' + "a\n" * 3_000_000).encode(),
    "millions of empty lines": lambda: (HEAD + "\n" * most(10_000_000) + ROW).encode(),
    "only empty lines": lambda: b"\n" * 40_000_000,
    "one line of 40 MB": lambda: b"x" * 40_000_000,
    "a row of 40 MB": lambda: (HEAD + ROW).encode() + b"x" * 40_000_000,
    "60 MB": lambda: b"x" * 60_000_000,
    "1e6 separators": lambda: b"," * 1_000_000 + b"\n" + ROW.encode(),
    "1e6 separators in a row": lambda: (HEAD + ROW).encode() * 10_000 + b"," * 1_000_000,
    "only quotes": lambda: HEAD.encode() + b'"' * most(20_000_000),
    "short rows below a wide header": lambda: (
        HEAD[:-1] + ",c" * 16_000 + "\n" + "a\n" * 200_000
    ).encode(),
    "short quoted rows below a wide header": lambda: (
        HEAD[:-1] + ",c" * 16_000 + "\n" + 'a"\n' * 200_000
    ).encode(),
    "thousands of columns": lambda: (
        HEAD[:-1] + ",c" * most(16_000) + "\n" + ROW[:-1] + ",1" * most(16_000) + "\n"
    ).encode(),
    "zeros": lambda: HEAD.encode() + bytes(20_000_000),
    "half a UTF-16 character": lambda: HEAD.encode("utf-16") + b"a",
    "two byte order marks": lambda: b"\xef\xbb\xbf" * 2 + (HEAD + ROW).encode(),
}


#: Texts of a million characters that are nearly a number, with a letter or sign behind it at last.
_NEARLY_NUMBERS: Final = {
    "digits": "1" * 950_000 + "x",
    "digits behind a point": "1." + "1" * 950_000 + "x",
    "digits behind a comma": "1," + "1" * 950_000 + "x",
    "tens and a raised digit": "10" * 450_000 + "⁹",
    "raised digits": "10" + "⁹" * 300_000 + "x",
    "a limit": "<" + "1" * 950_000 + "x",
    "an exponent": "1e" + "1" * 950_000 + "x",
    "thousands": "1" + ",000" * 230_000 + "x",
    "blanks": "1" + " " * 950_000 + "x",
}


def _cell(column: str, text: str) -> bytes:
    """A table with a long text as RT or area of its last row."""
    row = {"Name": "GM1(40:1;O2)", "RT": "9.9", "Volume": "1000"} | {column: f'"{text}"'}
    return (HEAD + ROW * 3 + ",".join(row.values()) + "\n").encode()


CELLS: Final[dict[str, Callable[[], bytes]]] = {
    f"{name} as {column}": partial(_cell, column, text)
    for name, text in _NEARLY_NUMBERS.items()
    for column in ("RT", "Volume")
}


def study_of(*members: bytes) -> bytes:
    """Return a study's archive of files, whatever they are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.comment = b"ganglioside study 1"
        for number, content in enumerate(members, 1):
            archive.writestr(f"{number:05d}/part", content)
    return file.getvalue()


def _levels(levels: int, width: int) -> bytes:
    content = (HEAD + ROW).encode()
    for _ in range(levels):
        content = study_of(*[content] * width)
    return content


STUDIES: Final[dict[str, Callable[[], bytes]]] = {
    "a study in a study": lambda: _levels(2, 1),
    "studies 3 deep, each of 8": lambda: _levels(3, 8),
    "studies 400 deep": lambda: _levels(400, 1),
    "an encrypted study": lambda: encrypted(_levels(1, 2)),
    "a study of 2e4 files": lambda: study_of(*[b""] * 20_000),
    "a study of 1 GB": lambda: study_of(*[b"\n" * 49_000_000] * 21),
    "a study of 8e6 rows": lambda: study_of(*[(HEAD + "a,1,1\n" * 300_000).encode()] * 8),
}

HOSTILE: Final[dict[str, dict[str, Callable[[], bytes]]]] = {
    "workbooks": WORKBOOKS,
    "parquet": PARQUET,
    "texts": TEXTS,
    "cells": CELLS,
    "studies": STUDIES,
}


def frame_with(names: list[object]) -> pd.DataFrame:
    """Return a good table whose index has levels of these names."""
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=names)
    return pd.DataFrame({"Name": ["GM1(36:1;O2)", "GM3(36:1;O2)"], "RT": [9.5, 9.9]}, index=index)


def outcome(content: bytes) -> str:
    """Return the outcome for a file: its rows, or the error with its message."""
    try:
        return f"{len(gg.read_features(content))} rows"
    except gg.errors.GangliosideError as error:
        return f"{type(error).__name__}: {error}"


def memory() -> float:
    """Return the resident memory of this process at its largest, MB; 0 where no system says it.

    The usage that `resource` reports includes that of the process it was started from.
    """
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM:"))
