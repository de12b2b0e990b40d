"""Many files as one study: each file a sample, or several."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
import pandas as pd

from ganglioside import reading
from ganglioside.archives import DAMAGE, open_archive
from ganglioside.columns import FEATURE_TABLE, PROBLEMS
from ganglioside.errors import ReadError, ValidationError
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.settings import Settings
from ganglioside.tables import FeatureTable, Source

StudyPart = reading.TableSource | tuple[str, reading.TableSource]

#: The comment by which an archive is known as a study.
_MARK: Final = b"ganglioside study 1"
_WHEN: Final = (1980, 1, 1, 0, 0, 0)  # the same files give the same bytes
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, eq=False)
class _Part:
    """One input of a study and the sample that it is."""

    sample: str
    table: FeatureTable


def read_study(
    parts: Sequence[StudyPart], settings: Settings | None = None, *, name: str | None = None
) -> FeatureTable:
    """Read several inputs as one study.

    Parameters
    ----------
    parts
        What `read_features` reads, one for each sample, or pairs (name of the sample, input).
        Without a name, a sample is called as its file. An input with a column Sample holds
        several: they are called `file: sample`.
    settings
        Limits: `max_megabytes` for each input, `max_rows` for all together.
    name
        What to call the study.

    Returns
    -------
    FeatureTable
        The rows of all inputs in their order. A problem names its sample; its row is that of the
        sample's file. The source is one archive of all inputs, which `read_features` reads too.

    Raises
    ------
    ReadError, ValidationError
        If there is no input, or one is refused: the message names it.
    """
    settings = settings or Settings()
    if not parts:
        raise ReadError("A study needs at least one file: the list is empty.")
    read = _read_all(parts, settings)
    samples = _unique([part.sample for part in read])
    read = [dataclasses.replace(p, sample=s) for p, s in zip(read, samples, strict=True)]
    return _join(read, Source(name or f"study of {len(read)} files.zip", lambda: _archive(read)))


def is_archive(content: bytes) -> bool:
    """Return whether these are the bytes of a study's source."""
    return content.endswith(_MARK) and content.startswith(b"PK\x03\x04")


def read_archive(source: Source, settings: Settings) -> FeatureTable:
    """Read the source of a study again.

    Raises
    ------
    ReadError
        If the archive is damaged or holds more than the limits allow.
    """
    archive = open_archive(source.content, source.name, settings.max_megabytes * _MEGABYTE)
    try:
        parts = [
            (m.comment.decode(), _file(archive.read(m), m.filename)) for m in archive.infolist()
        ]
    except DAMAGE as error:
        raise ReadError(f"{source.name} is damaged: {error}. Give its files anew.") from error
    return dataclasses.replace(read_study(parts, settings), source=source)


def _file(content: bytes, member: str) -> io.BytesIO:
    """Return a member as an open file of the name that it had."""
    file = io.BytesIO(content)
    file.name = PurePosixPath(member).name
    return file


def _archive(parts: Sequence[_Part]) -> bytes:
    """Return the inputs as one archive; each member's comment is its sample."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = _MARK
        for number, part in enumerate(parts, 1):
            member = zipfile.ZipInfo(f"{number:05d}/{part.table.source.name}", _WHEN)
            member.comment = part.sample.encode()
            archive.writestr(member, part.table.source.content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _read_all(parts: Sequence[StudyPart], settings: Settings) -> list[_Part]:
    """Return all inputs as read, up to the one with which they have too many rows."""
    read: list[_Part] = []
    rows = 0
    for number, part in enumerate(parts, 1):
        read.append(_read(part, number, settings))
        rows += len(read[-1].table)
        if rows > settings.max_rows:
            raise ReadError(
                f"The first {number} of {len(parts)} files have {rows:,} rows, more than the limit "
                f"of {settings.max_rows:,} that max_rows sets. Raise it with "
                "Settings(max_rows=...)."
            )
    return read


def _read(part: StudyPart, number: int, settings: Settings) -> _Part:
    """Read one input; a refusal names it."""
    sample, source = part if isinstance(part, tuple) else (_file_name(part), part)
    label = sample or f"file {number}"
    try:
        table = reading.read_single(source, settings)
    except ValidationError as error:
        raise ValidationError(f"{label}: {error}", error.problems) from error
    except ReadError as error:
        raise ReadError(f"{label}: {error}") from error
    return _Part(label if isinstance(part, tuple) else Path(label).stem or label, table)


def _file_name(source: reading.TableSource) -> str:
    if isinstance(source, FeatureTable):
        return source.source.name
    if isinstance(source, str | PathLike):
        return Path(source).name
    name = getattr(source, "name", None)
    return Path(name).name if isinstance(name, str) else ""


def _unique(names: Sequence[str]) -> list[str]:
    """Return the names, those that come again numbered: `liver`, `liver (2)`."""
    result: dict[str, None] = {}
    for name in names:
        numbered = (f"{name} ({number})" for number in count(2))
        result[next(free for free in chain([name], numbered) if free not in result)] = None
    return list(result)


def _join(parts: Sequence[_Part], source: Source) -> FeatureTable:
    """Return the tables one below the other."""
    data = pd.concat([_data(part) for part in parts], ignore_index=True)
    data["feature_id"] = range(len(data))
    return FeatureTable(
        data=data.astype(FEATURE_TABLE)[list(FEATURE_TABLE)],
        names=parse_names(data["name"]),
        carried=_carried(parts),
        problems=_problems(parts),
        source=source,
    )


def _data(part: _Part) -> pd.DataFrame:
    own = part.table.data["sample"]
    sample = (part.sample + ": " + own).fillna(part.sample) if own.notna().any() else part.sample
    return part.table.data.assign(sample=sample)


def _carried(parts: Sequence[_Part]) -> pd.DataFrame:
    """Return the foreign columns of all; one that differs in type between files is text."""
    kinds: dict[str, set[str]] = {}
    for part in parts:
        for column, kind in part.table.carried.dtypes.items():
            kinds.setdefault(str(column), set()).add(str(kind))
    mixed = {column for column, found in kinds.items() if len(found) > 1}
    frames = [
        p.table.carried.astype({c: "str" for c in p.table.carried if c in mixed}) for p in parts
    ]
    return pd.concat(frames, ignore_index=True)


def _problems(parts: Sequence[_Part]) -> pd.DataFrame:
    """Return all problems: those of whole files once, then those of rows with their sample."""
    starts = np.cumsum([0, *(len(part.table) for part in parts)]).tolist()
    found = [
        _numbered(part, start)
        for part, start in zip(parts, starts, strict=False)
        if len(part.table.problems)
    ]
    if not found:
        return parts[0].table.problems
    problems = pd.concat(found, ignore_index=True)
    of_rows = problems["feature_id"].notna()
    tables = _of_tables(problems[~of_rows], len(parts))
    rows = problems[of_rows]
    rows = rows.assign(message=rows["sample"] + ": " + rows["message"])
    return pd.concat([tables, rows], ignore_index=True)[list(PROBLEMS)].astype(PROBLEMS)


def _numbered(part: _Part, start: int) -> pd.DataFrame:
    """Return the problems of one input, whose first row is row `start` of the study."""
    problems = part.table.problems
    return problems.assign(sample=part.sample, feature_id=problems["feature_id"] + start)


def _of_tables(problems: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return each problem of whole files once, with the samples that have it."""
    same = ["column", "value", "code", "severity", "message", "advice"]
    groups = problems.groupby(same, sort=False, dropna=False)
    once = groups.agg(row=("row", "first"), first=("sample", "first"), files=("sample", "size"))
    once = once.reset_index().assign(feature_id=None)
    where = once["first"].where(once["files"] == 1, once["files"].astype("str") + f" of {n} files")
    return once.assign(message=where + ": " + once["message"])
