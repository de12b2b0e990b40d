"""Files that jobs write for the browser: their folder, and how long they are kept."""

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

#: Days for which a file is kept.
KEPT: Final = 7

_ENDING: Final = ".downloads"


def place_for(history: History, name: str) -> Path:
    """Path of a new file for the browser, in a folder of its own beside the history.

    Files older than `KEPT` days are deleted.

    Raises
    ------
    ExportError
        If the folder cannot be created.
    """
    folder = _folder(history)
    try:
        folder.mkdir(exist_ok=True)
        _delete_old(folder)
        return Path(tempfile.mkdtemp(dir=folder)) / name
    except OSError as error:
        raise ExportError(
            f"{folder} cannot be written: {error.strerror}. The files of large exports go there."
        ) from error


def made_by(history: History, job: Job) -> Path | None:
    """File that a completed job wrote for the browser; None if it wrote none, or it is deleted.

    Only files of the downloads folder are handed out, whatever path the result of a job names.
    """
    try:
        result = json.loads(job.result or "{}")
    except ValueError:
        return None
    name = result.get("file") if isinstance(result, dict) else None
    if job.status != "completed" or not isinstance(name, str) or "\0" in name:
        return None
    path = Path(name)
    is_download = path.resolve().parent.parent == _folder(history).resolve()
    return path if is_download and path.is_file() else None


def _folder(history: History) -> Path:
    return history.path.with_name(history.path.name + _ENDING)


def _delete_old(folder: Path) -> None:
    longest = KEPT * 86_400  # s
    for download in folder.iterdir():
        age = time.time() - download.stat().st_mtime
        if age > longest:
            shutil.rmtree(download, ignore_errors=True)
