"""Running analyses, seen from any process: what they report, whether they live, how to end them.

One small file of events for each running session stands in a folder beside the history; the
history itself is written when an analysis begins and ends. A lock that the operating system drops
with its process tells whether a session runs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from ganglioside.progress import ProgressEvent


@dataclass(frozen=True, slots=True)
class Journal:
    """The events of the sessions that run on one history.

    Attributes
    ----------
    folder : pathlib.Path
    """

    folder: Path

    @classmethod
    def beside(cls, history: Path) -> Journal:
        """Return the journal of a history file."""
        return cls(history.with_name(history.name + ".running"))

    @contextmanager
    def running(self, sid: str) -> Iterator[IO[str]]:
        """Hold a session as running in this process; yields the file for its events."""
        self.folder.mkdir(exist_ok=True)
        self._sweep()
        with FileLock(self._path(sid, "lock")):
            self._path(sid, "pid").write_text(str(os.getpid()), encoding="utf-8")
            try:
                with self._path(sid, "events").open("w", encoding="utf-8") as file:
                    yield file
            finally:
                self._forget(sid)

    @staticmethod
    def write(file: IO[str], event: ProgressEvent) -> None:
        """Add an event to the file of a running session."""
        file.write(json.dumps(event) + "\n")
        file.flush()

    def events(self, sid: str) -> list[ProgressEvent]:
        """Return what a running session has reported so far; nothing of one that does not run."""
        try:
            text = self._path(sid, "events").read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        whole = text[: text.rfind("\n") + 1]  # the last line may be on its way
        return [json.loads(line) for line in whole.splitlines()]

    def is_running(self, sid: str) -> bool:
        """Whether a living process works on a session."""
        path = self._path(sid, "lock")
        if not path.exists():
            return False
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            return True

    def request_cancel(self, sid: str) -> None:
        """Ask whoever runs a session to end it."""
        if self.is_running(sid):
            self._path(sid, "cancel").touch()

    def cancel_requested(self, sid: str) -> bool:
        """Whether somebody asked for the end of a session."""
        return self._path(sid, "cancel").exists()

    def is_busy(self, pid: int) -> bool:
        """Whether a process works on any session."""
        owners = [path for path in self.folder.glob("*.pid") if _text(path) == str(pid)]
        return any(self.is_running(path.stem) for path in owners)

    def _path(self, sid: str, kind: str) -> Path:
        return self.folder / f"{sid}.{kind}"

    def _sweep(self) -> None:
        """Take away what killed processes left behind."""
        for path in list(self.folder.glob("*.lock")):
            if not self.is_running(path.stem):
                self._forget(path.stem)

    def _forget(self, sid: str) -> None:
        # The lock's file goes last, and stays while it is held where the system forbids more.
        for kind in ("events", "pid", "cancel", "lock"):
            with suppress(PermissionError):
                self._path(sid, kind).unlink(missing_ok=True)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
