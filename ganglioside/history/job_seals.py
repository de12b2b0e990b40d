"""The seal of a job: proves that this user asked for it, on this machine, in this history.

Jobs are rows of a file that others may write, that may come from elsewhere, or that was copied.
Only jobs that the user asked for may be run, so each job has a keyed hash of all that it does. The
key never leaves the user's own folder, unless somebody puts it on other machines whose workers are
to carry out the same jobs; `GANGLIOSIDE_SITE` names these machines together then.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import platform
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformdirs import user_data_path

from ganglioside.errors import JobError

if TYPE_CHECKING:
    from ganglioside.history.jobs import Job

#: Names another file for the key.
VARIABLE: Final = "GANGLIOSIDE_JOB_KEY"

#: Names all machines together that carry out each other's jobs; each must have the same key.
SITE: Final = "GANGLIOSIDE_SITE"

_LENGTH: Final = 32  # bytes


def key_path() -> Path:
    """Path of this user's key: `GANGLIOSIDE_JOB_KEY`, or `job.key` in the user's data folder."""
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    return user_data_path("ganglioside", appauthor=False) / "job.key"


def seal(job: Job, history: Path | str) -> str:
    """Seal of a job that this user asks for now, in hex; a missing key is made.

    Raises
    ------
    JobError
        If the key cannot be made, or others can read it.
    """
    return _seal(job, history, _key() or _new_key())


def is_own(job: Job, history: Path | str) -> bool:
    """Whether this user asked for a job on this machine, in this history."""
    return bool(own_jobs([job], history))


def own_jobs(jobs: Iterable[Job], history: Path | str) -> list[Job]:
    """Jobs among `jobs` that this user asked for on this machine; the key is read once.

    Raises
    ------
    JobError
        If there is a job to look at and the key cannot be read, or others can read it.
    """
    sealed = [(job, job.seal) for job in jobs if job.seal is not None]
    key = _key() if sealed else None
    if key is None:
        return []
    return [
        job
        for job, found in sealed
        if hmac.compare_digest(found.encode(), _seal(job, history, key).encode())
    ]


def _seal(job: Job, history: Path | str, key: bytes) -> str:
    asked = [
        os.environ.get(SITE, "").strip() or platform.node(),
        str(history),
        job.id,
        job.kind,
        job.name,
        job.author,
        job.parameters,
        job.created.isoformat(),
        job.time_limit,
        job.retry_of,
        *([] if job.asked_by is None else [job.asked_by]),
    ]
    return hmac.new(key, json.dumps(asked).encode(), hashlib.sha256).hexdigest()


def _key() -> bytes | None:
    path = key_path()
    try:
        with path.open("rb") as file:
            _require_private(path, os.fstat(file.fileno()))
            content = file.read(_LENGTH + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise JobError(
            f"Your key for jobs, {path}, cannot be read ({error.strerror}): change its "
            f"permissions, or name another file in {VARIABLE}."
        ) from error
    if len(content) != _LENGTH:
        raise JobError(
            f"{path} is no key for jobs: remove it, and the next job makes a new one. Jobs that "
            "wait must be started again then."
        )
    return content


def _require_private(path: Path, found: os.stat_result) -> None:
    """Raise `JobError` if somebody else could have read or written the key."""
    if not hasattr(os, "geteuid"):
        return
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise JobError(
            f"Your key for jobs, {path}, is open to others: remove it, and the next job makes a "
            "new one."
        )


def _new_key() -> bytes:
    path = key_path()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
            file.write(secrets.token_bytes(_LENGTH))
        _settle(draft, path)
    except OSError as error:
        raise JobError(
            f"Your key for jobs, {path}, cannot be written ({error.strerror}): name a file that "
            f"only you can read in {VARIABLE}."
        ) from error
    made = _key()
    if made is None:
        raise JobError(f"Your key for jobs, {path}, has disappeared: start the job again.")
    return made


def _settle(draft: Path, path: Path) -> None:
    """Rename the draft to `path`, unless another process has written its key there first."""
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
