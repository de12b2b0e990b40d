"""Logs as lines of JSON, each with the ids of the request and the job that it is about."""

from __future__ import annotations

import logging
import logging.handlers
import os
import stat
import time
from pathlib import Path
from typing import Final

from pythonjsonlogger.json import JsonFormatter

from ganglioside.errors import ServerError
from ganglioside.support.printed import printable, printable_json, printable_lines
from ganglioside.support.requests import current_job, current_request

#: Instead of a file: the standard error, for containers and journals, which rotate by themselves.
STANDARD: Final = Path("-")

#: Bytes of one file, and number of older ones that are kept.
MEGABYTES: Final = 20.0
KEPT: Final = 10

#: What may be done with a file: its user writes it, its group reads it.
_MODE: Final = 0o640

#: Fields of a line, and what they are called.
_FIELDS: Final = ("asctime", "levelname", "name", "process", "request", "job", "message")
_NAMES: Final = {"asctime": "time", "levelname": "level", "name": "logger"}

#: Loggers that do not hand on what they are told, in some versions of Jupyter.
_LOUD: Final = ("ServerApp", "LabApp", "Lab", "LabServer", "Pages", "Voila")


class _JsonLine(JsonFormatter):
    """JSON that a reader takes for one line, and no terminal obeys."""

    def format(self, record: logging.LogRecord) -> str:
        return printable_json(super().format(record))


class _PlainLine(logging.Formatter):
    """Text of one line, whatever names and files it tells of; a traceback is set in below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as logging calls it
        return printable(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        return printable_lines(super().format(record)).replace("\n", "\n    ")


class _Ids(logging.Filter):
    """Adds the ids of the request and of the job to a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request = current_request()
        record.job = current_job()
        return True


def write_log(file: Path | None, megabytes: float = MEGABYTES, kept: int = KEPT) -> Path | None:
    """Write everything that is logged in this process to a file from now on; return its path.

    A file that is full gets a number and a new one is begun; the oldest ones go. Each process has a
    file of its own.

    Parameters
    ----------
    file
        `STANDARD` for the standard error. No log is written where None: warnings that no other
        handler takes are printed, each as one line.
    megabytes
        Size of one file.
    kept
        Number of older files.

    Raises
    ------
    ServerError
        If it cannot be written.
    """
    if file is None:
        logging.lastResort = _printer()
        return None
    if file == STANDARD:
        _attach(logging.StreamHandler())
        return file
    path = file.expanduser().absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _attach(_PrivateFile(path, megabytes, kept))
    except OSError as error:
        raise ServerError(
            f"The log {path} cannot be written ({error.strerror}): name another file by --log."
        ) from error
    return path


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Rotating file that its user and group can read, and nobody else.

    One that is there already is closed to others before anything is written to it.
    """

    def __init__(self, path: Path, megabytes: float, kept: int) -> None:
        super().__init__(path, maxBytes=int(megabytes * 1e6), backupCount=kept, encoding="utf-8")

    def _open(self) -> object:  # type: ignore[override]
        def private(name: str, flags: int) -> int:
            file = os.open(name, flags, _MODE)
            try:
                _close_to_others(file)
            except OSError:
                os.close(file)
                raise
            return file

        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=private)


def _close_to_others(file: int) -> None:
    """Take from others what they may do with a regular file, and from its group to write to it.

    Raises
    ------
    PermissionError
        If it belongs to somebody else, who has left it open.
    """
    mode = os.fstat(file).st_mode
    if os.name == "posix" and stat.S_ISREG(mode) and stat.S_IMODE(mode) & ~_MODE:
        os.fchmod(file, stat.S_IMODE(mode) & _MODE)


def formatter() -> JsonFormatter:
    """Formatter of one line: time (UTC), level, logger, process, request, job and message."""
    made = _JsonLine(
        "".join(f"%({field})s" for field in _FIELDS),
        rename_fields=_NAMES,
        datefmt="%Y-%m-%dT%H:%M:%S",
        json_ensure_ascii=False,
    )
    made.converter = time.gmtime
    return made


def _attach(handler: logging.Handler) -> None:
    handler.setFormatter(formatter())
    handler.addFilter(_Ids())
    logging.getLogger().addHandler(handler)
    logging.getLogger("ganglioside").setLevel(logging.INFO)
    for name in _LOUD:
        logger = logging.getLogger(name)
        if not logger.propagate:
            logger.addHandler(handler)


def show_warnings() -> None:
    """Print warnings and errors with the ids of their request and job: in the process of a job."""
    logging.getLogger().addHandler(_printer())


def _printer() -> logging.Handler:
    """Handler that prints warnings and errors."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    form = "%(asctime)s %(levelname)s %(message)s (job %(job)s, request %(request)s)"
    handler.setFormatter(_PlainLine(form))
    handler.addFilter(_Ids())
    return handler
