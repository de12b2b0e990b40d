"""Feature tables read from files, open files, bytes and DataFrames."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pandas as pd

from ganglioside.errors import ReadError, SettingsError, ValidationError
from ganglioside.reading.archives import DAMAGE, open_archive
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.file_kinds import read_bytes, read_frame
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.raw_table import RawTable, Source
from ganglioside.reading.source import MEGABYTE, Frame, take
from ganglioside.reading.study import Part, archive, is_archive, join, join_sheets
from ganglioside.reading.validation import validate
from ganglioside.settings import Settings
from ganglioside.support.unique_names import unique

#: One input; a list of them is a study.
TableSource = (
    str
    | PathLike[str]
    | bytes
    | IO[bytes]
    | IO[str]
    | pd.DataFrame
    | Source
    | FeatureTable
    | list[Any]
)


#: One input of a study, with or without the name of its sample.
StudyPart = TableSource | tuple[str, TableSource]


def read_features(
    source: TableSource,
    settings: Settings | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    unit: str | None = None,
    header: bool = True,
    name: str | None = None,
) -> FeatureTable:
    r"""Read and check a feature table; all faults are in its `problems`.

    The kind of file (CSV, TSV, XLSX, Parquet), its encoding, separator, decimal mark and
    header are recognised by content. Every row of the input is kept; the column `fault` holds
    the reason why a row cannot be judged.

    Parameters
    ----------
    source
        A path, the bytes of a file, an open file, or a DataFrame. A `Source` is read again as
        before, a `FeatureTable` is returned unchanged. A list of such inputs is one study: see
        `read_study`.
    settings
        Limits: `max_megabytes`, `max_rows`.
    columns
        Header text of input columns that are not recognised: `{"Name": "my column"}`.
    sheet
        Name or 0-based number of a worksheet; by default all that hold features, each a sample.
    unit
        Unit of RT, `min` or `s`, where header and values do not show it.
    header
        Whether the table has a header; without one its columns are `column 1`, `column 2`, ...
    name
        Name of the source, if it has no file name.

    Returns
    -------
    FeatureTable
        RT in min, volume as peak area, NaN where missing.

    Raises
    ------
    ReadError
        If the input is no table, cannot be opened, or exceeds a limit.
    ValidationError
        If the table lacks what an analysis needs.
    SettingsError
        If `columns` names an input column that does not exist.

    Examples
    --------
    >>> table = read_features(b"Lipid,RT (s)\nGM1(36:1;O2),594\nGM3(36:1;O2),597\n")
    >>> table.data[["name", "rt"]].to_numpy().tolist()
    [['GM1(36:1;O2)', 9.9], ['GM3(36:1;O2)', 9.95]]
    >>> table.problems["code"].tolist()
    ['no-volume', 'no-log-p', 'no-anchor', 'rt-header-in-seconds']
    """
    options = ReadingOptions.of(columns, sheet, unit, header=header)
    return read_with(source, settings or Settings(), options, name)


def read_with(
    source: TableSource, settings: Settings, options: ReadingOptions, name: str | None = None
) -> FeatureTable:
    """Feature table of an input, read with options; see `read_features`.

    Those of a study hold for each of its files.

    Raises
    ------
    SettingsError
        If there are options for a table that was read before.
    """
    if isinstance(source, FeatureTable):
        if options != ReadingOptions():
            raise SettingsError(
                "This table was read before: give columns, sheet, unit and header to "
                "read_features, which reads it."
            )
        return source
    if isinstance(source, list):
        return read_study(source, settings, options, name=name)
    origin = take(source, settings, options, name)
    if isinstance(origin, Source) and is_archive(origin.content):
        return _read_archive(origin, settings)
    return _judge(origin, settings)


def _read_one(source: TableSource, settings: Settings, options: ReadingOptions) -> FeatureTable:
    """Feature table of one input of a study.

    Raises
    ------
    ReadError
        If the input is a study itself, which could contain studies without end.
    """
    if isinstance(source, list):
        raise _nested()
    if isinstance(source, FeatureTable):
        if is_archive(source.source.content):
            raise _nested()
        return source
    origin = take(source, settings, options, None)
    if isinstance(origin, Source) and is_archive(origin.content):
        raise _nested()
    return _judge(origin, settings)


def _nested() -> ReadError:
    return ReadError("This is a study itself: a study holds files only. Give its files instead.")


def _judge(origin: Source | Frame, settings: Settings) -> FeatureTable:
    """Feature table of one input in memory."""
    if isinstance(origin, Frame):
        return read_frame(origin, settings)
    first, *others = read_bytes(origin, settings)
    if not others:
        return validate(first, origin)
    return join_sheets([_validate_sheet(raw, origin) for raw in (first, *others)], origin)


def _validate_sheet(raw: RawTable, origin: Source) -> FeatureTable:
    """Feature table of one of several sheets; a refusal names it."""
    try:
        return validate(raw, origin)
    except ValidationError as error:
        message = f'Sheet "{raw.sheet}": {error}'
        raise ValidationError(message, error.problems, error.headers) from error


def read_study(
    parts: Sequence[StudyPart],
    settings: Settings | None = None,
    options: ReadingOptions | None = None,
    *,
    name: str | None = None,
) -> FeatureTable:
    r"""Read several inputs as one study.

    Parameters
    ----------
    parts
        Inputs of `read_features`, one for each sample, or pairs (name of the sample, input).
        Without a name, a sample has the name of its file. An input with a column Sample contains
        several samples, named `file: sample`.
    settings
        Limits: `max_megabytes` for each input, `max_rows` for all together.
    options
        How each file is read.
    name
        Name of the study.

    Returns
    -------
    FeatureTable
        The rows of all inputs in their order. A problem names its sample; its row is that of the
        sample's file. The source is one archive of all inputs, which `read_features` reads too.

    Raises
    ------
    ReadError, ValidationError
        If there is no input, or one is refused: the message names it.

    Examples
    --------
    >>> liver = b"Name,RT\nGM1(36:1;O2),9.9\n"
    >>> brain = b"Name,RT\nGM1(36:1;O2),9.8\n"
    >>> study = read_study([("liver", liver), ("brain", brain)])
    >>> study.data[["sample", "rt"]].to_numpy().tolist()
    [['liver', 9.9], ['brain', 9.8]]
    """
    settings = settings or Settings()
    if not parts:
        raise ReadError("A study needs at least one file: the list is empty.")
    options = options or ReadingOptions()
    read = _read_all(parts, settings, options)
    samples = unique([part.sample for part in read])
    named = [dataclasses.replace(p, sample=s) for p, s in zip(read, samples, strict=True)]
    label = name or f"study of {len(named)} files.zip"
    source = Source(label, lambda: archive(named), options)
    return join(named, source)


def _read_archive(source: Source, settings: Settings) -> FeatureTable:
    """Feature table of a study from its source.

    Raises
    ------
    ReadError
        If the archive is damaged or holds more than the limits allow.
    """
    parts: list[StudyPart] = [(s, file) for s, file in study_files(source, settings)]
    return dataclasses.replace(read_study(parts, settings, source.options), source=source)


def study_files(source: Source, settings: Settings) -> list[tuple[str, Source]]:
    """Name of the sample and file of each input of a study, in their order.

    Parameters
    ----------
    source
        Source of a study.
    settings
        Limits: `max_megabytes`.

    Raises
    ------
    ReadError
        If the archive is damaged or holds more than the limits allow.
    """
    opened = open_archive(source.content, source.name, settings.max_megabytes * MEGABYTE)
    try:
        return [
            (m.comment.decode(), _file(opened.read(m), m.filename, source.options))
            for m in opened.infolist()
        ]
    except DAMAGE as error:
        raise ReadError(f"{source.name} is damaged: {error}. Give its files anew.") from error


def _file(content: bytes, member: str, options: ReadingOptions) -> Source:
    """File with the content and the file name of an archive's member."""
    file = Source.from_bytes(PurePosixPath(member).name, content)
    return dataclasses.replace(file, options=options)


def _read_all(
    parts: Sequence[StudyPart], settings: Settings, options: ReadingOptions
) -> list[Part]:
    """All inputs of a study; refused once they have too many rows together."""
    read: list[Part] = []
    rows = 0
    for number, part in enumerate(parts, 1):
        read.append(_read(part, number, settings, options))
        rows += len(read[-1].table)
        if rows > settings.max_rows:
            raise ReadError(
                f"The first {number} of {len(parts)} files have {rows:,} rows, more than the limit "
                f"of {settings.max_rows:,} that max_rows sets. Raise it with "
                "Settings(max_rows=...)."
            )
    return read


def _read(part: StudyPart, number: int, settings: Settings, options: ReadingOptions) -> Part:
    """One input of a study, with the name of its sample; a refusal names it."""
    if isinstance(part, tuple):
        sample, source = part
    else:
        sample, source = _file_name(part), part
    label = sample or f"file {number}"
    try:
        table = _read_one(source, settings, options)
    except ValidationError as error:
        raise ValidationError(f"{label}: {error}", error.problems) from error
    except ReadError as error:
        raise ReadError(f"{label}: {error}") from error
    return Part(label if isinstance(part, tuple) else Path(label).stem or label, table)


def _file_name(source: TableSource) -> str:
    """File name of an input, empty if it has none."""
    if isinstance(source, FeatureTable):
        return source.source.name
    if isinstance(source, str | PathLike):
        return Path(source).name
    name = getattr(source, "name", None)
    return Path(name).name if isinstance(name, str) else ""
