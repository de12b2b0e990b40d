"""Batches of tables that people sent, over the API or a page: kept beside the history.

Each has a folder of its own, with the tables and what is made of them.
"""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ganglioside.batch.result_files import OVERVIEW
from ganglioside.errors import BatchError, SameNameError, TooManyTablesError
from ganglioside.history import History
from ganglioside.history.care.sent_folders import folder_beside
from ganglioside.history.jobs import Job
from ganglioside.jobs.kinds import Batch
from ganglioside.jobs.launcher import add, launched
from ganglioside.reading.compressed import TABLE_ENDINGS, is_table_file
from ganglioside.reading.options import ReadingOptions
from ganglioside.settings import Settings
from ganglioside.support.whole_files import HIDDEN, write_whole

#: Names a cluster of Dask that does these batches: tls://host:8786. Without one, a batch has one
#: process, and others go on beside it.
SCHEDULER: Final = "GANGLIOSIDE_SCHEDULER"

#: Most tables of one batch.
MOST_TABLES: Final = 500

#: Folder of the tables of one batch.
_TABLES: Final = "tables"

#: What may stand before a path in results, but is in none.
_BEFORE_PATH: Final = (b'"', b"'", b"<", b">", b"\n", b":", b";", b",")

#: Longest name of a file or a session, characters.
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class SentTable:
    """A table as somebody sent it.

    Attributes
    ----------
    name : str
        Name of its file, perhaps with folders; see `plain_name`.
    content : bytes
    reading : ReadingOptions
        What was said about the file.
    """

    name: str
    content: bytes
    reading: ReadingOptions = field(default_factory=ReadingOptions)


def folder_of(history: History) -> Path:
    """Folder of the batches of a history; it may not exist yet."""
    return folder_beside(history.path)


def plain_name(name: str) -> str:
    """Name of a file without folders and without signs that are not printed; perhaps empty.

    Of a long one the end is kept, counted in bytes as file systems do.

    Examples
    --------
    >>> plain_name("../runs/mouse 3.csv")
    'mouse 3.csv'
    """
    own = re.split(r"[\\/]", name)[-1]
    printed = "".join(sign for sign in own if sign.isprintable())
    return printed.encode()[-LONGEST_NAME:].decode(errors="ignore").strip(" .")


def start_sent_batch(
    history: History,
    tables: Iterable[SentTable],
    settings: Settings,
    *,
    folder: Path | None = None,
    time_limit: float | None = None,
) -> str:
    """Id of a new job that judges tables, each by itself; they are kept for it.

    Parameters
    ----------
    history
        Stores job and sessions; they belong to the person as whom it acts.
    tables
        Taken one by one.
    settings
        Of every table.
    folder
        Folder of all batches; the history's own where None.
    time_limit
        s

    Raises
    ------
    SameNameError
        If two tables have one name.
    TooManyTablesError
        If there are more than `MOST_TABLES`.
    BatchError
        If a file is no table by its name.
    ExportError
        If a table cannot be written.
    OSError
        If no process can be started for the job. It waits all the same, with its tables.
    """
    whole = folder_of(history) if folder is None else folder
    own = whole / secrets.token_hex(12)
    place = own / _TABLES
    for needed in (whole, own, place):
        needed.mkdir(exist_ok=needed == whole, mode=0o700)
    try:
        readings = _keep(tables, place)
        work = Batch(
            sources=[str(place)],
            out=str(own / "results"),
            settings=settings.to_dict(),
            readings={name: said.to_dict() for name, said in readings.items()},
            title=_title(list(readings)),
            reports=False,
            workers=1,
            scheduler=os.environ.get(SCHEDULER) or None,
        )
        job = add(history, work, time_limit)
    except BaseException:
        shutil.rmtree(own)
        raise
    return launched(history, job)  # from here on the tables are the job's


def results_of(job: Job, folder: Path) -> Path | None:
    """Folder with the results of a batch that is done; None where this folder of batches has none.

    Nothing but the results of one batch is handed out, whatever a job says.
    """
    if job.kind != Batch.kind or job.status != "completed":
        return None
    out = _out(job)
    if out is None or out.parent.parent != folder.resolve() or not out.is_dir():
        return None
    return out


def overview_in(results: Path) -> Path | None:
    """Overview page among the results of a batch; None if it is gone."""
    page = results / OVERVIEW
    return page if page.is_file() and not page.is_symlink() else None


def handed_out(file: Path, results: Path) -> bytes:
    """Content of one of the results of a batch, in which each table has its name only.

    Batches of before wrote the server's folder before it.
    """
    *before, rest = file.read_bytes().split(f"/{results.parent.name}/{_TABLES}/".encode())
    return b"".join([*map(_without_path, before), rest])


def _without_path(text: bytes) -> bytes:
    """Text without the begin of a path at its end."""
    begin = max(map(text.rfind, _BEFORE_PATH))
    slash = text.find(b"/", begin + 1)
    return text if slash < 0 else text[:slash]


def packed(results: Path) -> bytes:
    """Results of a batch as one ZIP file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in _files_in(results):
            entry = zipfile.ZipInfo.from_file(file, file.relative_to(results))
            archive.writestr(entry, handed_out(file, results), zipfile.ZIP_DEFLATED)
    return content.getvalue()


def bytes_in(results: Path) -> int:
    """Size of the results of a batch, bytes."""
    return sum(file.stat().st_size for file in _files_in(results))


def _files_in(results: Path) -> list[Path]:
    found = sorted(results.rglob("*"))
    whole = (file for file in found if file.is_file() and not file.is_symlink())
    return [file for file in whole if not file.name.startswith(HIDDEN)]


def _keep(tables: Iterable[SentTable], place: Path) -> dict[str, ReadingOptions]:
    """Write tables into a folder; how each is read, by the name of its file."""
    readings: dict[str, ReadingOptions] = {}
    for table in tables:
        name = plain_name(table.name)
        if len(readings) == MOST_TABLES:
            raise TooManyTablesError(f"A batch takes at most {MOST_TABLES} tables: make several.")
        if not is_table_file(name):
            raise BatchError(
                f"{name or 'A file without a name'} is no table by its name: it ends with "
                f"{', '.join(TABLE_ENDINGS)}, perhaps packed as .gz."
            )
        if (place / name).exists():
            raise SameNameError(f"Two tables are called {name}: rename one.")
        write_whole(place / name, table.content)
        readings[name] = table.reading
    if not readings:
        raise BatchError("A batch needs a table.")
    return readings


def _title(names: list[str]) -> str:
    """Name of a batch for people."""
    more = len(names) - 1
    return names[0] + (f" and {more:,} more" if more else "")


def _out(job: Job) -> Path | None:
    """Folder into which a job was to write; None where it names none."""
    try:
        given = json.loads(job.parameters)
    except ValueError:
        return None
    out = given.get("out") if isinstance(given, dict) else None
    return Path(out).resolve() if isinstance(out, str) and "\0" not in out else None
