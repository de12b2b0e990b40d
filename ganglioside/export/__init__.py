"""Results as files: CSV, XLSX, JSON, Parquet and mzTab-M."""

from __future__ import annotations

from ganglioside.export.document import Document, read_json, to_json
from ganglioside.export.files import FORMATS, Format, content_of, export
from ganglioside.export.lists import LIST_FORMS, ListForm, export_library
from ganglioside.export.mztab import to_mztab
from ganglioside.export.spreadsheet_text import safe_text
from ganglioside.export.tables import to_csv, to_parquet
from ganglioside.export.workbook import to_xlsx

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
