"""Many files as one study: each file a sample, or several."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Final

import numpy as np
import pandas as pd

from ganglioside.columns import FEATURE_TABLE, PROBLEMS
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.raw_table import Source

#: The comment by which an archive is known as a study.
_MARK: Final = b"ganglioside study 1"
_WHEN: Final = (1980, 1, 1, 0, 0, 0)  # the same files give the same bytes


@dataclass(frozen=True, eq=False)
class Part:
    """One input of a study and the sample that it is."""

    sample: str
    table: FeatureTable


def is_archive(content: bytes) -> bool:
    """Return whether these are the bytes of a study's source."""
    return content.endswith(_MARK) and content.startswith(b"PK\x03\x04")


def archive(parts: Sequence[Part]) -> bytes:
    """Return the inputs as one archive; each member's comment is its sample."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = _MARK
        for number, part in enumerate(parts, 1):
            member = zipfile.ZipInfo(f"{number:05d}/{part.table.source.name}", _WHEN)
            member.comment = part.sample.encode()
            archive.writestr(member, part.table.source.content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unique(names: Sequence[str]) -> list[str]:
    """Return the names, those that come again numbered: `liver`, `liver (2)`."""
    result: dict[str, None] = {}
    for name in names:
        numbered = (f"{name} ({number})" for number in count(2))
        result[next(free for free in chain([name], numbered) if free not in result)] = None
    return list(result)


def join(parts: Sequence[Part], source: Source) -> FeatureTable:
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


def _data(part: Part) -> pd.DataFrame:
    own = part.table.data["sample"]
    sample = (part.sample + ": " + own).fillna(part.sample) if own.notna().any() else part.sample
    return part.table.data.assign(sample=sample)


def _carried(parts: Sequence[Part]) -> pd.DataFrame:
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


def _problems(parts: Sequence[Part]) -> pd.DataFrame:
    """Return all problems: those of whole files once, then those of rows with their sample."""
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
