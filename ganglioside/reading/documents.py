"""JSON documents that hold a table."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from ganglioside.errors import ReadError
from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Sheet
from ganglioside.reading.registry import formats

#: Names of the kind of a record, which jmzTab-m writes twice; it is no value of a table.
_KINDS: Final = frozenset({"elementType"})
#: Values by which a record is shown, and their longest text.
_SHOWN: Final = 3
_SHOWN_LENGTH: Final = 120


def document_sheet(text: str) -> tuple[Sheet, Format] | None:
    """The table of a JSON document and its tool; None for another text or an unknown document.

    Raises
    ------
    ReadError
        If a record names two values alike, or records are nested too deeply.
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
        If it names a value twice and the two differ: one of them would be lost.
    """
    record: dict[str, Any] = {}
    for key, value in pairs:
        if record.setdefault(key, value) != value and key not in _KINDS:
            _refuse_second(key, record[key], value, pairs)
    return record


def _refuse_second(key: str, first: Any, second: Any, pairs: list[tuple[str, Any]]) -> NoReturn:
    begins = ", ".join(f"{json.dumps(k)}: {_written(v)}" for k, v in pairs[:_SHOWN])
    raise ReadError(
        f"This JSON document names {key[:60]!r} twice in one record, as {_written(first)} and as "
        f"{_written(second)}, so one of the values would be lost. The record begins with "
        f"{{{begins}. Rename one of the two, or delete the wrong one."
    )


def _written(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"
