"""Heads of the log, noted outside the history: they reveal that the log's end was cut off.

The log is a chain, so nothing in it can be changed or removed unseen, except at its end, which no
later entry confirms. After each transaction the newest entry is therefore noted in a file beside
the history, and in the one that `GANGLIOSIDE_HEADS` names: a lab keeps that file where the users of
the history can add to it but not change it (a share that is backed up, another machine). `verify`
looks for every head that was noted.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ganglioside.errors import HistoryError
from ganglioside.history.storage.file_modes import created_like
from ganglioside.history.storage.interface import Connection

#: Names a file that heads are noted in too.
VARIABLE: Final = "GANGLIOSIDE_HEADS"

#: Hash of the previous entry in the first entry of a log.
FIRST: Final = "0" * 64

#: A longer line was not written by `note`.
_LONGEST: Final = 10_000

#: The head that was noted last for each history: a transaction without a new entry notes nothing.
_noted: dict[Path, str] = {}


@dataclass(frozen=True, slots=True)
class Head:
    """Newest entry of a log.

    Attributes
    ----------
    number : int
        -1 where the log is empty.
    sha256 : str
    time : datetime or None
        UTC, without a zone.
    """

    number: int
    sha256: str
    time: datetime | None

    def line(self, history: Path | str) -> str:
        """Head as one line of JSON."""
        return json.dumps(
            {
                "history": str(history),
                "number": self.number,
                "sha256": self.sha256,
                "time": None if self.time is None else self.time.isoformat(),
            }
        )


def read_head(connection: Connection) -> Head:
    """Newest entry of the log."""
    rows = connection.execute(
        "SELECT number, sha256, time FROM log ORDER BY number DESC LIMIT 1"
    ).fetchall()
    return Head(*rows[0]) if rows else Head(-1, FIRST, None)


def head_file(history: Path) -> Path:
    """Path of the file beside a history in which its heads are noted."""
    return history.with_name(f"{history.name}.heads")


def note(history: Path, head: Head, name: str | None = None) -> None:
    """Append a head to the files of heads, unless it is noted already.

    Parameters
    ----------
    history
    head
    name
        Of the history in those files; its path where None.
    """
    if head.number < 0 or _noted.get(history) == head.sha256:
        return
    for file in _files(history):
        try:
            with created_like(history):
                add_to(file, name or history, head)
        except OSError as error:
            warnings.warn(
                f"The head of the log could not be noted in {file} ({error.strerror}): what was "
                "stored is stored, but a log cut off here would not be noticed by that file.",
                stacklevel=2,
            )
    _noted[history] = head.sha256


def add_to(file: Path, history: Path | str, head: Head) -> None:
    """Append a head to a file of heads."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write(head.line(history) + "\n")


def read_heads(
    history: Path, further: Sequence[Path] = (), name: str | None = None
) -> tuple[list[Head], list[str]]:
    """Heads of a history that were noted, and one sentence per damaged line.

    Parameters
    ----------
    history
    further
        Files to read beside those that heads are noted in.
    name
        As for `note`.

    Returns
    -------
    heads : list of Head
    faults : list of str

    Raises
    ------
    HistoryError
        If one of `further` cannot be read.
    """
    heads: list[Head] = []
    faults: list[str] = []
    for file in (*_files(history), *further):
        if not file.exists() and file not in further:
            continue
        for number, line in enumerate(_lines(file), 1):
            parsed = _parse(line)
            if parsed is None:
                faults.append(
                    f"{file}, line {number}: not a head of a log; it was changed or damaged."
                )
            elif parsed[0] == (name or str(history)):
                heads.append(parsed[1])
    return heads, faults


def _files(history: Path) -> tuple[Path, ...]:
    named = os.environ.get(VARIABLE, "").strip()
    return (head_file(history), *([Path(named).expanduser()] if named else []))


def _lines(file: Path) -> list[str]:
    try:
        content = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise HistoryError(
            f"The heads in {file} cannot be read ({error.strerror}): name a file that "
            "`ganglioside history head` or GANGLIOSIDE_HEADS wrote."
        ) from error
    lines = content.split("\n")
    # Text after the last line break was cut off by a crash, before it was complete.
    return [line for line in lines[:-1] if line.strip()]


def _parse(line: str) -> tuple[str, Head] | None:
    """History and head in a line; None if the line is not one of `note`."""
    try:
        values = json.loads(line[:_LONGEST])
        time = None if values["time"] is None else datetime.fromisoformat(values["time"])
        return values["history"], Head(int(values["number"]), str(values["sha256"]), time)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
