"""Workbooks that tests build."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """Bytes of a workbook with these rows on each sheet."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
