"""JSON documents that hold a table."""

from __future__ import annotations

import json
from typing import Any

from ganglioside.errors import ReadError
from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Sheet
from ganglioside.reading.registry import formats


def document_sheet(text: str) -> tuple[Sheet, Format] | None:
    """The table of a JSON document and its tool; None for another text or an unknown document.

    Raises
    ------
    ReadError
        If a record names a value twice, or records are nested too deeply.
    """
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(text, object_pairs_hook=_record)
    except json.JSONDecodeError:
        return None  # a text that only begins like one
    except RecursionError:
        raise ReadError(
            "This JSON document is nested too deeply to be a table. Export the table as CSV or "
            ".xlsx."
        ) from None
    for form in formats():
        sheet = form.document(document) if form.document is not None else None
        if sheet is not None:
            return sheet, form
    return None


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Record of a document.

    Raises
    ------
    ReadError
        If it names a value twice: one of them would be lost.
    """
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ReadError(
            f"This JSON document names {twice[:60]!r} twice in one record, so one of the values "
            "would be lost. Rename one of them."
        )
    return record
