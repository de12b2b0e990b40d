"""Results as files: CSV, XLSX, JSON, Parquet, mzTab-M, and the user's own file.

Each name is loaded when it is first used: the command line asks for the formats alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ganglioside.support.lazy_names import lazy_names

if TYPE_CHECKING:
    from ganglioside.exporting.annotation import annotated as annotated
    from ganglioside.exporting.annotation import why_not_annotated as why_not_annotated
    from ganglioside.exporting.document import Document as Document
    from ganglioside.exporting.document import read_json as read_json
    from ganglioside.exporting.document import to_json as to_json
    from ganglioside.exporting.files import content_of as content_of
    from ganglioside.exporting.files import ending_of as ending_of
    from ganglioside.exporting.files import export as export
    from ganglioside.exporting.files import file_name as file_name
    from ganglioside.exporting.formats import FORMATS as FORMATS
    from ganglioside.exporting.formats import Format as Format
    from ganglioside.exporting.lists import LIST_FORMS as LIST_FORMS
    from ganglioside.exporting.lists import ListForm as ListForm
    from ganglioside.exporting.lists import export_library as export_library
    from ganglioside.exporting.mztab import to_mztab as to_mztab
    from ganglioside.exporting.species_list import to_species_csv as to_species_csv
    from ganglioside.exporting.species_list import to_species_xlsx as to_species_xlsx
    from ganglioside.exporting.spreadsheet_text import safe_text as safe_text
    from ganglioside.exporting.tables import to_csv as to_csv
    from ganglioside.exporting.tables import to_parquet as to_parquet
    from ganglioside.exporting.workbook import to_xlsx as to_xlsx

_HOMES: Final = {
    "Document": "document",
    "FORMATS": "formats",
    "Format": "formats",
    "LIST_FORMS": "lists",
    "ListForm": "lists",
    "annotated": "annotation",
    "content_of": "files",
    "ending_of": "files",
    "export": "files",
    "export_library": "lists",
    "file_name": "files",
    "read_json": "document",
    "safe_text": "spreadsheet_text",
    "to_csv": "tables",
    "to_json": "document",
    "to_mztab": "mztab",
    "to_parquet": "tables",
    "to_species_csv": "species_list",
    "to_species_xlsx": "species_list",
    "to_xlsx": "workbook",
    "why_not_annotated": "annotation",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
