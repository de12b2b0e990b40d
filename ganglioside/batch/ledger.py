"""Outcome of every table of a batch, kept beside its results: `batch.jsonl`.

A line is added once its files are on disk; the last line of a name counts. An incomplete last line,
as after a crash of the machine, is ignored.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ganglioside.batch.plan import Item
from ganglioside.batch.result_files import LEDGER
from ganglioside.errors import BatchError
from ganglioside.reading.options import ReadingOptions
from ganglioside.support.printed import printable_json
from ganglioside.support.whole_files import write_whole
from ganglioside.version import __version__


@dataclass(frozen=True, slots=True)
class Entry:
    """Outcome of one table.

    Attributes
    ----------
    name : str
    file : str
        Path of the table.
    key : str
        Hash of all that its verdicts depend on; empty if it could not be read.
    title : str
        Heading of its report; empty if that is its name.
    session : str or None
        Id of its session; None if it failed before it had one.
    verdicts : str or None
        File of its verdicts, relative to the batch's folder.
    report : str or None
        File of its report, relative to the batch's folder.
    error : str or None
        Reason of a failure, and what to do.
    time : str
        Time of the entry, ISO 8601, UTC.

    Examples
    --------
    >>> from ganglioside.batch import Entry
    >>> Entry("mouse 3", "runs/mouse 3.csv", "", "", error="The table is empty.").succeeded
    False
    """

    name: str
    file: str
    key: str
    title: str
    session: str | None = None
    verdicts: str | None = None
    report: str | None = None
    error: str | None = None
    time: str = dataclasses.field(
        default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds")
    )

    @property
    def succeeded(self) -> bool:
        """Whether the table was analysed and all its files were written."""
        return self.error is None


def key_of(item: Item, content: bytes, form: str) -> str:
    """SHA-256 of all that a table's verdicts depend on, hex."""
    settings = json.dumps(item.settings.to_dict(), sort_keys=True)
    digest = hashlib.sha256(content)
    told = f"{item.path.name}|{settings}|{form}|{__version__}"
    digest.update(told.encode(errors="surrogatepass"))  # a name may be of another encoding
    if item.reading != ReadingOptions():  # ledgers of before know no other way of reading
        digest.update(json.dumps(item.reading.to_dict(), sort_keys=True).encode())
    return digest.hexdigest()


class Ledger:
    """Entries of a batch's folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / LEDGER

    def read(self) -> dict[str, Entry]:
        """Last entry of each name.

        Raises
        ------
        BatchError
            If the file cannot be read.
        """
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise BatchError(f"{self.path} cannot be read ({error}): take another folder.") from (
                error
            )
        return {entry.name: entry for entry in self._entries(text)}

    def _entries(self, text: str) -> Iterator[Entry]:
        whole, _, _ = text.rpartition("\n")
        for number, line in enumerate(whole.split("\n") if whole else (), start=1):
            try:
                yield Entry(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise BatchError(
                    f"{self.path}, line {number} is no entry of a batch ({error}): take another "
                    "folder."
                ) from error

    def begin(self, kept: Iterable[Entry]) -> None:
        """Rewrite the file with the entries that are still valid."""
        write_whole(self.path, b"".join(map(_line, kept)))

    def add(self, entry: Entry) -> None:
        """Append one entry.

        Raises
        ------
        BatchError
            If it cannot be written.
        """
        try:
            with self.path.open("ab") as file:
                file.write(_line(entry))
        except OSError as error:
            raise BatchError(f"{self.path} cannot be written: {error.strerror}.") from error


def _line(entry: Entry) -> bytes:
    document = json.dumps(dataclasses.asdict(entry), ensure_ascii=False)
    return printable_json(document).encode() + b"\n"
