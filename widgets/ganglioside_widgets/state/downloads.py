"""Files that jobs make for the browser: where they are, and for how long."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Final

from ganglioside.errors import ExportError
from ganglioside.history import History
from ganglioside.history.jobs import Job

#: Days after which a file that a job made for the browser is taken away.
KEPT: Final = 7

_ENDING: Final = ".downloads"


def place_for(history: History, name: str) -> Path:
    """Return the path at which a job is to write a file for the browser, beside the history.

    Raises
    ------
    ExportError
        If the folder cannot be made.
    """
    folder = _folder(history)
    try:
        folder.mkdir(exist_ok=True)
        _sweep(folder)
        return Path(tempfile.mkdtemp(dir=folder)) / name
    except OSError as error:
        raise ExportError(
            f"{folder} cannot be written: {error.strerror}. The files of large exports go there."
        ) from error


def made_by(history: History, job: Job) -> Path | None:
    """Return the file that a job made for the browser; None where there is none (any more).

    No other file of this machine is handed out, whatever the result of a job names.
    """
    try:
        result = json.loads(job.result or "{}")
    except ValueError:
        return None
    named = result.get("file") if isinstance(result, dict) else None
    if job.status != "completed" or not isinstance(named, str) or "\0" in named:
        return None
    path = Path(named)
    is_download = path.resolve().parent.parent == _folder(history).resolve()
    return path if is_download and path.is_file() else None


def _folder(history: History) -> Path:
    return history.path.with_name(history.path.name + _ENDING)


def _sweep(folder: Path) -> None:
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > KEPT * 86_400:
            shutil.rmtree(old, ignore_errors=True)
