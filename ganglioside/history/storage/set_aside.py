"""Files of histories that a restore has replaced: they stay beside the history.

While the history is replaced, its file has both names for a moment, so that none is without a file
whenever the process ends.
"""

from __future__ import annotations

import errno
import os
import re
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final

#: Names a file by the moment it was made.
MOMENT: Final = "%Y%m%d-%H%M%S"


def free_name(path: Path, now: datetime) -> Path:
    """Unused file name for the history that is replaced, with the date and time."""
    stem = f"{path.stem}-before-{now:{MOMENT}}"
    free = path.with_name(f"{stem}.duckdb")
    for number in count(1):
        if not free.exists():
            break
        free = path.with_name(f"{stem}-{number}.duckdb")
    return free


def set_aside(path: Path) -> list[Path]:
    """Histories that were replaced by the one at a path, by the time at which they were."""
    named = re.compile(rf"{re.escape(path.stem)}-before-(\d{{8}}-\d{{6}})(?:-(\d+))?\.duckdb")
    found = ((named.fullmatch(file.name), file) for file in path.parent.iterdir())
    dated = [(name[1], int(name[2] or 0), file) for name, file in found if name is not None]
    return [file for _, _, file in sorted(dated)]


def name_aside(path: Path, aside: Path) -> None:
    """Give a file that is about to be replaced a second name, under which it stays.

    Where the file system knows no second names, it is renamed.
    """
    try:
        os.link(path, aside)
    except OSError as error:
        if error.errno == errno.EEXIST:
            raise
        path.replace(aside)


def drop_second_names(path: Path) -> None:
    """Remove the names aside of a history that was not replaced, since its process had ended."""
    for aside in set_aside(path):
        if not aside.is_symlink() and aside.samefile(path):
            aside.unlink()
