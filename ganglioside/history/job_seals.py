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
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformdirs import user_data_path

from ganglioside.history.private_keys import PrivateKey

if TYPE_CHECKING:
    from ganglioside.history.jobs import Job

#: Names another file for the key.
VARIABLE: Final = "GANGLIOSIDE_JOB_KEY"

#: Names all machines together that carry out each other's jobs; each must have the same key.
SITE: Final = "GANGLIOSIDE_SITE"


def key_path() -> Path:
    """Path of this user's key: `GANGLIOSIDE_JOB_KEY`, or `job.key` in the user's data folder."""
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    return user_data_path("ganglioside", appauthor=False) / "job.key"


def _key() -> PrivateKey:
    return PrivateKey(
        key_path(), "key for jobs", maker="the next job",
        loss="Jobs that wait must be started again then.", variable=VARIABLE,
    )  # fmt: skip


def seal(job: Job, history: Path | str) -> str:
    """Seal of a job that this user asks for now, in hex; a missing key is made.

    Raises
    ------
    JobError
        If the key cannot be made, or others can read it.
    """
    return _seal(job, history, _key().read_or_make())


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
    key = _key().read() if sealed else None
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
