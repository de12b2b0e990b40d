"""Workbooks: sheets and their rows."""

from __future__ import annotations

import io
import zipfile

from corpus.inputs import archive, workbook

import ganglioside as gg


def test_a_worksheet_that_states_a_wrong_size_is_read_whole() -> None:
    files = {}
    with zipfile.ZipFile(io.BytesIO(XLSX)) as book:
        for name in book.namelist():
            files[name] = book.read(name)
    sheet = "xl/worksheets/sheet1.xml"
    assert b'ref="A1:B2"' in files[sheet]
    files[sheet] = files[sheet].replace(b'ref="A1:B2"', b'ref="A1:A1"')
    assert gg.read_features(archive(files)).data.loc[0, "rt"] == 9.5


XLSX = workbook({"S": [["Name", "RT"], ["GD1(36:1;O2)", 9.5]]})
