"""Files that jobs make for the browser: where they stand, and for how long."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Final

from ganglioside.errors import ExportError
from ganglioside.history import History

#: Days after which a file that a job made for the browser is taken away.
KEPT: Final = 7

_ENDING: Final = ".downloads"


def place_for(history: History, name: str) -> Path:
    """Return where a job is to write a file for the browser, beside the history.

    Raises
    ------
    ExportError
        If the folder cannot be made.
    """
    folder = history.path.with_name(history.path.name + _ENDING)
    try:
        folder.mkdir(exist_ok=True)
        _sweep(folder)
        return Path(tempfile.mkdtemp(dir=folder)) / name
    except OSError as error:
        raise ExportError(
            f"{folder} cannot be written: {error.strerror}. The files of large exports go there."
        ) from error


def is_download(path: Path) -> bool:
    """Whether a file was made for the browser: no other file of this machine is handed out."""
    return path.is_absolute() and path.resolve().parent.parent.name.endswith(_ENDING)


def _sweep(folder: Path) -> None:
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > KEPT * 86_400:
            shutil.rmtree(old, ignore_errors=True)
