"""Studies: several inputs joined into one table, each input one sample or several."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from ganglioside.columns import FEATURE_TABLE, PROBLEMS
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.raw_table import Source
from ganglioside.support.undated_zip import undated

#: Comment of an archive that is a study.
_MARK: Final = b"ganglioside study 1"


@dataclass(frozen=True, eq=False)
class Part:
    """One input of a study and the name of its sample.

    Attributes
    ----------
    sample : str
    table : FeatureTable
    piece : bool
        Whether it is a piece of one table, and so no sample of its own.
    """

    sample: str
    table: FeatureTable
    piece: bool = False


def is_archive(content: bytes) -> bool:
    """Whether these bytes are the source of a study."""
    return content.endswith(_MARK) and content.startswith(b"PK\x03\x04")


def archive(parts: Sequence[Part]) -> bytes:
    """Bytes of a zip archive of the inputs; the comment of each member is its sample."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = _MARK
        for number, part in enumerate(parts, 1):
            member = undated(f"{number:05d}/{part.table.source.name}")
            member.comment = part.sample.encode()
            archive.writestr(member, part.table.source.content)
    return buffer.getvalue()


def join(parts: Sequence[Part], source: Source) -> FeatureTable:
    """Feature table of all rows of several inputs, in their order."""
    data = pd.concat([_data(part) for part in parts], ignore_index=True)
    data["feature_id"] = range(len(data))
    return FeatureTable(
        data=data.astype(FEATURE_TABLE)[list(FEATURE_TABLE)],
        names=parse_names(data["name"]),
        carried=_carried(parts),
        problems=_problems(parts),
        source=source,
        tables=tuple(read for part in parts for read in part.table.tables),
    )


def join_sheets(tables: Sequence[FeatureTable], source: Source) -> FeatureTable:
    """Feature table of all sheets of a workbook.

    Each is a sample, unless it holds samples itself or is a part of one table (a class or a
    compound a sheet).
    """
    reads = [table.tables[0] for table in tables]
    parts = [Part(r.sheet, t, piece=r.part) for r, t in zip(reads, tables, strict=True)]
    joined = join(parts, source)
    return replace(joined, header=tables[0].header)


def _data(part: Part) -> pd.DataFrame:
    """Rows of one input with the column `sample` filled in."""
    own = part.table.data["sample"]
    if part.piece:
        return part.table.data
    sample = (part.sample + ": " + own).fillna(part.sample) if own.notna().any() else part.sample
    return part.table.data.assign(sample=sample)


def _carried(parts: Sequence[Part]) -> pd.DataFrame:
    """Foreign columns of all inputs; one that differs in type between inputs is text."""
    carried = [part.table.carried for part in parts]
    kinds: dict[str, set[str]] = {}
    for frame in carried:
        for column, kind in frame.dtypes.items():
            kinds.setdefault(str(column), set()).add(str(kind))
    mixed = {column for column, found in kinds.items() if len(found) > 1}
    alike = []
    for frame in carried:
        texts = [column for column in frame if column in mixed]
        alike.append(frame.astype(dict.fromkeys(texts, "str")))
    return pd.concat(alike, ignore_index=True)


def _problems(parts: Sequence[Part]) -> pd.DataFrame:
    """Problems of all inputs: those of whole files once, then those of rows with their sample."""
    starts = np.cumsum([0, *(len(part.table) for part in parts)]).tolist()
    found = [
        numbered(part, start)
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


def numbered(part: Part, start: int) -> pd.DataFrame:
    """Problems of one input, whose first row has the position `start` in the study."""
    problems = part.table.problems
    return problems.assign(sample=part.sample, feature_id=problems["feature_id"] + start)


def _of_tables(problems: pd.DataFrame, n: int) -> pd.DataFrame:
    """Problems of whole files, each once, with its sample or the number of files that have it.

    Parameters
    ----------
    problems
        Problems of whole files with the column `sample`.
    n
        Number of files of the study.
    """
    same = ["column", "value", "code", "severity", "message", "advice"]
    groups = problems.groupby(same, sort=False, dropna=False)
    once = groups.agg(row=("row", "first"), first=("sample", "first"), files=("sample", "size"))
    once = once.reset_index().assign(feature_id=None)
    several = once["files"].astype("str") + f" of {n} files"
    owner = once["first"].where(once["files"] == 1, several)
    return once.assign(message=owner + ": " + once["message"])
