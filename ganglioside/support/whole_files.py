"""Files written whole or not at all: every result is written here.

The content goes into a draft in the same folder, under a name that nobody can guess. The draft
takes the file's name once all of it is on disk. If writing ends before, an earlier file stays as it
was.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final

from ganglioside.errors import NoRoomError, UnwritableError

#: A draft is always a new file: never one, or a link, that somebody has put under its name.
_NEW: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
)  # fmt: skip

#: Begin of the names of files that are no results: drafts, and the lock of a batch.
HIDDEN: Final = ".ganglioside-"

#: Most that others may do with new files and folders, whatever the umask: read them.
_FILE, _FOLDER = 0o644, 0o755

#: Errors of a full disk.
FULL: Final = (errno.ENOSPC, errno.EDQUOT)

_ROOM: Final = "Make room on the disk, or name a file on another one."
#: Advice by the kind of error.
_ADVICE: Final = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.ENAMETOOLONG: "Give a shorter name.",
}
_OTHER_ADVICE: Final = "Name a file in a folder that exists and that you may write to."


def write_whole(path: str | PathLike[str], content: bytes) -> Path:
    """Write a file whole or not at all, and return its path.

    A file that is replaced keeps its permissions, and a symbolic link stays one: the file that it
    names is written. A device or pipe, such as `/dev/stdout`, is written to directly.

    Parameters
    ----------
    path
        The file; its folder must exist.
    content
        All bytes of the file.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    UnwritableError
        If it cannot be written (for want of room: `NoRoomError`); an earlier file stays.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "verdicts.csv", b"name,verdict").read_text()
    'name,verdict'
    """
    target = Path(path)
    if "\0" in str(target):
        raise UnwritableError(f"{target} cannot be written: {path_fault(target)}. Name another.")
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            _replace(Path(os.path.realpath(target)), content)
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, _OTHER_ADVICE)
        kind = NoRoomError if error.errno in FULL else UnwritableError
        raise kind(f"{target} cannot be written: {error.strerror or error}. {advice}") from error
    return target


def path_fault(path: str | PathLike[str]) -> str:
    r"""Why no file can have a path, whatever is on the disk; empty where one can.

    Examples
    --------
    >>> path_fault("verdicts.csv"), path_fault("verdicts\0.csv")
    ('', 'embedded null byte')
    """
    try:
        os.lstat(path)
    except ValueError as error:
        return str(error)
    except OSError as error:
        return os.strerror(error.errno) if error.errno == errno.ENAMETOOLONG else ""
    return ""


def _replace(target: Path, content: bytes) -> None:
    """Write a draft and give it the target's name, which replaces an earlier file."""
    earlier = target.stat() if target.exists() else None
    if earlier is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    with whole_file(target) as (file, draft):
        file.write(content)
        if earlier is not None:
            _take_over(draft, earlier)


@contextmanager
def whole_file(target: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Open file and path of a draft that becomes `target`, on disk, when the block ends well.

    After an error in the block, `target` is as it was.

    Raises
    ------
    OSError
        If the draft cannot be made, written or renamed.
    """
    draft = target.with_name(f"{HIDDEN}{secrets.token_hex(16)}.part")
    try:
        with os.fdopen(os.open(draft, _NEW, _FILE), "wb") as file:
            yield file, draft
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def made_folder(path: Path) -> Path:
    """Folder for results, made with those above it where it is missing.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    for needed in (*reversed(path.parents), path):
        if not needed.is_dir():
            needed.mkdir(_FOLDER, exist_ok=True)
    return path


def _take_over(draft: Path, earlier: os.stat_result) -> None:
    """Give a draft the owner and the permissions of the file that it replaces."""
    if hasattr(os, "chown"):
        with suppress(PermissionError):  # only root may change the owner of a file
            os.chown(draft, earlier.st_uid, earlier.st_gid)
    draft.chmod(stat.S_IMODE(earlier.st_mode) & 0o777)
