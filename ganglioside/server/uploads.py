"""Uploads: files that callers send, with what they say about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_origin

from fastapi import Depends, File, Form, Request, UploadFile

from ganglioside.errors import SettingsError
from ganglioside.history.sharing import Shared
from ganglioside.jobs.sent_batches import LONGEST_NAME, plain_name
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.raw_table import Source
from ganglioside.server import patterns
from ganglioside.server.callers import Writer
from ganglioside.server.problems import Problem
from ganglioside.settings import Settings

Mode = Literal["now", "job"]


Upload = Annotated[
    UploadFile, File(description="The table: CSV, TSV, XLSX, mzTab-M or an export of another tool.")
]
Title = Annotated[
    str,
    Form(
        max_length=LONGEST_NAME,
        pattern=patterns.PRINTED,
        description="Name of the session; the file's where empty.",
        examples=["mouse brain"],
    ),
]
ModeField = Annotated[
    Mode,
    Form(
        description="`now`: the answer comes when it is done; `job`: at once, with 202.",
        examples=["now"],
    ),
]
SettingsField = Annotated[
    str,
    Form(
        description="Settings as a JSON object; those left out have their defaults.",
        examples=['{"rt_tolerance": 0.05, "sample_type": "mouse"}'],
    ),
]
ColumnsField = Annotated[
    str,
    Form(
        description="Headers of columns as a JSON object, where they are not recognised.",
        examples=['{"Name": "Lipid species"}'],
    ),
]
SheetField = Annotated[
    str,
    Form(description="Worksheet to read; all with features where empty.", examples=["Features"]),
]
UnitField = Annotated[
    Literal["", "min", "s"],
    Form(description="Unit of RT, where the file does not show it.", examples=["min"]),
]
SharedField = Annotated[
    Shared | None,
    Form(
        description="Who sees the session: its author (`own`), a group, or everybody.",
        examples=["everybody"],
    ),
]
GroupField = Annotated[
    str,
    Form(
        max_length=LONGEST_NAME,
        description="The group, where you belong to several.",
        examples=[""],
    ),
]
HeaderField = Annotated[bool, Form(description="Whether the table has a header.", examples=[True])]


async def judge_form(request: Request, _: Writer) -> None:
    """Refuse a form that is none, or whose fields are unknown, come twice or are no files.

    Raises
    ------
    Problem
        With the place and the cure.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise _misfit("", "Send a form (multipart/form-data), as `curl -F file=@features.csv` does")
    known = {field.alias: field.field_info.annotation
             for field in request.scope["route"].dependant.body_params}  # fmt: skip
    seen: set[str] = set()
    for name, value in (await request.form()).multi_items():
        if name not in known:
            raise _misfit(name, f"There is no such field: the fields are {', '.join(known)}")
        is_list = get_origin(known[name]) is list
        if name in seen and not is_list:
            raise _misfit(name, "This field is there twice, and one was meant")
        if isinstance(value, str) and (is_list or known[name] is UploadFile):
            raise _misfit(
                name, f"Send a file with its name, as `curl -F {name}=@features.csv` does"
            )
        seen.add(name)


def _misfit(name: str, message: str) -> Problem:
    """Refusal of a form because of one of its fields, or of the whole where empty."""
    place = f"body.{name}"[:LONGEST_NAME].rstrip(".")
    faults = [{"place": place, "message": message}]
    return Problem(422, "bad-request", f"{place}: {message}.", None, faults)


#: Dependency of the addresses that take a form.
FORM: Final = Depends(judge_form)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller says about a table."""

    settings: Settings
    options: ReadingOptions


def wanted(settings: str, columns: str, sheet: str, unit: str, header: bool) -> Wanted:
    """Settings and options of reading from the fields of a form."""
    headers = _object(columns, "columns")
    if not all(isinstance(value, str) for value in headers.values()):
        raise SettingsError("columns: give a header as text for each column.")
    options = ReadingOptions.of(headers, sheet or None, unit or None, header=header)
    return Wanted(Settings.from_dict(_object(settings, "settings")), options)


def _object(text: str, name: str) -> dict[str, Any]:
    """JSON object in a field of a form; an empty one where the field is empty."""
    try:
        found = json.loads(text or "{}")
        json.dumps(found, ensure_ascii=False).encode()  # half a character is no text
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{name} is no JSON ({error}): write {{...}}.") from error
    if not isinstance(found, dict):
        raise SettingsError(f"{name} is no JSON object: write {{...}}.")
    return found


def file_name(upload: UploadFile) -> str:
    """Name of an uploaded file, without folders and without signs that are not printed.

    Raises
    ------
    Problem
        If nothing is left of it.
    """
    shown = plain_name(upload.filename or "")
    if not shown:
        raise Problem(422, "no-file-name", "The file has no name: send one, with its ending.")
    return shown


def source_of(upload: UploadFile, options: ReadingOptions) -> Source:
    """Input from an uploaded file."""
    return Source.stored(file_name(upload), upload.file.read(), options.to_dict())
