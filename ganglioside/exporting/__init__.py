"""Results as files: CSV, XLSX, JSON, Parquet and mzTab-M."""

from __future__ import annotations

from ganglioside.exporting.document import Document, read_json, to_json
from ganglioside.exporting.files import FORMATS, Format, content_of, export
from ganglioside.exporting.lists import LIST_FORMS, ListForm, export_library
from ganglioside.exporting.mztab import to_mztab
from ganglioside.exporting.spreadsheet_text import safe_text
from ganglioside.exporting.tables import to_csv, to_parquet
from ganglioside.exporting.workbook import to_xlsx

__all__ = [
    "FORMATS",
    "LIST_FORMS",
    "Document",
    "Format",
    "ListForm",
    "content_of",
    "export",
    "export_library",
    "read_json",
    "safe_text",
    "to_csv",
    "to_json",
    "to_mztab",
    "to_parquet",
    "to_xlsx",
]
